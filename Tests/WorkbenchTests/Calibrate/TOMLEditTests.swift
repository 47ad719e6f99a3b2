import Configuration
import Detectors
import Frames
import Testing

@testable import Workbench

/// The configuration that a text is, read as a device would read it.
private func read(_ text: String) throws -> Settings {
    try Settings.check(Array(text.utf8), as: "/nowhere/kuzet.toml")
}

@Suite struct TOMLEditTests {
    private typealias Draft = CalibrationDraft

    private static func square(_ at: UInt16) -> Polygon {
        Polygon(corners: [
            .init(x: at, y: at), .init(x: at + 100, y: at), .init(x: at + 100, y: at + 100)
        ])
    }

    private static func edited(
        _ text: String, camera: Int = 0, _ change: (inout CalibrationDraft) -> Void
    ) throws -> String {
        let old = CalibrationDraft(try read(text).cameras[camera])
        var new = old
        change(&new)
        let bytes = try new.written(over: old, in: Array(text.utf8), camera: camera)
        let edited = String(decoding: bytes, as: UTF8.self)
        // It says what was meant, and of other cameras what it said before.
        let settings = try read(edited)
        #expect(CalibrationDraft(settings.cameras[camera]) == new, "\(edited)")
        for (index, other) in try read(text).cameras.enumerated() where index != camera {
            #expect(settings.cameras[index] == other)
        }
        return edited
    }

    private static let plain = """
        # What stands here stays.
        [[camera]]
        name = "hall"   # above the door
        device = "/dev/video0"
        """

    private static let ground = GroundMeasure.figures(
        .init(footRow: 900, height: 500, millimetres: 1_700),
        .init(footRow: 400, height: 150, millimetres: 1_700))

