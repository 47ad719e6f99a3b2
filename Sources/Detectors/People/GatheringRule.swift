import Frames

/// People who come together and stay together.
///
/// Those who stand, and not who walks by, are linked to everybody within 1.6 m (single linkage: a
/// chain is one group). A group is the same as before where half of its people are, or where it
/// stands in the same place. It is told when it has the size, for the dwell, and has grown by
/// `growthMin` within the time of formation: a table that is full all evening, or was full when the
/// camera began to look, is no gathering.
///
/// - Limits: 8 groups. Without a ground plane distances in depth are guessed (`Ground`). A queue
///   that forms within minutes is a gathering; one that grows slowly is not.
struct GatheringRule: Sendable {
    struct Group: Sendable {
        /// The places of its people, a bit for each.
        var members: UInt64 = 0
        /// As many as there are, followed by one for each look: one that is missed counts half.
        var size = 0
        var box = TrackBox()
        /// The smallest sizes within the time of formation, an eighth of it each; the last is now.
        var smallest = SIMD8<UInt8>(repeating: 0)
        var bucketAge = Interval.zero
        /// For how long it was not found.
        var goneFor = Interval.zero
        var hasGrown = false
        var evidence = Evidence()
    }

    private let settings: PeopleSettings.Gathering?
    private(set) var groups: [Group] = []
    private var clusters: [(members: UInt64, box: TrackBox)] = []
    private var group = [Int](repeating: 0, count: Tracker.trackCountMax)
    /// For how long there have been looks since the start, or a jump.
    private var lookedFor = Interval.zero

    static let groupCountMax = 8
    /// Millimetres from foot to foot.
    static let linkMax = 1_600
    /// Who is together when the camera begins to look has not come together before it.
    private static let startTime = Interval.seconds(15)
    private static let goneMax = Interval.seconds(10)
    private static let ramp = Ramp(none: 600, half: 1_000, full: 1_600)

    init(_ settings: PeopleSettings.Gathering?) {
        self.settings = settings
        groups.reserveCapacity(Self.groupCountMax)
        clusters.reserveCapacity(Tracker.trackCountMax)
    }

    mutating func forget() {
        groups.removeAll(keepingCapacity: true)
        lookedFor = .zero
    }

    mutating func look(_ look: PeopleLook) {
        guard let settings else { return }
        lookedFor = min(lookedFor + look.elapsed, .seconds(3_600))
        cluster(look)
        for index in groups.indices { follow(index, look, settings) }
        groups.removeAll { $0.goneFor > Self.goneMax }
        for cluster in clusters
        where cluster.members.nonzeroBitCount >= 3 && groups.count < Self.groupCountMax {
            var found = Group(members: cluster.members, box: cluster.box)
            found.size = cluster.members.nonzeroBitCount
            if lookedFor < Self.startTime {
                found.smallest = SIMD8(repeating: UInt8(found.size))
            }
            groups.append(found)
        }
    }

    /// Single linkage: joins whatever is near, until nothing changes sides any more.
    private mutating func cluster(_ look: PeopleLook) {
        clusters.removeAll(keepingCapacity: true)
        let tracks = look.tracks
        for slot in tracks.indices {
            group[slot] = look.isThere(slot) && look.pasts[slot].isStanding ? slot : -1
        }
        for slot in tracks.indices where group[slot] >= 0 {
            for other in 0..<slot where group[other] >= 0 && group[other] != group[slot] {
                let apart = look.ground.distance(tracks[slot].box, tracks[other].box)
                guard apart <= Self.linkMax else { continue }
                let (from, to) = (max(group[slot], group[other]), min(group[slot], group[other]))
                for index in 0...slot where group[index] == from { group[index] = to }
            }
        }
        for first in tracks.indices where group[first] == first {
            var (members, box) = (UInt64(0), tracks[first].box)
            for slot in tracks.indices where group[slot] == first {
                members |= 1 << UInt64(slot)
                box = box.union(tracks[slot].box)
            }
            clusters.append((members, box))
        }
    }

    /// Finds a group among the clusters, and takes it from them.
    private mutating func follow(
        _ index: Int, _ look: PeopleLook, _ settings: PeopleSettings.Gathering
    ) {
        var (best, found) = (0, Int?.none)
        for (candidate, cluster) in clusters.enumerated() where cluster.members != 0 {
            let count = cluster.members.nonzeroBitCount
            let shared = (cluster.members & groups[index].members).nonzeroBitCount
            let isSame =
                shared * 2 >= min(count, groups[index].members.nonzeroBitCount)
                || count >= 2 && cluster.box.overlap(groups[index].box) >= 500
            let likeness = shared * 64 + count
            if isSame, likeness > best { (best, found) = (likeness, candidate) }
        }
        groups[index].bucketAge = groups[index].bucketAge + look.elapsed
        var now = 0
        if let found {
            now = clusters[found].members.nonzeroBitCount
            groups[index].members = clusters[found].members
            groups[index].box = clusters[found].box
            groups[index].goneFor = .zero
            clusters[found].members = 0
        } else {
            groups[index].goneFor = groups[index].goneFor + look.elapsed
        }
        let off = now - groups[index].size
        groups[index].size += min(max(off, -1), 1)
        remember(index, settings)
    }

    private mutating func remember(_ index: Int, _ settings: PeopleSettings.Gathering) {
        let size = UInt8(min(groups[index].size, 255))
        let eighth = Interval(nanoseconds: max(settings.formation.nanoseconds / 8, 1))
        if groups[index].bucketAge >= eighth {
            groups[index].bucketAge = .zero
            for bucket in 0..<7 {
                groups[index].smallest[bucket] = groups[index].smallest[bucket + 1]
            }
            groups[index].smallest[7] = size
        }
        groups[index].smallest[7] = min(groups[index].smallest[7], size)
        let least = Int(groups[index].smallest.min())
        if groups[index].size >= settings.sizeMin,
            groups[index].size - least >= settings.growthMin
        {
            groups[index].hasGrown = true
        }
        if groups[index].size * 2 < settings.sizeMin { groups[index].hasGrown = false }
    }

    mutating func update(
        _ elapsed: Interval, zones: [PeopleZone], shape: PictureShape,
        into sightings: inout [Sighting]
    ) {
        guard let settings else { return }
        for index in groups.indices {
            let group = groups[index]
            let score =
                group.hasGrown ? Self.ramp(group.size * 1000 / max(settings.sizeMin, 1)) : .zero
            groups[index].evidence.update(score, elapsed: elapsed, needed: settings.dwell)
            guard groups[index].evidence.isShown else { continue }
            sightings.append(
                Sighting(
                    kind: .gathering, zone: PeopleZone.number(at: group.box.foot, in: zones),
                    score: score, region: shape.region(group.box),
                    measure: .count(group.size, from: settings.sizeMin)))
        }
    }
}
