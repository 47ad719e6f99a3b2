import Testing

struct HouseRulesTests {
    private func violations(_ path: String, _ text: String) -> [String] {
        HouseRules.violations(path: path, text: text)
    }

    @Test(arguments: [
        ("Sources/Frames/A.swift", "import Detectors"),
        ("Sources/Station/A.swift", "import Glibc"),
        ("Sources/Store/A.swift", "import Camera"),
        ("Sources/Camera/A.swift", "@preconcurrency import Store"),
        ("Sources/Alarm/A.swift", "internal import struct Store.Ledger"),
        ("Sources/kuzet/A.swift", "import Foundation"),
        ("Sources/kuzet/A.swift", "#if os(Linux)\n    import FoundationEssentials\n#endif"),
        ("Sources/Frames/A.swift", "import Synchronization"),
        ("Sources/Attic/A.swift", "")
    ])
    func aForbiddenArrowIsCaught(path: String, text: String) {
        #expect(violations(path, text).count == 1)
    }

    @Test(arguments: [
        "let a = try! open()", "let b = c as! D", "fatalError(\"no\")",
        "print(\"\\(try! open())\")"
    ])
    func whatCanCrashIsCaught(line: String) {
        #expect(violations("Sources/kuzet/A.swift", line).count == 1)
    }

    @Test(arguments: [
        "let a: Double", "let b = SIMD4<Float>()", "let c = 3 * 0.5", "let d = 1_000.25",
        "func e<N: BinaryFloatingPoint>(_ n: N) {}", "let f = x.5.map { 2.5 }"
    ])
    func floatingPointInTheCoreIsCaught(line: String) {
        #expect(violations("Sources/Detectors/A.swift", line).count == 1)
        #expect(violations("Sources/Camera/A.swift", line).isEmpty)
    }

    @Test(arguments: [
        "if a.contains(\"bc\") {}", "let r = try Regex(a)", "a.replacing(b, with: c)"
    ])
    func regularExpressionsAreCaught(line: String) {
        #expect(violations("Sources/Store/A.swift", line).count == 1)
        #expect(violations("Tests/StoreTests/A.swift", line).isEmpty)
    }

    @Test func floatingPointInTheKernelsIsCaught() {
        let text = "/* a double stride */ static float scale(double x);"
        #expect(violations("Sources/CKernels/scale.c", text).count == 2)
        #expect(violations("Sources/CJPEG/scale.c", text).isEmpty)
    }

    @Test(arguments: [
        "let now = ContinuousClock().now", "let a = Int.random(in: 0..<3)", "print(a)",
        "let b = c.hashValue"
    ])
    func theWorldInTheCoreIsCaught(line: String) {
        #expect(violations("Sources/Station/A.swift", line).count == 1)
        #expect(violations("Sources/kuzet/A.swift", line).isEmpty)
    }

    @Test(arguments: ["// TODO: later", "let a = 1  // FIXME"])
    func unfinishedWorkIsCaughtInCommentsToo(line: String) {
        #expect(violations("Sources/Frames/A.swift", line).count == 1)
        #expect(violations("board/build", line).count == 1)
    }

    @Test func aLongFileIsCaught() {
        let longest = String(repeating: "\n", count: HouseRules.lineCountMax)
        #expect(violations("Tests/FramesTests/A.swift", longest).isEmpty)
        #expect(violations("Tests/FramesTests/A.swift", longest + "\n").count == 1)
    }

    @Test(arguments: [
        "import Frames  // not import Foundation", "let pair = (1, (2, 3)); use(pair.1.0)",
        "for i in 0...9 {}", "/* Double, 0.5, try! */", "let a = \"as! 0.5 print(\"",
        "let doubled = FloatLike.self", "let s = #\"a \" try! b\"#", "let fingerprint = sprint(1)",
        "let c = \"\"\"\n    0.5 \"Double\"\n    \"\"\"", "let todos = 1",
        "a.contains(\"b\") || a.contains(\"\\n\") || a.contains(b)"
    ])
    func whatIsAllowedIsNotCaught(text: String) {
        #expect(violations("Sources/Detectors/A.swift", text) == [])
    }

    @Test func aViolationSaysWhereAndWhy() {
        #expect(
            violations("Sources/Frames/A.swift", "\nimport Store")
                == ["Sources/Frames/A.swift:2: Frames imports Store: not in the table of arrows"])
    }
}
