import CKernels

/// How much each pixel differs between two pictures.
///
///     difference ← |a − b|
///
/// - Shape: all planes of one size.
/// - Units: code values.
public enum AbsoluteDifference {
    /// Defines the right answer.
    public static func differReference(_ a: PlaneView, _ b: PlaneView, into difference: Plane) {
        check(a, b, difference)
        for y in 0..<a.height {
            let (first, second, output) = (a.row(y), b.row(y), difference.row(y))
            for x in 0..<a.width {
                output[x] = UInt8(abs(Int(first[x]) - Int(second[x])))
            }
        }
    }

    /// The same bits as `differReference`.
    public static func differ(_ a: PlaneView, _ b: PlaneView, into difference: Plane) {
        check(a, b, difference)
        kernels_absolute_difference(a.kernel, b.kernel, difference.kernel, a.width, a.height)
    }

    private static func check(_ a: PlaneView, _ b: PlaneView, _ difference: Plane) {
        precondition(
            a.width == b.width && a.height == b.height
                && difference.width == a.width && difference.height == a.height,
            "shapes are checked when a camera opens")
    }
}
