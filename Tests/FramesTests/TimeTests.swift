import Frames
import Testing

@Test func timeArithmeticSaturatesInsteadOfTrapping() {
    #expect(Instant.distantFuture + .seconds(1) == .distantFuture)
    #expect((Instant(nanoseconds: .min) - Instant.distantFuture).nanoseconds == .min)
    #expect(Interval.seconds(.max).nanoseconds == .max)
    #expect((Interval.seconds(.max) * -2).nanoseconds == .min)
    #expect((Instant.zero + .milliseconds(1_500)) - .zero == .milliseconds(1_500))
}
