import Cryptography
import Frames

@testable import Watchlist

/// Authorities with keys that sign, and what they sign.
enum Sample {
    struct Signer {
        let name: String
        let key: SigningKey

        init?(_ name: String, secret: UInt8) {
            guard let key = SigningKey(secret: [UInt8](repeating: secret, count: 32)) else {
                return nil
            }
            self.name = name
            self.key = key
        }

        func document(_ list: WatchedList) -> [UInt8] {
            var list = list
            list.header.issuer = key.publicKey
            let signature = key.sign(WatchDocument.message(list))
            return WatchDocument.list(list, signature: signature).bytes
        }

        func document(_ authorisation: WatchAuthorisation) -> [UInt8] {
            var authorisation = authorisation
            authorisation.issuer = key.publicKey
            let signature = key.sign(WatchDocument.message(authorisation))
            return WatchDocument.authorisation(authorisation, signature: signature).bytes
        }

        func difference(from base: WatchedList, to list: WatchedList) -> [UInt8]? {
            var (base, list) = (base, list)
            base.header.issuer = key.publicKey
            list.header.issuer = key.publicKey
            let signature = key.sign(WatchDocument.message(list))
            return ListDifference(from: base, to: list).map {
                WatchDocument.difference($0, signature: signature).bytes
            }
        }
    }

    static let start: Int64 = 1_750_000_000
    static let day: Int64 = 86_400
    static let model = [UInt8](repeating: 7, count: 32)

    static func template(_ seed: Int) -> FaceTemplate {
        var random = SplitMix64(seed: UInt64(seed))
        let codes = (0..<FaceTemplate.count).map { _ in Int8(random.whole(in: -100...100)) }
        guard let template = FaceTemplate(codes) else { preconditionFailure("all 0") }
        return template
    }

    static func entry(
        _ number: UInt32, _ category: WatchNotice.Category = .wanted, templates: Int = 1,
        from: Int64 = start, until: Int64 = start + 300 * day
    ) -> WatchEntry {
        WatchEntry(
            WatchNotice(
                number: number, category: category, reference: "case \(number)", reason: "look",
                law: "law 94-V", from: from, until: until),
            templates: (0..<templates).map { template(Int(number) * 8 + $0) })
    }

    static func header(
        _ version: UInt64 = 1, devices: [String] = [], issued: Int64 = start, days: Int64 = 30,
        needsSetClock: Bool = false
    ) -> ListHeader {
        ListHeader(
            issuer: [UInt8](repeating: 1, count: 32), sealingKey: [UInt8](repeating: 9, count: 32),
            devices: devices, version: version, issued: issued, expires: issued + days * day,
            needsSetClock: needsSetClock, model: model)
    }

    static func authorisation(
        _ version: UInt64 = 1, _ categories: Set<WatchNotice.Category> = [.wanted, .missing],
        devices: [String] = ["bar"], from: Int64 = start, days: Int64 = 100
    ) -> WatchAuthorisation {
        WatchAuthorisation(
            issuer: [UInt8](repeating: 1, count: 32), version: version, authority: "court",
            person: "A. Person", law: "law 94-V", place: "the bar", devices: devices,
            categories: categories, issued: start, from: from, until: from + days * day)
    }

    static func time(_ days: Int64 = 0, isSet: Bool = true) -> WatchTime {
        WatchTime(seconds: start + days * day, isSet: isSet)
    }

    static func verify(_ signature: [UInt8], _ message: [UInt8], _ key: [UInt8]) -> Bool {
        PublicKey.verify(signature, of: message, by: key)
    }

    static let table = ThresholdTable(
        first: 4,
        similarities: (0..<20).map { (line: Int) -> Q15 in
            let value: Int = 4000 + 700 * line - 8 * line * line
            return Q15(rawValue: Int16(value))
        })
}

/// A board with a police that lists, a court that authorises, and the venue itself.
struct Board {
    let police: Sample.Signer
    let court: Sample.Signer
    let venue: Sample.Signer
    let stranger: Sample.Signer
    var state: WatchState

    init?() {
        guard let police = Sample.Signer("police", secret: 1),
            let court = Sample.Signer("court", secret: 2),
            let venue = Sample.Signer("venue", secret: 3),
            let stranger = Sample.Signer("stranger", secret: 4)
        else { return nil }
        (self.police, self.court, self.venue, self.stranger) = (police, court, venue, stranger)
        state = Self.state(police, court, venue, floors: WatchFloors())
    }

    private static func state(
        _ police: Sample.Signer, _ court: Sample.Signer, _ venue: Sample.Signer,
        floors: WatchFloors
    ) -> WatchState {
        WatchState(
            device: "bar", model: Sample.model,
            authorities: [
                ListAuthority(
                    name: "police", key: police.key.publicKey, lists: [.wanted, .missing],
                    authorises: []),
                ListAuthority(
                    name: "court", key: court.key.publicKey, lists: [],
                    authorises: [.wanted, .missing]),
                ListAuthority(
                    name: "venue", key: venue.key.publicKey, lists: [.barred],
                    authorises: [.barred])
            ], floors: floors)
    }

    /// What the next life begins with: floors alone.
    mutating func restart() {
        state = Self.state(police, court, venue, floors: state.floors)
    }

    @discardableResult
    mutating func admit(
        _ bytes: [UInt8], at now: WatchTime = Sample.time()
    ) throws(WatchRefusal) -> Admission {
        try state.admit(bytes, at: now, verifiedBy: Sample.verify)
    }

    /// Why it is not admitted; nil where it is.
    func refusal(_ bytes: [UInt8], at now: WatchTime = Sample.time()) -> WatchRefusal? {
        var copy = self
        do throws(WatchRefusal) {
            try copy.admit(bytes, at: now)
            return nil
        } catch {
            return error
        }
    }

    func numbers(at now: WatchTime = Sample.time()) -> [UInt32] {
        state.entries(at: now).map(\.listed.notice.number)
    }
}
