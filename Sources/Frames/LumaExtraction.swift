import CKernels

/// Camera formats become the planes of a `Frame`.
///
/// - Shape: a packed or interleaved source is given as rows of bytes: a `PlaneView` whose `width`
///   is the bytes of one row that carry picture, and whose `stride` is the driver's
///   `bytesperline`. See `widthInBytes(ofYUYV:)`.
/// - Units: samples are copied as delivered; chroma of YUYV is averaged over pairs of rows,
///   rounded half up.
/// - Source: V4L2 pixel formats YUYV, NV12 and GREY, Linux media documentation.
public enum LumaExtraction {
    /// Two pixels share four bytes: Y₀ Cb Y₁ Cr; an odd width is padded to a whole pair.
    public static func widthInBytes(ofYUYV width: Int) -> Int { (width + 1) / 2 * 4 }

    /// The bytes of one row of interleaved Cb, Cr at half resolution.
    public static func widthInBytes(ofNV12Chroma width: Int) -> Int { (width + 1) / 2 * 2 }

    /// Every second byte: the luma of YUYV. Defines the right answer.
    public static func lumaReference(ofYUYV source: PlaneView, into luma: Plane) {
        checkYUYV(source, luma.width, luma.height)
        for y in 0..<luma.height {
            let (input, output) = (source.row(y), luma.row(y))
            for x in 0..<luma.width {
                output[x] = input[2 * x]
            }
        }
    }

    /// The same bits as `lumaReference`.
    public static func luma(ofYUYV source: PlaneView, into luma: Plane) {
        checkYUYV(source, luma.width, luma.height)
        kernels_yuyv_luma(source.kernel, luma.kernel, luma.width, luma.height)
    }

    /// Cb, Cr of YUYV (4:2:2) as NV12 (4:2:0): rows 2j and 2j + 1 averaged, (a + b + 1) / 2; the
    /// last row of an odd height stands alone. Defines the right answer.
    ///
    /// - Shape: `chroma` is that of a `Frame` whose luma is `height` rows.
    public static func chromaReference(ofYUYV source: PlaneView, into chroma: Plane) {
        checkChroma(source, chroma)
        for j in 0..<chroma.height {
            let upper = source.row(2 * j)
            let lower = source.row(min(2 * j + 1, source.height - 1))
            let output = chroma.row(j)
            for x in 0..<chroma.width {
                let sum = Int(upper[2 * x + 1]) + Int(lower[2 * x + 1])
                output[x] = UInt8((sum + 1) / 2)
            }
        }
    }

    /// The same bits as `chromaReference`.
    public static func chroma(ofYUYV source: PlaneView, into chroma: Plane) {
        checkChroma(source, chroma)
        for j in 0..<chroma.height {
            let lower = source.row(min(2 * j + 1, source.height - 1))
            kernels_yuyv_chroma_row(source.row(2 * j), lower, chroma.row(j), chroma.width)
        }
    }

    /// GREY, and each half of NV12 (luma, then interleaved chroma): the samples as they are.
    /// Defines the right answer.
    public static func copyReference(_ source: PlaneView, into plane: Plane) {
        checkCopy(source, plane)
        for y in 0..<plane.height {
            let (input, output) = (source.row(y), plane.row(y))
            for x in 0..<plane.width {
                output[x] = input[x]
            }
        }
    }

    /// The same bits as `copyReference`, a row at a time.
    public static func copy(_ source: PlaneView, into plane: Plane) {
        checkCopy(source, plane)
        for y in 0..<plane.height {
            plane.row(y).update(from: source.row(y), count: plane.width)
        }
    }

    /// A YUYV buffer into both planes of a frame.
    public static func unpack(yuyv source: PlaneView, into frame: Frame) {
        luma(ofYUYV: source, into: frame.luma)
        chroma(ofYUYV: source, into: frame.chroma)
    }

    /// An NV12 buffer, its two halves as the driver lays them out, into both planes of a frame.
    public static func unpack(nv12Luma: PlaneView, chroma: PlaneView, into frame: Frame) {
        copy(nv12Luma, into: frame.luma)
        copy(chroma, into: frame.chroma)
    }

    private static func checkYUYV(_ source: PlaneView, _ width: Int, _ height: Int) {
        precondition(
            source.width >= widthInBytes(ofYUYV: width) && source.height == height,
            "shapes are checked when a camera opens")
    }

    private static func checkChroma(_ source: PlaneView, _ chroma: Plane) {
        precondition(
            source.width >= 2 * chroma.width && chroma.width % 2 == 0
                && (source.height + 1) / 2 == chroma.height,
            "shapes are checked when a camera opens")
    }

    private static func checkCopy(_ source: PlaneView, _ plane: Plane) {
        precondition(
            source.width >= plane.width && source.height == plane.height,
            "shapes are checked when a camera opens")
    }
}
