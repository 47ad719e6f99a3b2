import Cryptography
import Frames
import Incidents
import Records
import Station
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

    private var centre: Centre { Centre(destination: "city", key: key.publicKey) }

    private func read(_ bytes: [UInt8]) throws(SignedCommand.Refusal) -> Order {
        try SignedCommand.read(bytes, from: centre, device: "bar")
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
        let cases: [(String, Order.Action)] = [
            ("\"do\":\"acknowledge\",\"incident\":\"\(Self.incident)\"", .acknowledge(identity)),
            (
                "\"do\":\"acknowledge\",\"incident\":\"\(Self.incident)\",\"was\":\"none\","
                    + "\"because\":\"they danced\"",
                .judge(Judgement(identity: identity, verdict: .nothing, because: "they danced"))
            ),
            (
                "\"do\":\"acknowledge\",\"incident\":\"\(Self.incident)\",\"was\":\"real\"",
                .judge(Judgement(identity: identity, verdict: .real))
            ),
            ("\"do\":\"silence\"", .silence),
            (
                "\"do\":\"hours\",\"venue\":\"closed\",\"seconds\":3600",
                .hours(.venue(isOpen: false, seconds: 3_600))
            ),
            ("\"do\":\"hours\",\"venue\":\"configured\"", .hours(.configured)),
            (
                "\"do\":\"fetch\",\"incident\":\"\(Self.incident)\",\"evidence\":\"snapshot\","
                    + "\"offset\":65536,\"bytes\":4096",
                .fetch(identity, .snapshot, offset: 65_536, byteCount: 4_096)
            ),
            ("\"do\":\"watch\",\"document\":\"S1pX\"", .watch(document: [75, 90, 87])),
            (
                "\"do\":\"watch\",\"document\":\"\(Base64.text(Self.long))\"",
                .watch(document: Self.long)
            )
        ]
        for (what, action) in cases {
            let command = try read(envelope(text(what)))
            #expect(
                command
                    == Order(
                        actor: "Aigul",
                        authority: .centre(centre, Ticket(counter: 1_795_693_392_262)),
                        action: action))
        }
    }

    /// Two hundred entries or so.
    private static let long = [UInt8](repeating: 5, count: 90_000)

    @Test func anEpochIsSignedAsItWasTold() throws {
        let told = "00000000000000010000000000000002-3120000000"
        let order = try read(envelope(text("\"do\":\"silence\",\"epoch\":\"\(told)\"")))
        guard case .centre(_, let ticket) = order.authority else {
            Issue.record("whose is it?")
            return
        }
        let epoch = try #require(ticket.epoch)
        #expect(epoch.description == told)
        let answer = OrderAnswer(order: order, refusal: "so", epoch: epoch)
        #expect(
            SignedCommand.text(answer, device: "bar")
                == "{\"format\":\"kuzet-answer-1\",\"device\":\"bar\",\"counter\":1795693392262,"
                + "\"epoch\":\"\(told)\",\"result\":\"refused\",\"why\":\"so\"}")
        for wrong in ["\"\"", "7", "null", "\"\(told.uppercased())x\"", "\"2-3\""] {
            #expect(
                complaint(envelope(text("\"do\":\"silence\",\"epoch\":\(wrong)")))
                    == "epoch: none has such a name")
        }
    }

    private func schedule(_ entries: String) -> [UInt8] {
        envelope(text("\"do\":\"hours\",\"schedule\":\(entries)"))
    }

    private func week(_ bytes: [UInt8]) throws -> WeekSchedule? {
        guard case .hours(.schedule(let schedule)) = try read(bytes).action else { return nil }
        return schedule
    }

    @Test func aScheduleIsSpeltAsInTheConfiguration() throws {
        let week = try #require(
            try week(
                schedule(
                    """
                    [{"days":["sat","thu"],"from":"18:00","to":"03:00"},
                    {"days":["sun"],"from":"12:30","to":"24:00"},
                    {"days":["sun"],"from":"23:59","to":"00:01"}]
                    """)))
        let spans: [WeekSchedule.Span] = [
            .init(start: 5_400, end: 5_940), .init(start: 8_280, end: 8_820),
            .init(start: 9_390, end: 0), .init(start: 10_079, end: 1)
        ]
        #expect(week.spans == spans)
        #expect(try self.week(schedule("[]")) == .never)
        let daily = try self.week(schedule("[{\"from\":\"00:00\",\"to\":\"24:00\"}]"))
        #expect(daily?.spans.count == 7)
        #expect((0..<10_080).allSatisfy { daily?.contains(weekMinute: $0) == true })
    }

    /// Written with a day a line and with spaces, as Python does.
    @Test func theLongestScheduleFits() throws {
        let entry = "{\"days\": [\"wed\"], \"from\": \"18:00\", \"to\": \"03:00\"}"
        func entries(_ count: Int) -> String {
            "[\([String](repeating: entry, count: count).joined(separator: ", "))]"
        }
        #expect(try week(schedule(entries(64)))?.spans.count == 64)
        #expect(complaint(schedule(entries(65))) == "schedule: a list of at most 64 hours")
        let every = "{\"from\":\"18:00\",\"to\":\"03:00\"}"
        let many = [String](repeating: every, count: 10).joined(separator: ",")
        #expect(
            complaint(schedule("[\(many)]"))
                == "schedule: at most 64 spans, counting each day by itself")
        #expect(complaint(schedule(entries(140))).hasSuffix("bytes, at most 8192"))
    }

    @Test(arguments: [
        ("{}", "schedule: a list of at most 64 hours"),
        ("null", "schedule: a list of at most 64 hours"),
        ("[7]", "schedule: hours are days, from and to"),
        ("[{\"form\":\"18:00\"}]", "schedule: hours are days, from and to"),
        ("[{\"to\":\"18:00\"}]", "from: a time HH:MM, 00:00 to 23:59"),
        ("[{\"from\":\"24:00\",\"to\":\"03:00\"}]", "from: a time HH:MM, 00:00 to 23:59"),
        ("[{\"from\":\"18:00\",\"to\":\"24:01\"}]", "to: a time HH:MM, 00:00 to 24:00"),
        ("[{\"from\":\"18:00\",\"to\":3}]", "to: a time HH:MM, 00:00 to 24:00"),
        ("[{\"from\":\"-8:00\",\"to\":\"03:00\"}]", "from: a time HH:MM, 00:00 to 23:59")
    ])
    func hoursThatMakeNoSenseAreRefused(entries: String, complaint wanted: String) {
        #expect(complaint(schedule(entries)) == wanted)
    }

    @Test(arguments: ["[]", "\"fri\"", "[\"Fri\"]", "[\"fri\",\"fri\"]", "[\"fri\",5]", "null"])
    func daysThatMakeNoSenseAreRefused(days: String) {
        #expect(
            complaint(schedule("[{\"days\":\(days),\"from\":\"18:00\",\"to\":\"03:00\"}]"))
                == "days: a list of mon, tue, wed, thu, fri, sat, sun, each once")
    }

    @Test func aScheduleStandsAlone() {
        for more in ["\"venue\":\"open\"", "\"seconds\":60"] {
            #expect(
                complaint(envelope(text("\"do\":\"hours\",\"schedule\":[],\(more)")))
                    == "schedule: stands without venue and seconds")
        }
        #expect(
            complaint(envelope(text("\"do\":\"hours\"")))
                == "venue: open, closed or configured; or a schedule")
        #expect(
            complaint(
                envelope(text("\"do\":\"hours\",\"venue\":\"open\",\"seconds\":1209601")))
                == "seconds: a whole number up to 1209600")
    }

    @Test func whatIsNotSignedAsItMustIsRefused() throws {
        let right = text("\"do\":\"silence\"")
        #expect(complaint(envelope(right, prefix: "")) == "the signature is not right")
        #expect(complaint(Array("{}".utf8)) == "no command and signature in it")
        #expect(complaint([]).hasPrefix("no JSON"))
        #expect(complaint([UInt8](repeating: 32, count: 300_000)) == "300000 bytes, at most 262144")
        let long = envelope(
            text("\"do\":\"silence\",\"x\":\"\(String(repeating: "y", count: 9_000))\""))
        #expect(complaint(long) == "\(long.count) bytes, at most 8192")
        let bytes = envelope(right)
        for index in bytes.indices {
            var changed = bytes
            changed[index] ^= 1
            // A space in the envelope may change; what was signed may not.
            if let command = try? read(changed) { #expect(command.action == .silence) }
        }
        let stranger = try #require(SigningKey(secret: [UInt8](repeating: 4, count: 32)))
        #expect(throws: SignedCommand.Refusal(description: "the signature is not right")) {
            try SignedCommand.read(
                bytes, from: Centre(destination: "city", key: stranger.publicKey), device: "bar")
        }
    }

    /// Only whom the centre sent it to answers, and only what the centre sent.
    @Test func whoSignedItIsToHearWhyItWasRefused() throws {
        func counter(_ bytes: [UInt8]) -> UInt64? {
            do throws(SignedCommand.Refusal) { _ = try read(bytes) } catch { return error.counter }
            return nil
        }
        #expect(counter(envelope(text("\"do\":\"open\""))) != nil)
        #expect(counter(envelope(text("\"do\":\"silence\",\"epoch\":\"x\""))) != nil)
        #expect(counter(envelope(text("\"do\":\"open\"", device: "park"))) == nil)
        #expect(counter(envelope(text("\"do\":\"open\""), prefix: "")) == nil)
        #expect(
            SignedCommand.text(refused: "do: open is not known", counter: 7, device: "bar")
                == "{\"format\":\"kuzet-answer-1\",\"device\":\"bar\",\"counter\":7,"
                + "\"result\":\"refused\",\"why\":\"do: open is not known\"}")
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
