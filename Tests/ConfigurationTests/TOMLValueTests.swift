import Testing

@testable import Configuration

private func fault(_ bytes: [UInt8]) -> String? {
    do throws(ConfigurationError) {
        _ = try TOMLValue.parse(bytes, file: "f")
        return nil
    } catch {
        return error.description
    }
}

private func fault(_ text: String) -> String? { fault(Array(text.utf8)) }

@Suite struct TOMLValueTests {
    @Test func aFaultNamesItsLine() {
        #expect(fault("a = 1\nb = \n")?.hasPrefix("f:2: not TOML: ") == true)
        #expect(fault("a = 1\na = 2\n")?.hasPrefix("f:2: not TOML: ") == true)
        #expect(fault("a = 99999999999999999999")?.hasPrefix("f:1: not TOML: ") == true)
    }

    @Test func bytesThatAreNoTextAreRefused() {
        #expect(fault([0x61, 0x3D, 0x22, 0xFF, 0xFE, 0x22]) != nil)
        #expect(fault([0x61, 0x3D, 0x22, 0xED, 0xA0, 0x80, 0x22]) != nil)
        #expect(fault([0]) != nil)
        #expect(fault([0x1F, 0x8B, 0x08]) != nil)
    }

    @Test func nothingAtAllIsAnEmptyTable() throws {
        guard case .table(let members) = try TOMLValue.parse([], file: "f").content else {
            Issue.record("not a table")
            return
        }
        #expect(members.isEmpty)
    }

    @Test func deepNestingIsRefusedNotFollowed() {
        let depth = 100_000
        #expect(fault("a = " + String(repeating: "[", count: depth)) != nil)
        #expect(fault("a = " + String(repeating: "{a=", count: depth)) != nil)
        #expect(fault("a = " + String(repeating: "[{a=", count: depth)) != nil)
    }

    @Test(arguments: ["a", "\"a.b\"", "'#'"])
    func aKeyOfManyPartsIsRefusedNotFollowed(part: String) {
        let parts = Array(repeating: part, count: 50_000).joined(separator: ".")
        for text in ["\(parts) = 1", "[\(parts)]", "[[\(parts)]]", "x = {\(parts) = 1}"] {
            #expect(fault("\n" + text)?.hasPrefix("f:2: a key of more than 16 parts") == true)
        }
    }

    @Test func dotsInStringsAndCommentsAreNoKeyParts() {
        let dots = String(repeating: ".", count: 100)
        #expect(fault("a = \"\(dots)\" # \(dots)\n# \(dots)\nb = '''\n\(dots)\n'''") == nil)
        #expect(fault("a = \"\"\"\\\"\"\"\\\"\(dots)\"\"\"\"\"\n\"\(dots)\" = 1") == nil)
        #expect(
            fault(
                "a = [1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5, 9.5, 1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5]"
            ) == nil)
    }

    /// Each of these once brought the parser to an assertion or to undefined behaviour.
    @Test(arguments: [
        "[[[1]]]", "[[=", "\u{FCFF} = 1", "b = 1 \u{FD00}", "[[\u{FE00}]]", "[.]", "[[.]]",
        "күзет = 1", "a2 = 1 \u{4B0}", "x = { , }", "x = {.a = 1}", "[ =", "[a.", "[a.\u{1}]"
    ])
    func whatTheParserCannotBearIsRefusedBeforeIt(text: String) {
        #expect(fault(text)?.contains("not TOML: ") == true)
        let among = "a = [\n1,\n]\n" + text + "\n[b]\n"
        #expect(fault(among)?.hasPrefix("f:4: not TOML: ") == true)
    }

    @Test func textBeyondASCIIIsWelcomeInStringsAndComments() {
        #expect(fault("\u{FEFF}a = \"күзет \u{FCFF}\" # күзет\nb = '''ә\n\u{FD00}'''") == nil)
    }

    @Test func tooManyValuesAreRefused() {
        let many = "a = [" + String(repeating: "1,", count: 30_000) + "]"
        #expect(fault(many) == "f:1: more than 20000 values")
    }

    /// Where letters of more than one byte stand before it, too; and not far to the right of a line.
    @Test func whatIsNoWholeNumberIsShownAsItIsWritten() throws {
        let far = String(repeating: " ", count: 300)
        let text =
            "a = {\"қ\" = 'ү', b = 1e3}\nc = -inf\nd = 07:32:00\ne =\(far)1.5\n"
            + "f = [2.50, nan]"
        guard case .table(let members) = try TOMLValue.parse(Array(text.utf8), file: "f").content,
            case .table(let inner) = members[0].value.content,
            case .array(let list) = members[4].value.content
        else {
            Issue.record("not as written")
            return
        }
        let shown = (inner + members[1...3]).map(\.value.excerpt) + list.map(\.excerpt)
        #expect(
            shown == [
                "1e3", "\"ү\"", "-inf", "07:32:00", "a number with a decimal point", "2.50", "nan"
            ])
    }

    @Test func everyTypeIsTold() throws {
        let text = "a = 1\nb = 'x'\nc = true\nd = 1.5\ne = 1979-05-27\nf = []\n[g]\nh = -9"
        guard case .table(let members) = try TOMLValue.parse(Array(text.utf8), file: "f").content
        else {
            Issue.record("not a table")
            return
        }
        #expect(
            members.map(\.value.excerpt) == [
                "1", "\"x\"", "true", "1.5", "1979-05-27", "an array of 0", "a table"
            ])
        #expect(members.map(\.value.line) == [1, 2, 3, 4, 5, 6, 7])
    }
}
