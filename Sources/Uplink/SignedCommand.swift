import Cryptography
import Incidents
import Station
import Text

/// A command as it comes over the network, before anybody believes it.
///
///     {"command":"{\"device\":\"bar\",\"counter\":1795693392262,\"by\":\"Aigul\",
///                  \"do\":\"acknowledge\",\"incident\":\"6b75…-17\"}",
///      "signature":"…"}
///
/// - Shape: `signature` is Ed25519 in Base64, over `kuzet-command-1`, a line feed, and the bytes of
///   the text `command`, which is JSON itself: what is signed is what is read.
/// - Limits: `byteCountMax` bytes; chunks of `chunkByteCountMax`.
public enum SignedCommand {
    /// The longest schedule, one day a line, fits with room to spare.
    public static let byteCountMax = 8_192
    /// A file is fetched in parts, each of which fits a message of any broker.
    public static let chunkByteCountMax: UInt32 = 64 << 10
    static let prefix = Array("kuzet-command-1\n".utf8)

    public struct Refusal: Error, Hashable, CustomStringConvertible, Sendable {
        public var description: String
    }

    /// - Parameters:
    ///   - key: the public key that must have signed.
    ///   - device: whom it must be for, so that one appliance's command is no other's.
    public static func read(
        _ bytes: [UInt8], key: [UInt8], device: String
    ) throws(Refusal) -> Command {
        guard bytes.count <= byteCountMax else {
            throw Refusal(description: "\(bytes.count) bytes, at most \(byteCountMax)")
        }
        let envelope = try json(bytes)
        guard let text = envelope["command"]?.string,
            let signature = envelope["signature"]?.string.flatMap({ Base64.bytes($0) })
        else { throw Refusal(description: "no command and signature in it") }
        guard PublicKey.verify(signature, of: prefix + Array(text.utf8), by: key) else {
            throw Refusal(description: "the signature is not right")
        }
        let command = try json(Array(text.utf8))
        guard command["device"]?.string == device else {
            throw Refusal(description: "it is for \(command["device"]?.string ?? "nobody")")
        }
        guard let counter = command["counter"]?.thousandths, counter >= 0,
            counter % 1000 == 0
        else { throw Refusal(description: "no counter in it") }
        guard let by = command["by"]?.string, !by.isEmpty, by.utf8.count <= 64 else {
            throw Refusal(description: "by: 1 to 64 bytes that say who")
        }
        return Command(
            counter: UInt64(counter / 1000), by: by, action: try action(command))
    }

    private static func action(_ command: JSONValue) throws(Refusal) -> Command.Action {
        switch command["do"]?.string {
        case "acknowledge": return .acknowledge(try incident(command))
        case "silence": return .silence
        case "hours": return .hours(try hours(command))
        case "fetch":
            let kind = LedgerRecord.EvidenceKind.allCases.first {
                "\($0)" == command["evidence"]?.string
            }
            guard let kind else { throw Refusal(description: "evidence: no such kind") }
            return .fetch(
                try incident(command), kind, offset: try number(command, "offset", .max),
                byteCount: try number(command, "bytes", chunkByteCountMax))
        case let other: throw Refusal(description: "do: \(other ?? "nothing") is not known")
        }
    }

    static func number(
        _ command: JSONValue, _ name: String, _ largest: UInt32
    ) throws(Refusal) -> UInt32 {
        guard let thousandths = command[name]?.thousandths, thousandths % 1000 == 0,
            let number = UInt32(exactly: thousandths / 1000), number <= largest
        else { throw Refusal(description: "\(name): a whole number up to \(largest)") }
        return number
    }

    private static func incident(_ command: JSONValue) throws(Refusal) -> IncidentIdentity {
        guard let text = command["incident"]?.string, let identity = IncidentIdentity(full: text)
        else { throw Refusal(description: "incident: no full name of one") }
        return identity
    }

    private static func json(_ bytes: [UInt8]) throws(Refusal) -> JSONValue {
        do throws(JSONValue.ReadingError) { return try JSONValue.read(bytes) } catch {
            throw Refusal(description: "no JSON: \(error)")
        }
    }

    /// What a destination is told about its command.
    public static func answer(_ command: Command, device: String, refusal: String?) -> String {
        let result = refusal.map { "\"refused\",\"why\":\(JSON.quoted($0))" } ?? "\"done\""
        return "{\"format\":\"kuzet-answer-1\",\"device\":\(JSON.quoted(device)),"
            + "\"counter\":\(command.counter),\"result\":\(result)}"
    }

    /// The same for a part of a file, which it carries.
    public static func answer(
        _ command: Command, device: String, chunk: [UInt8], offset: UInt32, of byteCount: Int
    ) -> String {
        "{\"format\":\"kuzet-answer-1\",\"device\":\(JSON.quoted(device)),"
            + "\"counter\":\(command.counter),\"result\":\"done\",\"offset\":\(offset),"
            + "\"bytes\":\(byteCount),\"chunk\":\"\(Base64.text(chunk))\"}"
    }
}
