import CKernels

/// The scene with nobody in it: for every luma pixel a running mean and a running mean absolute
/// deviation, and in the same pass the pixels that do not belong to it.
///
///     x' ← gain · x + offset                         light compensation, clamped to the codes
///     d  ← x' − mean,  a ← |d|                       clamped to ± 127.996 code values
///     foreground ← a > floor and a / k > deviation   and the mask is not 0
///     rate ← foreground ? foregroundRate : rate
///     mean      ← mean + round(rate · d)
///     deviation ← deviation + round(rate · (min(a, deviationMax) − deviation))
///
/// - Shape: all planes have the size given at `init`.
/// - Units: `x` is a code value; mean and deviation are UQ8.8, code value × 256; rates are Q15 per
///   call. 512 (1/64) forgets a moved chair in about 64 calls.
/// - Error: a step is within 2⁻⁹ code value of exact. The mean stalls where rate · |d| < 2¹⁴: at
///   512 within 1/8 code value of the scene, at 32 only within 2. For a slow memory call
///   with a larger rate on every n-th frame and `Learning.frozen` on the others, rather than with
///   a small rate on each.
/// - Source: Wren et al., "Pfinder", IEEE TPAMI 19(7), 1997, mean update; the mean absolute
///   deviation stands for sigma (0.798 σ of Gaussian noise), which needs no square root.
public final class RunningBackground: @unchecked Sendable {
    public let width: Int
    public let height: Int

    /// Elements from one row to the next, in `mean` and `deviation`.
    let stride: Int
    /// UQ8.8 less 32 768: signed, so that one saturating subtraction gives a distance.
    let mean: UnsafeMutablePointer<Int16>
    /// UQ8.8, 0 ... 32 767.
    let deviation: UnsafeMutablePointer<Int16>

    /// What counts as foreground.
    public struct Sensitivity: Hashable, Sendable {
        /// The least difference that counts however quiet a pixel is; UQ8.8 code values.
        public var floor: Int16
        /// 1 / k, Q15: a difference counts above k deviations. 8 738 is k = 3.75, which is 3 σ of
        /// Gaussian noise.
        public var inverseDeviations: Q15
        /// Where the deviation of a restless pixel stops growing; UQ8.8 code values.
        public var deviationMax: Int16

        public init(floor: Int16, inverseDeviations: Q15, deviationMax: Int16) {
            self.floor = max(floor, 0)
            self.inverseDeviations = Q15(rawValue: max(inverseDeviations.rawValue, 0))
            self.deviationMax = max(deviationMax, 0)
        }

        /// 12 code values or 3 σ, whichever is more; a pixel never needs more than 75.
        public static let usual = Sensitivity(
            floor: 12 << 8, inverseDeviations: Q15(rawValue: 8_738), deviationMax: 20 << 8)
    }

    /// How fast a call forgets; both fractions are per call, 0 ... `Q15.one`.
    public struct Learning: Hashable, Sendable {
        public var rate: Q15
        /// For pixels that are foreground now: slower, so that a standing guest stays visible.
        public var foregroundRate: Q15

        public init(rate: Q15, foregroundRate: Q15) {
            self.rate = Q15(rawValue: max(rate.rawValue, 0))
            self.foregroundRate = Q15(rawValue: max(foregroundRate.rawValue, 0))
        }

        /// Looks and changes nothing; the fastest call.
        public static let frozen = Learning(rate: .zero, foregroundRate: .zero)
        /// 1/64 for background, 1/1024 for foreground.
        public static let usual = Learning(
            rate: Q15(rawValue: 512), foregroundRate: Q15(rawValue: 32))
        /// 1/4 everywhere: the scene as it is now, after the light changed.
        public static let fast = Learning(
            rate: Q15(rawValue: 8_192), foregroundRate: Q15(rawValue: 8_192))
    }

    /// A change of light or exposure that affects the whole picture, taken back from the picture
    /// before it is compared with the mean: x' = gain · x + offset.
    public struct Light: Hashable, Sendable {
        /// UQ8.8: 256 leaves the picture as it is. At least 1.
        public var gain: UInt16
        /// Q7.8 code values.
        public var offset: Int16

        public init(gain: UInt16, offset: Int16) {
            self.gain = max(gain, 1)
            self.offset = offset
        }

        public static let unchanged = Light(gain: 256, offset: 0)
    }

