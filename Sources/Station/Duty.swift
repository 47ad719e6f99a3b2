import Detectors
import Frames
import Records

/// The appliance on duty: carries its effects out through the ports, and tells it how that went.
///
/// The one place where decisions meet devices; `kuzet run`, the demo and the simulated nights all
/// go through it. Not thread-safe: one thread owns it.
///
/// - Order: within one event outputs are driven first, then snapshots, clips and log, records last.
/// - Errors: none are thrown. A line that cannot be driven is tried again with every event until
///   it obeys; a record that cannot be kept waits in the appliance.
public final class Duty {
    /// What became of records given to the ledger.
    public enum Keeping: Sendable {
        /// Durable.
        case kept
        case failed(cause: String)
        /// Somebody else will handle `recordsKept` or `storeFailed` when it is known.
        case later
    }

    public private(set) var appliance: Appliance

    private let lines: any AlarmLines
    private let keep: ([LedgerRecord]) -> Keeping
    private let snapshot: (_ camera: UInt8, _ ordinal: UInt32) -> Void
    private let find: (_ camera: UInt8, _ ordinal: UInt32, _ subject: UInt32) -> Void
    private let watch: (_ document: [UInt8], Order) -> Void
    private let answer: (OrderAnswer) -> Void
    private let clip: (ClipOrder) -> Void
    private let rest: (Heat) -> Void
    private let look: (LookPace) -> Void
    private let count: (UInt8, CountedSpan.Minute, CameraCount) -> Void
    private let log: (Priority, String) -> Void

    private var effects: [Effect] = []
    private var batch: [LedgerRecord] = []
    /// What each output should be, and whether it was told so.
    private var wanted = [Bool?](repeating: nil, count: Output.allCases.count)
    private var isTold = [Bool](repeating: true, count: Output.allCases.count)
    private var isRefusing = [Bool](repeating: false, count: Output.allCases.count)
    private var isPollFailing = false

    /// - Parameters:
    ///   - keep: makes records durable, in order, all or none; at most 64 at a time. `kept` and
    ///     `failed` answer at once.
    ///   - answer: tells whoever ordered something what became of it.
    ///   - snapshot: keeps a picture of what `camera` shows now; `evidenceKept` tells when it is.
    ///   - clip: begins or ends a clip; `evidenceKept` tells when it is complete.
    ///   - find: keeps, sealed, the piece of a picture in which `camera` found somebody.
    ///   - watch: takes over a document for looking at faces; `watched` tells what became of it.
    ///   - rest: what the cameras leave undone from now on.
    ///   - look: how often networks look from now on.
    ///   - count: how many people a camera saw in the minute that is over.
    public init(
        appliance: Appliance, lines: any AlarmLines,
        keep: @escaping ([LedgerRecord]) -> Keeping,
        snapshot: @escaping (_ camera: UInt8, _ ordinal: UInt32) -> Void,
        find: @escaping (_ camera: UInt8, _ ordinal: UInt32, _ subject: UInt32) -> Void = {
            _, _, _ in
        },
        watch: @escaping (_ document: [UInt8], Order) -> Void = { _, _ in },
        answer: @escaping (OrderAnswer) -> Void = { _ in },
        clip: @escaping (ClipOrder) -> Void = { _ in },
        rest: @escaping (Heat) -> Void = { _ in },
        look: @escaping (LookPace) -> Void = { _ in },
        count: @escaping (UInt8, CountedSpan.Minute, CameraCount) -> Void = { _, _, _ in },
        log: @escaping (Priority, String) -> Void
    ) {
        self.appliance = appliance
        self.lines = lines
        self.keep = keep
        self.snapshot = snapshot
        self.find = find
        self.watch = watch
        self.answer = answer
        self.clip = clip
        self.rest = rest
        self.look = look
        self.count = count
        self.log = log
        effects.reserveCapacity(128)
    }

    /// As above, with a ledger that answers at once.
    public convenience init(
        appliance: Appliance, lines: any AlarmLines, ledger: any Ledger,
        snapshot: @escaping (_ camera: UInt8, _ ordinal: UInt32) -> Void,
        answer: @escaping (OrderAnswer) -> Void = { _ in },
        clip: @escaping (ClipOrder) -> Void = { _ in },
        log: @escaping (Priority, String) -> Void
    ) {
        self.init(
            appliance: appliance, lines: lines,
            keep: { records in
                do {
                    try ledger.append(records)
                    return .kept
                } catch {
                    return .failed(cause: "\(error)")
                }
            },
            snapshot: snapshot, answer: answer, clip: clip, log: log)
    }

    /// Decides about `event` and does what follows.
    public func handle(_ event: Event) {
        var next: Event? = event
        // Ends: every answer of `kept` takes records off the appliance's queue, which holds at
        // most 1 024, and after `failed` it gives none.
        while let event = next {
            effects.removeAll(keepingCapacity: true)
            appliance.step(event, into: &effects)
            next = carryOut(at: event.at)
        }
    }

    /// Tells the appliance what staff pressed since the last call.
    public func handleInputs(at instant: Instant) {
        do {
            for (input, isActive) in try lines.poll() {
                handle(Event(at: instant, cause: .input(input, active: isActive)))
            }
            isPollFailing = false
        } catch {
            if !isPollFailing { log(.error, "inputs: read: \(error)") }
            isPollFailing = true
        }
    }

    private func carryOut(at instant: Instant) -> Event? {
        batch.removeAll(keepingCapacity: true)
        for effect in effects {
            if case .drive(let output, let isOn) = effect {
                wanted[Int(output.rawValue)] = isOn
                isTold[Int(output.rawValue)] = false
            }
        }
        drive()
        for effect in effects {
            switch effect {
            case .drive: break
            case .snapshot(let camera, let ordinal): snapshot(camera, ordinal)
            case .find(let camera, let ordinal, let subject): find(camera, ordinal, subject)
            case .watch(let document, let order): watch(document, order)
            case .answer(let answer): self.answer(answer)
            case .clip(let order): clip(order)
            case .rest(let heat): rest(heat)
            case .look(let pace): look(pace)
            case .counted(let camera, let minute, let now): count(camera, minute, now)
            case .log(let priority, let text): log(priority, text)
            case .record(let record): batch.append(record)
            }
        }
        guard !batch.isEmpty else { return nil }
        switch keep(batch) {
        case .kept: return Event(at: instant, cause: .recordsKept(count: batch.count))
        case .failed(let cause): return Event(at: instant, cause: .storeFailed(cause: cause))
        case .later: return nil
        }
    }

    /// The siren first: what must be off is off before a lamp is lit.
    private func drive() {
        for output in Output.allCases.reversed() {
            let index = Int(output.rawValue)
            guard !isTold[index], let isOn = wanted[index] else { continue }
            do {
                try lines.drive(output, on: isOn)
                isTold[index] = true
                if isRefusing[index] { log(.notice, "output \(output): obeys again") }
                isRefusing[index] = false
            } catch {
                if !isRefusing[index] {
                    log(.error, "output \(output): switch \(isOn ? "on" : "off"): \(error)")
                }
                isRefusing[index] = true
            }
        }
    }
}
