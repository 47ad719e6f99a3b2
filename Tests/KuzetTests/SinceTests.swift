import Testing

@testable import kuzet

@Suite struct SinceTests {
    @Test func sinceIsAPeriodOrADate() throws {
        let now: Int64 = 10_000_000_000
        func since(_ text: String) -> Int64? { Since(argument: text)?.milliseconds(now: now) }
        #expect(since("30m") == now - 1_800_000)
        #expect(since("2h") == now - 7_200_000)
        #expect(since("1d") == now - 86_400_000)
        #expect(since("1970-01-02") == 86_400_000)
        for text in ["", "m", "-1h", "1w", "99999999999h", "h1", "yesterday"] {
            #expect(since(text) == nil, "\(text)")
        }
    }
}