    /// A mean of mid-grey; call `begin` with the first picture.
    public init(width: Int, height: Int) {
        precondition(
            width > 0 && height > 0 && width <= Plane.sideMax && height <= Plane.sideMax,
            "checked when a camera opens")
        self.width = width
        self.height = height
        stride = (width + 31) / 32 * 32
        let count = stride * height
        mean = UnsafeMutableRawPointer.allocate(byteCount: 2 * count, alignment: 64)
            .bindMemory(to: Int16.self, capacity: count)
        deviation = UnsafeMutableRawPointer.allocate(byteCount: 2 * count, alignment: 64)
            .bindMemory(to: Int16.self, capacity: count)
        mean.initialize(repeating: 0, count: count)
        deviation.initialize(repeating: 0, count: count)
    }

    deinit {
        mean.deallocate()
        deviation.deallocate()
    }

    /// Takes `luma` for the empty scene, or for the part of it where `part` is not 0.
    ///
    /// - Parameter deviation: what every pixel is expected to deviate; UQ8.8 code values.
    public func begin(
        with luma: PlaneView, where part: PlaneView? = nil, deviation first: Int16 = 4 << 8
    ) {
        precondition(luma.width == width && luma.height == height, "one size per background")
        precondition(
            part.map { $0.width == width && $0.height == height } ?? true,
            "one size per background")
        for y in 0..<height {
            for x in 0..<width where part.map({ $0.row(y)[x] != 0 }) ?? true {
                mean[y * stride + x] = Int16((Int(luma.row(y)[x]) << 8) - 32_768)
                deviation[y * stride + x] = max(first, 0)
            }
        }
    }

    /// Defines the right answer. Kept slow and plain: optimise `absorb`, never this.
    ///
    /// - Returns: the number of foreground pixels, which are 255 in `foreground`, others 0.
    @discardableResult
    public func absorbReference(
        _ luma: PlaneView, light: Light = .unchanged, sensitivity: Sensitivity = .usual,
        learning: Learning = .usual, within mask: PlaneView? = nil, foreground: Plane
    ) -> Int {
        check(luma, mask, foreground)
        var count = 0
        for y in 0..<height {
            let (pixels, output) = (luma.row(y), foreground.row(y))
            for x in 0..<width {
                let index = y * stride + x
                let isCounted = mask.map { $0.row(y)[x] != 0 } ?? true
                let seen = Self.compensate(pixels[x], light)
                let isForeground = Self.step(
                    seen, sensitivity, learning, isCounted, &mean[index], &deviation[index])
                output[x] = isForeground ? 255 : 0
                count += isForeground ? 1 : 0
            }
        }
        return count
    }

    /// The same bits as `absorbReference`.
    @discardableResult
    public func absorb(
        _ luma: PlaneView, light: Light = .unchanged, sensitivity: Sensitivity = .usual,
        learning: Learning = .usual, within mask: PlaneView? = nil, foreground: Plane
    ) -> Int {
        check(luma, mask, foreground)
        let settings = kernel_background(
            gain: light.gain, offset: light.offset, floor: sensitivity.floor,
            inverse_deviations: sensitivity.inverseDeviations.rawValue,
            deviation_max: sensitivity.deviationMax, rate: learning.rate.rawValue,
            foreground_rate: learning.foregroundRate.rawValue)
        return Int(
            kernels_absorb(
                settings, luma.kernel, mask?.kernel ?? kernel_plane(), mean, deviation, stride,
                foreground.kernel, width, height))
    }

    /// The mean as a picture, rounded half up: what the camera would see in an empty venue.
    /// Defines the right answer.
    public func drawReference(into picture: Plane) {
        precondition(picture.width == width && picture.height == height, "one size per background")
        for y in 0..<height {
            for x in 0..<width {
                let value = Int(mean[y * stride + x]) + 32_768
                picture.row(y)[x] = UInt8(min((value + 128) >> 8, 255))
            }
        }
    }

    /// The same bits as `drawReference`.
    public func draw(into picture: Plane) {
        precondition(picture.width == width && picture.height == height, "one size per background")
        for y in 0..<height {
            kernels_draw_mean_row(mean + y * stride, picture.row(y), width)
        }
    }

    /// Moves the mean itself into another light, once: mean ← gain · mean + offset.
    public func relight(_ light: Light) {
        for index in 0..<stride * height {
            // Cannot overflow: 65 535 · 65 535 + 2⁷ < 2³³.
            let value = (Int(mean[index]) + 32_768) * Int(light.gain) + 128
            let moved = value >> 8 + Int(light.offset)
            mean[index] = Int16(min(max(moved, 0), 65_535) - 32_768)
        }
    }

