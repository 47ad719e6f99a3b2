import Cryptography
import Detectors
import Frames
import Records
import Store
import Text

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
