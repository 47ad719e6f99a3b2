import Cryptography
import Linux

/// The key that signs checkpoints, made at the first start and kept with the ledger.
///
///     DIR/key/device.secret    64 bytes: the secret, then its public key, by which a damaged
///                              file is known; nobody but its owner may read it
///
/// The secret never leaves that file and this process's memory. Who can read the file can sign in
/// the device's name: encrypt the disk, or keep the enclosure shut.
enum DeviceKey {
    static let fileByteCount = SigningKey.secretByteCount + PublicKey.byteCount

    /// The key of this folder; one that is missing or damaged is replaced, and `findings` says so.
    ///
    /// - Parameter known: the key of the last checkpoint; nil where there is none.
    /// - Returns: nil where a new key cannot be made or written: records are then kept all the
    ///   same, unsigned until the next start.
    static func open(
        _ folder: LedgerFolder, known: [UInt8]?, _ findings: inout [String]
    ) -> SigningKey? {
        let before = findings.count
        do {
            if let key = try read(folder, &findings) {
                if let known, known != key.publicKey {
                    findings.append(
                        "key: open: it is another one than that of the last checkpoint; it has "
                            + "fingerprint \(PublicKey.fingerprint(key.publicKey))")
                }
                return key
            }
            let key = try make(folder)
            if known != nil || findings.count > before {
                findings.append(
                    "key: open: none that can be used; a new one is made, with fingerprint "
                        + PublicKey.fingerprint(key.publicKey))
            }
            return key
        } catch {
            findings.append("\(error): records are not signed until the next start")
            return nil
        }
    }

    /// - Returns: nil where there is none, or none any more.
    private static func read(
        _ folder: LedgerFolder, _ findings: inout [String]
    ) throws -> SigningKey? {
        let bytes: [UInt8]
        do throws(Errno) {
            bytes = try Files.read(folder.secret, byteCountMax: 4_096, followsLinks: false)
        } catch .noSuchFile {
            return nil
        } catch let error where error == .notARegularFile || error == .fileTooLarge {
            findings.append("key: open: \(error); set aside as \(try folder.setKeyAside())")
            return nil
        } catch {
            throw StoreError("key \(folder.secret)", "read", error)
        }
        let secret = Array(bytes.prefix(SigningKey.secretByteCount))
        if bytes.count == fileByteCount, let key = SigningKey(secret: secret),
            bytes[SigningKey.secretByteCount...].elementsEqual(key.publicKey)
        {
            return key
        }
        findings.append("key: open: damaged; set aside as \(try folder.setKeyAside())")
        return nil
    }

    private static func make(_ folder: LedgerFolder) throws -> SigningKey {
        guard let secret = SigningKey.newSecret(), let key = SigningKey(secret: secret) else {
            throw StoreError("key \(folder.secret)", "make", "no random numbers", .refused)
        }
        do throws(Errno) {
            try Files.makeFolder(folder.key, mode: 0o700)
            try Files.synchroniseFolder(folder.path)
            try Files.replace(folder.secret, with: secret + key.publicKey, mode: 0o600)
        } catch {
            throw StoreError("key \(folder.secret)", "make", error)
        }
        return key
    }
}
