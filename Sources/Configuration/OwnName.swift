import Cryptography
import Linux

extension Settings {
    /// What a board is called that was given no name: `kuzet-` and ten digits, the same as long as
    /// the board is.
    ///
    /// Of the board's serial number, for a copied card copies the machine-id with it; of that where
    /// there is no serial number. Hashed, for the machine-id is not to be shown (machine-id(5)),
    /// and some serial numbers open doors.
    ///
    /// - Returns: nil where the machine has neither.
    package static func ownName(of machine: Machine) -> String? {
        let candidates = [
            machine.strings("/proc/device-tree/serial-number")?.first,
            machine.line("/etc/machine-id")
        ]
        for case let identity? in candidates where tellsBoardsApart(identity) {
            let digest = SHA256.digest(Array("kuzet appliance \(identity)".utf8))
            return "kuzet-\(SHA256.hexadecimal(digest.prefix(5)))"
        }
        return nil
    }

    /// Boards without a number say zeros, images before their first start "uninitialized".
    private static func tellsBoardsApart(_ identity: String) -> Bool {
        let digits = identity.utf8.filter { $0 > 0x20 }
        return digits.count >= 4 && Set(digits).count > 1 && identity != "uninitialized"
    }
}
