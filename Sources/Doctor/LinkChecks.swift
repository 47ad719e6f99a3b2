import Configuration
import Frames
import Linux
import Uplink

/// Whether each destination can be reached, as far as a handshake tells: nothing is said to it.
enum LinkChecks {
    static let limit = Interval.seconds(10)

    static func findings(_ destinations: [DestinationSection]) -> [Finding] {
        guard !destinations.isEmpty else {
            return [.ok("destinations", "none: incidents stay in the ledger")]
        }
        return sharedKeys(destinations)
            + destinations.flatMap { destination in
                [destination.address, destination.backup].compactMap(\.self).map { address in
                    finding(destination, address)
                }
            }
    }

    /// Each destination counts commands for itself: with one key for two, what is recorded on one way
    /// is new on the other.
    static func sharedKeys(_ destinations: [DestinationSection]) -> [Finding] {
        destinations.indices.compactMap { index in
            guard let key = destinations[index].commandKey,
                let other = destinations[..<index].first(where: { $0.commandKey == key })
            else { return nil }
            return .warn(
                "destination \(destinations[index].name)",
                "its command_key is that of destination \(other.name): a command recorded on the way "
                    + "of one can be played to the other once",
                do: "give each destination a command_key of its own")
        }
    }

    private static func finding(
        _ destination: DestinationSection, _ address: DestinationSection.Address
    ) -> Finding {
        let subject = "destination \(destination.name)"
        do {
            _ = try Connection(
                to: destination.endpoint(address), clock: .now, within: limit,
                bell: try FileDescriptor.event())
        } catch let error as LinkError {
            return .fail(subject, error.description, do: advice(error, address))
        } catch {
            return .fail(subject, "\(address.text): \(error)", do: "free file descriptors")
        }
        let isOpen = !address.tongue.isProtected
        guard isOpen else { return .ok(subject, "\(address.text) answers, and is who it says") }
        return .warn(
            subject,
            "\(address.text) answers; what is told to it can be read and forged on the way",
            do: "use mqtts:// or sias://, unless it is next door or in a tunnel")
    }

    private static func advice(_ error: LinkError, _ address: DestinationSection.Address) -> String
    {
        switch error.attempt {
        case "look up": "correct the host's name, or set a name server (/etc/resolv.conf)"
        case "connect": "check cable, gateway, firewall, and that port \(address.port) is right"
        case "read" where error.cause.hasPrefix("it has a passphrase"):
            "write it without one, readable by the user kuzet alone"
        case "read", "use": "correct the path, and let the user kuzet read the file"
        default: "check authorities, server_name, the clock, and that TLS is spoken there"
        }
    }
}
