import CKernels

/// A view of 8-bit samples that somebody else owns: a mapped camera buffer, or a `Plane`.
///
/// - Shape: `height` rows of `width` samples, row starts `stride` bytes apart.
/// - Invariant: `stride ≥ width`; the memory holds `stride · (height − 1) + width` bytes.
public struct PlaneView {
    public let base: UnsafePointer<UInt8>
    public let width: Int
    public let height: Int
    public let stride: Int
    /// Keeps the memory alive while the view is; nil where the caller sees to that.
    private let owner: AnyObject?

    public init(
        base: UnsafePointer<UInt8>, width: Int, height: Int, stride: Int, owner: AnyObject? = nil
    ) {
        precondition(width > 0 && height > 0 && stride >= width, "checked when a camera opens")
        self.base = base
        self.width = width
        self.height = height
        self.stride = stride
        self.owner = owner
    }

    /// The first sample of row `y`.
    @inline(__always)
    public func row(_ y: Int) -> UnsafePointer<UInt8> { base + y * stride }

    var kernel: kernel_plane { kernel_plane(base: base, stride: stride) }
}

/// 8-bit samples in memory of its own, allocated once and reused for every frame.
///
/// - Shape: rows are `stride` bytes apart, a multiple of 64, and start on 64-byte boundaries;
///   the bytes between `width` and `stride` are unspecified.
public final class Plane: @unchecked Sendable {
    public let width: Int
    public let height: Int
    public let stride: Int
    public let base: UnsafeMutablePointer<UInt8>

    /// The largest side of a picture, which keeps every index and every sum of a plane in range.
    public static let sideMax = 16_384

    public init(width: Int, height: Int, filledWith value: UInt8 = 0) {
        precondition(
            width > 0 && height > 0 && width <= Plane.sideMax && height <= Plane.sideMax,
            "checked when a camera opens")
        self.width = width
        self.height = height
        stride = (width + 63) / 64 * 64
        let bytes = UnsafeMutableRawPointer.allocate(byteCount: stride * height, alignment: 64)
        base = bytes.bindMemory(to: UInt8.self, capacity: stride * height)
        base.initialize(repeating: value, count: stride * height)
    }

    deinit {
        base.deallocate()
    }

    /// Zeros, and none of what was there.
    public func overwrite() {
        Overwriting.clear(UnsafeMutableRawBufferPointer(start: base, count: stride * height))
    }

    public var view: PlaneView {
        PlaneView(base: base, width: width, height: height, stride: stride, owner: self)
    }

    @inline(__always)
    public func row(_ y: Int) -> UnsafeMutablePointer<UInt8> { base + y * stride }

    public subscript(x: Int, y: Int) -> UInt8 {
        get { base[y * stride + x] }
        set { base[y * stride + x] = newValue }
    }

    var kernel: kernel_target { kernel_target(base: base, stride: stride) }
}
