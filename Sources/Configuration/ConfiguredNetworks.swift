import Cryptography
import Detectors
import Linux
import Records

/// The networks that look: those that are part of the program, or those that `[models]` names in
/// their place.
package struct ConfiguredNetworks {
    package let networks: LookNetworks
    /// What names them on record, in the order of `LookTask`.
    package let names: [LookNetworkName]

    private static let byteCountMax = 64 << 20

    /// - Parameters:
    ///   - models: paths of `.tflite` files by task.
    ///   - looksForFaces: whether there is somebody who may say whom to look for.
    /// - Throws: of a file that cannot be read or is no network for its task.
    package init(
        _ models: [LookTask: String], looksForFaces: Bool = false
    ) throws(ConfigurationError) {
        var files: [LookTask: [UInt8]] = [:]
        for (task, path) in models { files[task] = try Self.file(task, path) }
        let tasks = LookTask.always + (looksForFaces ? [.faces] : [])
        names = tasks.map { task in
            let file = files[task] ?? Array(task.model.bytes)
            return LookNetworkName(task: task, sha256: SHA256.digest(file))
        }
        do {
            networks = try LookNetworks(replacing: files, looksForFaces: looksForFaces)
        } catch {
            let isOwn = models.isEmpty
            throw ConfigurationError(
                file: isOwn ? "the program" : models.values.sorted().joined(separator: ", "),
                message: "look with \(isOwn ? "its networks" : "it, as [models] says"): \(error)")
        }
    }

    private static func file(
        _ task: LookTask, _ path: String
    ) throws(ConfigurationError) -> [UInt8] {
        do throws(Errno) {
            return try Files.read(path, byteCountMax: byteCountMax)
        } catch {
            throw ConfigurationError(file: path, message: "read the network for \(task): \(error)")
        }
    }
}
