import Cryptography
import Frames
import Incidents
import Testing
import Text

@testable import Uplink

@Suite struct SignedCommandTests {
    private let key: SigningKey
    private static let incident = "00000000000000010000000000000002-7"

    init() throws {
        key = try #require(SigningKey(secret: [UInt8](repeating: 3, count: 32)))
    }

    private func envelope(_ command: String, prefix: String = "kuzet-command-1\n") -> [UInt8] {
        let signature = key.sign(Array((prefix + command).utf8))
        return Array(
            "{\"command\":\(JSON.quoted(command)),\"signature\":\"\(Base64.text(signature))\"}"
                .utf8)
    }

    private func read(_ bytes: [UInt8]) throws(SignedCommand.Refusal) -> Command {
        try SignedCommand.read(bytes, key: key.publicKey, device: "bar")
    }

    private func complaint(_ bytes: [UInt8]) -> String {
        do throws(SignedCommand.Refusal) {
            return "read: \(try read(bytes))"
        } catch { return error.description }
    }

    private func text(_ what: String, device: String = "bar") -> String {
        "{\"device\":\"\(device)\",\"counter\":1795693392262,\"by\":\"Aigul\",\(what)}"
    }

    @Test func everyCommandIsUnderstood() throws {
        let identity = IncidentIdentity(boot: BootID(high: 1, low: 2), ordinal: 7)
        let cases: [(String, Command.Action)] = [
            ("\"do\":\"acknowledge\",\"incident\":\"\(Self.incident)\"", .acknowledge(identity)),
            ("\"do\":\"silence\"", .silence),
            (
                "\"do\":\"hours\",\"venue\":\"closed\",\"seconds\":3600",
                .hours(isOpen: false, seconds: 3_600)
            ),
            ("\"do\":\"hours\",\"venue\":\"configured\"", .hours(isOpen: nil, seconds: 0)),
            (
                "\"do\":\"fetch\",\"incident\":\"\(Self.incident)\",\"evidence\":\"snapshot\","
                    + "\"offset\":65536,\"bytes\":4096",
                .fetch(identity, .snapshot, offset: 65_536, byteCount: 4_096)
            )
        ]
        for (what, action) in cases {
            let command = try read(envelope(text(what)))
            #expect(command == Command(counter: 1_795_693_392_262, by: "Aigul", action: action))
        }
    }

    @Test func whatIsNotSignedAsItMustIsRefused() throws {
        let right = text("\"do\":\"silence\"")
        #expect(complaint(envelope(right, prefix: "")) == "the signature is not right")
        #expect(complaint(Array("{}".utf8)) == "no command and signature in it")
        #expect(complaint([]).hasPrefix("no JSON"))
        #expect(complaint([UInt8](repeating: 32, count: 5_000)) == "5000 bytes, at most 4096")
        let bytes = envelope(right)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            // A space in the envelope may change; what was signed may not.
            if let command = try? read(changed) { #expect(command.action == .silence) }
        }
        let stranger = try #require(SigningKey(secret: [UInt8](repeating: 4, count: 32)))
        #expect(throws: SignedCommand.Refusal(description: "the signature is not right")) {
            try SignedCommand.read(bytes, key: stranger.publicKey, device: "bar")
        }
    }

    @Test func whatIsSignedAndMakesNoSenseIsRefused() {
        #expect(complaint(envelope(text("\"do\":\"silence\"", device: "park"))) == "it is for park")
        #expect(complaint(envelope(text("\"do\":\"open\""))) == "do: open is not known")
        #expect(
            complaint(envelope(text("\"do\":\"acknowledge\",\"incident\":\"7\"")))
                == "incident: no full name of one")
        #expect(
            complaint(
                envelope(
                    text(
                        "\"do\":\"fetch\",\"incident\":\"\(Self.incident)\","
                            + "\"evidence\":\"snapshot\",\"offset\":0,\"bytes\":65537")))
                == "bytes: a whole number up to 65536")
        #expect(complaint(envelope("[]")).hasPrefix("it is for nobody"))
    }
}
