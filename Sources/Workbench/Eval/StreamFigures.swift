import Frames
import Incidents
import Text

/// What was told of one fight in the midst of quiet.
struct FightStream {
    enum Answer: Hashable {
        /// Confirmed so long after the onset.
        case told(Interval)
        /// It was on already when the fight began.
        case onBefore
        case missed

        var isTold: Bool { if case .told = self { true } else { false } }
        var delay: Interval? { if case .told(let delay) = self { delay } else { nil } }
    }

    /// What comes before the fight.
    enum Lead: String, CaseIterable {
        /// A quiet clip of its own scene.
        case own
        /// Its own clip with nobody in it: `HeldClip.emptied`.
        case emptied
        /// Another camera's.
        case other

        var words: String {
            switch self {
            case .own: "own camera's quiet"
            case .emptied: "own camera, emptied"
            case .other: "another's quiet"
            }
        }
    }

    var file = ""
    var quiet = ""
    var lead = Lead.own
    /// Aggression, or a fight where that comes first.
    let amber: Answer
    let red: Answer
    /// Confirmed while it was quiet.
    let falseAmbers: Int
    let falseReds: Int
    let quietLength: Interval
    /// What the camera was taken for meanwhile: turned, covered, or only changed.
    let impairment: Incident.Kind?
    /// Whether another quiet clip in the fight's place is told as well.
    var byCut = (amber: false, red: false)

    /// Scores look back so far: what is told so soon after the end is told of the fight.
    private static let memory = Interval.seconds(2)

    /// - Parameters:
    ///   - onset, fightEnd: of the fight.
    ///   - end: of the stream.
    init(_ incidents: [Incident], onset: Instant, fightEnd: Instant, end: Instant) {
        let last = fightEnd + Self.memory
        func answer(_ kinds: Set<Incident.Kind>) -> Answer {
            var first: Instant?
            for incident in incidents where kinds.contains(incident.kind) {
                guard let at = incident.confirmedAt, at < last else { continue }
                guard at >= onset else {
                    if incident.closedAt.map({ $0 > onset }) ?? true { return .onBefore }
                    continue
                }
                first = min(first ?? at, at)
            }
            return first.map { .told($0 - onset) } ?? .missed
        }
        func falseOnes(_ kind: Incident.Kind) -> Int {
            incidents.count { incident in
                guard incident.kind == kind, let at = incident.confirmedAt else { return false }
                return at < onset || at >= last
            }
        }
        (amber, red) = (answer([.aggression, .fight]), answer([.fight]))
        (falseAmbers, falseReds) = (falseOnes(.aggression), falseOnes(.fight))
        quietLength = (onset - .zero) + max(end - last, .zero)
        impairment =
            incidents.first { incident in
                let kind = incident.kind
                guard kind.row.category == .tamper || kind == .viewChanged || kind == .blind,
                    let at = incident.confirmedAt
                else { return false }
                return at >= onset && at < fightEnd
            }?.kind
    }

    var scoreLine: String {
        func text(_ name: String, _ answer: Answer) -> String {
            "\"\(name)\":\(answer.delay.map(secondsText) ?? "null"),"
                + "\"\(name)Before\":\(answer == .onBefore)"
        }
        return "{\"file\":\(JSON.quoted(file)),\"quiet\":\(JSON.quoted(quiet)),"
            + "\"lead\":\"\(lead.rawValue)\",\(text("amber", amber)),\(text("red", red)),"
            + "\"falseAmbers\":\(falseAmbers),\"falseReds\":\(falseReds),"
            + "\"amberByCut\":\(byCut.amber),\"redByCut\":\(byCut.red),"
            + "\"impairment\":\(impairment.map { "\"\($0)\"" } ?? "null")}"
    }
}

