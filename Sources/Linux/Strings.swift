extension String {
    /// Whether `part` stands anywhere in it, byte for byte.
    ///
    /// The `contains` that the standard library has for this brings its regular expressions with
    /// it: two megabytes of a static binary.
    public func holds(_ part: String) -> Bool {
        let bytes = Array(utf8)
        let wanted = Array(part.utf8)
        guard wanted.count <= bytes.count else { return false }
        return (0...bytes.count - wanted.count).contains { start in
            bytes[start..<start + wanted.count].elementsEqual(wanted)
        }
    }
}
