/// Why a broker refuses, in words.
///
/// - Source: MQTT Version 5.0, section 2.4.
enum MQTTReason {
    static func words(_ reason: UInt8, _ properties: MQTTProperties = MQTTProperties()) -> String {
        var text = "\(name(reason)) (0x\(String(reason, radix: 16)))"
        if let said = properties[text: .reasonText], !said.isEmpty {
            text += ", it says: \(said.prefix(200))"
        }
        return text
    }

    /// Whether the same message would be refused for ever.
    static func isAboutTheMessage(_ reason: UInt8) -> Bool { reason == 0x90 || reason == 0x99 }

    private static func name(_ reason: UInt8) -> String {
        switch reason {
        case 0x00: "normal"
        case 0x04: "with will"
        case 0x80: "unspecified error"
        case 0x81: "malformed packet"
        case 0x82: "protocol error"
        case 0x83: "implementation specific error"
        case 0x84: "MQTT 5 is not spoken there"
        case 0x85: "client identifier refused"
        case 0x86: "bad user name or password"
        case 0x87: "not authorised"
        case 0x88: "server unavailable"
        case 0x89: "server busy"
        case 0x8A: "banned"
        case 0x8B: "server is shutting down"
        case 0x8D: "keep alive was exceeded"
        case 0x8E: "another client took this identifier over"
        case 0x90: "topic name invalid"
        case 0x91: "packet identifier in use"
        case 0x93: "receive maximum was exceeded"
        case 0x95: "packet too large"
        case 0x96: "message rate too high"
        case 0x97: "quota exceeded"
        case 0x98: "administrative action"
        case 0x99: "payload format invalid"
        case 0x9A: "retained messages are not supported"
        case 0x9B: "quality of service is not supported"
        case 0x9C, 0x9D: "use another server"
        case 0x9F: "connection rate exceeded"
        default: "reason"
        }
    }
}
