import Frames
import Testing

@testable import Detectors

@Suite struct FaceAlignmentTests {
    /// The template's own points, turned by a complex number in 1/256 and moved.
    private func points(_ a: Int, _ b: Int, x: Int, y: Int) -> Face.Points {
        let places = FaceAlignment.template.map { point in
            Face.Point(
                x: x + (a * point.x - b * point.y) / 256, y: y + (b * point.x + a * point.y) / 256)
        }
        return Face.Points(
            leftEye: places[0], rightEye: places[1], nose: places[2], mouthLeft: places[3],
            mouthRight: places[4])
    }

    @Test func aFaceThatLiesAsTheTemplateIsCutAsTheTemplateIs() throws {
        // Places count from corners, patches from the middles of pixels.
        let patch = try #require(FaceAlignment.patch(of: points(256, 0, x: 128, y: 128)))
        // 96 columns from the eighth on, 112 lines, each as 128.
        #expect(patch.right == Patch.Step(x: 49_152, y: 0))
        #expect(patch.down == Patch.Step(x: 0, y: 57_344))
        #expect(abs(patch.x - (8 << 16 - 8_192)) <= 512, "\(patch.x)")
        #expect(abs(patch.y - -4_096) <= 512, "\(patch.y)")
    }

    @Test func turnAndSizeAreThoseOfThePoints() throws {
        // Twice as large, a right angle: right is down, and down is left.
        let patch = try #require(FaceAlignment.patch(of: points(0, 512, x: 300 << 8, y: 0)))
        #expect(abs(patch.right.x) <= 2 && abs(patch.right.y - 2 * 49_152) <= 8)
        #expect(abs(patch.down.x + 2 * 57_344) <= 8 && abs(patch.down.y) <= 2)
    }

    @Test func onePointThatIsWrongMovesTheRestLittle() throws {
        var wrong = points(256, 0, x: 128, y: 128)
        wrong.nose.x += 10 << 8
        let right = try #require(FaceAlignment.patch(of: points(256, 0, x: 128, y: 128)))
        let moved = try #require(FaceAlignment.patch(of: wrong))
        #expect(abs(moved.right.x - right.right.x) < 2_000)
        #expect(abs(moved.x - right.x) < 3 << 16)
    }

    @Test func pointsInOnePlaceAreNoFace() {
        let point = Face.Point(x: 100 << 8, y: 100 << 8)
        let points = Face.Points(
            leftEye: point, rightEye: point, nose: point, mouthLeft: point, mouthRight: point)
        #expect(FaceAlignment.patch(of: points) == nil)
    }

    @Test func whoTurnsHisHeadIsSaidToBeTurned() {
        let light = FaceLight(
            [Int8](repeating: 0, count: 3 * 16 * 16).withUnsafeBufferPointer { $0 }, side: 16)
        var points = points(256, 0, x: 0, y: 0)
        #expect(FaceQuality(points, light).turnPerMille < 200)
        points.nose.x = points.rightEye.x
        #expect(FaceQuality(points, light).turnPerMille > 900)
    }

    @Test func obstaclesAreNamedInOrder() {
        func quality(
            eyes: UInt16 = 30, turn: UInt16 = 0, mean: UInt8 = 120, contrast: UInt8 = 30,
            sharpness: UInt16 = 100
        ) -> FaceQuality {
            FaceQuality(
                eyeDistance: eyes, turnPerMille: turn, mean: mean, contrast: contrast,
                sharpnessPerMille: sharpness)
        }
        #expect(quality().obstacle(score: .one) == nil)
        #expect(quality(eyes: 6).obstacle(score: .one) == .small)
        #expect(quality().obstacle(score: .perMille(500)) == .unsure)
        #expect(quality(turn: 900).obstacle(score: .one) == .turned)
        #expect(quality(mean: 10).obstacle(score: .one) == .unlit)
        #expect(quality(mean: 250).obstacle(score: .one) == .unlit)
        #expect(quality(contrast: 2).obstacle(score: .one) == .unlit)
        #expect(quality(sharpness: 3).obstacle(score: .one) == .blurred)
    }
}
