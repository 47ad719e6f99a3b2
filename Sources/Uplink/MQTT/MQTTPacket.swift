/// A control packet of MQTT 5, of those that a client needs that publishes, and takes commands,
/// with quality of service 1.
///
/// - Source: MQTT Version 5.0, chapter 3.
enum MQTTPacket: Hashable, Sendable {
    struct Connect: Hashable, Sendable {
        var client: String
        var isCleanStart: Bool
        var keepAliveSeconds: UInt16
        var user: String?
        var password: [UInt8]?
        var will: Publish?
        var properties = MQTTProperties()
    }

    struct ConnectAck: Hashable, Sendable {
        var isSessionPresent: Bool
        var reason: UInt8
        /// nil in MQTT before 5.
        var properties: MQTTProperties? = MQTTProperties()
    }

    struct Publish: Hashable, Sendable {
        var topic: String
        var payload: [UInt8]
        /// 0 where the quality of service is 0.
        var id: UInt16 = 0
        var qos: UInt8 = 1
        var isRetained = false
        var isDuplicate = false
        var properties = MQTTProperties()
    }

    case connect(Connect)
    case connectAck(ConnectAck)
    case publish(Publish)
    case publishAck(id: UInt16, reason: UInt8, properties: MQTTProperties = MQTTProperties())
    case subscribe(id: UInt16, filter: String)
    case subscribeAck(id: UInt16, reasons: [UInt8])
    case pingRequest
    case pingResponse
    case disconnect(reason: UInt8, properties: MQTTProperties = MQTTProperties())

    var encoded: [UInt8] {
        switch self {
        case .connect(let connect): Self.frame(0x10, connect.body)
        case .connectAck(let ack):
            Self.frame(
                0x20, [ack.isSessionPresent ? 1 : 0, ack.reason] + (ack.properties?.encoded ?? []))
        case .publish(let publish): Self.frame(0x30 | publish.flags, publish.body)
        case .publishAck(let id, let reason, let properties):
            Self.frame(0x40, Self.word(id) + [reason] + properties.encoded)
        case .subscribe(let id, let filter):
            Self.frame(0x82, Self.word(id) + [0] + Self.text(filter) + [1])
        case .subscribeAck(let id, let reasons):
            Self.frame(0x90, Self.word(id) + [0] + reasons)
        case .pingRequest: [0xC0, 0]
        case .pingResponse: [0xD0, 0]
        case .disconnect(let reason, let properties):
            Self.frame(0xE0, [reason] + properties.encoded)
        }
    }

    /// How long the first packet in `bytes` is, its header included; nil where that cannot be told
    /// yet.
    static func length(of bytes: ArraySlice<UInt8>) throws(MQTTError) -> Int? {
        var value = 0
        for place in 0..<4 {
            let index = bytes.startIndex + 1 + place
            guard index < bytes.endIndex else { return nil }
            value |= Int(bytes[index] & 0x7F) << (7 * place)
            if bytes[index] & 0x80 == 0 { return 2 + place + value }
        }
        throw .malformed("a length has more than four bytes")
    }

    /// Reads one whole packet, whose length `length(of:)` told.
    init(_ bytes: ArraySlice<UInt8>) throws(MQTTError) {
        guard let header = bytes.first else { throw .malformed("it is empty") }
        var reader = MQTTReader(bytes.dropFirst())
        _ = try reader.variable()
        switch header {
        case 0x10: self = .connect(try Connect(&reader))
        case 0x20:
            let flags = try reader.byte()
            guard flags & 0xFE == 0 else { throw .malformed("CONNACK flags \(flags)") }
            let reason = try reader.byte()
            self = .connectAck(
                ConnectAck(
                    isSessionPresent: flags == 1, reason: reason,
                    properties: reader.restCount > 0 ? try MQTTProperties(&reader) : nil))
        case 0x30...0x3F: self = .publish(try Publish(flags: header & 0x0F, &reader))
        case 0x40:
            let id = try reader.word()
            // Reason and properties may be left out where all is well (3.4.2.1).
            let reason = reader.restCount > 0 ? try reader.byte() : 0
            let properties =
                reader.restCount > 0 ? try MQTTProperties(&reader) : MQTTProperties()
            self = .publishAck(id: id, reason: reason, properties: properties)
        case 0x82:
            let id = try reader.word()
            _ = try MQTTProperties(&reader)
            let filter = try reader.text()
            _ = try reader.byte()
            self = .subscribe(id: id, filter: filter)
        case 0x90:
            let id = try reader.word()
            _ = try MQTTProperties(&reader)
            self = .subscribeAck(id: id, reasons: reader.rest())
        case 0xC0: self = .pingRequest
        case 0xD0: self = .pingResponse
        case 0xE0:
            let reason = reader.restCount > 0 ? try reader.byte() : 0
            let properties =
                reader.restCount > 0 ? try MQTTProperties(&reader) : MQTTProperties()
            self = .disconnect(reason: reason, properties: properties)
        default:
            throw .malformed("a packet that begins with 0x\(String(header, radix: 16))")
        }
        guard reader.restCount == 0 else {
            throw .malformed("\(reader.restCount) bytes too many")
        }
    }

