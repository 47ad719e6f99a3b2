import Frames
import Station
import Synchronization

/// The last seconds of one camera as JPEGs, masks applied: what a clip reaches back into, and what
/// open clips have yet to write.
///
/// The camera's thread puts pictures in, the station's thread takes them out.
///
/// - Order: pictures leave as they came, each clip taking them at its own pace.
/// - Limits: `byteCountMax` bytes, whatever happens; all rings together have
///   `byteCountMaxInAll`, for the service may have 128 MB of memory. Within it pictures stay for
///   the policy's memory, and longer where an open clip has not had them yet. What must make room
///   before an open clip had it is counted.
package final class ClipRing: Sendable {
    private struct Contents {
        var policy: ClipPolicy
        /// Oldest first.
        var pictures: [ClipPicture] = []
        package var byteCount = 0
        /// How many pictures came before the first that is here.
        var passedCount: UInt64 = 0
        /// The number of the picture that each open clip takes next.
        var next: [UInt32: UInt64] = [:]
        /// Pictures that each open clip will never have.
        var lostCounts: [UInt32: Int] = [:]
        var pace = Pace()

        var endCount: UInt64 { passedCount + UInt64(pictures.count) }

        mutating func drop(_ count: Int) {
            for picture in pictures.prefix(count) { byteCount -= picture.jpeg.count }
            pictures.removeFirst(count)
            passedCount += UInt64(count)
        }
    }

    /// Pictures on their way into a clip.
    struct Batch {
        var pictures: ArraySlice<ClipPicture> = []
        fileprivate var end: UInt64 = 0
    }

    static let byteCountMaxInAll = 32 << 20
    static let byteCountMaxOfOne = 8 << 20
    /// What one clip is given at once.
    static let batchByteCountMax = 2 << 20

    let byteCountMax: Int
    private let contents: Mutex<Contents>

    /// - Parameter ringCount: how many cameras there are.
    package init(policy: ClipPolicy, ringCount: Int = 1) {
        byteCountMax = min(Self.byteCountMaxOfOne, Self.byteCountMaxInAll / max(ringCount, 1))
        contents = Mutex(Contents(policy: policy))
    }

    // MARK: For the camera's thread

    func replace(_ policy: ClipPolicy) {
        contents.withLock { contents in
            contents.policy = policy
            if !policy.isEnabled, contents.next.isEmpty { contents.drop(contents.pictures.count) }
        }
    }

    /// Whether a picture of this moment is wanted: asked before anything is encoded.
    func wants(_ instant: Instant) -> Bool {
        contents.withLock { contents in
            guard contents.policy.isEnabled || !contents.next.isEmpty else { return false }
            return contents.pace.takes(
                instant, perSecond: contents.policy.limited.picturesPerSecond)
        }
    }

    /// So much may a JPEG have, or the time before an incident would not fit.
    var pictureByteCountMax: Int {
        let policy = contents.withLock { $0.policy.limited }
        let count = Int(policy.before.milliseconds / 1_000 + 2) * policy.picturesPerSecond
        return byteCountMax / max(count, 1)
    }

    func add(_ picture: ClipPicture) {
        contents.withLock { contents in
            contents.pictures.append(picture)
            contents.byteCount += picture.jpeg.count
            let oldest = picture.capturedAt - contents.policy.memory
            let needed = contents.next.values.min() ?? .max
            var count = 0
            var byteCount = contents.byteCount
            for (index, old) in contents.pictures.enumerated() {
                let isNeeded = contents.passedCount + UInt64(index) >= needed
                let isOld = old.capturedAt < oldest || old.capturedAt > picture.capturedAt
                guard byteCount > byteCountMax || (isOld && !isNeeded) else { break }
                for (ordinal, next) in contents.next
                where contents.passedCount + UInt64(index) >= next {
                    contents.lostCounts[ordinal, default: 0] += 1
                }
                byteCount -= old.jpeg.count
                count += 1
            }
            contents.drop(count)
        }
    }

    /// What is here is not kept any more: it was masked otherwise than it would be now.
    func forget() {
        contents.withLock { $0.drop($0.pictures.count) }
    }

    // MARK: For the station's thread

    func open(_ ordinal: UInt32, from: Instant) {
        contents.withLock { contents in
            let index = contents.pictures.firstIndex { $0.capturedAt >= from }
            contents.next[ordinal] =
                contents.passedCount + UInt64(index ?? contents.pictures.count)
        }
    }

    /// - Returns: how many pictures made room before the clip had them.
    func close(_ ordinal: UInt32) -> Int {
        contents.withLock { contents in
            contents.next[ordinal] = nil
            return contents.lostCounts.removeValue(forKey: ordinal) ?? 0
        }
    }

    /// What a clip has yet to take, in part where it is much; it stays until it was `took`.
    func waiting(for ordinal: UInt32) -> Batch {
        contents.withLock { contents in
            guard let next = contents.next[ordinal] else { return Batch() }
            let start = Int(max(next, contents.passedCount) - contents.passedCount)
            var end = start
            var byteCount = 0
            while end < contents.pictures.count {
                byteCount += contents.pictures[end].jpeg.count
                if end > start, byteCount > Self.batchByteCountMax { break }
                end += 1
            }
            return Batch(
                pictures: contents.pictures[start..<end], end: contents.passedCount + UInt64(end))
        }
    }

    /// The clip will have these.
    func took(_ batch: Batch, for ordinal: UInt32) {
        contents.withLock { contents in
            guard let next = contents.next[ordinal] else { return }
            contents.next[ordinal] = max(next, batch.end)
        }
    }

    package var byteCount: Int { contents.withLock { $0.byteCount } }
    package var pictureCount: Int { contents.withLock { $0.pictures.count } }
}
