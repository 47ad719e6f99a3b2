import Watchlist

/// Lists, differences and authorisations, as a stick or the network may hand them over. Every
/// signature counts as right here, so that what lies behind it is reached.
enum WatchDocuments {
    private static let key = [UInt8](repeating: 1, count: 32)
    private static let model = [UInt8](repeating: 7, count: 32)
    private static let start: Int64 = 1_750_000_000
    private static let signature = [UInt8](repeating: 5, count: 64)

    /// What is accepted is canonical, and what is refused says why and changes nothing.
    static func feed(_ bytes: UnsafeRawBufferPointer) {
        let given = Array(bytes)
        if let document = try? WatchDocument.read(given) {
            precondition(document.bytes == given, "accepted, but not canonical")
        }
        if let floors = try? WatchFloors(canonicalBytes: given) {
            precondition(floors.canonicalBytes == given, "accepted, but not canonical")
        }
        var state = WatchState(
            device: "bar", model: model,
            authorities: [
                ListAuthority(
                    name: "police", key: key, lists: [.wanted, .missing], authorises: [.wanted])
            ])
        let now = WatchTime(seconds: start + 3600, isSet: true)
        _ = admit(WatchDocument.list(base, signature: signature).bytes, to: &state, now)
        let before = (state.lists, state.authorisations, state.floors)
        if let refusal = admit(given, to: &state, now) {
            precondition(refusal.description.utf8.count < 2_000, "a refusal nobody would read")
            precondition(
                before == (state.lists, state.authorisations, state.floors),
                "refused, and something changed")
        }
        // Whatever is held can be looked through, ended and put into words.
        _ = state.entries(at: now)
        if let next = state.nextChange(after: now) {
            let endings = state.end(at: WatchTime(seconds: next, isSet: true))
            precondition(endings.allSatisfy { !$0.words.isEmpty }, "an end without words")
        }
    }

    private static func admit(
        _ bytes: [UInt8], to state: inout WatchState, _ now: WatchTime
    ) -> WatchRefusal? {
        do throws(WatchRefusal) {
            let admission = try state.admit(bytes, at: now) { _, _, _ in true }
            precondition(!admission.words.isEmpty, "admitted without words")
            return nil
        } catch {
            return error
        }
    }

    private static var base: WatchedList {
        WatchedList(
            header(1), entries: [entry(1, .wanted), entry(2, .missing), entry(5, .wanted)])
    }

    private static func header(_ version: UInt64) -> ListHeader {
        ListHeader(
            issuer: key, sealingKey: key, devices: ["bar", "hall"], version: version,
            issued: start, expires: start + 86_400, needsSetClock: false, model: model)
    }

    private static func entry(_ number: UInt32, _ category: WatchNotice.Category) -> WatchEntry {
        let codes = [Int8](repeating: Int8(number), count: FaceTemplate.count)
        return WatchEntry(
            WatchNotice(
                number: number, category: category, reference: "case", reason: "", law: "law",
                from: start, until: start + 7200),
            templates: FaceTemplate(codes).map { [$0] } ?? [])
    }

    static func seeds() -> [[UInt8]] {
        let next = WatchedList(header(2), entries: [entry(2, .missing), entry(3, .wanted)])
        let authorisation = WatchAuthorisation(
            issuer: key, version: 1, authority: "court", person: "A", law: "law", place: "bar",
            devices: ["bar"], categories: [.wanted], issued: start, from: start,
            until: start + 86_400)
        let documents: [WatchDocument] =
            [
                .list(next, signature: signature),
                .authorisation(authorisation, signature: signature)
            ]
            + (ListDifference(from: base, to: next).map {
                [.difference($0, signature: signature)]
            } ?? [])
        return documents.map(\.bytes) + [WatchFloors().canonicalBytes]
    }
}