    private static func frame(_ header: UInt8, _ body: [UInt8]) -> [UInt8] {
        var bytes = [header]
        bytes.appendVariable(UInt32(body.count))
        return bytes + body
    }

    private static func word(_ value: UInt16) -> [UInt8] { [UInt8(value >> 8), UInt8(value & 255)] }

    private static func text(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendText(text)
        return bytes
    }
}

extension MQTTPacket.Connect {
    private static let head: [UInt8] = [0, 4] + Array("MQTT".utf8) + [5]

    fileprivate var body: [UInt8] {
        var flags: UInt8 = isCleanStart ? 0x02 : 0
        if let will {
            flags |= 0x04 | will.qos << 3
            if will.isRetained { flags |= 0x20 }
        }
        if password != nil { flags |= 0x40 }
        if user != nil { flags |= 0x80 }
        var bytes = Self.head
        bytes.append(flags)
        bytes.appendWord(keepAliveSeconds)
        bytes += properties.encoded
        bytes.appendText(client)
        if let will {
            bytes += will.properties.encoded
            bytes.appendText(will.topic)
            bytes.appendData(will.payload)
        }
        if let user { bytes.appendText(user) }
        if let password { bytes.appendData(password) }
        return bytes
    }

    fileprivate init(_ reader: inout MQTTReader) throws(MQTTError) {
        for expected in Self.head {
            guard try reader.byte() == expected else { throw .malformed("it is not MQTT 5") }
        }
        let flags = try reader.byte()
        guard flags & 1 == 0, flags & 0x18 != 0x18 else {
            throw .malformed("CONNECT flags \(flags)")
        }
        keepAliveSeconds = try reader.word()
        isCleanStart = flags & 0x02 != 0
        properties = try MQTTProperties(&reader)
        client = try reader.text()
        if flags & 0x04 != 0 {
            let willProperties = try MQTTProperties(&reader)
            will = MQTTPacket.Publish(
                topic: try reader.text(), payload: try reader.data(), qos: flags >> 3 & 3,
                isRetained: flags & 0x20 != 0, properties: willProperties)
        }
        if flags & 0x80 != 0 { user = try reader.text() }
        if flags & 0x40 != 0 { password = try reader.data() }
    }
}

extension MQTTPacket.Publish {
    fileprivate var flags: UInt8 {
        (isDuplicate ? 8 : 0) | qos << 1 | (isRetained ? 1 : 0)
    }

    fileprivate var body: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(topic.utf8.count + payload.count + 64)
        bytes.appendText(topic)
        if qos > 0 { bytes.appendWord(id) }
        bytes += properties.encoded
        bytes += payload
        return bytes
    }

    fileprivate init(flags: UInt8, _ reader: inout MQTTReader) throws(MQTTError) {
        qos = flags >> 1 & 3
        guard qos < 3 else { throw .malformed("quality of service 3") }
        isDuplicate = flags & 8 != 0
        isRetained = flags & 1 != 0
        topic = try reader.text()
        id = qos > 0 ? try reader.word() : 0
        guard qos == 0 || id > 0 else { throw .malformed("packet identifier 0") }
        properties = try MQTTProperties(&reader)
        payload = reader.rest()
    }
}
