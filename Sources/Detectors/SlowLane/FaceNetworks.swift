import Frames
import Models
import Networks
import Watchlist

/// Finds faces, and compares one of them with a list.
///
/// What a network makes of a face lives here for one comparison and is overwritten: it leaves neither
/// in an answer nor in memory.
final class FaceNetworks {
    private let finder: FaceFinder
    private let wideFinder: FaceFinder
    private let knower: FaceKnower
    private var faces: [Face] = []
    #if DEBUG
        /// What it does wrong, because a test wants to see that found.
        var canary: FaceCanary?
        private var kept: [Any] = []
    #endif

    /// Of the whole picture's faces: others are looked at again from near by anyway.
    private static let wideScoreMin = Q15.perMille(500)
    /// Of a crop's side, to each side of the face's box.
    private static let cropMarginPerMille = 400

    /// In the order of `init`.
    static let models: [BuiltInModel] = [.faceFinder, .wideFaceFinder, .faceKnower]

    /// - Throws: `ModelError` where a network has not its contract.
    init(_ networks: [Network]) throws {
        finder = try FaceFinder(networks[0])
        wideFinder = try FaceFinder(networks[1])
        knower = try FaceKnower(networks[2])
        faces.reserveCapacity(FaceFinder.countMax)
    }

    func look(at frame: Frame, into reading: inout FaceReading) {
        reading.answers.removeAll(keepingCapacity: true)
        reading.places.removeAll(keepingCapacity: true)
        if reading.isWide { lookWide(frame, &reading) }
        var isJudging = true
        for question in reading.questions {
            let answer = answer(question, frame, reading.gallery, isJudging: &isJudging)
            reading.answers.append(answer)
        }
        forget()
    }

    /// Overwrites all that was computed of faces.
    private func forget() {
        forgetPoints()
        #if DEBUG
            if canary == .memory { return }
        #endif
        // Of the finders too: all networks compute in one memory.
        knower.forget()
    }

    private func forgetPoints() {
        #if DEBUG
            if canary == .points { return }
        #endif
        finder.forget()
        wideFinder.forget()
        FaceFinder.overwrite(&faces)
    }

    private func lookWide(_ frame: Frame, _ reading: inout FaceReading) {
        findAll(in: frame)
        for face in faces where face.score >= Self.wideScoreMin {
            reading.places.append(Self.box(face))
        }
    }

    /// Replaces `faces` with those of a whole picture.
    private func findAll(in frame: Frame) {
        wideFinder.find(
            in: frame, wideFinder.area(around: frame), scoreMin: .perMille(300), into: &faces)
    }

    /// - Parameter isJudging: whether one may still be judged.
    private func answer(
        _ question: FaceQuestion, _ frame: Frame, _ gallery: WatchGallery?, isJudging: inout Bool
    ) -> FaceAnswer {
        func answer(_ outcome: FaceAnswer.Outcome, _ face: Face? = nil) -> FaceAnswer {
            FaceAnswer(
                subject: question.subject, outcome: outcome,
                region: face?.region(inWidth: frame.width, height: frame.height),
                box: face.map(Self.box))
        }
        finder.find(in: frame, question.area, scoreMin: .perMille(300), into: &faces)
        guard let face = nearest(to: question.area) else { return answer(.nobody) }
        guard isJudging else { return answer(.postponed, face) }
        guard let patch = FaceAlignment.patch(of: face.points) else { return answer(.nobody) }
        let quality = FaceQuality(face.points, knower.align(patch, of: frame))
        if let obstacle = quality.obstacle(score: face.score) {
            return answer(.notJudged(obstacle), face)
        }
        isJudging = false
        let template = knower.template()
        #if DEBUG
            if let template, canary == .templates { kept.append(template) }
            if canary == .crops { kept.append(FaceCrop(Self.crop(face, of: frame))) }
        #endif
        guard let gallery, let template,
            case .found(let match, let threshold) = gallery.decide(template)
        else { return answer(.unlike, face) }
        return answer(
            .like(
                FaceMatch(
                    listed: gallery.listed[match.index], similarity: match.similarity,
                    threshold: threshold, quality: quality,
                    crop: FaceCrop(Self.crop(face, of: frame)))),
            face)
    }

