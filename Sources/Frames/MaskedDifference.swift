import CKernels

/// Which pixels differ between two pictures, and how many.
///
///     difference ← 255 where |a − b| > threshold and the mask is not 0, else 0
///
/// - Shape: all planes of one size.
/// - Units: code values; a mask counts where it is not 0.
public enum MaskedDifference {
    /// Defines the right answer.
    ///
    /// - Returns: the number of pixels set to 255.
    @discardableResult
    public static func differReference(
        _ a: PlaneView, _ b: PlaneView, by threshold: UInt8, within mask: PlaneView?,
        into difference: Plane
    ) -> Int {
        check(a, b, mask, difference)
        var count = 0
        for y in 0..<a.height {
            let (first, second, output) = (a.row(y), b.row(y), difference.row(y))
            for x in 0..<a.width {
                let distance = abs(Int(first[x]) - Int(second[x]))
                let isCounted = mask.map { $0.row(y)[x] != 0 } ?? true
                let isSet = isCounted && distance > Int(threshold)
                output[x] = isSet ? 255 : 0
                count += isSet ? 1 : 0
            }
        }
        return count
    }

    /// The same bits as `differReference`.
    @discardableResult
    public static func differ(
        _ a: PlaneView, _ b: PlaneView, by threshold: UInt8, within mask: PlaneView?,
        into difference: Plane
    ) -> Int {
        check(a, b, mask, difference)
        return Int(
            kernels_differ(
                a.kernel, b.kernel, threshold, mask?.kernel ?? kernel_plane(),
                difference.kernel, a.width, a.height))
    }

    private static func check(
        _ a: PlaneView, _ b: PlaneView, _ mask: PlaneView?, _ difference: Plane
    ) {
        precondition(
            a.width == b.width && a.height == b.height
                && difference.width == a.width && difference.height == a.height
                && (mask?.width ?? a.width) == a.width && (mask?.height ?? a.height) == a.height,
            "shapes are checked when a camera opens")
    }
}

/// How many pixels of a mask are set, in the whole picture or inside a zone.
public enum MaskCount {
    /// Pixels where `mask` is not 0 and, if given, `zone` is not 0. Defines the right answer.
    public static func countReference(_ mask: PlaneView, within zone: PlaneView? = nil) -> Int {
        check(mask, zone)
        var count = 0
        for y in 0..<mask.height {
            for x in 0..<mask.width where mask.row(y)[x] != 0 {
                count += zone.map { $0.row(y)[x] != 0 } ?? true ? 1 : 0
            }
        }
        return count
    }

    /// The same number as `countReference`.
    public static func count(_ mask: PlaneView, within zone: PlaneView? = nil) -> Int {
        check(mask, zone)
        return Int(
            kernels_count_mask(
                mask.kernel, zone?.kernel ?? kernel_plane(), mask.width, mask.height))
    }

    private static func check(_ mask: PlaneView, _ zone: PlaneView?) {
        precondition(
            (zone?.width ?? mask.width) == mask.width
                && (zone?.height ?? mask.height) == mask.height,
            "shapes are checked when a camera opens")
    }
}
