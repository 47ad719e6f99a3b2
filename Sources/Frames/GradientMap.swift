import CKernels

/// The outlines of a picture, which stay where they are when the light changes and move when the
/// camera does.
///
///     out ← min(255, |right − left| + |below − above|), 0 on the border
///
/// - Shape: both planes of one size.
/// - Units: code values per two pixels.
public enum GradientMap {
    /// Defines the right answer.
    public static func drawReference(_ luma: PlaneView, into gradient: Plane) {
        check(luma, gradient)
        let (width, height) = (luma.width, luma.height)
        for y in 0..<height {
            for x in 0..<width {
                guard x > 0, y > 0, x + 1 < width, y + 1 < height else {
                    gradient.row(y)[x] = 0
                    continue
                }
                let across = abs(Int(luma.row(y)[x + 1]) - Int(luma.row(y)[x - 1]))
                let along = abs(Int(luma.row(y + 1)[x]) - Int(luma.row(y - 1)[x]))
                gradient.row(y)[x] = UInt8(min(across + along, 255))
            }
        }
    }

    /// The same bits as `drawReference`.
    public static func draw(_ luma: PlaneView, into gradient: Plane) {
        check(luma, gradient)
        kernels_gradient(luma.kernel, gradient.kernel, luma.width, luma.height)
    }

    private static func check(_ luma: PlaneView, _ gradient: Plane) {
        precondition(
            luma.width == gradient.width && luma.height == gradient.height,
            "shapes are checked when a camera opens")
    }
}
