/// What makes one list of an issuer out of the one before.
public struct ListDifference: Equatable, Sendable {
    /// Of the list that it applies to.
    public var baseVersion: UInt64
    /// Of the list that it leads to.
    public var header: ListHeader
    /// Numbers that go, ascending.
    public var removed: [UInt32]
    /// Entries that come or change, ascending by number.
    public var entries: [WatchEntry]

    /// From `base` to `list`.
    ///
    /// - Returns: nil where they are not of one issuer.
    public init?(from base: WatchedList, to list: WatchedList) {
        guard base.header.issuer == list.header.issuer else { return nil }
        baseVersion = base.header.version
        header = list.header
        (removed, entries) = ([], [])
        var old = base.entries[...]
        for entry in list.entries {
            while let first = old.first, first.number < entry.number {
                removed.append(old.removeFirst().number)
            }
            if old.first?.number == entry.number, old.removeFirst().isSame(as: entry) { continue }
            entries.append(entry)
        }
        removed += old.map(\.number)
    }

    /// The list that it leads to, if `base` is the one that it was made from.
    func applied(to base: [WatchEntry]) throws(WatchProblem) -> WatchedList {
        var (merged, old) = ([WatchEntry](), base[...])
        merged.reserveCapacity(base.count + entries.count)
        var (gone, new) = (removed[...], entries[...])
        // All three ascend: one walk.
        while let number = [old.first?.number, gone.first, new.first?.number].compactMap({ $0 })
            .min()
        {
            let kept = old.first?.number == number ? old.removeFirst() : nil
            let isGone = gone.first == number
            if isGone {
                gone.removeFirst()
                guard kept != nil else { throw WatchProblem(.removesUnknown, entry: number) }
            }
            if new.first?.number == number {
                merged.append(new.removeFirst())
            } else if let kept, !isGone {
                merged.append(kept)
            }
        }
        return WatchedList(header, entries: merged)
    }

    func appendFields(to bytes: inout [UInt8]) {
        bytes.appendBigEndian(baseVersion)
        header.appendFields(to: &bytes)
        bytes.appendBigEndian(UInt32(removed.count))
        for number in removed { bytes.appendBigEndian(number) }
        bytes.appendBigEndian(UInt32(entries.count))
        for entry in entries { entry.appendFields(to: &bytes) }
    }

    init(fields reader: inout DocumentReader, issuer: [UInt8]) throws(WatchProblem) {
        baseVersion = try reader.integer(UInt64.self, "base version")
        header = try ListHeader(fields: &reader, issuer: issuer)
        let count = try reader.count(
            "removed", max: WatchedList.entryCountMax, byteCountMin: 4)
        removed = []
        for _ in 0..<count {
            let number = try reader.integer(UInt32.self, "removed")
            if let last = removed.last, number <= last {
                throw WatchProblem(
                    .order(field: "removed", found: "\(number)", after: "\(last)"), entry: number)
            }
            removed.append(number)
        }
        entries = try WatchDocument.entries(&reader)
        for (before, entry) in zip(entries, entries.dropFirst())
        where entry.number <= before.number {
            throw WatchProblem(
                .order(field: "number", found: "\(entry.number)", after: "\(before.number)"),
                entry: entry.number)
        }
        // An entry both removed and new would give one list two differences that lead to it.
        let new = Set(entries.map(\.number))
        if let both = removed.first(where: new.contains) {
            throw WatchProblem(.order(field: "removed", found: "\(both)", after: "\(both)"))
        }
    }
}

extension WatchEntry {
    /// To the bit: Swift takes two spellings of a letter for one, a signature does not.
    fileprivate func isSame(as other: WatchEntry) -> Bool {
        var (own, others) = ([UInt8](), [UInt8]())
        notice.appendFields(to: &own)
        other.notice.appendFields(to: &others)
        return own == others && templates == other.templates
    }
}
