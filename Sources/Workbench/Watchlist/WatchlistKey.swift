import Cryptography
import Linux
import Text

/// An authority's two secrets, in one file that nobody else may read: what signs its lists, and what
/// opens the pictures of its finds.
///
///     kuzet-watchlist-secret-1
///     sign BASE64
///     open BASE64
package struct WatchlistKey {
    package let signing: SigningKey
    package let opening: SealingKey

    static let head = "kuzet-watchlist-secret-1"
    private static let byteCountMax = 256

    /// New secrets, in a file that was not there before.
    package static func make(_ path: String) throws -> WatchlistKey {
        guard !Files.exists(path) else {
            // Whoever overwrites a key can neither revoke nor open anything any more.
            throw WorkbenchError(.unavailable, "\(path): write: there is something of this name")
        }
        guard let sign = SigningKey.newSecret(), let open = SealingKey.newSecret(),
            let key = WatchlistKey(sign: sign, open: open)
        else { throw WorkbenchError(.unavailable, "\(path): make: no random numbers yet") }
        let text = "\(head)\nsign \(Base64.text(sign))\nopen \(Base64.text(open))\n"
        try WorkbenchError.writing(path) {
            try Files.replace(path, with: Array(text.utf8), mode: 0o600)
        }
        return key
    }

    package static func read(_ path: String) throws -> WatchlistKey {
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path, byteCountMax: byteCountMax)
        } catch {
            throw WorkbenchError.reading(path, error)
        }
        let lines = String(decoding: bytes, as: UTF8.self)
            .split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, lines[0] == head, lines[3].isEmpty,
            lines[1].hasPrefix("sign "), lines[2].hasPrefix("open "),
            let sign = Base64.bytes(String(lines[1].dropFirst(5))),
            let open = Base64.bytes(String(lines[2].dropFirst(5))),
            let key = WatchlistKey(sign: sign, open: open)
        else {
            throw WorkbenchError(
                .badData, "\(path): read: no key; `kuzet watchlist key FILE` makes one")
        }
        return key
    }

    private init?(sign: [UInt8], open: [UInt8]) {
        guard let signing = SigningKey(secret: sign), let opening = SealingKey(secret: open) else {
            return nil
        }
        (self.signing, self.opening) = (signing, opening)
    }

    /// What a board's configuration needs, and what two people compare.
    package var words: String {
        """
        public key   \(Base64.text(signing.publicKey))
        fingerprint  \(PublicKey.fingerprint(signing.publicKey))

        """
    }

    package var json: String {
        "{\"publicKey\":\"\(Base64.text(signing.publicKey))\","
            + "\"fingerprint\":\"\(PublicKey.fingerprint(signing.publicKey))\"}"
    }
}
