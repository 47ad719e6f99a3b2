import Linux

/// Why something on the workbench could not be done, for a person to read.
package struct WorkbenchError: Error, Hashable, CustomStringConvertible {
    package enum Kind: Hashable, Sendable {
        /// What was read is not what it should be.
        case badData
        /// A file or folder that cannot be had.
        case unavailable
        /// What was said could not be written to where it goes.
        case unseen
    }

    package let kind: Kind
    /// *object: attempt: cause*; names from files steer no terminal.
    package let description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description.replacingControls()
    }

    /// Of what could not be read: a file that cannot be had is no bad data.
    static func reading(_ object: String, _ error: any Error) -> WorkbenchError {
        let cannotBeHad = (error as? Errno).map { $0 != .fileTooLarge } ?? false
        return WorkbenchError(
            cannotBeHad ? .unavailable : .badData, "\(object): read: \(error)")
    }

    /// Throws where `output` is the file at `input`, by whatever name.
    package static func refuseSame(_ input: String, _ output: String) throws(WorkbenchError) {
        guard let from = try? Files.facts(input), from.kind == .regular,
            let to = try? Files.facts(output), from.device == to.device, from.inode == to.inode
        else { return }
        throw WorkbenchError(
            .unavailable, "\(output): write: it is what is read; name another file")
    }

    /// Runs `work`, which writes the file or makes the folder at `path`.
    package static func writing<Result>(
        _ path: String, _ work: () throws -> Result
    ) throws -> Result {
        do {
            return try work()
        } catch {
            throw WorkbenchError(.unavailable, "\(path): write: \(error)")
        }
    }
}
