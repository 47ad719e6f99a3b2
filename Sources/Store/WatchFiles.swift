import Cryptography
import Linux
import Watchlist

/// Documents for looking at faces, as they are kept from one start to the next: each encrypted under a
/// key that only this board has.
///
///     DIR/watch/floors                    what must never be forgotten: see `WatchFloors`
///     DIR/watch/list-KEY, right-KEY       of each authority its list, and its authorisation
///
/// AES-256-GCM under the SHA-256 of a prefix and the secret of `DeviceKey`, bound to the file's name, so
/// that none takes another's place. A thief of the card who has the key file too can read them: see
/// there.
public struct WatchFiles: Sendable {
    private let folder: String
    private let key: AESKey

    private static let prefix = Array("kuzet-watch-files-1\n".utf8)
    private static let floors = "floors"

    /// - Returns: nil where the board has no key yet: the ledger makes one when it is first opened.
    /// - Error: `StoreError`.
    public init?(_ ledger: LedgerFolder) throws {
        let bytes: [UInt8]
        do throws(Errno) {
            bytes = try Files.read(ledger.secret, byteCountMax: 4_096, followsLinks: false)
        } catch .noSuchFile {
            return nil
        } catch {
            throw StoreError("key \(ledger.secret)", "read", error)
        }
        guard bytes.count == DeviceKey.fileByteCount,
            let key = AESKey(
                SHA256.digest(Self.prefix + bytes.prefix(SigningKey.secretByteCount)))
        else { return nil }
        self.key = key
        folder = ledger.path + "/watch"
        do throws(Errno) { try Files.makeFolder(folder, mode: 0o700) } catch {
            throw StoreError("folder \(folder)", "create", error)
        }
    }

    /// What must never be forgotten; nothing where there is no file.
    ///
    /// - Error: `StoreError`; of the kind `damaged` also where it is of another board.
    public func readFloors() throws -> WatchFloors {
        guard let bytes = try read(Self.floors, byteCountMax: WatchFloors.byteCountMax) else {
            return WatchFloors()
        }
        do throws(WatchProblem) { return try WatchFloors(canonicalBytes: bytes) } catch {
            throw StoreError("\(folder)/\(Self.floors)", "read", "\(error.rule)", .damaged)
        }
    }

    /// Durable when it returns.
    public func write(_ floors: WatchFloors) throws {
        try write(floors.canonicalBytes, Self.floors)
    }

    /// - Parameter key: the authority's.
    public func write(_ document: [UInt8], isList: Bool, of key: [UInt8]) throws {
        try write(document, Self.name(isList, key))
    }

    /// A document that is over; one that is gone already is fine.
    public func remove(isList: Bool, of key: [UInt8]) {
        try? Files.remove(folder + "/" + Self.name(isList, key))
    }

    /// Every document by its file's name, and why one cannot be read.
    public func readDocuments() -> [(name: String, document: Result<[UInt8], any Error>)] {
        names.filter { $0 != Self.floors }.map { name in
            (
                name,
                Result {
                    try read(name, byteCountMax: WatchDocument.byteCountMax) ?? []
                }
            )
        }
    }

    /// A document that is not to be read again.
    public func remove(_ name: String) { try? Files.remove(folder + "/" + name) }

    /// Everything, what must never be forgotten too: of a board that nobody may ask any more, or whose
    /// key is another one.
    public func removeAll() { for name in names { remove(name) } }

    private var names: [String] { ((try? Files.names(in: folder)) ?? []).sorted() }

    private static func name(_ isList: Bool, _ key: [UInt8]) -> String {
        (isList ? "list-" : "right-") + String(SHA256.hexadecimal(key).prefix(32))
    }

    private func read(_ name: String, byteCountMax: Int) throws -> [UInt8]? {
        let path = folder + "/" + name
        let sealed: [UInt8]
        do throws(Errno) {
            sealed = try Files.read(path, byteCountMax: byteCountMax + 64, followsLinks: false)
        } catch .noSuchFile {
            return nil
        } catch {
            throw StoreError(path, "read", error)
        }
        guard let plain = key.open(sealed, bound: Array(name.utf8)) else {
            throw StoreError(path, "open", "damaged, or of another board", .damaged)
        }
        return plain
    }

    private func write(_ plain: [UInt8], _ name: String) throws {
        let path = folder + "/" + name
        guard let sealed = key.seal(plain, bound: Array(name.utf8)) else {
            throw StoreError(path, "encrypt", "no random numbers", .refused)
        }
        do throws(Errno) { try Files.replace(path, with: sealed, mode: 0o600) } catch {
            throw StoreError(path, "write", error)
        }
    }
}
