import ArgumentParser
import Workbench

/// Looks at networks.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models",
        abstract: "Looks at .tflite networks.", subcommands: [ModelsList.self, ModelsInspect.self])
}

/// The networks that are part of the program.
struct ModelsList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Prints the networks that are built in: hash, size, products, licence.")

    @Flag(help: "One JSON object per network.")
    var json = false

    @Flag(help: "Print the licences' texts instead.")
    var licences = false

    func run() throws {
        if licences {
            print(ModelList.notice, terminator: "")
        } else {
            try orExit { try ModelList(isJSON: json).run() }
        }
    }
}

/// What a network consists of and costs, or why it cannot be run.
struct ModelsInspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Prints a network's operators, shapes, cost and memory.",
        discussion: "Exit status 65 if it cannot be run; all that is unsupported is named.")

    @Argument(help: "A .tflite file.")
    var model: String

    @Flag(help: "One JSON object per operator; the last is the whole network.")
    var json = false

    func run() throws {
        try orExit { try NetworkTable(model, isJSON: json).run() }
    }
}
