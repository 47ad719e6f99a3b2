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
