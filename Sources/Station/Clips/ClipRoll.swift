import Frames

/// The clips that are being written, and when each ends.
///
/// Incidents of one camera share a clip where it shows both: shoving that becomes a fight, or a
/// sprayed lens that is first partly covered, then blind, would be written twice and more. Each has
/// a name of its own for the file (`Store` links it), so that each is exported and one day deleted
/// by itself.
///
/// - Limits: `cameraCountMax` at once for one camera, `countMax` in all, `memberCountMax` incidents
///   for one clip.
struct ClipRoll: Hashable, Sendable {
    struct Clip: Hashable, Sendable {
        /// Of the incident that began it.
        var ordinal: UInt32
        var camera: UInt8
        var start: Instant
        /// Uptime when it is as long as it may be.
        var limit: Interval
        /// Uptime; the limit while an incident of it is open.
        var endsAt: Interval
        var openMembers: [UInt32]
        var memberCount = 1
    }

    enum Verdict: Hashable, Sendable {
        case begun(ClipOrder)
        /// So many are being written already.
        case refused(count: Int)
    }

    private(set) var clips: [Clip] = []

    static let cameraCountMax = 2
    static let countMax = 16
    static let memberCountMax = 64

    /// - Parameters:
    ///   - opened: when the incident opened; its clip reaches back to before that.
    ///   - now, uptime: the same moment, on either clock.
    mutating func begin(
        _ ordinal: UInt32, camera: UInt8, opened: Instant, now: Instant, at uptime: Interval,
        policy: ClipPolicy
    ) -> Verdict {
        let policy = policy.limited
        guard !clips.contains(where: { $0.openMembers.contains(ordinal) }) else {
            return .refused(count: clips.count)
        }
        let ofCamera = clips.filter { $0.camera == camera }.count
        let hasRoom = ofCamera < Self.cameraCountMax && clips.count < Self.countMax
        let index = clips.lastIndex { clip in
            // Where there is no room for another, one that shows less is better than none.
            clip.camera == camera && clip.memberCount < Self.memberCountMax
                && (!hasRoom || shows(clip, opened, at: uptime, policy))
        }
        if let index {
            clips[index].openMembers.append(ordinal)
            clips[index].memberCount += 1
            clips[index].endsAt = clips[index].limit
            return .begun(.join(ordinal: ordinal, clip: clips[index].ordinal))
        }
        guard hasRoom else { return .refused(count: clips.count) }
        let start = max(opened - policy.before, now - policy.lengthMax)
        let limit = uptime + max(policy.lengthMax - max(now - start, .zero), .zero)
        clips.append(
            Clip(
                ordinal: ordinal, camera: camera, start: start, limit: limit, endsAt: limit,
                openMembers: [ordinal]))
        return .begun(.begin(camera: camera, ordinal: ordinal, from: start))
    }

    /// Whether a clip has at least half of what should come before an incident, and room for some
    /// of the incident itself.
    private func shows(
        _ clip: Clip, _ opened: Instant, at uptime: Interval, _ policy: ClipPolicy
    ) -> Bool {
        opened - clip.start >= Interval(nanoseconds: policy.before.nanoseconds / 2)
            && clip.limit - uptime
                >= min(
                    policy.before + policy.after,
                    Interval(nanoseconds: policy.lengthMax.nanoseconds / 2))
    }

    /// An incident is over: some more is kept, unless others of the clip go on.
    mutating func closed(_ ordinal: UInt32, at uptime: Interval, policy: ClipPolicy) {
        guard let index = clips.firstIndex(where: { $0.openMembers.contains(ordinal) }) else {
            return
        }
        clips[index].openMembers.removeAll { $0 == ordinal }
        if clips[index].openMembers.isEmpty {
            clips[index].endsAt = min(clips[index].limit, uptime + policy.limited.after)
        }
    }

    /// Time has passed.
    mutating func passed(at uptime: Interval, into effects: inout [Effect]) {
        for clip in clips where uptime >= clip.endsAt {
            effects.append(.clip(.end(ordinal: clip.ordinal)))
        }
        clips.removeAll { uptime >= $0.endsAt }
    }

    mutating func endAll(into effects: inout [Effect]) {
        effects += clips.map { .clip(.end(ordinal: $0.ordinal)) }
        clips.removeAll()
    }

    /// Names what is wrong; empty where all is well.
    func brokenInvariants(at uptime: Interval) -> [String] {
        var broken: [String] = []
        if clips.count > Self.countMax { broken.append("\(clips.count) clips are being written") }
        for (index, clip) in clips.enumerated() {
            if clip.endsAt <= uptime || clip.endsAt > clip.limit
                || clip.limit > uptime + ClipPolicy.lengthHardMax
            {
                broken.append("the clip of incident \(clip.ordinal) does not end in time")
            }
            if clips[..<index].contains(where: { $0.ordinal == clip.ordinal }) {
                broken.append("incident \(clip.ordinal) has two clips")
            }
            if clips.filter({ $0.camera == clip.camera }).count > Self.cameraCountMax
                || clip.memberCount > Self.memberCountMax
            {
                broken.append("camera \(clip.camera) has too many clips")
            }
        }
        return broken
    }
}
