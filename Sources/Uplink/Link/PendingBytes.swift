/// Bytes that wait for the network, in order.
///
/// - Limits: what was sent is let go as soon as it is more than what waits, so at most twice that
///   stands in memory, however long something waits without a pause. Each byte is moved once.
struct PendingBytes {
    private var bytes: [UInt8] = []
    private var sentCount = 0

    /// How many wait.
    var count: Int { bytes.count - sentCount }
    var isEmpty: Bool { count == 0 }
    /// The memory that is taken, in bytes.
    var capacity: Int { bytes.capacity }

    mutating func append(_ more: [UInt8]) {
        letGo()
        bytes += more
    }

    /// They went out.
    mutating func removeFirst(_ count: Int) {
        sentCount += count
        letGo()
    }

    mutating func removeAll() {
        bytes = []
        sentCount = 0
    }

    func withUnsafeBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[sentCount...])) }
    }

    private mutating func letGo() {
        guard sentCount > count else { return }
        bytes = Array(bytes[sentCount...])
        sentCount = 0
    }
}
