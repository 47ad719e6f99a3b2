import ArgumentParser
import Cryptography
import Linux
import Records
import Store
import Workbench

struct IncidentsVerify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Walks the chain, checks signatures and evidence files, and names what is wrong.",
        discussion: """
            Examples:
              kuzet incidents verify --key device.pem
              kuzet incidents verify --checkpoint checkpoint-1234.txt

            Without --key it is only checked that whoever signed did so throughout. Without a \
            checkpoint that somebody else holds, nobody can tell that the newest records were \
            cut off.

            Exit status: 0 where everything holds, 65 where something does not.
            """)

    @OptionGroup var options: LedgerOptions

    @Option(
        help: ArgumentHelp(
            "Only the device with this public key may have signed; may be given again.",
            valueName: "file.pem"))
    var key: [String] = []

    @Option(
        help: ArgumentHelp(
            "The ledger must still have the record that this checkpoint of an export names; may be given again.",
            valueName: "file.txt"))
    var checkpoint: [String] = []

    func run() throws {
        let anchors = try anchors()
        try options.withLedger { reader in
            let report = try LedgerVerifier.verify(reader, anchors: anchors)
            print(options.json ? report.json : report.text(of: reader.folder.path))
            guard report.isValid else { throw ExitCode(ExitStatus.badData) }
        }
    }

    private func anchors() throws -> Anchors {
        var anchors = Anchors()
        for file in key {
            guard let bytes = PublicKey.bytes(pem: try text(of: file)) else {
                complain("kuzet: key \(file): read: not the PEM of an Ed25519 public key")
                throw ExitCode(ExitStatus.badData)
            }
            anchors.keys = (anchors.keys ?? []) + [bytes]
        }
        for file in checkpoint {
            guard let claim = Checkpoint.claim(of: try text(of: file)) else {
                complain("kuzet: checkpoint \(file): read: not the text of a checkpoint")
                throw ExitCode(ExitStatus.badData)
            }
            anchors.hashes[claim.sequence] = claim.hash
        }
        return anchors
    }

    private func text(of file: String) throws -> String {
        do throws(Errno) {
            return String(decoding: try Files.read(file, byteCountMax: 4_096), as: UTF8.self)
        } catch {
            complain("kuzet: \(file): read: \(error)")
            throw ExitCode(ExitStatus.unavailable)
        }
    }
}

struct IncidentsKey: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Prints the device's public key, for an authority to note down.",
        discussion: """
            Once, when the device is installed:
              kuzet incidents key > device.pem

            The key goes to the standard output, its fingerprint to the standard error. It is the \
            key of the newest checkpoint in the ledger; the secret one is never shown.
            """)

    @OptionGroup var options: LedgerOptions

    func run() throws {
        try options.withLedger { reader in
            let keys = try LedgerVerifier.verify(reader).keys
            guard let key = keys.max(by: { $0.last < $1.last }) else {
                complain("kuzet: ledger \(reader.folder.path): read the key: nothing is signed yet")
                throw ExitCode(ExitStatus.unavailable)
            }
            if options.json {
                print(key.json)
                return
            }
            print(PublicKey.pem(key.publicKey), terminator: "")
            complain("fingerprint \(PublicKey.fingerprint(key.publicKey))")
            complain("signs since record \(key.first)")
        }
    }
}
