import Linux

/// Whether the user kuzet exists and may use cameras and lines.
enum PermissionChecks {
    static let user = "kuzet"
    static let groups = ["video", "kuzet-lines"]

    static func findings(_ machine: Machine) -> [Finding] {
        guard let users = machine.lines("/etc/passwd"),
            users.contains(where: { $0.hasPrefix(user + ":") })
        else {
            return [
                .warn(
                    "user", "there is no user \(user), as whom the appliance is to run",
                    do: "systemd-sysusers, after systemd/install")
            ]
        }
        let lines = machine.lines("/etc/group") ?? []
        return groups.map { group in
            guard let members = members(of: group, lines) else {
                return .fail(
                    "user", "there is no group \(group)",
                    do: "systemd-sysusers, after systemd/install")
            }
            if members.contains(user) { return .ok("user", "\(user) is in the group \(group)") }
            return .fail(
                "user", "\(user) is not in the group \(group)",
                do: "usermod -a -G \(group) \(user), then restart the appliance")
        }
    }

    /// - Parameter lines: `name:password:number:member,member`
    private static func members(of group: String, _ lines: [String]) -> [String]? {
        for line in lines where line.hasPrefix(group + ":") {
            let parts = line.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 4 else { return nil }
            return parts[3].split(separator: ",").map(String.init)
        }
        return nil
    }
}
