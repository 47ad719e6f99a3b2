import Cryptography
import Frames
import Incidents
import Records
import Station
import Text

/// Ledger entries as JSON, the form of MQTT payloads. The schema stands in `schema/`.
///
/// - Shape: one object of one line; `format` names the form and its version, `key` is the same
///   whenever the same step is told again.
public enum MessageJSON {
    /// - Parameter picture: the JPEG of a snapshot, or what is sealed of a find, where it is sent along.
    public static func text(
        _ entry: OutboxEntry, speaker: Speaker, picture: [UInt8]? = nil
    ) -> String {
        if let report = speaker.report(entry) {
            return incident(report, device: speaker.device, sequence: entry.sequence)
        }
        let stamp = entry.record.stamp
        let head =
            "\"device\":\(JSON.quoted(speaker.device)),"
            + "\"key\":\"\(stamp.boot.hexadecimal)-\(stamp.monotonic.nanoseconds)"
            // What the store itself records, findings and checkpoints, shares a stamp with others.
            + "-\(entry.sequence)\""
        let tail = date("at", entry.at) + ",\"sequence\":\(entry.sequence)}"
        switch entry.record.body {
        case .evidence(let ordinal, let kind, let sha256, let byteCount):
            return evidence(
                IncidentIdentity(boot: stamp.boot, ordinal: ordinal), kind, sha256, byteCount,
                picture, head: head) + tail
        case .salvaged(let boot, let ordinal, let kind, let sha256, let byteCount):
            return evidence(
                IncidentIdentity(boot: boot, ordinal: ordinal), kind, sha256, byteCount, nil,
                head: head) + tail
        case .explained(let explanation):
            let identity = IncidentIdentity(boot: stamp.boot, ordinal: explanation.ordinal)
            let scores = explanation.series.entries.map {
                "[\($0.offset),\($0.score.perMille)]"
            }
            return "{\"format\":\"kuzet-explanation-1\",\(head),"
                + "\"incident\":\"\(identity.full)\","
                // Fights were explained before explanations named their detector.
                + (explanation.detector == .fights
                    ? "" : "\"detector\":\"\(explanation.detector)\",")
                + "\"model\":\"\(SHA256.hexadecimal(explanation.model))\","
                + "\"enterPerMille\":\(explanation.enterScore.perMille),"
                + "\"confirmPerMille\":\(explanation.confirmScore.perMille),"
                + "\"droppedFrames\":\(explanation.droppedFrameCount),"
                + "\"scores\":[\(scores.joined(separator: ","))]," + tail
        case .explainedByCounts(let explanation):
            let identity = IncidentIdentity(boot: stamp.boot, ordinal: explanation.ordinal)
            return "{\"format\":\"kuzet-counts-1\",\(head),"
                + "\"incident\":\"\(identity.full)\"," + reasons(explanation) + "," + tail
        case .found(let ordinal, let entry):
            let identity = IncidentIdentity(boot: stamp.boot, ordinal: ordinal)
            return "{\"format\":\"kuzet-find-1\",\(head),\"incident\":\"\(identity.full)\","
                + found(entry) + "," + tail
        default:
            return "{\"format\":\"kuzet-health-1\",\(head),"
                + "\(health(entry.record, speaker))," + tail
        }
    }

    /// Members of an object: who counted, whom, and what.
    public static func reasons(_ explanation: CountExplanation) -> String {
        let networks = explanation.networks.map {
            "\"\($0.task)\":\"\(SHA256.hexadecimal($0.sha256))\""
        }
        let counts = explanation.series.entries.map { "[\(Int($0.tenths) * 100),\($0.count)]" }
        return "\"detector\":\"\(explanation.detector)\","
            + "\"networks\":{\(networks.joined(separator: ","))},"
            + "\"zone\":\(explanation.zone),\"counts\":[\(counts.joined(separator: ","))]"
    }

    /// Members of an object: like whom somebody is, how much, and how well he was to be seen.
    public static func found(_ entry: FoundEntry) -> String {
        let quality = entry.quality
        return "\"authority\":\(JSON.quoted(entry.authority)),\"list\":\(entry.listVersion),"
            + "\"category\":\"\(entry.category)\",\"entry\":\(entry.number),"
            + "\"reference\":\(JSON.quoted(entry.reference)),"
            + "\"similarityPerMille\":\(entry.similarity.perMille),"
            + "\"thresholdPerMille\":\(entry.threshold.perMille),"
            + "\"quality\":{\"eyeDistance\":\(quality.eyeDistance),"
            + "\"turnPerMille\":\(quality.turnPerMille),\"light\":\(quality.mean),"
            + "\"contrast\":\(quality.contrast),"
            + "\"sharpnessPerMille\":\(quality.sharpnessPerMille)},"
            + "\"text\":\(JSON.quoted(entry.words))"
    }

