import Loopback

@testable import Uplink

extension LoopbackConnection {
    /// Packets, one after the other, until the other end is gone.
    func packets(_ each: (MQTTPacket) -> Bool) {
        var bytes: [UInt8] = []
        while true {
            while let length = try? MQTTPacket.length(of: bytes[...]), bytes.count >= length {
                guard let packet = try? MQTTPacket(bytes[..<length]), each(packet) else { return }
                bytes.removeFirst(length)
            }
            guard let more = read() else { return }
            bytes += more
        }
    }
}

/// Why `body` fails; nil where it does not, or for another reason.
func linkError(_ body: () throws -> Void) -> LinkError? {
    do { try body() } catch { return error as? LinkError }
    return nil
}
