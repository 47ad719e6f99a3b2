import Frames
import Models
import Networks
import Traces
import Watchlist

@testable import Detectors

/// What is known of every face while networks look at it, to be searched for afterwards: all of it
/// is computed once more, in networks of its own, whose memory is overwritten, and only hashes are
/// kept.
///
/// What finders compute on the way is left out: of walls it is the same in other tests' memory.
final class FaceTraces {
    let search = MemorySearch()
    /// So many faces were taken in.
    private(set) var count = 0
    private let near: Network
    private let wide: Network
    private let finder: FaceFinder
    private let wideFinder: FaceFinder
    private let knower: Network
    private var faces: [Face] = []
    /// Of a list with which templates are compared, in order.
    private let rows: [FaceTemplate]
    /// Of one layer.
    private static let pieceCountMax = 64

    init(rows: [FaceTemplate]) throws {
        self.rows = rows
        near = try Network(model: Array(BuiltInModel.faceFinder.bytes))
        wide = try Network(model: Array(BuiltInModel.wideFaceFinder.bytes))
        knower = try Network(model: Array(BuiltInModel.faceKnower.bytes))
        finder = try FaceFinder(near)
        wideFinder = try FaceFinder(wide)
        faces.reserveCapacity(FaceFinder.countMax)
    }

    /// Takes in all that networks will make of a look.
    ///
    /// - Parameter keepsPixels: whether somebody's pixels there may stay, because he is on a list.
    func take(_ look: Look, keepsPixels: (Face) -> Bool) {
        if look.faces.isWide {
            take(wideFinder.area(around: look.picture), of: look.picture, wideFinder, wide)
        }
        for question in look.faces.questions {
            take(question.area, of: look.picture, finder, near)
            for face in faces {
                know(face, look.picture)
                if !keepsPixels(face) { takePixels(face, look.picture) }
                count += 1
            }
        }
        for network in [near, wide, knower] { network.overwrite() }
        for finder in [finder, wideFinder] { finder.forget() }
        FaceFinder.overwrite(&faces)
    }

    private func take(
        _ area: Rectangle, of frame: Frame, _ finder: FaceFinder, _ network: Network
    ) {
        Patch(area, width: finder.width, height: finder.height).fill(
            network.input(0), width: finder.width, height: finder.height, from: frame, outside: .min
        )
        plant(network.input(0), "what a finder is shown")
        finder.find(in: frame, area, scoreMin: .perMille(300), into: &faces)
        for face in faces {
            withUnsafeBytes(of: face.points) { points in
                search.plant(points, "points of a face", isLong: true, differing: 6)
            }
        }
    }

    private func know(_ face: Face, _ frame: Frame) {
        guard let patch = FaceAlignment.patch(of: face.points) else { return }
        let side = FaceAlignment.side
        patch.fill(knower.input(0), width: side, height: side, from: frame, outside: .min)
        plant(knower.input(0), "an aligned face")
        for index in knower.layers.indices {
            knower.run(layer: index)
            take(knower.output(ofLayer: index))
        }
        search.plant(UnsafeRawBufferPointer(knower.output(0)), "a template")
        compare(knower.output(0))
    }

    /// What comes of a template and a whole list says as much as the template.
    private func compare(_ codes: UnsafeBufferPointer<Int8>) {
        withUnsafeTemporaryAllocation(of: Int32.self, capacity: rows.count) { products in
            for (index, row) in rows.enumerated() {
                products[index] = row.withCodes { row in
                    row.indices.reduce(0) { $0 + Int32(row[$1]) * Int32(codes[$1]) }
                }
            }
            search.plant(
                UnsafeRawBufferPointer(products), "products with a list", isLong: true)
            Overwriting.clear(UnsafeMutableRawBufferPointer(products))
        }
    }

    private func take(_ codes: UnsafeBufferPointer<Int8>) {
        let bytes = UnsafeRawBufferPointer(codes)
        let step = max(bytes.count / Self.pieceCountMax, 32)
        for from in stride(from: 0, through: bytes.count - 32, by: step) {
            search.plant(
                UnsafeRawBufferPointer(rebasing: bytes[from..<from + 32]),
                Self.computed, isLong: true, differing: 12)
        }
    }

    /// Walls and clothes are much alike on other evenings.
    private func plant(_ codes: UnsafeMutableBufferPointer<Int8>, _ what: String) {
        search.plant(UnsafeRawBufferPointer(codes), what, isLong: true, differing: 12)
    }

    private func takePixels(_ face: Face, _ frame: Frame) {
        let (left, right) = (max(face.left >> 8, 0), min(face.right >> 8, frame.width))
        guard right - left >= 32 else { return }
        for y in max(face.top >> 8, 0)..<min(face.bottom >> 8, frame.height) {
            search.plant(
                UnsafeRawBufferPointer(start: frame.luma.row(y) + left, count: right - left),
                Self.pixels, isLong: true)
        }
    }

    static let computed = "what a layer computed of a face"
    static let pixels = "pixels of a face"
}
