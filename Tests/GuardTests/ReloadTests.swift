import Camera
import Detectors
import Frames
import Incidents
import Linux
import Station
import Synchronization
import Testing

@testable import Configuration
@testable import Guard

private func read(_ text: String) throws(ConfigurationError) -> Settings {
    try Settings.read(Array(text.utf8), file: "text.toml", ownName: nil) {
        name throws(ConfigurationError) in
        throw ConfigurationError(file: name, message: "no profile here")
    }
}

@Suite struct ReloadTests {
    /// Every key that there is, once, with a value.
    private static let everyKey: [String] = {
        let page = Settings.example.text(commented: true)
        return page.split(separator: "\n").map { line in
            line.hasPrefix("#") && !line.hasPrefix("# ") && !line.hasPrefix("#profile")
                ? String(line.dropFirst()) : String(line)
        }.filter { !$0.hasPrefix("#") }
    }()

    /// What a value could be instead; the first that is accepted and makes a difference counts.
    private static func others(than value: String) -> [String?] {
        var others: [String?] = []
        if let number = Int(value) {
            others += [number + 1, number - 1, number + 10, 60].map(String.init)
        }
        others += [
            "true", "false", "\"other\"", "\"/other\"", "\"amber\"", "\"red\"", "\"record\"",
            "\"19:30\"",
            "[\"mon\"]", "[40, 60]", "\"escalated\"", "\"mqtts://192.0.2.9\"", "\"adm-cid\"",
            "\"CD34\"", "\"ascii\"", "\"1\"", "\"\(String(repeating: "A", count: 43))=\"",
            "\"AQ\(String(repeating: "A", count: 41))=\"", nil
        ]
        return others
    }

    /// Whatever differs is in force afterwards, or is named as not being in force.
    @Test func everyKeyIsAppliedOrNamed() throws {
        let lines = Self.everyKey
        let base = try read(lines.joined(separator: "\n"))
        var seenCount = 0
        for (index, line) in lines.enumerated() {
            guard let sign = line.firstIndex(of: "="), !line.hasPrefix("[") else { continue }
            let key = line[..<sign].filter { $0 != " " }
            let value = line[line.index(after: sign)...].drop { $0 == " " }
            var variant: Settings?
            for other in Self.others(than: String(value)) where variant == nil {
                var changed = lines
                changed[index] = other.map { "\(key) = \($0)" } ?? ""
                if let read = try? read(changed.joined(separator: "\n")), read != base {
                    variant = read
                }
            }
            guard let variant else {
                Issue.record("\(line): no other value was found for it")
                continue
            }
            seenCount += 1
            let reload = Reload(from: base, to: variant)
            #expect(!reload.applied.isEmpty || !reload.later.isEmpty, "\(line): is not named")
            #expect(reload.later.isEmpty == (reload.running == variant), "\(line): \(reload.words)")
        }
        #expect(seenCount > 80, "\(seenCount) keys")
    }

    @Test func equalSettingsChangeNothing() throws {
        let base = try read(Self.everyKey.joined(separator: "\n"))
        let reload = Reload(from: base, to: base)
        #expect(reload.running == base)
        #expect(reload.detectors.isEmpty)
        #expect(reload.clip == nil)
        #expect(reload.words == "")
    }

    private static let two = """
        [siren]
        seconds_max = 60
        [[camera]]
        name = "door"
        device = "/dev/video0"
        [[camera]]
        name = "hall"
        device = "/dev/video1"
        zones = [{name = "bar", polygon = [[0, 0], [500, 0], [500, 500]]}]

        """

    @Test func eachCameraIsToldOnlyWhatIsOtherForIt() throws {
        let base = try read(Self.two)
        let masked = try read(Self.two + "privacy_masks = [[[0, 0], [300, 0], [300, 200]]]\n")
        let reload = Reload(from: base, to: masked)
        #expect(reload.detectors.map(\.camera) == [1])
        #expect(reload.detectors.map(\.settings) == [masked.cameras[1].detectors])
        #expect(reload.words == "holds now: camera hall (privacy_masks)")
        #expect(reload.running == masked)
    }

    @Test func whatNeedsAStartIsNamedUntilThereIsOne() throws {
        let base = try read(Self.two)
        let text =
            Self.two + "width = 1280\nexposure_microseconds = 0\n[store]\ndirectory = \"/x\"\n"
        let first = Reload(from: base, to: try read(text))
        let words =
            "from the next start on: camera hall (width, exposure_microseconds), [store]"
        #expect(first.words == words)
        #expect(first.running == base)
        let again = Reload(from: first.running, to: try read(text))
        #expect(again.words == words)
        #expect(Reload(from: again.running, to: base).words == "")
    }

    @Test func camerasAreKnownByTheirNames() throws {
        let base = try read(Self.two)
        var other = base
        other.cameras.swapAt(0, 1)
        other.station.cameras.swapAt(0, 1)
        #expect(
            Reload(from: base, to: other).words
                == "from the next start on: the order of the cameras")
        other.cameras[1].name = "yard"
        other.station.cameras[1].name = "yard"
        other.cameras[0].detectors.zones = []
        other.station.siren.onMax = .seconds(30)
        let reload = Reload(from: base, to: other)
        #expect(
            reload.words == "holds now: camera hall (zones), [siren]; from the next start on: "
                + "camera door is not there any more, camera yard is new")
        #expect(reload.detectors.map(\.camera) == [1])
        #expect(reload.running.station.siren.onMax == .seconds(30))
        #expect(reload.running.station.cameras.map(\.name) == ["door", "hall"])
    }
}

@Suite struct ReloadThreadTests {
    @Test func whoAsksDuringAReadingGetsAnotherAfterItAndOneOnly() throws {
        let gate = try FileDescriptor.event()
        let count = Mutex(0)
        let thread = ReloadThread {
            count.withLock { $0 += 1 }
            _ = try? gate.wait(for: .readable, milliseconds: nil)
        }
        try thread.begin()
        #expect(try eventually { count.withLock { $0 } == 1 })
        for _ in 0..<5 { try thread.begin() }
        #expect(count.withLock { $0 } == 1)
        try gate.signal()
        #expect(try eventually { count.withLock { $0 } == 2 })
        Clocks.sleep(milliseconds: 50)
        #expect(count.withLock { $0 } == 2)
        try thread.begin()
        #expect(try eventually { count.withLock { $0 } == 3 })
    }
}

@Suite struct SurroundingsTests {
    @Test func aSensorThatHangsTellsNothingAndKeepsNobodyWaiting() throws {
        let gate = try FileDescriptor.event()
        let surroundings = Surroundings(
            celsius: {
                _ = try? gate.wait(for: .readable, milliseconds: nil)
                return 47
            }, utcOffsetSeconds: { 21_600 })
        #expect(surroundings.localOffsetSeconds == 21_600)
        try surroundings.start()
        #expect(surroundings.takeCelsius() == nil)
        try gate.signal()
        #expect(try eventually { surroundings.takeCelsius() == 47 })
        #expect(surroundings.takeCelsius() == nil, "each reading once")
        surroundings.stop()
    }
}
