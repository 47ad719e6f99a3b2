/// How alike faces of different people come out, written by `faces/recipe.py`: measure, do not edit.
///
/// Of know.tflite, SHA-256 52f1f695065fc43377bdd22d140f3c25
/// 5b23529134043d0187f4b8c3e7de3719.
public enum FaceThresholds {
    public static let first = 4
    /// The likeness, a cosine in Q15, that a share 2⁻ᵏ of pairs of different people exceeds, of k from
    /// `first` in steps of 1; beyond what the pictures carry, by a straight line (`faces/card.md`).
    public static let similarities: [Int16] = [
        4962, 6148, 7276, 8358, 9393, 10385, 11333, 12235,
        13144, 14013, 14834, 15619, 16445, 17216, 18056, 18868,
        19681, 20494, 21306, 22119, 22932, 23744, 24557, 25369,
        26182
    ]
}