    @Test func aTextWithoutAnyOfItGetsIt() throws {
        let edited = try Self.edited(Self.plain) { draft in
            draft.zones.append(.init(name: "bar", polygon: Self.square(100), capacity: 40))
            draft.lines.append(
                .init(name: "door", from: .init(x: 1, y: 2), to: .init(x: 3, y: 400)))
            draft.ground = Self.ground
            draft.furniture = [Region(x: 10, y: 20, width: 30, height: 40)]
        }
        #expect(
            edited == Self.plain + "\n" + """
                zones = [
                    {name = "bar", polygon = [[100, 100], [200, 100], [200, 200]], capacity = 40}
                ]

                [camera.people]
                lines = [
                    {name = "door", from = [1, 2], to = [3, 400], alarm = "none"}
                ]
                ground = {near = {feet = 900, height = 500, millimetres = 1700}, far = {feet = 400, \
                height = 150, millimetres = 1700}}
                furniture = [[10, 20, 30, 40]]

                """)
    }

    /// Every way in which TOML has such a thing stand, with remarks everywhere.
    private static let forms = [
        """
        [[camera]]
        name = "hall"
        device = "/dev/video0"
        zones = [ # zones
          # the bar
          {name = "bar", polygon = [[0, 0], [10, 0], [10, 10]], open = "never"}, # never
          {name = "b", polygon = [[0, 0], [10, 0], [10, 10]]} # last
          # end
        ]
        [camera.people] # people
        # a remark
        ground = {near = {feet = 950, height = 600}, far = {feet = 400, height = 150}} # paced out
        lines = [{name = "x", from = [0, 0], to = [500, 0]}] # a line
        # the end
        [store]
        directory = "/x" # the card

        """,
        """
        # cameras
        [[camera]]
        name = 'hall'
        device = "/dev/video0"
        people.venue = "bar" # dotted
        people.ground.near = {feet = 950, height = 600}
        people.ground.far = {feet = 400, height = 150}
        people.lines = [ {name = 'x', from = [0,0], to = [500,0]}, ]
        [[camera.zones]] # the first
        # in front of it
        name = "bar"
        polygon = [[0, 0], [10, 0],
                   [10, 10]] # three
        open = [{from = "22:30", to = "06:00"}]
        [[camera.zones]]
        polygon = [[0, 0], [10, 0], [10, 10]]
        name = "b" # second
        capacity = 3
        # behind it

        """,
        """
        [[camera]]
        people = {venue = "bar", ground = {near = {feet = 950, height = 600}, far = {feet = 400, \
        height = 150}}, lines = [{name = "x", from = [0, 0], to = [500, 0]}]} # all in one
        zones = [{name = "bar", polygon = [[0, 0], [10, 0], [10, 10]], open = "never"}, {name = \
        "b", polygon = [[0, 0], [10, 0], [10, 10]]}] # both
        device = "/dev/video0"
        name = "hall"

        """,
        """
        [[camera]]
        name = "hall"
        device = "/dev/video0"
        zones = [
            {name = "bar", polygon = [[0, 0], [10, 0], [10, 10]]},
            {name = "b", polygon = [[0, 0], [10, 0], [10, 10]]},
        ]
        [camera.people.ground] # measured
        near = {feet = 950, height = 600}
        [camera.people.ground.far]
        # from the ladder
        feet = 400
        height = 150
        [[camera.people.lines]]
        name = "x" # the way out
        from = [0, 0]
        to = [500, 0]
        [[camera]] # another
        name = "yard"
        device = "/dev/video1"
        zones = [{name = "bar", polygon = [[0, 0], [10, 0], [10, 10]]}]
        [camera.people]
        venue = "park"

        """
    ]

    private static func remarks(_ text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            line.firstIndex(of: "#").map { String(line[$0...]) }
        }
    }

    @Test(arguments: forms)
    func remarksAndOrderStayInEveryForm(text: String) throws {
        let first = try Self.edited(text) { draft in
            draft.zones[0].polygon = Self.square(300)
            draft.zones[1].capacity = 55
            draft.zones[1].squareMetres = 12
            draft.lines[0].alarm = .both
            draft.ground = Self.ground
            draft.furniture = [Region(x: 10, y: 20, width: 30, height: 40)]
        }
        let spread = ["# from the ladder", "# measured"]
        for remark in Self.remarks(text) where !spread.contains(remark) {
            #expect(first.contains(remark), "\(remark) is lost:\n\(first)")
        }
        #expect(try first.contains("never") == text.contains("never"))
        #expect(
            try read(first).station.cameras[0].incidents.zoneHours.count
                == read(text).station.cameras[0].incidents.zoneHours.count)
        let second = try Self.edited(first) { draft in
            draft.zones.append(.init(name: "c", polygon: Self.square(500), squareMetres: 3))
            draft.zones.append(.init(name: "d", polygon: Self.square(600)))
            draft.lines.append(
                .init(name: "y", from: .init(x: 9, y: 2), to: .init(x: 3, y: 400), alarm: .none))
        }
        for remark in Self.remarks(first) {
            #expect(second.contains(remark), "\(remark) is lost:\n\(second)")
        }
        let third = try Self.edited(second) { draft in
            draft.zones.removeAll { $0.name == "c" || $0.name == "b" }
            draft.zones[0].capacity = 7
            draft.lines.removeAll { $0.name == "x" }
        }
        _ = try Self.edited(third) { draft in
            draft.zones = []
            draft.lines = []
        }
    }

    /// Lines that do not differ are the same bytes, in the same order.
    @Test func onlyLinesOfWhatChangedDiffer() throws {
        let text = Self.forms[0]
        let edited = try Self.edited(text) { $0.zones[0].capacity = 9 }
        #expect(
            edited
                == text.replacing(
                    "open = \"never\"}", with: "open = \"never\", capacity = 9}"))
        #expect(try Self.edited(text) { _ in } == text)
    }

    /// A file from Windows keeps its ends of lines, and differs in no other.
    @Test func linesEndAsTheyDid() throws {
        let text = Self.forms[0].replacing("\n", with: "\r\n")
        let edited = try Self.edited(text) { draft in
            draft.zones.append(.init(name: "c", polygon: Self.square(500)))
            draft.furniture = [Region(x: 10, y: 20, width: 30, height: 40)]
        }
        let feeds = edited.utf8.count { $0 == UInt8(ascii: "\n") }
        #expect(feeds == edited.utf8.count { $0 == UInt8(ascii: "\r") })
        let steps = UnifiedDiff(from: text, to: edited).steps
        #expect(steps.count { !$0.isKept } <= 4, "\(steps.filter { !$0.isKept })")
    }

    @Test func theOtherCameraOfOneNameIsNotTouched() throws {
        let edited = try Self.edited(Self.forms[3], camera: 1) { draft in
            draft.zones[0].capacity = 4
            draft.ground = Self.ground
        }
        #expect(edited.hasPrefix(String(Self.forms[3].prefix(400))))
    }

    @Test func theExampleThatPeopleCopyCanBeEdited() throws {
        let text = Settings.example.text(commented: true)
        let edited = try Self.edited(text) { draft in
            draft.zones = [.init(name: "bar", polygon: Self.square(100), capacity: 40)]
            draft.ground = Self.ground
        }
        for remark in Self.remarks(text) { #expect(edited.contains(remark)) }
    }

    @Test func camerasWithinOneValueAreRefused() {
        let text = "camera = [{name = \"hall\", device = \"/dev/video0\"}]\n"
        var edit = TOMLEdit(Array(text.utf8), camera: 0)
        #expect(throws: TOMLSource.Fault.self) { try edit.set(["people", "ground"], "1") }
        #expect(String(decoding: edit.bytes, as: UTF8.self) == text)
    }

    /// Strings of every kind, braces and signs in them, lines that end as elsewhere.
    @Test func valuesEndWhereTheyEnd() throws {
        let text = """
            a = "x # ] } \\" y" # one
            b = '''
            [[camera]]
            ''' # two
            "c.d".e = [ 1, # ]
              "]", {f = '}', g.h = [[]]} ]
            i = 1979-05-27 07:32:00 # three

            """
        let source = try TOMLSource(Array(text.utf8))
        #expect(source.statements.map(\.path) == [["a"], ["b"], ["c.d", "e"], ["i"]])
        func value(_ index: Int) -> String {
            String(decoding: source.bytes[source.statements[index].value], as: UTF8.self)
        }
        #expect(value(0) == "\"x # ] } \\\" y\"")
        #expect(value(1) == "'''\n[[camera]]\n'''")
        #expect(value(3) == "1979-05-27 07:32:00")
        let array = source.statements[2].value
        #expect(try source.elements(of: array).map { source.word($0) }[..<2] == ["1", "]"])
        let table = try source.elements(of: array)[2]
        #expect(try source.members(of: table).map(\.path) == [["f"], ["g", "h"]])
    }

    /// Whatever the bytes: places, or a fault.
    @Test func nothingTraps() {
        var chance = SplitMix64(seed: 12)
        let pieces = ["[", "]", "{", "}", "\"", "'", "\\", "#", "\n", "=", ",", "a", ".", " ", "\r"]
        for _ in 0..<3_000 {
            var text = ""
            for _ in 0..<chance.whole(in: 0...25) {
                text += pieces[chance.whole(in: 0...pieces.count - 1)]
            }
            var edit = TOMLEdit(Array(("[[camera]]\n" + text).utf8), camera: 0)
            try? edit.set(["people", "ground"], "1")
            try? edit.setList(
                ["zones"], from: [.init(name: "a", pairs: [])],
                to: [.init(name: "b", pairs: [.init(key: "name", value: "\"b\"")])])
        }
        #expect(throws: TOMLSource.Fault.self) {
            try TOMLSource(Array(("a = " + String(repeating: "[", count: 5_000)).utf8))
        }
    }
}
