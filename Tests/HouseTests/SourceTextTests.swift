import Testing

struct SourceTextTests {
    @Test(arguments: [
        ("a // b", "a     "),
        ("a /* b /* c */ d */ e", "a                   e"),
        (#"a("b \(c("d")) e")"#, #"a(     c(   )    )"#),
        (##"a(#"b \(c) \#(d)"#)"##, #"a(            d   )"#),
        (#"a("\"b\\") + c"#, #"a(       ) + c"#),
        ("\"unclosed", "         ")
    ])
    func onlyCodeIsLeft(text: String, code: String) {
        #expect(SourceText(text).code == [code])
    }

    @Test func linesKeepTheirNumbers() {
        let text = "a\n/* b\n\nc */ d\n\"\"\"\n  e\n  \"\"\"\nf\n"
        #expect(SourceText(text).code == ["a", "    ", "", "     d", "   ", "   ", "     ", "f"])
        #expect(SourceText(text).lines.count == 8)
    }
}
