import Records
import Testing

@Suite struct UTCTests {
    /// Computed with `date -u -d`.
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_400_000, "2000-02-29T00:00:00Z"),
            (1_763_834_645_999, "2025-11-22T18:04:05Z"), (-1, "1969-12-31T23:59:59Z"),
            (-2_203_891_200_000, "1900-03-01T00:00:00Z"),
            (253_402_300_799_000, "9999-12-31T23:59:59Z")
        ] as [(Int64, String)])
    func textIsTheCalendars(milliseconds: Int64, text: String) {
        #expect(UTC.text(milliseconds: milliseconds) == text)
        if milliseconds % 1000 == 0 { #expect(UTC.milliseconds(text) == milliseconds) }
    }

    @Test func daysOfFourCenturiesComeBack() {
        for day in stride(from: Int64(0), to: 146_097, by: 13) {
            let milliseconds = (day - 25_567) * 86_400_000
            if UTC.milliseconds(UTC.text(milliseconds: milliseconds)) != milliseconds {
                Issue.record("day \(day) comes back as another one")
                return
            }
        }
    }

    @Test func shortFormsAreReadAndWrongOnesRefused() {
        #expect(UTC.milliseconds("2025-11-22") == 1_763_769_600_000)
        #expect(UTC.milliseconds("2025-11-22T18:04") == 1_763_834_640_000)
        for text in [
            "", "T", "2025", "2025-13-01", "2025-02-29", "2025-1-1", "2025-11-22T", "+025-11-22",
            "2025-11-22T24:00", "2025-11-22T18:60", "2025-11-22T18:04:60", "2025-11-22T18:04:05Zx",
            "2025-11-22T1:1T1", "2025-00-10", "2025-11-00"
        ] {
            #expect(UTC.milliseconds(text) == nil, "\(text)")
        }
    }

    @Test func extremesDoNotTrap() {
        #expect(!UTC.text(milliseconds: .min).isEmpty)
        #expect(!UTC.text(milliseconds: .max).isEmpty)
    }
}
