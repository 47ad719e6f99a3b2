import Linux

/// The exit statuses of every command, from sysexits.h; 64 for wrong usage is the parser's.
enum ExitStatus {
    static let badData: Int32 = 65
    static let unavailable: Int32 = 69
    static let failed: Int32 = 70
    static let badConfiguration: Int32 = 78
}

/// Writes lines to standard error. A standard error that is closed is no reason to fail.
func complain(_ text: String) {
    try? FileDescriptor.standardError.writeAll(text + "\n")
}

/// Writes a line to standard output at once, also into a pipe.
func announce(_ text: String) {
    try? FileDescriptor.standardOutput.writeAll(text + "\n")
}

extension String {
    /// Spaces up to `width` after it.
    func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(width - count, 0))
    }

    /// Spaces up to `width` before it.
    func rightAligned(_ width: Int) -> String {
        String(repeating: " ", count: Swift.max(width - count, 0)) + self
    }
}

/// `value` / 1000 with its three decimals; from 0.
func thousandths(_ value: Int64) -> String {
    "\(value / 1000).\(String(1000 + value % 1000).dropFirst())"
}
