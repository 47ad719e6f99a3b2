extension String {
    /// Spaces up to `width` after it, and one at the least: columns never grow together.
    package func padded(_ width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(width - count, 1))
    }

    /// Spaces up to `width` before it.
    package func rightAligned(_ width: Int) -> String {
        String(repeating: " ", count: Swift.max(width - count, 0)) + self
    }
}

/// `value` / 1000 with its three decimals; from 0.
package func thousandths(_ value: Int64) -> String {
    "\(value / 1000).\(String(1000 + value % 1000).dropFirst())"
}
