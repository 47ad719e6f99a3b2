import Linux

extension Machine {
    /// The process of a running appliance: another `kuzet run`.
    func runningAppliance() -> Int? {
        for name in names("/proc") {
            guard let pid = Int(name), pid != Int(Process.pid),
                let arguments = strings("/proc/\(name)/cmdline"), arguments.count > 1,
                arguments[1] == "run",
                arguments[0] == "kuzet" || arguments[0].hasSuffix("/kuzet")
            else { continue }
            return pid
        }
        return nil
    }

    func runningFinding() -> Finding {
        if let pid = runningAppliance() {
            return .ok("appliance", "running, process \(pid)")
        }
        return .warn(
            "appliance", "not running",
            do: "systemctl enable --now kuzet; journalctl -u kuzet tells why it ended")
    }
}
