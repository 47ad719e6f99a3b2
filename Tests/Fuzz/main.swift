// Feeds what libFuzzer makes up to one parser. A crash, a hang or memory without bounds is a
// fault; an error is a parser's good right. `Tests/Fuzz/run` builds and runs this.
//
//     Fuzz --targets           lists the parsers
//     Fuzz --seeds FOLDER      writes small valid input for each, to start from
//     Fuzz TARGET [OPTION...]  fuzzes one, with libFuzzer's options

import CFuzzer
import Linux

/// libFuzzer calls a C function without a context: what it is to feed stands here.
nonisolated(unsafe) var target = FuzzTarget.all[0]

let arguments = Array(CommandLine.arguments.dropFirst())
if arguments.first == "--targets" {
    for target in FuzzTarget.all { print(target.name) }
} else if arguments.first == "--seeds", arguments.count == 2 {
    for target in FuzzTarget.all {
        let folder = arguments[1] + "/" + target.name
        try Files.makeFolder(folder)
        for (index, seed) in try target.seeds().enumerated() {
            try Files.replace("\(folder)/seed-\(index)", with: seed)
        }
    }
} else if let chosen = FuzzTarget.all.first(where: { $0.name == arguments.first }) {
    target = chosen
    if chosen.hasWords { fuzzer_mutate_words() }
    var count = CommandLine.argc - 1
    var pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? =
        CommandLine.unsafeArgv + 1
    let status = LLVMFuzzerRunDriver(&count, &pointers) { bytes, byteCount in
        target.feed(UnsafeRawBufferPointer(start: bytes, count: byteCount))
        return 0
    }
    precondition(status == 0, "libFuzzer could not start")
} else {
    print("usage: Fuzz --targets | --seeds FOLDER | TARGET [OPTION...]")
}
