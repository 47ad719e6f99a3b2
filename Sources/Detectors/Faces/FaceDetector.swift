import Frames
import Watchlist

/// Whether somebody is to be looked at, because he is like an entry of a signed list in two pictures of
/// three.
///
///     tracks ──▶ heads ──▶ questions ─▶ slow lane ─▶ answers ──▶ votes ──▶ finds, sightings
///     whole picture now and then ─┘                     └─▶ how many could be judged
///
/// Idle without a gallery. Of those who are like nobody it keeps, for as long as they are followed, how
/// often they were judged, and nothing of their faces: answers bring none.
///
/// - Limits: `personCountMax` at a time; beyond it whoever comes later waits.
struct FaceDetector {
    private struct Person {
        var subject: FaceSubject
        var area: Rectangle
        var askedAt: Instant?
        var seenAt: Instant
        /// Looks in a row in which there was no face.
        var missedCount = 0
        /// The last three, the newest last; nil is like nobody.
        var votes: [Vote?] = []
        var isJudged = false
        /// What stood in the way last.
        var obstacle: FaceObstacle?
        var found: Found?

        var isPlace: Bool {
            if case .place = subject { true } else { false }
        }

        /// Two of three.
        var agreed: [Vote] {
            for vote in votes.compactMap({ $0 }) {
                let same = votes.compactMap { $0 }.filter { $0.match.listed == vote.match.listed }
                if same.count >= FaceDetector.agreeing { return same }
            }
            return []
        }
    }

    private struct Vote {
        var match: FaceMatch
        var region: Region
        var takenAt: Instant
    }

    /// What is shown, and for how long still.
    private struct Found {
        var listed: WatchGallery.Listed
        var similarity: Q15
        var region: Region
        var until: Instant
    }

    /// With whom faces are compared; nil where nobody may be looked for.
    var gallery: WatchGallery? {
        didSet { if gallery !== oldValue { forget() } }
    }
    /// How many faces could be judged so far.
    private(set) var tally = FaceTally()
    /// Whom to look at since the last frame.
    private(set) var newFinds: [FaceFind] = []
    /// Of answers that count from the next frame on.
    private var arriving: [FaceFind] = []
    private var people: [Person] = []
    private var lastPlace: UInt32 = 0
    private var wideAt: Instant?
    /// Of the last frame.
    private var now = Instant.zero

    static let personCountMax = 32
    static let agreeing = 2
    static let voteCount = 3
    /// Who is not followed any more is forgotten after this long.
    private static let keptFor = Interval.seconds(3)
    /// Who is decided is looked at again: people turn round, and lists are judged by more than a moment.
    private static let againAfter = Interval.seconds(5)
    /// Of a face that lives, or a wind that moves it, more is not as it was.
    private static let movedMin = Q15.perMille(20)
    /// After a look that could not be judged.
    private static let retryAfter = Interval.milliseconds(800)
    /// A find is shown for this long after the look that confirmed it.
    private static let shownFor = Interval.seconds(3)
    /// The whole picture, for those who are followed by nobody.
    private static let widePeriod = Interval.seconds(2)
    /// A face that is followed by itself and not found so often is gone.
    private static let missedCountMax = 2

    var isEmpty: Bool { people.isEmpty }

    /// Somebody is due to be looked at.
    var wantsLook: Bool {
        guard gallery != nil else { return false }
        return isWideDue || people.contains { isDue($0) }
    }

    private var isWideDue: Bool { wideAt.map { now - $0 >= Self.widePeriod } ?? true }

    private func isDue(_ person: Person) -> Bool {
        guard let askedAt = person.askedAt else { return true }
        if person.found != nil || person.votes.count >= Self.voteCount {
            return now - askedAt >= Self.againAfter
        }
        return person.obstacle == nil && person.missedCount == 0
            ? true : now - askedAt >= Self.retryAfter
    }

    /// Takes in who is followed, with each frame.
    mutating func update(
        clock: FrameClock, at now: Instant, people tracked: [TrackedPerson], width: Int, height: Int
    ) {
        swap(&newFinds, &arriving)
        arriving.removeAll(keepingCapacity: true)
        guard gallery != nil else { return }
        if clock.hasJumped { forget() }
        self.now = now
        for person in tracked where person.isSeen && !person.isFurniture {
            let area = Self.head(of: person, width: width, height: height)
            if let index = people.firstIndex(where: { $0.subject == .track(person.number) }) {
                people[index].area = area
                people[index].seenAt = now
            } else if people.count < Self.personCountMax {
                people.append(Person(subject: .track(person.number), area: area, seenAt: now))
            }
        }
        for index in people.indices.reversed() {
            let person = people[index]
            let isGone =
                now - person.seenAt > Self.keptFor
                || person.isPlace
                    && (person.missedCount > Self.missedCountMax || isFollowed(person.area))
            if isGone { remove(at: index) }
        }
    }

    /// Somebody who is followed has his head where a face was followed by itself.
    private func isFollowed(_ area: Rectangle) -> Bool {
        let (x, y) = (area.x + area.width / 2, area.y + area.height / 2)
        return people.contains { !$0.isPlace && $0.area.holds(x, y) }
    }

    /// Where the head of somebody is looked for: a square of a third of his height, or as wide as he,
    /// around where his head should be.
    private static func head(of person: TrackedPerson, width: Int, height: Int) -> Rectangle {
        let box = person.region.rectangle(inWidth: width, height: height)
        let side = max(box.height * 30 / 100, box.width * 90 / 100, 24)
        let (x, y) = (Int(person.head.x) * width / 1000, Int(person.head.y) * height / 1000)
        return Rectangle(x: x - side / 2, y: y - side / 2, width: side, height: side)
    }

