import Frames

@testable import Detectors

/// A drawn room with furniture, a sensor's noise, and whatever is done to the camera: the same
/// from one seed, in integers.
final class Room {
    /// What one frame shows.
    struct View: Equatable {
        /// Of the usual light; per mille.
        var light = 1000
        /// A board before the lens: the share of the width it covers from the left, and its shade.
        var covered = 0
        var shade: UInt8 = 128
        /// Of the picture's contrast that a veil of `shade` lets through; per mille.
        var clarity = 1000
        /// Pixels that a box blur spreads to either side.
        var blur = 0
        /// Pixels that the room has moved to the left.
        var turned = 0
        /// Radius of a torch's light in the middle; per mille of the width.
        var glare = 0
        /// Somebody of 8 × 20 per cent of the picture, at this per mille of its width.
        var person: Int?
        var personWidth = 80
        var personHeight = 400
        /// Of the sensor; a frozen picture keeps the noise it has.
        var noise = 3
        var isFrozen = false
    }

    let frame: Frame
    private let room: Plane
    private var state: UInt64
    /// The view last shown, and its pixels without noise: most views last for many frames.
    private var shown: View?
    private var clean: [Int] = []

    init(width: Int = 160, height: Int = 120, seed: UInt64 = 7) {
        frame = Frame(width: width, height: height)
        room = Plane(width: 2 * width, height: height, filledWith: 90)
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        // Furniture: boxes of any shade, some of them striped.
        for index in 0..<140 {
            let (x, y) = (draw(2 * width), draw(height))
            let (w, h) = (2 + draw(width / 5), 2 + draw(height / 5))
            let (shade, stripe) = (UInt8(30 + draw(170)), index % 3 == 0 ? 2 + draw(4) : 0)
            for row in y..<min(y + h, height) {
                for column in x..<min(x + w, 2 * width) {
                    let isDark = stripe > 0 && (column / stripe) % 2 == 0
                    room[column, row] = isDark ? shade / 2 : shade
                }
            }
        }
    }

    private func draw(_ bound: Int) -> Int { Self.draw(bound, &state) }

    private static func draw(_ bound: Int, _ state: inout UInt64) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(max(bound, 1)))
    }

    func show(_ view: View) {
        guard !view.isFrozen else { return }
        if view != shown {
            clean.removeAll(keepingCapacity: true)
            for y in 0..<frame.height {
                for x in 0..<frame.width { clean.append(pixel(x, y, view)) }
            }
            shown = view
        }
        // Local: without optimisation, each access to a member of a class is checked.
        var state = self.state
        let (width, luma, stride) = (frame.width, frame.luma.base, frame.luma.stride)
        clean.withUnsafeBufferPointer { clean in
            for index in clean.indices {
                var value = clean[index]
                if view.noise > 0 {
                    value += Self.draw(2 * view.noise + 1, &state) - view.noise
                }
                luma[index / width * stride + index % width] = UInt8(
                    value < 0 ? 0 : value > 255 ? 255 : value)
            }
        }
        self.state = state
    }

    /// Without noise.
    private func pixel(_ x: Int, _ y: Int, _ view: View) -> Int {
        if x * 1000 < view.covered * frame.width { return Int(view.shade) }
        var value = room(x + view.turned, y, view.blur)
        if let person = view.person, isInside(x, y, person, view) { value = 25 + y % 3 }
        value = 16 + (value - 16) * view.light / 1000
        value = Int(view.shade) + (value - Int(view.shade)) * view.clarity / 1000
        let (dx, dy) = (x - frame.width / 2, y - frame.height / 2)
        let radius = view.glare * frame.width / 1000
        if dx * dx + dy * dy < radius * radius { value = 250 }
        return value
    }

    private func isInside(_ x: Int, _ y: Int, _ person: Int, _ view: View) -> Bool {
        let (left, top) = (person * frame.width / 1000, frame.height / 3)
        return x >= left && x < left + view.personWidth * frame.width / 1000 && y >= top
            && y < top + view.personHeight * frame.height / 1000
    }

    private func room(_ x: Int, _ y: Int, _ blur: Int) -> Int {
        guard blur > 0 else { return Int(room[min(x, room.width - 1), y]) }
        var (sum, count) = (0, 0)
        for row in stride(from: max(y - blur, 0), through: min(y + blur, room.height - 1), by: 2) {
            for column in stride(from: max(x - blur, 0), through: x + blur, by: 2) {
                sum += Int(room[min(column, room.width - 1), row])
                count += 1
            }
        }
        return sum / count
    }
}

/// A bank before a room: everything it said, frame by frame.
struct Watch {
    struct Entry {
        let milliseconds: Int
        let sightings: [Sighting]
    }

    private(set) var entries: [Entry] = []

    /// - Parameter script: what is before the camera at each millisecond.
    init(
        _ room: Room = Room(), seconds: Int, framesPerSecond: Int = 8,
        settings: DetectorSettings = DetectorSettings(), script: (Int) -> Room.View
    ) {
        let bank = DetectorBank(
            width: room.frame.width, height: room.frame.height, settings: settings)
        var sightings: [Sighting] = []
        for index in 0..<seconds * framesPerSecond {
            let milliseconds = index * 1000 / framesPerSecond
            room.show(script(milliseconds))
            room.frame.capturedAt = Instant(nanoseconds: Int64(milliseconds) * 1_000_000)
            bank.decide(room.frame, into: &sightings)
            entries.append(Entry(milliseconds: milliseconds, sightings: sightings))
        }
    }

    /// Milliseconds of the first frame that shows `kind`.
    func first(_ kind: Sighting.Kind, zone: UInt8? = nil) -> Int? {
        entries.first { $0.has(kind, zone) }?.milliseconds
    }

    /// Per mille of the frames from `start` on that show `kind`.
    func share(_ kind: Sighting.Kind, from start: Int, zone: UInt8? = nil) -> Int {
        let later = entries.filter { $0.milliseconds >= start }
        return later.filter { $0.has(kind, zone) }.count * 1000 / max(later.count, 1)
    }

    var kinds: Set<Sighting.Kind> {
        Set(entries.flatMap { $0.sightings.map(\.kind) })
    }

    static let tamper: Set<Sighting.Kind> = [
        .covered, .partlyCovered, .defocused, .sprayed, .turned, .glare, .frozen
    ]

    var tamperKinds: Set<Sighting.Kind> { kinds.intersection(Self.tamper) }
}

extension Watch.Entry {
    func has(_ kind: Sighting.Kind, _ zone: UInt8?) -> Bool {
        sightings.contains { $0.kind == kind && (zone == nil || $0.zone == zone) }
    }
}
