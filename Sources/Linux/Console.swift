/// Writes lines to standard error. A standard error that is closed is no reason to fail.
package func complain(_ text: String) {
    try? FileDescriptor.standardError.writeAll(text + "\n")
}

/// Writes a line to standard output at once, also into a pipe.
package func announce(_ text: String) {
    print(text)
    StandardOutput.flush()
}