    /// Beside the one who was asked for others may stand.
    private func nearest(to area: Rectangle) -> Face? {
        let (x, y) = ((2 * area.x + area.width) << 7, (2 * area.y + area.height) << 7)
        func distance(_ face: Face) -> Int {
            let (across, down) = (
                (face.left + face.right) / 2 - x, (face.top + face.bottom) / 2 - y
            )
            return across * across + down * down
        }
        return faces.min { distance($0) < distance($1) }
    }

    private static func box(_ face: Face) -> Rectangle {
        Rectangle(
            x: face.left >> 8, y: face.top >> 8, width: max(face.width >> 8, 1),
            height: max(face.height >> 8, 1))
    }

    /// A copy, with what is around the face. Its sides are even, as chroma is.
    private static func crop(_ face: Face, of frame: Frame) -> Frame {
        let box = box(face)
        let margin = max(box.width, box.height) * cropMarginPerMille / 1000
        let x = min(max(box.x - margin, 0), frame.width - 2) & ~1
        let y = min(max(box.y - margin, 0), frame.height - 2) & ~1
        let width = max(min(box.width + 2 * margin, frame.width - x), 2) & ~1
        let height = max(min(box.height + 2 * margin, frame.height - y), 2) & ~1
        let crop = Frame(width: width, height: height)
        for row in 0..<height {
            crop.luma.row(row).update(from: frame.luma.row(y + row) + x, count: width)
        }
        for row in 0..<height / 2 {
            crop.chroma.row(row).update(from: frame.chroma.row(y / 2 + row) + x, count: width)
        }
        (crop.capturedAt, crop.sequence) = (frame.capturedAt, frame.sequence)
        return crop
    }
}

extension FaceNetworks {
    /// For enrolment and measurement: the face of a picture of one person, and what stands in its way.
    ///
    /// - Parameter isAligned: the picture is of 112 × 112 pixels as is usual, and the face where it has to be.
    func portrait(of frame: Frame, isAligned: Bool) -> FacePortrait {
        defer { forget() }
        guard !isAligned else {
            // In the middles of pixels.
            let places = FaceAlignment.template.map { point in
                Face.Point(
                    x: (point.x + 128) * frame.width / 112, y: (point.y + 128) * frame.height / 112)
            }
            let points = Face.Points(
                leftEye: places[0], rightEye: places[1], nose: places[2], mouthLeft: places[3],
                mouthRight: places[4])
            return portrait(points, .one, frame)
        }
        let side = max(frame.width, frame.height)
        finder.find(
            in: frame, Rectangle(x: 0, y: 0, width: side, height: side), scoreMin: .perMille(300),
            into: &faces)
        // The largest: whose portrait it is.
        guard let face = faces.max(by: { $0.width * $0.height < $1.width * $1.height }) else {
            return FacePortrait(faceCount: 0)
        }
        // Once more from near by, where points are found better.
        let around = max(face.width, face.height) * 2 >> 8
        let area = Rectangle(
            x: (face.left + face.right) >> 9 - around / 2,
            y: (face.top + face.bottom) >> 9 - around / 2, width: around, height: around)
        let count = faces.count
        finder.find(in: frame, area, scoreMin: .perMille(300), into: &faces)
        let best = nearest(to: area) ?? face
        var made = portrait(best.points, best.score, frame)
        made.faceCount = count
        return made
    }

    private func portrait(_ points: Face.Points, _ score: Q15, _ frame: Frame) -> FacePortrait {
        var made = FacePortrait(faceCount: 1)
        guard let patch = FaceAlignment.patch(of: points) else { return made }
        let quality = FaceQuality(points, knower.align(patch, of: frame))
        made.quality = quality
        made.obstacle = quality.obstacle(score: score)
        made.template = knower.template()
        return made
    }
}

/// What was made of a picture of one person.
public struct FacePortrait: Sendable {
    /// How many were found; the largest counts.
    public var faceCount: Int
    public var template: FaceTemplate?
    public var quality: FaceQuality?
    /// Why it would not be judged before a camera.
    public var obstacle: FaceObstacle?
}
