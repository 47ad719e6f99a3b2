import Detectors
import Linux

extension Settings {
    /// A larger file is refused by its size, unread: 1 MiB holds a thousand zones.
    package static let byteCountMax = 1 << 20

    package static let defaultPath = "/etc/kuzet/kuzet.toml"

    /// A configuration with the bytes that it was read from.
    package struct Loaded: Sendable {
        package var configuration: Settings
        /// The file's bytes, then its profile's: whose SHA-256 names this configuration.
        package var bytes: [UInt8]
    }

    /// Reads a configuration and the profile that it names. Either all of it is right, or nothing
    /// of it is used: a reload keeps the old configuration when this throws.
    ///
    /// - Error: every problem of both files; print one per line and exit with 78.
    package static func load(_ path: String) throws(ConfigurationError) -> Loaded {
        let (loaded, problems) = try loadWithProblems(path)
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        return loaded
    }

    /// The same, with what could be made out although there are problems: to switch a siren off,
    /// its line need only be readable, whatever else is wrong.
    package static func loadWithProblems(
        _ path: String
    ) throws(ConfigurationError) -> (Loaded, [ConfigurationError.Problem]) {
        try readText(try bytes(of: path), as: path)
    }

    /// Reads a configuration, and gives its own bytes without its profile's: to be edited.
    ///
    /// - Error: as `load`.
    package static func loadText(
        _ path: String
    ) throws(ConfigurationError) -> (configuration: Settings, text: [UInt8]) {
        let text = try bytes(of: path)
        return (try check(text, as: path), text)
    }

    /// What a configuration would mean if the file at `path` had these bytes.
    ///
    /// - Error: as `load`.
    package static func check(
        _ bytes: [UInt8], as path: String
    ) throws(ConfigurationError) -> Settings {
        let (loaded, problems) = try readText(bytes, as: path)
        guard problems.isEmpty else { throw ConfigurationError(problems: problems) }
        return loaded.configuration
    }

    private static func readText(
        _ own: [UInt8], as path: String
    ) throws(ConfigurationError) -> (Loaded, [ConfigurationError.Problem]) {
        var all = own
        let (configuration, problems) = try readWithProblems(
            own, file: path, ownName: ownName(of: Machine())
        ) {
            name throws(ConfigurationError) in
            let file = name.hasPrefix("/") ? name : beside(path, name)
            let bytes = try bytes(of: file)
            all += bytes
            return (file, bytes)
        }
        return (Loaded(configuration: configuration, bytes: all), problems)
    }

    private static func beside(_ path: String, _ name: String) -> String {
        let folder = Files.folder(of: path)
        return folder == "/" ? "/" + name : folder + "/" + name
    }

    private static func bytes(of path: String) throws(ConfigurationError) -> [UInt8] {
        let refusal: String
        do throws(Errno) {
            let facts = try Files.facts(path)
            if facts.kind == .regular, facts.byteCount <= UInt64(byteCountMax) {
                return try Files.read(path, byteCountMax: byteCountMax)
            }
            refusal =
                facts.kind == .regular
                ? "\(facts.byteCount) bytes; at most \(byteCountMax) are allowed"
                : "not a regular file"
        } catch {
            refusal = error.description
        }
        throw ConfigurationError(file: concealed(path), message: "open: \(refusal)")
    }
}

/// What a fuzzer calls: whatever the bytes, this returns, and what is accepted can be printed and
/// read again as the same configuration.
///
/// The first zero byte, if any, ends the configuration and begins its profile.
///
/// - Returns: whether the promise was kept.
package func fuzzConfiguration(_ bytes: [UInt8]) -> Bool {
    let end = bytes.firstIndex(of: 0) ?? bytes.endIndex
    let profile = Array(bytes[end...].dropFirst())
    do throws(ConfigurationError) {
        let configuration = try Settings.read(Array(bytes[..<end]), file: "fuzz.toml", ownName: nil)
        {
            _ in
            ("profile.toml", profile)
        }
        let text = Array(configuration.text(commented: false).utf8)
        let again = try Settings.read(text, file: "again.toml", ownName: nil) {
            name throws(ConfigurationError) in
            throw ConfigurationError(file: name, message: "a printed configuration has no profile")
        }
        return again == configuration
    } catch {
        // Refused: by the first reading this is well, by the second it is not.
        return error.problems.allSatisfy { $0.file != "again.toml" }
    }
}
