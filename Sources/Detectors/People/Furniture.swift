import Frames

/// What a network takes for a person and is none: a coat stand, a poster, a mannequin.
///
/// Furniture is what was boxed in the same place, to an overlap of 85 %, for 15 minutes of looks
/// in which at most 2 % of its pixels changed. Pixels that change while nobody else's box touched it
/// for 1.5 s before and after begin the time anew, and unlearn it: it lives. Changes while somebody
/// passes before it say nothing and only stop the time. Where nobody measured pixels nothing is
/// ever furniture.
///
/// - Limits: somebody asleep or frozen for 15 minutes, with less than 2 % of the pixels changing at
///   every single look, is taken for furniture until he moves; who breathes, reads or shifts in his
///   chair is not. A screen or a fan in the box keeps a thing from being learned. 32 places; one
///   that was not boxed for an hour of looks is forgotten.
public struct Furniture: Sendable {
    struct Place: Hashable, Sendable {
        var region: Region
        /// For how long it has not moved.
        var stillFor = Interval.zero
        /// For how long it was not boxed.
        var goneFor = Interval.zero
        var isLearned = false
        /// Since another box touched it.
        var untouchedFor = Interval.seconds(60)
        /// Since it moved, while nobody is known to have touched it; nil where it did not.
        var stirredFor: Interval?
    }

    private(set) var places: [Place] = []
    private let after: Interval?

    public static let countMax = 32
    /// Per mille of what two boxes cover together.
    static let overlapMin = 850
    /// Per mille of its pixels.
    static let movedMax = 20
    /// A look stands for no more time than this.
    private static let stepMax = Interval.seconds(2)
    private static let touchTime = Interval.milliseconds(1_500)
    private static let forgetAfter = Interval.seconds(3_600)

    /// - Parameters:
    ///   - after: nil learns nothing.
    ///   - known: what was learned earlier, or shown by hand.
    public init(after: Interval?, known: [Region] = []) {
        self.after = after
        places.reserveCapacity(Self.countMax)
        for region in known.prefix(Self.countMax) {
            places.append(Place(region: region, stillFor: after ?? .zero, isLearned: true))
        }
    }

    /// What was learned, to be shown and to be kept.
    public var learned: [Region] { places.filter(\.isLearned).map(\.region) }

    func holds(_ box: PersonBox) -> Bool {
        for place in places where place.isLearned {
            if BoxSuppression.overlap(place.region, box.region) >= Self.overlapMin { return true }
        }
        return false
    }

    /// Learns from one look.
    mutating func learn(_ boxes: UnsafeBufferPointer<PersonBox>, kept: [Int], elapsed: Interval) {
        guard let after else { return }
        let step = min(max(elapsed, .zero), Self.stepMax)
        for place in places.indices { pass(step, place, boxes) }
        for index in kept {
            let box = boxes[index]
            guard let moved = box.moved else { continue }
            let isStill = moved <= .perMille(Self.movedMax)
            guard let place = nearest(box.region) else {
                if isStill { add(box.region) }
                continue
            }
            places[place].goneFor = .zero
            if isStill, places[place].stirredFor == nil {
                places[place].stillFor = min(places[place].stillFor + step, .seconds(86_400))
                if places[place].stillFor >= after { places[place].isLearned = true }
            } else if !isStill, places[place].untouchedFor > Self.touchTime {
                places[place].stirredFor = places[place].stirredFor ?? .zero
            }
        }
        places.removeAll {
            $0.goneFor >= ($0.isLearned ? Self.forgetAfter : min(after, Self.forgetAfter))
        }
    }

    private func nearest(_ region: Region) -> Int? {
        var (best, found) = (Self.overlapMin - 1, Int?.none)
        for (index, place) in places.enumerated() {
            let overlap = BoxSuppression.overlap(place.region, region)
            if overlap > best { (best, found) = (overlap, index) }
        }
        return found
    }

    /// Time goes by for one place: somebody touches it or does not, and whether what stirred was the
    /// thing itself is known a moment later.
    private mutating func pass(
        _ step: Interval, _ place: Int, _ boxes: UnsafeBufferPointer<PersonBox>
    ) {
        places[place].goneFor = places[place].goneFor + step
        places[place].untouchedFor = min(places[place].untouchedFor + step, .seconds(60))
        for index in 0..<min(boxes.count, BoxSuppression.candidateCountMax) {
            let overlap = BoxSuppression.overlap(places[place].region, boxes[index].region)
            guard overlap > 0, overlap < Self.overlapMin else { continue }
            (places[place].untouchedFor, places[place].stirredFor) = (.zero, nil)
            return
        }
        guard let stirred = places[place].stirredFor.map({ $0 + step }) else { return }
        places[place].stirredFor = stirred
        guard stirred > Self.touchTime else { return }
        (places[place].stillFor, places[place].isLearned) = (.zero, false)
        places[place].stirredFor = nil
    }

    private mutating func add(_ region: Region) {
        if places.count == Self.countMax {
            // The one that has been still for the shortest time is the least loss.
            var least: Int?
            for (index, place) in places.enumerated() where !place.isLearned {
                if place.stillFor < least.map({ places[$0].stillFor }) ?? .seconds(86_401) {
                    least = index
                }
            }
            guard let least else { return }
            places.remove(at: least)
        }
        places.append(Place(region: region))
    }
}
