import Frames

/// What detectors decided upon in one frame, to be kept under their names.
///
/// A plain value, so that a frame costs no allocation.
public struct NewScores: Hashable, Sendable {
    private var values = SIMD16<Int16>(repeating: Self.none)

    /// No score is below zero.
    private static let none = Int16.min
    /// More detectors have no place here; a test counts them.
    public static let detectorCodeMax = 15

    public init() {}

    /// nil where the detector passed this frame over.
    public subscript(detector: Detector) -> Q15? {
        get {
            let value = values[Int(detector.rawValue)]
            return value == Self.none ? nil : Q15(rawValue: value)
        }
        set { values[Int(detector.rawValue)] = newValue?.rawValue ?? Self.none }
    }
}
