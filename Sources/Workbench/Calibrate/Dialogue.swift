import Linux

/// Lines that a person, or a script, types.
final class TypedLines {
    enum Line: Hashable {
        case text(String)
        /// More bytes than anybody types.
        case tooLong
        case ended
    }

    private let file: FileDescriptor
    private var bytes: [UInt8] = []
    private var hasEnded = false

    static let byteCountMax = 4_096

    init(_ file: FileDescriptor) {
        self.file = file
    }

    /// Waits for the next line. What cannot be read any more has ended.
    func next() -> Line {
        var isTooLong = false
        while true {
            if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
                let line = bytes[..<end]
                defer { bytes.removeSubrange(...end) }
                return isTooLong || end > Self.byteCountMax ? .tooLong : .text(Self.text(line))
            }
            if bytes.count > Self.byteCountMax {
                isTooLong = true
                bytes.removeAll(keepingCapacity: true)
            }
            guard !hasEnded else {
                defer { bytes = [] }
                if isTooLong { return .tooLong }
                return bytes.isEmpty ? .ended : .text(Self.text(bytes[...]))
            }
            readMore()
        }
    }

    private func readMore() {
        var chunk = [UInt8](repeating: 0, count: 4_096)
        let count = chunk.withUnsafeMutableBytes { (try? file.read(into: $0)) ?? 0 }
        hasEnded = count == 0
        bytes += chunk[..<count]
    }

    /// Whether somebody at a terminal has pressed Enter; takes the line away.
    func hasOneWaiting() -> Bool {
        guard file.isTerminal, let ready = try? file.wait(for: .readable, milliseconds: 0),
            !ready.isEmpty
        else { return false }
        _ = next()
        return true
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        let line = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
        return String(decoding: line, as: UTF8.self)
    }
}

/// An answer that cannot be used, and what could be.
struct Unusable: Error, Hashable, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Questions and answers, line by line.
final class Dialogue {
    /// Why there are no more answers.
    enum Stop: Error, Hashable {
        case ended
        case refusedTooOften
        /// "." was typed: what was begun is left.
        case left
        /// What is said reaches nobody any more.
        case unseen
    }

    private let read: () -> TypedLines.Line
    private let write: (String) throws -> Void
    /// Why what was said did not reach anybody; nil while all of it did.
    private(set) var failure: (any Error)?
    /// Whether questions that nobody sees end it.
    let endsUnseen: Bool
    /// Answers are written out where no terminal shows what is typed.
    private let isEchoed: Bool

    /// So many answers in a row that cannot be used are no person.
    static let badAnswerCountMax = 20

    init(
        isEchoed: Bool = true, endsUnseen: Bool = true, read: @escaping () -> TypedLines.Line,
        write: @escaping (String) throws -> Void
    ) {
        self.isEchoed = isEchoed
        self.endsUnseen = endsUnseen
        self.read = read
        self.write = write
    }

    /// Our own words.
    func say(_ text: String) { put(text + "\n") }

    /// After what was lost nothing more is said: half of a difference is none.
    private func put(_ text: String) {
        guard failure == nil else { return }
        do {
            try write(text)
        } catch {
            failure = error
        }
    }

    /// Words with something foreign in them, which must not steer the terminal.
    func say(foreign text: String) {
        for line in text.lines {
            // A tab stands within lines of a configuration, a carriage return at their end.
            let line = line.utf8.last == UInt8(ascii: "\r") ? String(line.dropLast()) : line
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            say(parts.map { String($0).replacingControls() }.joined(separator: "\t"))
        }
    }

    /// Asks until an answer can be used.
    ///
    /// - Parameter understand: throws `Unusable`; surrounding spaces are gone already.
    /// - Throws: `Stop`.
    func ask<Value>(_ question: String, _ understand: (String) throws -> Value) throws -> Value {
        for _ in 0..<Self.badAnswerCountMax {
            put(question + ": ")
            guard failure == nil || !endsUnseen else { throw Stop.unseen }
            switch read() {
            case .ended:
                put("\n")
                throw Stop.ended
            case .tooLong:
                if isEchoed { say("…") }
                say("answer: read: more than \(TypedLines.byteCountMax) bytes in a line")
            case .text(let line):
                if isEchoed { say(String(line.prefix(80)).replacingControls(by: "\u{FFFD}")) }
                let answer = Self.trimmed(String(line.map { $0 == "\t" ? " " : $0 }))
                guard answer == answer.replacingControls() else {
                    say("answer: read: it has control characters")
                    continue
                }
                if answer == "." { throw Stop.left }
                do {
                    return try understand(answer)
                } catch let refusal as Unusable {
                    say(foreign: "\(refusal)")
                }
            }
        }
        throw Stop.refusedTooOften
    }

    private static func trimmed(_ text: String) -> String {
        String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
