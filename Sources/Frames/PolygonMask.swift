import CKernels

/// Zones and privacy masks, drawn once when a configuration is read.
///
/// - Shape: a mask plane has the size of the picture it is laid over.
/// - Units: a mask byte that is not 0 is inside.
public enum PolygonMask {
    /// Sets `inside` where the centre of a pixel lies in any of `polygons`, `outside` elsewhere.
    ///
    /// Even-odd rule for each polygon. A pixel's centre is (2x + 1) / 2width, (2y + 1) / 2height;
    /// an edge belongs to what lies right of it and below it. Corners beyond 1000 are outside the
    /// picture and allowed. Fewer than 3 corners enclose nothing.
    public static func draw(
        _ polygons: [Polygon], inside: UInt8 = 255, outside: UInt8 = 0, into mask: Plane
    ) {
        for y in 0..<mask.height {
            let row = mask.row(y)
            for x in 0..<mask.width {
                row[x] = outside
            }
            for polygon in polygons {
                fill(polygon.corners, y, inside, row, mask)
            }
        }
    }

    /// Hides what lies inside `privacy`: luma 16, and chroma 128 for every chroma sample that any
    /// hidden pixel shares. Defines the right answer.
    public static func hideReference(_ privacy: PlaneView, in frame: Frame) {
        check(privacy, frame)
        for y in 0..<frame.height {
            let (inside, luma, chroma) = (
                privacy.row(y), frame.luma.row(y), frame.chroma.row(y / 2)
            )
            for x in 0..<frame.width where inside[x] != 0 {
                luma[x] = 16
                chroma[x / 2 * 2] = 128
                chroma[x / 2 * 2 + 1] = 128
            }
        }
    }

    /// The same bits as `hideReference`.
    public static func hide(_ privacy: PlaneView, in frame: Frame) {
        check(privacy, frame)
        hide(privacy, in: frame.luma)
        for j in 0..<frame.chroma.height {
            let lower = privacy.row(min(2 * j + 1, frame.height - 1))
            kernels_hide_chroma_row(privacy.row(2 * j), lower, frame.chroma.row(j), frame.width)
        }
    }

    /// Of luma alone, in a picture of the mask's size.
    public static func hide(_ privacy: PlaneView, in luma: Plane) {
        precondition(
            privacy.width == luma.width && privacy.height == luma.height,
            "masks are drawn at the picture's size")
        for y in 0..<luma.height {
            kernels_hide_luma_row(privacy.row(y), luma.row(y), luma.width)
        }
    }

    private static func check(_ privacy: PlaneView, _ frame: Frame) {
        precondition(
            privacy.width == frame.width && privacy.height == frame.height,
            "masks are drawn at the frame's size")
    }

    /// Sets every pixel of row `y` whose centre has an odd number of edges to its left.
    private static func fill(
        _ corners: [Polygon.Corner], _ y: Int, _ value: UInt8,
        _ row: UnsafeMutablePointer<UInt8>, _ mask: Plane
    ) {
        guard corners.count >= 3 else { return }
        for x in 0..<mask.width {
            var isInside = false
            var previous = corners[corners.count - 1]
            for corner in corners {
                if crossesLeft(of: x, y, previous, corner, mask) {
                    isInside.toggle()
                }
                previous = corner
            }
            if isInside {
                row[x] = value
            }
        }
    }

    /// Whether the edge a–b crosses the horizontal through the centre of (x, y), at or left of it.
    ///
    /// Scaled by 2 · width · 1000 across and 2 · height · 1000 down, everything is an integer.
    /// Cannot overflow: coordinates stay below 2³², products of two below 2⁶³ because a corner is
    /// at most 65 535 and a side at most 2¹⁴: 65 535 · 2¹⁵ < 2³¹.
    private static func crossesLeft(
        of x: Int, _ y: Int, _ a: Polygon.Corner, _ b: Polygon.Corner, _ mask: Plane
    ) -> Bool {
        let (centreX, centreY) = ((2 * x + 1) * 1000, (2 * y + 1) * 1000)
        let (ax, ay) = (Int(a.x) * 2 * mask.width, Int(a.y) * 2 * mask.height)
        let (bx, by) = (Int(b.x) * 2 * mask.width, Int(b.y) * 2 * mask.height)
        guard (ay <= centreY) != (by <= centreY) else { return false }
        // The crossing lies at ax + (centreY − ay)(bx − ax) / (by − ay); both sides are multiplied
        // by (by − ay), whose sign turns the comparison.
        let side = (centreX - ax) * (by - ay) - (centreY - ay) * (bx - ax)
        return by > ay ? side >= 0 : side <= 0
    }
}
