import Cryptography
import Detectors
import Frames
import Records
import Store
import Text
import Uplink

enum FightModelHash {
    package static let text = SHA256.hexadecimal(FightDetector.modelSHA256)
}

extension Explanation {
    /// For people: thresholds, the weights, and the scores as bars.
    package var text: String {
        var lines = [
            "model     SHA-256 \(SHA256.hexadecimal(model))",
            "scored    from \(enterScore.perMille) on it counts, \(confirmScore.perMille) once "
                + "confirms; \(droppedFrameCount) frames dropped meanwhile"
        ]
        for entry in series.entries {
            let score = max(entry.score.perMille, 0)
            let bar = String(repeating: "█", count: score / 25)
            let seconds = ReplayRun.seconds(series.start + .milliseconds(Int64(entry.offset)))
            lines.append("score     \(seconds) s  \("\(score)".padded(5))\(bar)")
        }
        return lines.joined(separator: "\n")
    }

    var json: String {
        let scores = series.entries.map {
            "[\(ReplayRun.seconds(series.start + .milliseconds(Int64($0.offset)))),"
                + "\($0.score.perMille)]"
        }
        return "{\"detector\":\"\(detector)\",\"model\":\"\(SHA256.hexadecimal(model))\","
            + "\"enterScore\":\(enterScore.perMille),\"confirmScore\":\(confirmScore.perMille),"
            + "\"droppedFrames\":\(droppedFrameCount),"
            + "\"scores\":[\(scores.joined(separator: ","))]}"
    }
}

extension CountExplanation {
    /// For people: who looked, and the counts as bars.
    package var text: String {
        var lines = networks.map {
            "\("network".padded(10))\($0.task), SHA-256 \(SHA256.hexadecimal($0.sha256))"
        }
        let most = max(Int(series.entries.map(\.count).max() ?? 1), 1)
        let whom = zone == 0 ? "in the picture" : "in zone \(zone)"
        for entry in series.entries {
            let bar = String(repeating: "█", count: Int(entry.count) * 40 / most)
            let at = series.start + .milliseconds(Int64(entry.tenths) * 100)
            lines.append(
                "counted   \(ReplayRun.seconds(at)) s  \("\(entry.count)".padded(5))\(bar)")
        }
        if !series.entries.isEmpty { lines.append("          people \(whom)") }
        return lines.joined(separator: "\n")
    }

    var json: String {
        "{\(MessageJSON.reasons(self)),\"start\":\(ReplayRun.seconds(series.start))}"
    }
}
