/// Colours as networks want them, of what cameras deliver.
///
///     r = y + 1.402 (cr − 128),  g = y − 0.344 (cb − 128) − 0.714 (cr − 128),  b = y + 1.772 (cb − 128)
///
/// - Units: values 0 ... 255; codes are values less 128, int8.
/// - Source: ITU-T T.871 (JFIF), clause 7; factors in 1/65 536, rounded half up. A camera that
///   delivers YUYV of the studio range is a little paler so, which networks do not mind.
enum Colour {
    /// Writes red, green and blue. Cannot overflow: |factor · chroma| < 2¹⁷ · 2⁷.
    @inline(__always)
    static func write(luma: Int, blue: Int, red: Int, into codes: UnsafeMutablePointer<Int8>) {
        let y = Int32(truncatingIfNeeded: luma) - 128
        let cb = Int32(truncatingIfNeeded: blue) - 128
        let cr = Int32(truncatingIfNeeded: red) - 128
        codes[0] = Int8(clamping: y + (91_881 * cr + 32_768) >> 16)
        codes[1] = Int8(clamping: y - (22_554 * cb + 46_802 * cr + 32_768) >> 16)
        codes[2] = Int8(clamping: y + (116_130 * cb + 32_768) >> 16)
    }
}