    /// What an appliance is: `online`, `stopped` in order, or `offline`, which the broker says for it.
    static func status(_ state: String, device: String) -> String {
        "{\"format\":\"kuzet-status-1\",\"device\":\(JSON.quoted(device)),\"state\":\"\(state)\"}"
    }

    static func incident(
        _ report: IncidentReport, device: String, sequence: Int64
    ) -> String {
        let camera = report.camera.map(JSON.quoted) ?? "null"
        let region = report.region
        return "{\"format\":\"kuzet-incident-1\",\"device\":\(JSON.quoted(device)),"
            + "\"key\":\"\(report.key)\",\"incident\":\"\(report.identity.full)\","
            + "\"kind\":\"\(report.kind)\",\"state\":\"\(report.state)\","
            + "\"interrupted\":\(report.isInterrupted),\"escalated\":\(report.isEscalated),"
            + "\"camera\":\(camera),\"zone\":\(report.zone),"
            + date("openedAt", report.openedAt) + "," + date("at", report.at) + ","
            + "\"scorePerMille\":\(report.peakScore.perMille),"
            + "\"region\":[\(region.x),\(region.y),\(region.width),\(region.height)],"
            + details(report.subject, report.measure)
            + "\"sequence\":\(sequence)}"
    }

    /// Which one, and what was measured, as members of an object, each with a comma behind it; empty
    /// where there is neither.
    public static func details(
        _ subject: Incident.Subject?, _ measure: Incident.Measure?
    ) -> String {
        (subject.map { "\"subject\":\(text($0))," } ?? "")
            + (measure.map { "\"measure\":\(text($0))," } ?? "")
    }

    private static func text(_ subject: Incident.Subject) -> String {
        switch subject {
        case .track(let number): "{\"track\":\(number)}"
        case .entry(let number): "{\"entry\":\(number)}"
        }
    }

    private static func text(_ measure: Incident.Measure) -> String {
        switch measure {
        case .count(let count): "{\"count\":\(count)}"
        case .countFrom(let count, let least): "{\"count\":\(count),\"from\":\(least)}"
        case .track(let number): "{\"track\":\(number)}"
        case .similarity(let likeness): "{\"similarityPerMille\":\(likeness.perMille)}"
        case .opinion(let sure): "{\"opinionPerMille\":\(sure.perMille)}"
        }
    }

    private static func evidence(
        _ identity: IncidentIdentity, _ kind: LedgerRecord.EvidenceKind, _ sha256: [UInt8],
        _ byteCount: UInt32, _ picture: [UInt8]?, head: String
    ) -> String {
        let member = kind == .find ? "sealed" : "jpeg"
        let jpeg = picture.map { "\"\(member)\":\"\(Base64.text($0))\"," } ?? ""
        return "{\"format\":\"kuzet-evidence-1\",\(head),\"incident\":\"\(identity.full)\","
            + "\"evidence\":\"\(kind)\",\"sha256\":\"\(SHA256.hexadecimal(sha256))\","
            + "\"bytes\":\(byteCount),\(jpeg)"
    }

    /// Text for people, milliseconds for machines, and how far both can be trusted.
    private static func date(_ name: String, _ date: Dating.Date) -> String {
        "\"\(name)\":{\"utc\":\"\(date.utcText)\",\"milliseconds\":\(date.wallMilliseconds),"
            + "\"by\":\"\(date.source.rawValue)\"}"
    }

    private static func counted(
        _ span: CountedSpan, at stamp: Stamp, _ speaker: Speaker
    ) -> String {
        let minutes = span.minutes.map { minute in
            "[\(minute.meanTenths.map { "\($0 / 10).\($0 % 10)" } ?? "null"),\(minute.most)]"
        }
        return "\"event\":\"counted\","
            + "\"camera\":\(speaker.camera(span.camera).map(JSON.quoted) ?? "null"),"
            + "\"millisecondsBefore\":\(max(stamp.monotonic - span.start, .zero).milliseconds),"
            + "\"minutes\":[\(minutes.joined(separator: ","))],"
            + "\"entered\":\(span.entered),\"left\":\(span.left)"
    }

