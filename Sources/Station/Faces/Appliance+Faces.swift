import Detectors
import Frames
import Incidents
import Records

/// Whom a camera found like an entry of a list, before its incident is confirmed.
struct PendingFind: Hashable, Sendable {
    var camera: UInt8
    var entry: FoundEntry
    /// As sightings of him have it: unlike that of any other authority's.
    var subject: UInt32
    var lightsLamp: Bool
    /// Uptime.
    var foundAt: Interval
}

/// Whether faces are looked for, and what became of the documents that say so.
public struct WatchNews: Hashable, Sendable {
    /// For the ledger, the oldest first.
    public var words: [String]
    /// Whose order brought it; nil where time did.
    public var order: Order?
    /// Why a document was refused, by which rule, which entry.
    public var refusal: String?
    public var watching: Watching

    /// Whom this board looks for from now on.
    public enum Watching: Hashable, Sendable {
        case asBefore
        case nobody
        /// In words for people.
        case entries(String)
    }

    public init(
        words: [String], order: Order? = nil, refusal: String? = nil,
        watching: Watching = .asBefore
    ) {
        self.words = words
        self.order = order
        self.refusal = refusal
        self.watching = watching
    }
}

/// Somebody may be whom an authority looks for: it is told and nobody else, and nothing sounds.
extension Appliance {
    static let pendingFindCountMax = 32
    /// His sighting comes with the same picture; what was not told by then never is.
    static let pendingFindAgeMax = Interval.seconds(5)

    mutating func found(camera: UInt8, _ entry: FoundEntry, subject: UInt32, lightsLamp: Bool) {
        let find = PendingFind(
            camera: camera, entry: entry, subject: subject, lightsLamp: lightsLamp,
            foundAt: clock.uptime)
        // Seen again while his incident goes on: it was told, with a picture.
        guard !open.contains(where: { find.isOf($0.incident) && $0.isConfirmed }) else { return }
        if finds.count >= Self.pendingFindCountMax { drop(finds.removeFirst()) }
        finds.append(find)
    }

    mutating func dropOldFinds() {
        while let oldest = finds.first, clock.uptime - oldest.foundAt > Self.pendingFindAgeMax {
            drop(finds.removeFirst())
        }
    }

    /// Nothing is silent: he was found, and no incident came of it.
    private mutating func drop(_ find: PendingFind) {
        let words = "camera \(name(find.camera)): found, and not told: \(find.entry.words)"
        record(.watched(words))
        log(.error, words)
    }

    /// - Parameter index: of the incident among those that are open.
    mutating func tellFinds(at index: Int) {
        let incident = open[index].incident
        let own = finds.last { $0.isOf(incident) }
        finds.removeAll { $0.isOf(incident) }
        guard let find = own else { return }
        // Never more than the kind's own: one who is missing lights nothing, and nobody red.
        if find.lightsLamp {
            open[index].response = min(policy[incident.kind], incident.kind.row.response)
        }
        record(.found(ordinal: incident.ordinal, find.entry))
        notes.append(
            .find(camera: find.camera, ordinal: incident.ordinal, subject: find.subject))
        log(.warning, "incident \(incident.ordinal): \(find.entry.words)")
    }

    mutating func told(_ news: WatchNews) {
        for words in news.words {
            record(.watched(words))
            log(news.refusal == nil ? .notice : .warning, words)
        }
        let next: String?
        switch news.watching {
        case .asBefore: next = watching
        case .nobody: next = nil
        case .entries(let words): next = words
        }
        if next != watching {
            watching = next
            // A board that is too slow for networks must not pass for one that looks.
            let slow = looks.pace == .none ? "; but networks take too long here: nobody is" : ""
            let body = LedgerRecord.watching(next.map { $0 + slow })
            record(body)
            if case .watched(let words) = body { log(.notice, words) }
        }
        if let order = news.order {
            notes.append(
                .answer(
                    OrderAnswer(
                        order: order, refusal: news.refusal,
                        epoch: past == nil ? nil : orders.epoch)))
        }
    }
}

extension PendingFind {
    fileprivate func isOf(_ incident: Incident) -> Bool {
        incident.camera == camera && incident.kind == entry.category.kind
            && incident.subject == .entry(subject)
    }
}

extension FoundEntry.Category {
    var kind: Incident.Kind {
        switch self {
        case .wanted: .wanted
        case .missing: .missing
        case .barred: .barred
        }
    }
}
