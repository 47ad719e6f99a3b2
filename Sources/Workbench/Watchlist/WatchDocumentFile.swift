import Cryptography
import Linux
import Watchlist

/// What an authority does with lists: sign, compare, revoke. Documents are files of the same bytes
/// that boards take.
package enum WatchDocumentFile {
    /// Stands where a key is still missing; no board has it.
    package static let nobody = [UInt8](repeating: 0, count: 32)
    private static let unsigned = [UInt8](repeating: 0, count: PublicKey.signatureByteCount)

    package static func read(_ path: String) throws -> WatchDocument {
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path, byteCountMax: WatchDocument.byteCountMax)
        } catch {
            throw WorkbenchError.reading(path, error)
        }
        do throws(WatchProblem) { return try WatchDocument.read(bytes) } catch {
            throw WorkbenchError(path, error)
        }
    }

    /// The list in a file, and its signature.
    package static func readList(_ path: String) throws -> (WatchedList, signature: [UInt8]) {
        guard case .list(let list, let signature) = try read(path) else {
            throw WorkbenchError(.badData, "\(path): read: a list was expected")
        }
        return (list, signature)
    }

    /// A list that its issuer has signed: what nobody signed leads nowhere.
    package static func readSignedList(
        _ path: String
    ) throws -> (WatchedList, signature: [UInt8]) {
        let (list, signature) = try readList(path)
        guard isRight(signature, WatchDocument.message(list), by: list.header.issuer) else {
            throw WorkbenchError(
                .badData, "\(path): read: the signature is not right; `kuzet watchlist sign` it")
        }
        return (list, signature)
    }

    package static func isRight(
        _ signature: [UInt8], _ message: [UInt8], by key: [UInt8]
    ) -> Bool {
        // Zeros are a point of the curve too, of order 4: one message in four is "signed" by zeros.
        key != nobody && PublicKey.verify(signature, of: message, by: key)
    }

    package static func write(_ bytes: [UInt8], to path: String) throws {
        // Secrets that are written over cannot be had back.
        if let held = try? Files.read(path, byteCountMax: 4_096, followsLinks: true),
            held.starts(with: WatchlistKey.head.utf8)
        {
            throw WorkbenchError(
                .badData, "\(path): write: it holds an authority's secrets; name another file")
        }
        // Templates, and pictures that were sealed: for whoever writes them alone.
        try WorkbenchError.writing(path) { try Files.replace(path, with: bytes, mode: 0o600) }
    }

    /// A list before anybody signed it.
    package static func packed(_ list: WatchedList) -> [UInt8] {
        WatchDocument.list(list, signature: unsigned).bytes
    }

    /// The list under this authority's keys.
    package static func signed(_ list: WatchedList, by key: WatchlistKey) -> WatchDocument {
        var list = list
        list.header.issuer = key.signing.publicKey
        list.header.sealingKey = key.opening.publicKey
        return .list(list, signature: key.signing.sign(WatchDocument.message(list)))
    }

    /// The packed list in a file under this authority's keys.
    ///
    /// - Parameter now: seconds since 1970.
    package static func signed(
        _ path: String, at now: Int64, by key: WatchlistKey
    ) throws -> WatchDocument {
        let (list, signature) = try readList(path)
        // Whoever changed it, nobody else is to sign for him.
        guard
            list.header.issuer == nobody
                || isRight(signature, WatchDocument.message(list), by: list.header.issuer)
        else {
            throw WorkbenchError(
                .badData, "\(path): sign: it was changed after it was signed; pack it anew")
        }
        guard list.header.expires > now else {
            throw WorkbenchError(
                .badData, "\(path): sign: it is over already; `kuzet watchlist pack --until`")
        }
        return signed(list, by: key)
    }

    package static func signed(
        _ authorisation: WatchAuthorisation, by key: WatchlistKey
    ) throws -> WatchDocument {
        var authorisation = authorisation
        authorisation.issuer = key.signing.publicKey
        if let problem = authorisation.problem {
            throw WorkbenchError("authorisation", problem)
        }
        guard authorisation.until > authorisation.issued else {
            throw WorkbenchError(
                .badData, "authorisation \(authorisation.version): sign: it is over already")
        }
        return .authorisation(
            authorisation, signature: key.signing.sign(WatchDocument.message(authorisation)))
    }

    /// What makes `new` out of `old`; nobody has to sign it.
    package static func difference(from old: String, to new: String) throws -> WatchDocument {
        let (base, _) = try readSignedList(old)
        let (list, signature) = try readSignedList(new)
        guard base.header.version < list.header.version else {
            throw WorkbenchError(
                .badData,
                "\(new): compare: version \(list.header.version), "
                    + "above \(base.header.version) of \(old) wanted")
        }
        guard let difference = ListDifference(from: base, to: list) else {
            throw WorkbenchError(.badData, "\(new): compare: another key signed \(old)")
        }
        return .difference(difference, signature: signature)
    }

    /// The same list without some entries, and without those that are over by then.
    ///
    /// - Parameters:
    ///   - numbers: each must be in it: a slip would leave somebody on the list.
    ///   - issued: seconds since 1970, now.
    package static func revoked(
        _ numbers: [UInt32], in path: String, version: UInt64, issued: Int64, by key: WatchlistKey
    ) throws -> WatchDocument {
        var (list, _) = try readSignedList(path)
        guard list.header.issuer == key.signing.publicKey else {
            throw WorkbenchError(.badData, "\(path): revoke: another key signed it")
        }
        guard version > list.header.version else {
            throw WorkbenchError(
                .badData,
                "\(path): revoke: version \(version), above \(list.header.version) wanted")
        }
        for number in numbers where !list.entries.contains(where: { $0.number == number }) {
            throw WorkbenchError(.badData, "\(path): revoke: entry \(number): none has this number")
        }
        list.entries.removeAll { numbers.contains($0.number) || $0.notice.until <= issued }
        list.header.version = version
        list.header.issued = issued
        if let problem = list.problem { throw WorkbenchError(path, problem) }
        return signed(list, by: key)
    }

    /// The picture of a find, by whoever may open it.
    ///
    /// - Parameter bound: what it was sealed with.
    package static func opened(
        _ path: String, bound: [UInt8], by key: WatchlistKey
    ) throws -> [UInt8] {
        let sealed: [UInt8]
        do {
            sealed = try Files.read(path, byteCountMax: 4 << 20)
        } catch {
            throw WorkbenchError.reading(path, error)
        }
        guard let picture = key.opening.open(sealed, bound: bound) else {
            throw WorkbenchError(
                .badData, "\(path): open: not sealed to this key for this incident, or changed")
        }
        return picture
    }
}
