import Frames

/// What a recording's pictures were like: for the words at its end.
struct RecordingFindings {
    private struct Reason {
        var cause: String
        var count = 1
        /// The picture, counted from 0, that was left out for it first.
        var first: Int
    }

    private var pictureCount = 0
    private var causes: [Reason] = []
    private var otherCount = 0
    private var mendedCount = 0
    private var size: (width: Int, height: Int)?
    private var resizes: (first: Int, text: String, count: Int)?

    /// So many different reasons are told; the rest are only counted.
    static let causeCountMax = 4

    mutating func showed(width: Int, height: Int, isMended: Bool) {
        if let size, size != (width, height) {
            resizes =
                resizes ?? (
                    pictureCount, "\(width)×\(height) instead of \(size.width)×\(size.height)", 0
                )
            resizes?.count += 1
        }
        size = (width, height)
        if isMended { mendedCount += 1 }
        pictureCount += 1
    }

    mutating func leftOut(_ cause: String) {
        defer { pictureCount += 1 }
        if let index = causes.firstIndex(where: { $0.cause == cause }) {
            causes[index].count += 1
        } else if causes.count < Self.causeCountMax {
            causes.append(Reason(cause: cause, first: pictureCount))
        } else {
            otherCount += 1
        }
    }

    /// Why pictures were left out: "picture 3: its checksum is wrong".
    var reasons: String {
        var texts = causes.map { reason in
            reason.count == 1
                ? "picture \(reason.first): \(reason.cause)"
                : "\(reason.count) from picture \(reason.first) on: \(reason.cause)"
        }
        if otherCount > 0 { texts.append("\(otherCount) for other reasons") }
        return texts.joined(separator: "; ")
    }

    var notices: [String] {
        var notices: [String] = []
        let damagedCount = causes.reduce(otherCount) { $0 + $1.count }
        if damagedCount > 0 {
            notices.append("\(damagedCount) damaged pictures were left out: \(reasons)")
        }
        if mendedCount > 0 {
            notices.append(
                "\(mendedCount) pictures break off in their last row of blocks: "
                    + "the row above it is shown there")
        }
        if let resizes {
            notices.append(
                "from picture \(resizes.first) on they have \(resizes.text)"
                    + (resizes.count == 1 ? "" : "; the size changes \(resizes.count) times")
                    + ": detectors begin anew there")
        }
        return notices
    }
}

/// A recording's times as its pictures get them: the file's own, except that a small step back is
/// waited out.
///
/// Recorders whose clock jitters, or that state a picture's time too early, step back by
/// milliseconds: time stands still until the file catches up. A larger step is a clock that was
/// set, or another recording behind the first: it is handed on as it is, and every counter of time
/// behind a `FrameSource` takes it as a pause of unknown length, in which nothing is known to have
/// happened.
struct RecordingTimes {
    private var last: Instant?
    private var pictureCount = 0
    private var steps: (first: Int, from: Instant, to: Instant, count: Int)?

    /// A step back of more is one.
    static let jitterMax = Interval.seconds(1)

    mutating func time(stated: Instant) -> Instant {
        defer { pictureCount += 1 }
        guard let last, stated < last else {
            self.last = stated
            return stated
        }
        if last - stated <= Self.jitterMax { return last }
        steps = steps ?? (pictureCount, last, stated, 0)
        steps?.count += 1
        self.last = stated
        return stated
    }

    var notice: String? {
        guard let steps else { return nil }
        return "times go back at picture \(steps.first) of those shown, from "
            + "\(Self.seconds(steps.from)) s to \(Self.seconds(steps.to)) s"
            + (steps.count == 1 ? "" : ", and \(steps.count - 1) times more")
            + ": taken as a pause of unknown length"
    }

    /// Seconds with three decimals.
    private static func seconds(_ instant: Instant) -> String {
        let milliseconds = instant.milliseconds
        let part = String(1000 + (milliseconds % 1000).magnitude).dropFirst()
        return (milliseconds < 0 ? "-" : "") + "\((milliseconds / 1000).magnitude).\(part)"
    }
}
