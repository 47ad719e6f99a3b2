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

    /// What a refusal is about, in a PUBACK (3.4.2.1) or a DISCONNECT (3.14.2.1).
    enum Matter: Hashable, Sendable {
        /// The message, or its topic: it would be refused for ever.
        case message
        /// The message or the moment: known only by whether the broker takes others meanwhile.
        case unclear
        /// The connection, the session or the moment: the message is right, and told again.
        case connection
    }

    /// | | the standard says (3.4.2.1, 3.14.2.1) | |
    /// |---|---|---|
    /// | 0x90 | "The Topic Name is not malformed, but is not accepted" | message |
    /// | 0x95 | "The packet size is greater than Maximum Packet Size" | message |
    /// | 0x99 | "The payload format does not match the specified … Indicator" | message |
    /// | 0x80 | "does not accept the publish but … does not want to reveal the reason" | unclear |
    /// | 0x81 | "does not conform to this specification": another opinion than ours | unclear |
    /// | 0x82 | "An unexpected or out of order packet": the same | unclear |
    /// | 0x83 | "The PUBLISH is valid but the receiver is not willing to accept it" | unclear |
    /// | 0x87 | "not authorized": its topic never, or nothing while the rules are away | unclear |
    /// | 0x91 | "might indicate a mismatch in the Session State": a new session | connection |
    /// | 0x96, 0x97 | rate, quota: "imposed limit has been exceeded" | connection |
    /// | 0x9A, 0x9B | retain, quality: we leave them out from then on | connection |
    /// | others | of a server that goes, of time, names and identifiers | connection |
    static func matter(of reason: UInt8) -> Matter {
        switch reason {
        case 0x90, 0x95, 0x99: .message
        case 0x80, 0x81, 0x82, 0x83, 0x87: .unclear
        default: .connection
        }
    }

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
