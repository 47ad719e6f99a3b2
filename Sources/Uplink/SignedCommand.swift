import Cryptography
import Records
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
/// - Limits: `byteCountMax` bytes, with a document `watchByteCountMax`; chunks of `chunkByteCountMax`.
public enum SignedCommand {
    /// The longest schedule, one day a line, fits with room to spare.
    public static let byteCountMax = 8_192
    /// A document for looking at faces is the one thing that is longer: some two hundred entries.
    /// Longer ones come as differences, or as a file.
    public static let watchByteCountMax = 256 << 10
    /// A file is fetched in parts, each of which fits a message of any broker.
    public static let chunkByteCountMax: UInt32 = 64 << 10
    static let prefix = Array("kuzet-command-1\n".utf8)

    public struct Refusal: Error, Hashable, CustomStringConvertible, Sendable {
        public var description: String
        /// The centre itself sent it, under this number, to this appliance: it is to hear why.
        public var counter: UInt64?
    }

    /// - Parameters:
    ///   - centre: who must have signed.
    ///   - device: whom it must be for, so that one appliance's command is no other's.
    public static func read(
        _ bytes: [UInt8], from centre: Centre, device: String
    ) throws(Refusal) -> Order {
        guard bytes.count <= watchByteCountMax else {
            throw Refusal(description: "\(bytes.count) bytes, at most \(watchByteCountMax)")
        }
        let envelope = try json(bytes)
        guard let text = envelope["command"]?.string,
            let signature = envelope["signature"]?.string.flatMap({ Base64.bytes($0) })
        else { throw Refusal(description: "no command and signature in it") }
        guard PublicKey.verify(signature, of: prefix + Array(text.utf8), by: centre.key) else {
            throw Refusal(description: "the signature is not right")
        }
        let command = try json(Array(text.utf8))
        guard bytes.count <= byteCountMax || command["do"]?.string == "watch" else {
            throw Refusal(description: "\(bytes.count) bytes, at most \(byteCountMax)")
        }
        guard command["device"]?.string == device else {
            throw Refusal(description: "it is for \(command["device"]?.string ?? "nobody")")
        }
        guard let counter = command["counter"]?.thousandths, counter >= 0,
            counter % 1000 == 0
        else { throw Refusal(description: "no counter in it") }
        guard let by = command["by"]?.string, !by.isEmpty, by.utf8.count <= 64 else {
            throw Refusal(description: "by: 1 to 64 bytes that say who")
        }
        let number = UInt64(counter / 1000)
        do throws(Refusal) {
            let ticket = Ticket(counter: number, epoch: try epoch(command))
            return Order(
                actor: by, authority: .centre(centre, ticket), action: try action(command))
        } catch {
            throw Refusal(description: error.description, counter: number)
        }
    }

    private static func epoch(_ command: JSONValue) throws(Refusal) -> Epoch? {
        guard let value = command["epoch"] else { return nil }
        guard let text = value.string, let epoch = Epoch(text) else {
            throw Refusal(description: "epoch: none has such a name")
        }
        return epoch
    }

    static func action(_ command: JSONValue) throws(Refusal) -> Order.Action {
        switch command["do"]?.string {
        case "acknowledge":
            guard command["was"] != nil || command["because"] != nil else {
                return .acknowledge(try incident(command))
            }
            return .judge(try judgement(command))
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
        case "watch":
            guard let document = command["document"]?.string.flatMap({ Base64.bytes($0) }),
                !document.isEmpty
            else { throw Refusal(description: "document: a signed document in Base64") }
            return .watch(document: document)
        case let other: throw Refusal(description: "do: \(other ?? "nothing") is not known")
        }
    }

    private static func judgement(_ command: JSONValue) throws(Refusal) -> Judgement {
        let verdict = Judgement.Verdict.allCases.first { "\($0)" == command["was"]?.string }
        guard let verdict else { throw Refusal(description: "was: none or real") }
        let because = command["because"].map { $0.string } ?? ""
        let limit = Judgement.becauseByteCountMax
        guard let because, because.utf8.count <= limit else {
            throw Refusal(description: "because: at most \(limit) bytes that say why")
        }
        return Judgement(identity: try incident(command), verdict: verdict, because: because)
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

    static func json(_ bytes: [UInt8]) throws(Refusal) -> JSONValue {
        do throws(JSONValue.ReadingError) { return try JSONValue.read(bytes) } catch {
            throw Refusal(description: "no JSON: \(error)")
        }
    }

    /// What a destination is told about its command.
    public static func text(_ answer: OrderAnswer, device: String) -> String {
        let result = answer.refusal.map { "\"refused\",\"why\":\(JSON.quoted($0))" } ?? "\"done\""
        return head(answer, device: device) + ",\"result\":\(result)}"
    }

    /// The same for a part of a file, which it carries.
    public static func text(
        _ answer: OrderAnswer, device: String, chunk: [UInt8], offset: UInt32, of byteCount: Int
    ) -> String {
        head(answer, device: device) + ",\"result\":\"done\",\"offset\":\(offset),"
            + "\"bytes\":\(byteCount),\"chunk\":\"\(Base64.text(chunk))\"}"
    }

    /// What a centre is told whose command, of this number, asks for nothing that there is.
    public static func text(refused why: String, counter: UInt64, device: String) -> String {
        head(counter, device: device) + ",\"result\":\"refused\",\"why\":\(JSON.quoted(why))}"
    }

    private static func head(_ answer: OrderAnswer, device: String) -> String {
        var counter: UInt64 = 0
        if case .centre(_, let ticket) = answer.order.authority { counter = ticket.counter }
        return head(counter, device: device)
            + (answer.epoch.map { ",\"epoch\":\"\($0)\"" } ?? "")
    }

    private static func head(_ counter: UInt64, device: String) -> String {
        "{\"format\":\"kuzet-answer-1\",\"device\":\(JSON.quoted(device)),"
            + "\"counter\":\(counter)"
    }
}
