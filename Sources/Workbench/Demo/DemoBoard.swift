import Frames
import Guard
import Records
import Simulation
import Station
import Store

/// What stands in for the wires of a board: lamps that are remembered instead of lit, in front of
/// a real ledger and real evidence files.
final class DemoBoard: AlarmLines, ClipWriter {
    var evening = Evening(title: "Kuzet: a simulated evening")
    /// What the camera shows now.
    var frame: Frame?
    /// Who is followed in it.
    var overlay = Overlay()
    private(set) var isLit: [Output: Bool] = [:]
    private(set) var clipCount = 0

    private let boot: BootID
    private let ledger: any Ledger
    private let trace: Trace
    private let clock: VenueCamera
    private var answers: [Event.Cause] = []
    private var news: [String] = []

    init(boot: BootID, ledger: any Ledger, trace: Trace, clock: VenueCamera) {
        self.boot = boot
        self.ledger = ledger
        self.trace = trace
        self.clock = clock
    }

    func takeAnswers() -> [Event.Cause] {
        defer { answers.removeAll() }
        return answers
    }

    func takeNews() -> [String] {
        defer { news.removeAll() }
        return news
    }

    func drive(_ output: Output, on isOn: Bool) {
        guard isLit[output] ?? false != isOn else { return }
        isLit[output] = isOn
        evening.drove(output, on: isOn, at: clock.now)
        if output == .siren { news.append("siren \(isOn ? "on" : "off")") }
    }

    func poll() -> [(input: Input, active: Bool)] { [] }

    func keep(_ records: [LedgerRecord]) -> Duty.Keeping {
        do {
            try ledger.append(records)
        } catch {
            return .failed(cause: "\(error)")
        }
        for case .incident(let incident) in records.map(\.body) {
            trace.add(incident)
            evening.changed(incident)
            if let entry = evening.entries.first(where: {
                $0.incident.ordinal == incident.ordinal
            }) {
                news.append("\(entry.heading): \(incident.state.title)")
            }
        }
        return .kept
    }

    func extendClip(_ pictures: ArraySlice<ClipPicture>, ordinal: UInt32) -> Bool {
        do {
            let count = try ledger.extendClip(Array(pictures), ordinal: ordinal, boot: boot)
            if count > 0 { news.append("incident \(ordinal): clip: \(count) pictures left out") }
        } catch {
            news.append("\(error)")
        }
        return true
    }

    func joinClip(ordinal: UInt32, clip: UInt32) -> Bool {
        do {
            try ledger.joinClip(ordinal: ordinal, clip: clip, boot: boot)
        } catch {
            news.append("\(error)")
        }
        return true
    }

    func finishClip(ordinal: UInt32) -> Bool {
        do {
            if let kept = try ledger.finishClip(ordinal: ordinal, boot: boot) {
                clipCount += 1
                answers += kept.causes
            }
        } catch {
            news.append("\(error)")
        }
        return true
    }

    func keepSnapshot(camera: UInt8, ordinal: UInt32) {
        do {
            guard let frame else { return }
            let jpeg = try Snapshot.encode(frame)
            let sha256 = try ledger.keepSnapshot(jpeg, ordinal: ordinal, boot: boot)
            // What is kept as evidence stays as the camera saw it: the report draws over its own.
            evening.kept(
                Shot(
                    jpeg: jpeg, at: clock.now, width: frame.width, height: frame.height,
                    overlay: overlay),
                ordinal: ordinal)
            answers.append(
                .evidenceKept(
                    ordinal: ordinal, sha256: sha256, byteCount: UInt32(clamping: jpeg.count)))
        } catch {
            news.append("\(error)")
        }
    }
}