    /// Writes what a network is to look at: the most pressing heads of `frame`.
    mutating func fill(_ look: Look, from frame: Frame) {
        if look.picture.width != frame.width || look.picture.height != frame.height {
            look.picture = Frame(width: frame.width, height: frame.height)
        }
        look.picture.copy(from: frame)
        look.faces.gallery = gallery
        look.faces.isWide = isWideDue
        if isWideDue { wideAt = now }
        look.faces.questions.removeAll(keepingCapacity: true)
        // Who was never asked first, then who waits longest.
        let due = people.indices.filter { isDue(people[$0]) }.sorted {
            let (one, other) = (people[$0].askedAt ?? .zero, people[$1].askedAt ?? .zero)
            return one != other ? one < other : $0 < $1
        }
        for index in due.prefix(FaceReading.questionCountMax) {
            look.faces.questions.append(
                FaceQuestion(subject: people[index].subject, area: people[index].area))
            people[index].askedAt = now
        }
    }

    /// What a network saw counts from the frame on that is decided next.
    ///
    /// - Parameter moved: the share of a region that is not as the scene usually is.
    mutating func take(_ look: Look, takenAt: Instant, moved: (Region) -> Q15) {
        // Of another list, or of none any more.
        guard let gallery, look.faces.gallery === gallery else { return }
        for answer in look.faces.answers {
            take(answer, takenAt, isStill: answer.region.map { moved($0) < Self.movedMin } ?? false)
        }
        for place in look.faces.places { note(place, takenAt) }
    }

    private mutating func take(_ answer: FaceAnswer, _ takenAt: Instant, isStill: Bool) {
        guard let index = people.firstIndex(where: { $0.subject == answer.subject }) else { return }
        if let box = answer.box, people[index].isPlace {
            people[index].area = Self.around(box)
            people[index].seenAt = now
        }
        switch answer.outcome {
        case .nobody:
            people[index].missedCount += 1
            return
        case .postponed:
            people[index].askedAt = nil
        case .notJudged(let obstacle):
            people[index].obstacle = obstacle
        // Nobody is as still as the wall for as long as it takes to learn him as a part of it: half a
        // minute; but his picture is.
        case .unlike where isStill, .like where isStill:
            people[index].obstacle = .still
        case .unlike:
            vote(index, nil)
        case .like(let match):
            guard let region = answer.region else { return }
            vote(index, Vote(match: match, region: region, takenAt: takenAt))
        }
        people[index].missedCount = 0
    }

    private mutating func vote(_ index: Int, _ vote: Vote?) {
        people[index].isJudged = true
        people[index].obstacle = nil
        // What was decided was of other pictures.
        if people[index].votes.count == Self.voteCount { people[index].votes.removeFirst() }
        people[index].votes.append(vote)
        let agreed = people[index].agreed
        guard let best = agreed.max(by: { $0.match.similarity < $1.match.similarity }) else {
            return
        }
        // Told once, however often he is lost and followed again while he is shown.
        let isShown = people.contains { person in
            person.found.map { $0.listed == best.match.listed && now <= $0.until } ?? false
        }
        if !isShown, people[index].found?.listed != best.match.listed {
            arriving.append(
                FaceFind(
                    listed: best.match.listed, similarity: best.match.similarity,
                    threshold: best.match.threshold, quality: best.match.quality,
                    region: best.region, takenAt: best.takenAt, crop: best.match.crop))
        }
        people[index].found = Found(
            listed: best.match.listed, similarity: best.match.similarity,
            region: (vote ?? best).region, until: now + Self.shownFor)
    }

    /// A face that nobody's head is near to is followed by itself.
    private mutating func note(_ box: Rectangle, _ takenAt: Instant) {
        let (x, y) = (box.x + box.width / 2, box.y + box.height / 2)
        let isKnown = people.contains { $0.area.holds(x, y) }
        guard !isKnown, people.count < Self.personCountMax else { return }
        lastPlace = lastPlace == .max ? 1 : lastPlace + 1
        people.append(Person(subject: .place(lastPlace), area: Self.around(box), seenAt: now))
    }

    /// Room to move until the next look.
    private static func around(_ box: Rectangle) -> Rectangle {
        let side = max(box.width, box.height) * 5 / 2
        return Rectangle(
            x: box.x + box.width / 2 - side / 2, y: box.y + box.height / 2 - side / 2, width: side,
            height: side)
    }

    /// What is seen now: whom to look at.
    func show(into sightings: inout [Sighting]) {
        for person in people {
            guard let found = person.found, now <= found.until else { continue }
            sightings.append(
                Sighting(
                    kind: Sighting.Kind(found.listed.notice.category), zone: 0,
                    score: found.similarity, region: found.region,
                    subject: .entry(found.listed.subject),
                    measure: .similarity(found.similarity)))
        }
    }

    private mutating func remove(at index: Int) {
        let person = people.remove(at: index)
        if person.isJudged {
            tally.add(nil)
        } else if let obstacle = person.obstacle {
            tally.add(obstacle)
        }
    }

    mutating func forget() {
        people.removeAll(keepingCapacity: true)
        newFinds.removeAll(keepingCapacity: true)
        arriving.removeAll(keepingCapacity: true)
        wideAt = nil
    }
}

extension Sighting.Kind {
    init(_ category: WatchNotice.Category) {
        switch category {
        case .wanted: self = .wanted
        case .missing: self = .missing
        case .barred: self = .barred
        }
    }
}

extension Rectangle {
    fileprivate func holds(_ x: Int, _ y: Int) -> Bool {
        x >= self.x && x < self.x + width && y >= self.y && y < self.y + height
    }
}
