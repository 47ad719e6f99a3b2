import Text

extension ConfigurationError.Problem {
    package var json: String {
        "{\"file\":\(JSON.quoted(file)),\"line\":\(line),\"column\":\(column),"
            + "\"key\":\(JSON.quoted(key)),\"value\":\(JSON.quoted(value)),"
            + "\"message\":\(JSON.quoted(message))}"
    }
}

extension TOMLValue {
    /// The same value as JSON; what Kuzet never writes becomes null.
    package var json: String {
        switch content {
        case .table(let members):
            let pairs = members.map { JSON.quoted($0.key) + ":" + $0.value.json }
            return "{" + pairs.joined(separator: ",") + "}"
        case .array(let elements): return "[" + elements.map(\.json).joined(separator: ",") + "]"
        case .string(let text): return JSON.quoted(text)
        case .integer(let number): return String(number)
        case .boolean(let truth): return String(truth)
        case .fraction, .time: return "null"
        }
    }
}