    /// How a cell of the picture moved: what is now at (x, y) was at (x + dx, y + dy).
    public struct Shift: Hashable, Sendable {
        public var dx: Int16
        public var dy: Int16

        public init(dx: Int16 = 0, dy: Int16 = 0) {
            self.dx = dx
            self.dy = dy
        }
    }

    /// Becomes the scene of `before`, moved with a camera that gave way. What was not in view, or
    /// is or was under `mask`, is taken from `luma`.
    ///
    /// - Parameter shifts: of cells of `side` × `side` pixels, row-major, the last ones of a row or
    ///   column smaller where the size is no multiple.
    public func take(
        _ before: RunningBackground, shifts: UnsafeBufferPointer<Shift>, side: Int,
        filling luma: PlaneView, within mask: PlaneView? = nil, deviation first: Int16 = 4 << 8
    ) {
        let columns = (width + side - 1) / side
        precondition(
            before.width == width && before.height == height && before !== self
                && luma.width == width && luma.height == height && side > 0
                && shifts.count == columns * ((height + side - 1) / side),
            "one size per background")
        for y in 0..<height {
            let row = luma.row(y)
            for x in 0..<width {
                let shift = shifts[y / side * columns + x / side]
                let (fromX, fromY) = (x + Int(shift.dx), y + Int(shift.dy))
                let (to, from) = (y * stride + x, fromY * stride + fromX)
                var isKept = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height
                if let mask, isKept { isKept = mask.row(y)[x] != 0 && mask.row(fromY)[fromX] != 0 }
                mean[to] = isKept ? before.mean[from] : Int16((Int(row[x]) << 8) - 32_768)
                deviation[to] = isKept ? before.deviation[from] : max(first, 0)
            }
        }
    }

    /// The mean of one pixel; UQ8.8 code values.
    public func meanRawValue(_ x: Int, _ y: Int) -> Int { Int(mean[y * stride + x]) + 32_768 }

    /// The mean absolute deviation of one pixel; UQ8.8 code values.
    public func deviationRawValue(_ x: Int, _ y: Int) -> Int { Int(deviation[y * stride + x]) }

    /// A number that any change to mean or deviation changes, for self-tests and replays.
    public var stateHash: UInt64 {
        var hash = StableHash()
        for y in 0..<height {
            for index in y * stride..<y * stride + width {
                hash.combine(
                    UInt64(UInt16(bitPattern: mean[index])) << 16
                        | UInt64(UInt16(bitPattern: deviation[index])))
            }
        }
        return hash.value
    }

    private func check(_ luma: PlaneView, _ mask: PlaneView?, _ foreground: Plane) {
        precondition(
            luma.width == width && luma.height == height
                && foreground.width == width && foreground.height == height
                && (mask?.width ?? width) == width && (mask?.height ?? height) == height,
            "shapes are checked when a camera opens")
    }

    /// gain · x + offset, less 32 768, clamped to Int16.
    ///
    /// Cannot overflow: x is first limited to 65 535 / gain, so that gain · x ≤ 65 535.
    private static func compensate(_ x: UInt8, _ light: Light) -> Int {
        let limited = min(Int(x), 65_535 / Int(light.gain))
        return clamp(limited * Int(light.gain) - 32_768 + Int(light.offset))
    }

    /// Cannot overflow: |d| ≤ 32 768 and rate ≤ 32 767, so the rounded product stays below 2³⁰ +
    /// 2¹⁴. The new mean lies between the old one and x', the new deviation between the old one
    /// and min(a, deviationMax); both fit Int16.
    private static func step(
        _ seen: Int, _ sensitivity: Sensitivity, _ learning: Learning, _ isCounted: Bool,
        _ mean: inout Int16, _ deviation: inout Int16
    ) -> Bool {
        let d = clamp(seen - Int(mean))
        let a = min(abs(d), 32_767)
        let isForeground =
            isCounted && a > Int(sensitivity.floor)
            && share(a, sensitivity.inverseDeviations) > Int(deviation)
        let rate = isForeground ? learning.foregroundRate : learning.rate
        let deviationError = min(a, Int(sensitivity.deviationMax)) - Int(deviation)
        mean = Int16(Int(mean) + share(d, rate))
        deviation = Int16(Int(deviation) + share(deviationError, rate))
        return isForeground
    }

    /// value · fraction, rounded to nearest, ties up.
    private static func share(_ value: Int, _ fraction: Q15) -> Int {
        (value * Int(fraction.rawValue) + (1 << 14)) >> 15
    }

    private static func clamp(_ value: Int) -> Int { min(max(value, -32_768), 32_767) }
}
