import Frames
import Linux
import Text

/// Scores of weights that were trained without the recording they judge, by file and millisecond.
struct HeldOutScores {
    private var scores: [String: [Int64: Q15]] = [:]

    static let byteCountMax = 64 << 20

    /// - Parameter path: one {"file","at","score"} a line, `at` in seconds, as `fights/opinion.py`
    ///   writes them.
    /// - Error: `WorkbenchError`.
    init(_ path: String) throws {
        do {
            for line in try Files.read(path, byteCountMax: Self.byteCountMax)
                .split(separator: UInt8(ascii: "\n"))
            {
                let value = try JSONValue.read(Array(line))
                guard let file = value["file"]?.string, let at = value["at"]?.thousandths,
                    let score = value["score"]?.thousandths
                else { continue }
                scores[file, default: [:]][Int64(at)] = .perMille(score)
            }
        } catch {
            throw WorkbenchError.reading("held-out scores \(path)", error)
        }
    }

    /// What the clip's decisions would have scored; 0 where nothing moved. What was rewritten for
    /// training may have other times, by a millisecond or two.
    func replace(in clip: inout FightClip) {
        let known = scores[clip.file] ?? [:]
        for index in clip.decisions.indices {
            let at = clip.decisions[index].at.milliseconds
            let found = [0, -1, 1, -2, 2].lazy.compactMap { known[at + $0] }.first
            clip.decisions[index].score = found ?? .zero
        }
    }
}