    private static func health(_ record: LedgerRecord, _ speaker: Speaker) -> String {
        switch record.body {
        case .started(let configuration):
            "\"event\":\"started\",\"configuration\":\"\(SHA256.hexadecimal(configuration))\""
        case .clockCorrected(let offset):
            "\"event\":\"clockCorrected\",\"offsetMilliseconds\":\(offset)"
        case .configured(let configuration, let isAccepted):
            "\"event\":\"configured\",\"accepted\":\(isAccepted),"
                + "\"configuration\":\"\(SHA256.hexadecimal(configuration))\""
        case .operated(let text): "\"event\":\"operated\",\"text\":\(JSON.quoted(text))"
        case .repaired(let text): "\"event\":\"repaired\",\"text\":\(JSON.quoted(text))"
        case .siren(let step, let milliseconds):
            "\"event\":\"siren\",\"step\":\"\(step)\",\"milliseconds\":\(milliseconds)"
        case .interrupted(let boot, let ordinal):
            "\"event\":\"interrupted\",\"incident\":"
                + "\"\(IncidentIdentity(boot: boot, ordinal: ordinal).full)\""
        case .checkpoint(let checkpoint):
            "\"event\":\"checkpoint\",\"signed\":\(checkpoint.sequence),"
                + "\"hash\":\"\(SHA256.hexadecimal(checkpoint.hash))\","
                + "\"publicKey\":\"\(Base64.text(checkpoint.key))\","
                + "\"signature\":\"\(Base64.text(checkpoint.signature))\""
        case .discarded(let discard):
            "\"event\":\"discarded\",\"incident\":\"\(discard.identity.full)\","
                + "\"evidence\":\"\(discard.kind)\",\"delivered\":\(discard.wasDelivered)"
        case .counted(let span): counted(span, at: record.stamp, speaker)
        case .beat(let frameCount, _): "\"event\":\"beat\",\"frames\":\(frameCount)"
        case .commanded(_, let by, let words):
            "\"event\":\"commanded\",\"by\":\(JSON.quoted(by)),\"text\":\(JSON.quoted(words))"
        case .authorised(let authority): authorised(authority)
        case .hours(let order, _, let by):
            "\"event\":\"hours\",\"by\":\(JSON.quoted(by)),"
                + "\"text\":\(JSON.quoted(order.words)),\(hours(order))"
        case .acknowledged(let boot, let ordinal, let by):
            "\"event\":\"acknowledged\",\"by\":\(JSON.quoted(by)),\"incident\":"
                + "\"\(IncidentIdentity(boot: boot, ordinal: ordinal).full)\""
        case .judged(let judgement, let by):
            "\"event\":\"judged\",\"by\":\(JSON.quoted(by)),\"incident\":"
                + "\"\(judgement.identity.full)\",\"was\":\"\(judgement.verdict)\","
                + "\"because\":\(JSON.quoted(judgement.because))"
        case .cautioned(let change): cautioned(change, speaker)
        case .watched(let words): "\"event\":\"watched\",\"text\":\(JSON.quoted(words))"
        case .escalated(let boot, let ordinal):
            "\"event\":\"escalated\",\"incident\":"
                + "\"\(IncidentIdentity(boot: boot, ordinal: ordinal).full)\""
        case .incident, .evidence, .explained, .explainedByCounts, .found, .salvaged:
            "\"event\":\"other\""
        }
    }

    private static func cautioned(_ change: CautionChange, _ speaker: Speaker) -> String {
        let camera = speaker.camera(change.camera).map(JSON.quoted) ?? "null"
        let words =
            "\"event\":\"cautioned\",\"camera\":\(camera),\"from\":\(change.from),"
            + "\"to\":\(change.to),\"fightPerMille\":\(change.fightScore.perMille)"
        switch change.cause {
        case .time: return words
        case .judged(let identity): return words + ",\"incident\":\"\(identity.full)\""
        case .reset(let by): return words + ",\"by\":\(JSON.quoted(by))"
        }
    }

    private static func authorised(_ authority: Authority) -> String {
        let words = "\"event\":\"authorised\",\"text\":\(JSON.quoted(authority.words))"
        guard case .centre(let centre, let ticket) = authority else { return words }
        return words
            + ",\"commandKey\":\"\(Base64.text(centre.key))\",\"counter\":\(ticket.counter)"
            + (ticket.epoch.map { ",\"epoch\":\"\($0)\"" } ?? "")
    }

    /// As the command said it.
    private static func hours(_ order: HoursOrder) -> String {
        switch order {
        case .configured: return "\"venue\":\"configured\""
        case .venue(let isOpen, let seconds):
            return "\"venue\":\"\(isOpen ? "open" : "closed")\",\"seconds\":\(seconds)"
        case .schedule(let schedule):
            let entries = schedule.entries.map { entry in
                let days = entry.days.map { "\"\($0)\"" }.joined(separator: ",")
                return "{\"days\":[\(days)],\"from\":\"\(entry.from)\",\"to\":\"\(entry.to)\"}"
            }
            return "\"schedule\":[\(entries.joined(separator: ","))]"
        }
    }
}
