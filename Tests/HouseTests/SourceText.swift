/// Swift source as the rules read it: line by line, comments and the words of strings blanked out,
/// so that a rule about code does not trip over prose. Code inside `\( )` stays.
struct SourceText {
    /// The lines of code, as many as the file has.
    let code: [String]
    /// The lines as they stand in the file.
    let lines: [String]

    init(_ text: String) {
        lines = Self.split(text)
        var scanner = Scanner(text)
        code = Self.split(scanner.scan())
    }

    private static func split(_ text: String) -> [String] {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
        return lines
    }
}

/// Copies code and blanks the rest; newlines always stay, so lines keep their numbers.
private struct Scanner {
    private let input: [Character]
    private var index = 0
    private var output = ""

    init(_ text: String) { input = Array(text) }

    mutating func scan() -> String {
        while index < input.count { scanCode(until: nil) }
        return output
    }

    /// Copies code up to the parenthesis that closes an interpolation, or to the end.
    private mutating func scanCode(until closing: Character?) {
        var depth = 0
        while index < input.count {
            if starts("//") {
                blank(while: { $0 != "\n" })
            } else if starts("/*") {
                blankComment()
            } else if let hashes = stringStart() {
                blankString(hashes: hashes)
            } else {
                let character = input[index]
                if character == "(" { depth += 1 }
                if character == ")" {
                    if depth == 0 && character == closing { return }
                    depth -= 1
                }
                output.append(character)
                index += 1
            }
        }
    }

    private func starts(_ word: String, hashes: Int = 0) -> Bool {
        let wanted = Array(word) + Array(repeating: "#", count: hashes)
        return index + wanted.count <= input.count
            && input[index..<index + wanted.count].elementsEqual(wanted)
    }

    /// The count of `#` before the quote of a string that starts here.
    private func stringStart() -> Int? {
        var end = index
        while end < input.count && input[end] == "#" { end += 1 }
        return end < input.count && input[end] == "\"" ? end - index : nil
    }

    private mutating func blank(count: Int) {
        for _ in 0..<count where index < input.count {
            output.append(input[index] == "\n" ? "\n" : " ")
            index += 1
        }
    }

    private mutating func blank(while condition: (Character) -> Bool) {
        while index < input.count && condition(input[index]) { blank(count: 1) }
    }

    private mutating func blankComment() {
        var depth = 0
        repeat {
            if starts("/*") {
                depth += 1
                blank(count: 2)
            } else if starts("*/") {
                depth -= 1
                blank(count: 2)
            } else {
                blank(count: 1)
            }
        } while depth > 0 && index < input.count
    }

    private mutating func blankString(hashes: Int) {
        blank(count: hashes)
        let quote = starts("\"\"\"") ? "\"\"\"" : "\""
        blank(count: quote.count)
        let escape = "\\" + String(repeating: "#", count: hashes)
        while index < input.count && !starts(quote, hashes: hashes) {
            if starts(escape + "(") {
                blank(count: escape.count + 1)
                scanCode(until: ")")
                blank(count: 1)
            } else if starts(escape) {
                blank(count: escape.count + 1)
            } else {
                blank(count: 1)
            }
        }
        blank(count: quote.count + hashes)
    }
}
