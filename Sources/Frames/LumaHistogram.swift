import CKernels

/// How often each code value occurs: darkness, glare and a flat, covered lens show here.
///
/// - Shape: `bins` holds 256 counts, overwritten.
public enum LumaHistogram {
    /// Counts the pixels where the mask, if given, is not 0. Defines the right answer.
    public static func countReference(
        _ luma: PlaneView, within mask: PlaneView? = nil,
        into bins: UnsafeMutableBufferPointer<UInt32>
    ) {
        check(luma, mask, bins)
        bins.update(repeating: 0)
        for y in 0..<luma.height {
            for x in 0..<luma.width where mask.map({ $0.row(y)[x] != 0 }) ?? true {
                bins[Int(luma.row(y)[x])] += 1
            }
        }
    }

    /// The same numbers as `countReference`.
    public static func count(
        _ luma: PlaneView, within mask: PlaneView? = nil,
        into bins: UnsafeMutableBufferPointer<UInt32>
    ) {
        check(luma, mask, bins)
        kernels_histogram(
            luma.kernel, mask?.kernel ?? kernel_plane(), luma.width, luma.height,
            bins.baseAddress)
    }

    private static func check(
        _ luma: PlaneView, _ mask: PlaneView?, _ bins: UnsafeMutableBufferPointer<UInt32>
    ) {
        precondition(
            bins.count == 256 && (mask?.width ?? luma.width) == luma.width
                && (mask?.height ?? luma.height) == luma.height,
            "shapes are checked when a camera opens")
    }
}
