import Linux
import Testing

struct StringsTests {
    @Test(arguments: [
        ("errno EBUSY (16)", "EBUSY", true), ("EBUS", "EBUSY", false), ("EBUSY", "EBUSY", true),
        ("", "", true), ("", "a", false), ("aab", "ab", true), ("ab", "ba", false)
    ])
    func aPartIsFoundWhereverItStands(whole: String, part: String, isHeld: Bool) {
        #expect(whole.holds(part) == isHeld)
    }
}
