import Text

/// One thing that `kuzet doctor` looked at.
package struct Finding: Hashable, Sendable {
    package enum Grade: String, Comparable, Sendable {
        case ok, warn, fail

        package static func < (left: Grade, right: Grade) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .ok: 0
            case .warn: 1
            case .fail: 2
            }
        }
    }

    /// "camera door"
    package var subject: String
    package var grade: Grade
    /// What was seen.
    package var text: String
    /// What to do about it; empty where nothing is to be done.
    package var advice = ""

    static func ok(_ subject: String, _ text: String) -> Finding {
        Finding(subject: subject, grade: .ok, text: text)
    }

    static func warn(_ subject: String, _ text: String, do advice: String) -> Finding {
        Finding(subject: subject, grade: .warn, text: text, advice: advice)
    }

    static func fail(_ subject: String, _ text: String, do advice: String) -> Finding {
        Finding(subject: subject, grade: .fail, text: text, advice: advice)
    }

    /// Two columns for the grade, then the rest; advice on a line of its own.
    package var line: String {
        let mark =
            switch grade {
            case .ok: "ok   "
            case .warn: "warn "
            case .fail: "FAIL "
            }
        return mark + subject + ": " + text + (advice.isEmpty ? "" : "\n     → " + advice)
    }

    package var json: String {
        "{\"subject\":\(JSON.quoted(subject)),\"grade\":\"\(grade.rawValue)\","
            + "\"text\":\(JSON.quoted(text)),\"advice\":\(JSON.quoted(advice))}"
    }
}