/// How many fights are told, and how soon.
package struct StreamFigures: SplitFigures {
    let streams: [FightStream]

    init(_ streams: [FightStream]) { self.streams = streams }

    /// Of some streams: how many are told, how many were on before, and delays of those told.
    struct Row: Equatable {
        let count: Int
        let told: Int
        let onBefore: Int
        /// The later of two in the middle.
        let median: Interval?
        /// Nine in ten are told by then.
        let ninetieth: Interval?

        init(_ answers: [FightStream.Answer]) {
            let delays = answers.compactMap(\.delay).sorted()
            count = answers.count
            told = delays.count
            onBefore = answers.count { $0 == .onBefore }
            median = delays.isEmpty ? nil : delays[delays.count / 2]
            ninetieth = delays.isEmpty ? nil : delays[(9 * delays.count + 9) / 10 - 1]
        }

        var json: String {
            "{\"told\":\(told),\"onBefore\":\(onBefore),"
                + "\"medianSeconds\":\(median.map(secondsText) ?? "null"),"
                + "\"ninetiethSeconds\":\(ninetieth.map(secondsText) ?? "null")}"
        }

        func line(_ name: String) -> String {
            name.padded(28) + "\(told) of \(count)".padded(13) + "\(onBefore)".padded(11)
                + (median.map(secondsText) ?? "-").padded(12)
                + (ninetieth.map(secondsText) ?? "-")
        }
    }

    private func row(
        _ answer: KeyPath<FightStream, FightStream.Answer>, _ lead: FightStream.Lead? = nil
    ) -> Row {
        Row(
            streams.filter { lead == nil || $0.lead == lead }.map { $0[keyPath: answer] })
    }

    private var leads: [FightStream.Lead] {
        FightStream.Lead.allCases.filter { lead in streams.contains { $0.lead == lead } }
    }

    private func sum(_ count: KeyPath<FightStream, Int>) -> Int {
        streams.reduce(0) { $0 + $1[keyPath: count] }
    }

    private var quietLength: Interval { streams.reduce(.zero) { $0 + $1.quietLength } }

    private func perHour(_ count: Int) -> String {
        thousandths(Int64(count) * 3_600_000_000 / max(quietLength.milliseconds, 1))
    }

    package func json(split: String) -> String {
        let (ambers, reds) = (sum(\.falseAmbers), sum(\.falseReds))
        let leads = leads.map { lead in
            "\"\(lead.rawValue)\":{\"items\":\(streams.count { $0.lead == lead }),"
                + "\"amber\":\(row(\.amber, lead).json),\"red\":\(row(\.red, lead).json)}"
        }.joined(separator: ",")
        return "{\"task\":\"streams\",\"split\":\(JSON.quoted(split)),"
            + "\"items\":\(streams.count),\"metrics\":{"
            + "\"amber\":\(row(\.amber).json),\"red\":\(row(\.red).json),"
            + "\"leads\":{\(leads)},"
            + "\"quietSeconds\":\(secondsText(quietLength)),"
            + "\"falseAmbers\":\(ambers),\"falseReds\":\(reds),"
            + "\"falseAmbersPerHour\":\(perHour(ambers)),\"falseRedsPerHour\":\(perHour(reds)),"
            + "\"ambersByCut\":\(streams.count(where: \.byCut.amber)),"
            + "\"redsByCut\":\(streams.count(where: \.byCut.red)),"
            + "\"impaired\":\(streams.count { $0.impairment != nil })}}"
    }

    package func table() -> String {
        let (ambers, reds) = (sum(\.falseAmbers), sum(\.falseReds))
        var lines = [
            "                            told         on before  median s    90 % s",
            row(\.amber).line("amber"), row(\.red).line("red")
        ]
        for lead in leads {
            lines.append(row(\.amber, lead).line("amber, \(lead.words)"))
            lines.append(row(\.red, lead).line("red, \(lead.words)"))
        }
        return
            (lines + [
                "in \(secondsText(quietLength)) s of quiet: \(ambers) ambers, \(reds) reds; in an hour "
                    + "\(perHour(ambers)) and \(perHour(reds))",
                "another quiet clip in the fight's place: "
                    + "\(streams.count(where: \.byCut.amber)) ambers, "
                    + "\(streams.count(where: \.byCut.red)) reds of \(streams.count)",
                "camera taken for impaired or moved in \(streams.count { $0.impairment != nil })"
            ]).joined(separator: "\n")
    }
}
