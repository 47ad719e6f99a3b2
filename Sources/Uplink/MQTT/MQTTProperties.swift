/// What follows a packet's fixed fields: named values.
///
/// - Limits: a property that may stand once and stands twice is refused; so is an unknown one.
/// - Source: MQTT Version 5.0, OASIS Standard, section 2.2.2.
struct MQTTProperties: Hashable, Sendable {
    /// Identifiers of section 2.2.2.2 that this program reads or writes.
    enum Name: UInt8 {
        case payloadFormat = 0x01
        case messageExpiry = 0x02
        case contentType = 0x03
        case responseTopic = 0x08
        case correlationData = 0x09
        case sessionExpiry = 0x11
        case assignedClient = 0x12
        case serverKeepAlive = 0x13
        case willDelay = 0x18
        case reasonText = 0x1F
        case receiveMaximum = 0x21
        case maximumQoS = 0x24
        case retainAvailable = 0x25
        case maximumPacketSize = 0x27
    }

    private enum Shape {
        case byte, word, long, variable, text, data, pair
    }

    private var integers: [UInt8: UInt32] = [:]
    private var texts: [UInt8: String] = [:]
    private var data: [UInt8: [UInt8]] = [:]
    private(set) var user: [[String]] = []

    init() {}

    subscript(number name: Name) -> UInt32? {
        get { integers[name.rawValue] }
        set { integers[name.rawValue] = newValue }
    }

    subscript(text name: Name) -> String? {
        get { texts[name.rawValue] }
        set { texts[name.rawValue] = newValue }
    }

    mutating func add(user name: String, _ value: String) {
        user.append([name, value])
    }

    /// The first user property of that name.
    func user(_ name: String) -> String? { user.first { $0[0] == name }?[1] }

    var encoded: [UInt8] {
        var body: [UInt8] = []
        for (identifier, value) in integers.sorted(by: { $0.key < $1.key }) {
            body.append(identifier)
            switch Self.shape(of: identifier) {
            case .byte: body.append(UInt8(truncatingIfNeeded: value))
            case .word: body.appendWord(UInt16(truncatingIfNeeded: value))
            case .long: body.appendLong(value)
            case .variable: body.appendVariable(value)
            case .text, .data, .pair, nil: break
            }
        }
        for (identifier, text) in texts.sorted(by: { $0.key < $1.key }) {
            body.append(identifier)
            body.appendText(text)
        }
        for (identifier, bytes) in data.sorted(by: { $0.key < $1.key }) {
            body.append(identifier)
            body.appendData(bytes)
        }
        for pair in user {
            body.append(0x26)
            body.appendText(pair[0])
            body.appendText(pair[1])
        }
        var bytes: [UInt8] = []
        bytes.appendVariable(UInt32(body.count))
        return bytes + body
    }

    init(_ reader: inout MQTTReader) throws(MQTTError) {
        let count = Int(try reader.variable())
        guard count <= reader.restCount else {
            throw .malformed("properties of \(count) bytes, \(reader.restCount) are left")
        }
        let end = reader.restCount - count
        while reader.restCount > end {
            let identifier = try reader.byte()
            guard let shape = Self.shape(of: identifier) else {
                throw .malformed("property \(identifier) is unknown")
            }
            let isNew: Bool
            switch shape {
            case .byte:
                isNew = integers.updateValue(UInt32(try reader.byte()), forKey: identifier) == nil
            case .word:
                isNew = integers.updateValue(UInt32(try reader.word()), forKey: identifier) == nil
            case .long: isNew = integers.updateValue(try reader.long(), forKey: identifier) == nil
            case .variable:
                integers[identifier] = try reader.variable()
                isNew = true
            case .text: isNew = texts.updateValue(try reader.text(), forKey: identifier) == nil
            case .data: isNew = data.updateValue(try reader.data(), forKey: identifier) == nil
            case .pair:
                user.append([try reader.text(), try reader.text()])
                isNew = true
            }
            guard isNew else { throw .malformed("property \(identifier) stands twice") }
        }
        guard reader.restCount == end else { throw .malformed("a property is cut off") }
    }

    private static func shape(of identifier: UInt8) -> Shape? {
        switch identifier {
        case 0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A: .byte
        case 0x13, 0x21, 0x22, 0x23: .word
        case 0x02, 0x11, 0x18, 0x27: .long
        case 0x0B: .variable
        case 0x03, 0x08, 0x12, 0x15, 0x1A, 0x1C, 0x1F: .text
        case 0x09, 0x16: .data
        case 0x26: .pair
        default: nil
        }
    }
}
