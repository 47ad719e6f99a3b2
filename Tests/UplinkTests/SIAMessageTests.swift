import Frames
import Incidents
import Records
import Testing

@testable import Uplink

@Suite struct SIAMessageTests {
    private let now = Reports.wallMilliseconds + 1_000

    @Test func everyKindHasCodesOfBothBooks() {
        let expected: [Incident.Kind: (String, String, Int)] = [
            .presence: ("UA", "UH", 150), .fight: ("UA", "UH", 150),
            .aggression: ("UA", "UH", 150), .occupancy: ("UA", "UH", 150),
            .gathering: ("UA", "UH", 150), .dense: ("UA", "UH", 150),
            .dispersal: ("UA", "UH", 150), .lying: ("UA", "UH", 150),
            .lineCrossed: ("UA", "UH", 150), .wanted: ("UA", "UH", 150),
            .missing: ("UA", "UH", 150), .barred: ("UA", "UH", 150),
            .covered: ("TA", "TR", 144),
            .partlyCovered: ("TA", "TR", 144), .defocused: ("TA", "TR", 144),
            .sprayed: ("TA", "TR", 144), .turned: ("TA", "TR", 144), .glare: ("YX", "YZ", 380),
            .frozen: ("YX", "YZ", 380), .dark: ("YX", "YZ", 380), .strobe: ("YX", "YZ", 380),
            .blind: ("YX", "YZ", 380), .viewChanged: ("YX", "YZ", 380),
            .cameraLost: ("YX", "YZ", 380),
            .panic: ("PA", "PH", 120), .enclosureOpened: ("TA", "TR", 137),
            .storeFailed: ("YX", "YZ", 300), .uplinkLost: ("YC", "YK", 354)
        ]
        for kind in Incident.Kind.allCases {
            let code = kind.row.sia
            #expect((code.alarm, code.restoral, code.contactID) == expected[kind] ?? ("", "", 0))
        }
    }

    @Test func aStepIsWrittenInBothDialects() {
        let name = Reports.identity.full
        let fight = Reports.report(.fight)
        let letters = SIAMessage(fight, settings: Reports.settings(), wallMilliseconds: now)
        #expect(letters.token == .siaDCS)
        #expect(
            letters.content == "#AB12|Nri1/UA002^fight confirmed, camera hall, zone 2, \(name)^")
        #expect(letters.extensions == ["H18:02:03,10-31-2025"])
        let numbers = SIAMessage(
            fight, settings: Reports.settings(codeBook: .admCID), wallMilliseconds: now)
        #expect(numbers.token == .admCID)
        #expect(numbers.content == "#AB12|1150 01 002")
        #expect(numbers.extensions == ["Ifight confirmed, camera hall, zone 2, \(name)"])
        let over = Reports.report(.panic, .closed, isInterrupted: true)
        #expect(
            SIAMessage(over, settings: Reports.settings(), wallMilliseconds: now).content
                == "#AB12|Nri0/PH^panic button closed (unseen), \(name)^")
        #expect(
            SIAMessage(over, settings: Reports.settings(codeBook: .admCID), wallMilliseconds: now)
                .content == "#AB12|3120 00 000")
    }

    @Test func subjectAndMeasureAreToldAsFarAsThereIsRoom() {
        let name = Reports.identity.full
        var report = Reports.report(.presence)
        (report.subject, report.measure) = (.track(7), .count(12))
        let text = {
            SIAMessage(report, settings: Reports.settings(), wallMilliseconds: now).content
        }
        #expect(
            text() == "#AB12|Nri1/UA002^presence confirmed, camera hall, zone 2, track 7, "
                + "count 12, \(name)^")
        report.camera = String(repeating: "h", count: 40)
        report.isEscalated = true
        (report.subject, report.measure) = (.track(.max), .similarity(.one))
        #expect(text().hasSuffix(", \(name)^"), "whose it is comes first")
        #expect(text().utf8.count <= SIAMessage.textByteCountMax + "#AB12|Nri1/UA002^^".utf8.count)
    }

    @Test func whatIsLateTellsWhenItWasIfThatIsKnown() {
        let settings = Reports.settings(codeBook: .admCID)
        for (late, source, isTime) in [
            (30_000, .clock, false), (30_001, .clock, true), (30_001, .correction, true),
            (30_001, .unset, false), (-5_000, .clock, false)
        ] as [(Int64, Dating.Source, Bool)] {
            let message = SIAMessage(
                Reports.report(.fight, source: source), settings: settings,
                wallMilliseconds: Reports.wallMilliseconds + late)
            #expect(message.extensions.count == 1)
            #expect((message.extensions[0] == "H18:02:03,10-31-2025") == isTime)
        }
        let unset = SIAMessage(
            Reports.report(.fight, source: .unset), settings: Reports.settings(),
            wallMilliseconds: now)
        #expect(unset.extensions.isEmpty)
    }

    /// Whatever a camera is called, the frame keeps its form and its length.
    @Test func noNameBreaksAFrame() throws {
        let key = "0123456789abcdef0123456789abcdef"
        let names = [
            "a]b", "[", "|", "^", "\"", "\r\n", "Зал", "", String(repeating: "n", count: 500)
        ]
        for name in names {
            for kind in Incident.Kind.allCases {
                for codeBook in SIACodeBook.allCases {
                    var report = Reports.report(
                        kind, .closed, isInterrupted: true, camera: name, zone: 255, at: .min)
                    report.openedAt.wallMilliseconds = .max
                    report.identity.ordinal = .max
                    report.cameraIndex = 254
                    let settings = Reports.settings(
                        codeBook: codeBook, key: key, account: "0123456789ABCDEF")
                    let message = SIAMessage(report, settings: settings, wallMilliseconds: .max)
                    let frame = SIAFrame(
                        token: message.token, sequence: 9_999, receiver: "FFFFFF", line: "FFFFFF",
                        account: settings.account, content: message.content,
                        extensions: message.extensions, wallMilliseconds: .max)
                    let bytes = frame.encoded(key: settings.key)
                    #expect(bytes.count < 600)
                    let found = try SIAFrame.decode(bytes, key: settings.key).frame
                    #expect(found.content == message.content)
                    #expect(found.extensions == message.extensions)
                    #expect(report.siaText.hasSuffix(report.identity.full))
                }
            }
        }
        #expect(
            Reports.report(.fight, camera: "Зал").siaText.hasPrefix("fight confirmed, camera 1,"))
    }

    @Test func settingsThatNoFrameCanCarryAreRefused() {
        for account in ["", "AB", "ab12", "AB1G", "0123456789ABCDEF0", "AB 12"] {
            #expect(SIASettings(account: account) == nil)
        }
        #expect(SIASettings(account: "AB12", receiver: "") == nil)
        #expect(SIASettings(account: "AB12", line: "1234567") == nil)
        #expect(SIASettings(account: "AB12", receiver: "1", line: "F") != nil)
    }
}
