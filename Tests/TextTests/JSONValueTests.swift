import Testing
import Text

private func read(_ text: String) throws -> JSONValue {
    try JSONValue.read(Array(text.utf8))
}

@Test func valuesOfEveryKindAreRead() throws {
    let value = try read(
        #" {"a":[1,-2.5,0.125,7.2509],"b":{"c":null,"d":true,"e":false},"f":"x\n\"\u00e9\ud83d\ude00é"} "#
    )
    #expect(
        value["a"]?.array == [
            .number(thousandths: 1_000), .number(thousandths: -2_500), .number(thousandths: 125),
            .number(thousandths: 7_250)
        ])
    #expect(value["b"]?["c"] == .null && value["b"]?["d"] == .boolean(true))
    #expect(value["f"]?.string == "x\n\"é😀é")
    #expect(try read("[]") == .array([]) && read("{}") == .object([:]))
}

@Test(arguments: [
    "", " ", "nul", "tru", "[1", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":1,}", "{a:1}", "\"a", "01",
    "-", "1.", ".5", "+1", "1e5", "\"\\x\"", "\"\\u12\"", "\"\\u+123\"", "\"\\ud800\"",
    "\"\\ud800\\u0041\"", "\"\u{1}\"", "1 1", "1234567890123456", "{\"a\":1,\"a\":2}", "\u{FEFF}1"
])
func whatIsNoJSONIsRefused(text: String) {
    #expect(throws: JSONValue.ReadingError.self) { try read(text) }
}

@Test func brokenUTF8IsRefused() {
    #expect(throws: JSONValue.ReadingError.self) { try JSONValue.read([0x22, 0xC3, 0x22]) }
}

@Test func nestingIsLimited() throws {
    func nested(_ depth: Int) -> String {
        String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
    }
    #expect(throws: Never.self) { try read(nested(JSONValue.depthMax)) }
    #expect(throws: JSONValue.ReadingError.self) { try read(nested(JSONValue.depthMax + 1)) }
    #expect(throws: JSONValue.ReadingError.self) { try read(nested(100_000)) }
}

@Test func anErrorSaysWhere() {
    do {
        _ = try read("[1, x]")
        Issue.record("it was read")
    } catch {
        #expect("\(error)" == "byte 4: a value was expected")
    }
}
