import ArgumentParser
import Configuration
import Linux
import Text

/// `kuzet config`: what a configuration file means, and what is wrong with it.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Checks and shows configuration files.",
        subcommands: [ConfigCheck.self, ConfigShow.self, ConfigDefaults.self])
}

struct ConfigCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Lists everything that is wrong with a configuration file, at once.",
        discussion: "Exit status: 0 where nothing is wrong, 78 where something is.")

    @Argument(help: "The file to check.")
    var file = Settings.defaultPath

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        do throws(ConfigurationError) {
            let loaded = try Settings.load(file)
            _ = try ConfiguredNetworks(loaded.configuration.models)
            if json {
                print("{\"file\":\(JSON.quoted(file)),\"valid\":true,\"problems\":[]}")
            } else {
                let configuration = loaded.configuration
                print(
                    "\(file): right; this is \(configuration.name), with"
                        + " \(counted(configuration.cameras.count, "camera")) and"
                        + " \(counted(configuration.destinations.count, "destination"))")
                for advice in loaded.configuration.advice { print("\(file): \(advice)") }
            }
        } catch {
            if json {
                let problems = error.problems.map(\.json).joined(separator: ",")
                print(
                    "{\"file\":\(JSON.quoted(file)),\"valid\":false,\"problems\":[\(problems)]}")
            } else {
                complain(error.description)
            }
            throw ExitCode(ExitStatus.badConfiguration)
        }
    }
}

private func counted(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
}

struct ConfigShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Prints the configuration in force: the file, its profile and the defaults.")

    @Argument(help: "The file to read.")
    var file = Settings.defaultPath

    @Flag(help: "Print JSON instead of TOML.")
    var json = false

    func run() throws {
        let configuration = try orExit { try Settings.load(file) }.configuration
        let text = configuration.text(commented: false)
        if json {
            print(try TOMLValue.parse(Array(text.utf8), file: file).json)
        } else {
            print(text, terminator: "")
        }
    }
}

struct ConfigDefaults: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "defaults",
        abstract: "Prints a complete configuration with every default and an explanation of each.")

    func run() {
        print(Settings.example.text(commented: true), terminator: "")
    }
}
