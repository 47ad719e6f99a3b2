import Detectors
import Frames

/// The plainest tracker there is, beside which the product's is measured: greedy overlap with where
/// somebody was, no motion.
///
/// It has the same thresholds and patience as ours; SORT without its filter (Bewley et al., ICIP
/// 2016; Bochinski et al., "High-speed tracking-by-detection without using image information", 2017).
package struct OverlapTracker {
    private struct Kept {
        var number: Int
        var box: Region
        var seenAt: Instant
        var boxCount: Int
    }

    private var kept: [Kept] = []
    private var next = 1
    private var suppression = BoxSuppression()
    private let overlapMin: Int

    /// - Parameter overlapMin: of what two boxes cover together; per mille.
    package init(overlapMin: Int = 200) {
        self.overlapMin = overlapMin
    }

    /// Whoever is followed and was boxed in this look.
    package mutating func take(
        _ boxes: [PersonBox], at now: Instant
    ) -> [(track: Int, box: Region)] {
        suppression.suppress(boxes, scoreMin: .perMille(500))
        var pairs: [(overlap: Int, track: Int, box: Int)] = []
        for (track, old) in kept.enumerated() {
            for box in suppression.kept {
                let overlap = BoxSuppression.overlap(old.box, boxes[box].region)
                if overlap >= overlapMin { pairs.append((overlap, track, box)) }
            }
        }
        pairs.sort { ($1.overlap, $0.track, $0.box) < ($0.overlap, $1.track, $1.box) }
        var (tracks, given): (Set<Int>, Set<Int>) = ([], [])
        for pair in pairs where !tracks.contains(pair.track) && !given.contains(pair.box) {
            tracks.insert(pair.track)
            given.insert(pair.box)
            kept[pair.track].box = boxes[pair.box].region
            kept[pair.track].seenAt = now
            kept[pair.track].boxCount += 1
        }
        for box in suppression.kept where !given.contains(box) {
            kept.append(Kept(number: next, box: boxes[box].region, seenAt: now, boxCount: 1))
            next += 1
        }
        kept.removeAll {
            now - $0.seenAt > ($0.boxCount < 3 ? .milliseconds(400) : .milliseconds(2_500))
        }
        return kept.filter { $0.seenAt == now && $0.boxCount >= 3 }.map { ($0.number, $0.box) }
    }
}
