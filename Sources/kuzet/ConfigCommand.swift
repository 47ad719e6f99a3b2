import ArgumentParser
import Linux
import Station
import Text

/// `kuzet config`: what a configuration file means, and what is wrong with it.
struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Checks and shows configuration files.",
        subcommands: [ConfigCheck.self, ConfigShow.self, ConfigDefaults.self])
}

struct ConfigCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Lists everything that is wrong with a configuration file, at once.",
        discussion: "Exit status: 0 where nothing is wrong, 78 where something is.")

    @Argument(help: "The file to check.")
    var file = Configuration.defaultPath

    @Flag(help: "Print one JSON object.")
    var json = false

    func run() throws {
        do throws(ConfigurationError) {
            let loaded = try Configuration.load(file)
            if json {
                print("{\"file\":\(JSON.quoted(file)),\"valid\":true,\"problems\":[]}")
            } else {
                let cameras = loaded.configuration.cameras.count
                print("\(file): right; \(cameras) \(cameras == 1 ? "camera" : "cameras")")
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

struct ConfigShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Prints the configuration in force: the file, its profile and the defaults.")

    @Argument(help: "The file to read.")
    var file = Configuration.defaultPath

    @Flag(help: "Print JSON instead of TOML.")
    var json = false

    func run() throws {
        let configuration = try Configuration.loadOrExit(file).configuration
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
        print(Configuration.example.text(commented: true), terminator: "")
    }
}

extension Configuration {
    /// For commands: the configuration, or its problems on standard error and exit status 78.
    static func loadOrExit(_ path: String) throws -> Loaded {
        do throws(ConfigurationError) {
            return try load(path)
        } catch {
            complain(error.description)
            throw ExitCode(ExitStatus.badConfiguration)
        }
    }

    /// What is allowed but worth a second look.
    var advice: [String] {
        var advice: [String] = []
        for output in [Output.green, .amber, .red, .siren] where lines.outputs[output] == nil {
            advice.append("lines.\(output.configurationName): absent; it will only be logged")
        }
        return advice
    }
}

extension ConfigurationError.Problem {
    fileprivate var json: String {
        "{\"file\":\(JSON.quoted(file)),\"line\":\(line),\"column\":\(column),"
            + "\"key\":\(JSON.quoted(key)),\"value\":\(JSON.quoted(value)),"
            + "\"message\":\(JSON.quoted(message))}"
    }
}

extension TOMLValue {
    /// The same value as JSON; what Kuzet never writes becomes null.
    fileprivate var json: String {
        switch content {
        case .table(let members):
            let pairs = members.map { JSON.quoted($0.key) + ":" + $0.value.json }
            return "{" + pairs.joined(separator: ",") + "}"
        case .array(let elements): return "[" + elements.map(\.json).joined(separator: ",") + "]"
        case .string(let text): return JSON.quoted(text)
        case .integer(let number): return String(number)
        case .boolean(let truth): return String(truth)
        case .fraction, .time: return "null"
        }
    }
}
