import Frames

/// What a board holds: of each authority at most one list and one authorisation, and its floors.
///
/// A value: whoever tries a document on a copy has changed nothing. Templates are shared between
/// copies, and overwritten when the last copy lets go of them.
public struct WatchState: Sendable {
    /// `(signature, message, public key) → is it right`: `PublicKey.verify` of `Cryptography`.
    public typealias Verify = (_ signature: [UInt8], _ message: [UInt8], _ key: [UInt8]) -> Bool

    /// A list that was admitted, without the entries that were over since.
    public struct HeldList: Equatable, Sendable {
        public var authority: String
        public var list: WatchedList
        public var signature: [UInt8]
        /// Numbers of those that are over, ascending.
        public var wiped: [UInt32]
    }

    public struct HeldAuthorisation: Hashable, Sendable {
        public var authority: String
        public var authorisation: WatchAuthorisation
        public var signature: [UInt8]
    }

    /// As the configuration calls this appliance.
    public let device: String
    /// SHA-256 of the network that makes templates here.
    public let model: [UInt8]
    public let authorities: [ListAuthority]
    /// In the order of `authorities`.
    public private(set) var lists: [HeldList] = []
    public private(set) var authorisations: [HeldAuthorisation] = []
    public private(set) var floors: WatchFloors

    /// How far a document may have been issued after now, by a set clock: clocks differ.
    public static let issuedAheadSecondsMax: Int64 = 86_400

    /// - Parameter authorities: of different keys; beyond `ListAuthority.countMax` they do not count,
    ///   and neither does a key of zeros, for which anybody can make signatures.
    public init(
        device: String, model: [UInt8], authorities: [ListAuthority],
        floors: WatchFloors = WatchFloors()
    ) {
        self.device = device
        self.model = model
        let believed = authorities.filter { authority in authority.key.contains { $0 != 0 } }
        self.authorities = Array(believed.prefix(ListAuthority.countMax))
        self.floors = floors
    }

    /// Takes a document over: from the uplink, from a stick, and at start from where it was kept.
    ///
    /// What is held already, or was the newest when this board last ran, may come again.
    ///
    /// - Memory: `bytes` and `Admission.document` have templates in them, and stay the caller's to
    ///   overwrite (`Overwriting.clear`) once they are sealed and written.
    /// - Error: a refusal leaves everything as it was.
    public mutating func admit(
        _ bytes: [UInt8], at now: WatchTime, verifiedBy verify: Verify
    ) throws(WatchRefusal) -> Admission {
        let document: WatchDocument
        do throws(WatchProblem) { document = try WatchDocument.read(bytes) } catch {
            throw WatchRefusal("watch document of \(bytes.count) bytes", error)
        }
        switch document {
        case .list(let list, let signature):
            let object = "watch list \(list.header.version)"
            let authority = try authority(of: list.header.issuer, object)
            return try admit(
                list, signature, .list, from: authority, named: object, bytes, now, verify)
        case .difference(let difference, let signature):
            return try admit(difference, signature, now, verify)
        case .authorisation(let authorisation, let signature):
            return try admit(authorisation, signature, bytes, now, verify)
        }
    }

    private func authority(
        of key: [UInt8], _ object: String
    ) throws(WatchRefusal) -> ListAuthority {
        guard let authority = authorities.first(where: { $0.key == key }) else {
            throw WatchRefusal(object, WatchProblem(.unknownKey(key)))
        }
        return authority
    }

    private mutating func admit(
        _ difference: ListDifference, _ signature: [UInt8], _ now: WatchTime, _ verify: Verify
    ) throws(WatchRefusal) -> Admission {
        let header = difference.header
        let object = "difference to watch list \(header.version)"
        let authority = try authority(of: header.issuer, object)
        let named = "\(object) of \(authority.name)"
        let held = lists.first { $0.list.header.issuer == header.issuer }
        if let held, held.signature == signature, held.list.header.version == header.version {
            return Admission(.difference, authority.name, held.list, isKnown: true)
        }
        guard let held, held.list.header.version == difference.baseVersion else {
            throw WatchRefusal(
                named,
                WatchProblem(
                    .otherBase(
                        wanted: difference.baseVersion, held: held?.list.header.version)))
        }
        // Those that are over may go with it; any other would be missing in what it leads to.
        let touched = Set(difference.removed).union(difference.entries.map(\.number))
        let missing = held.wiped.filter { !touched.contains($0) }
        guard missing.isEmpty else {
            throw WatchRefusal(named, WatchProblem(.baseIsOver(wiped: missing)))
        }
        var fitting = difference
        let wiped = Set(held.wiped)
        fitting.removed.removeAll(where: wiped.contains)
        let list: WatchedList
        do throws(WatchProblem) {
            list = try fitting.applied(to: held.list.entries)
            if let problem = list.problem { throw problem }
        } catch {
            throw WatchRefusal(named, error)
        }
        let whole = WatchDocument.list(list, signature: signature).bytes
        return try admit(
            list, signature, .difference, from: authority, named: object, whole, now, verify)
    }

    private mutating func admit(
        _ list: WatchedList, _ signature: [UInt8], _ kind: Admission.Kind,
        from authority: ListAuthority, named object: String, _ bytes: [UInt8], _ now: WatchTime,
        _ verify: Verify
    ) throws(WatchRefusal) -> Admission {
        let header = list.header
        let held = lists.first { $0.list.header.issuer == header.issuer }
        do throws(WatchProblem) {
            try check(signature, of: bytes, by: authority, verify)
            for entry in list.entries where !authority.lists.contains(entry.notice.category) {
                throw WatchProblem(
                    .mayNotList(
                        by: authority.name, entry.notice.category, may: authority.lists),
                    entry: entry.number)
            }
            guard header.devices.isEmpty || isNamed(in: header.devices) else {
                throw WatchProblem(.otherDevice(wanted: header.devices, own: device))
            }
            guard header.model == model else {
                throw WatchProblem(.otherModel(found: header.model, own: model))
            }
            try check(
                version: header.version, signature, floors[authority.key, .list],
                issued: header.issued, until: header.expires, now)
            if let held, held.signature == signature {
                return Admission(kind, authority.name, held.list, isKnown: true)
            }
            try checkCounts(with: list)
        } catch {
            throw WatchRefusal("\(object) of \(authority.name)", error)
        }
        let admission = Admission(
            kind, authority.name, list, before: held?.list.entries ?? [], document: bytes)
        lists.removeAll { $0.list.header.issuer == header.issuer }
        lists.append(
            HeldList(authority: authority.name, list: list, signature: signature, wiped: []))
        lists = inOrder(lists) { $0.list.header.issuer }
        raise(authority.key, .list, header.version, signature, issued: header.issued, now)
        return admission
    }

    private mutating func admit(
        _ authorisation: WatchAuthorisation, _ signature: [UInt8], _ bytes: [UInt8],
        _ now: WatchTime, _ verify: Verify
    ) throws(WatchRefusal) -> Admission {
        let object = "watch authorisation \(authorisation.version)"
        let authority = try authority(of: authorisation.issuer, object)
        let held = authorisations.first { $0.authorisation.issuer == authorisation.issuer }
        do throws(WatchProblem) {
            try check(signature, of: bytes, by: authority, verify)
            let categories = authorisation.categories
            guard !authority.authorises.isEmpty, categories.isSubset(of: authority.authorises)
            else {
                throw WatchProblem(
                    .mayNotAuthorise(
                        by: authority.name, categories, may: authority.authorises))
            }
            guard isNamed(in: authorisation.devices) else {
                throw WatchProblem(.otherDevice(wanted: authorisation.devices, own: device))
            }
            try check(
                version: authorisation.version, signature,
                floors[authority.key, .authorisation], issued: authorisation.issued,
                until: authorisation.until, now)
        } catch {
            throw WatchRefusal("\(object) of \(authority.name)", error)
        }
        if let held, held.signature == signature {
            return Admission(authorisation, authority.name, isKnown: true)
        }
        authorisations.removeAll { $0.authorisation.issuer == authorisation.issuer }
        authorisations.append(
            HeldAuthorisation(
                authority: authority.name, authorisation: authorisation, signature: signature))
        authorisations = inOrder(authorisations) { $0.authorisation.issuer }
        raise(
            authority.key, .authorisation, authorisation.version, signature,
            issued: authorisation.issued, now)
        return Admission(authorisation, authority.name, document: bytes)
    }

    // MARK: Rules

    private func check(
        _ signature: [UInt8], of bytes: [UInt8], by authority: ListAuthority, _ verify: Verify
    ) throws(WatchProblem) {
        var message: [UInt8] = []
        message.reserveCapacity(WatchDocument.signed.count + bytes.count)
        message += WatchDocument.signed
        message += bytes.dropLast(signature.count)
        // It has every template of the list in it.
        defer { Overwriting.clear(&message) }
        guard verify(signature, message, authority.key) else {
            throw WatchProblem(.signature(by: authority.name))
        }
    }

    private func check(
        version: UInt64, _ signature: [UInt8], _ floor: WatchFloors.Floor?, issued: Int64,
        until: Int64, _ now: WatchTime
    ) throws(WatchProblem) {
        if let floor {
            let isTheSame = version == floor.version && signature == floor.signature
            guard version > floor.version || isTheSame else {
                throw WatchProblem(.version(found: version, floor: floor.version))
            }
        }
        guard !now.isSet || issued - now.seconds <= Self.issuedAheadSecondsMax else {
            throw WatchProblem(.issuedLater(issued: issued, now: now.seconds))
        }
        guard now.seconds < until else {
            throw WatchProblem(.expired(until: until, now: now.seconds))
        }
    }

    private func checkCounts(with list: WatchedList) throws(WatchProblem) {
        let others = lists.filter { $0.list.header.issuer != list.header.issuer }.map(\.list)
        let entryCount = others.reduce(list.entries.count) { $0 + $1.entries.count }
        guard entryCount <= WatchedList.entryCountMax else {
            throw WatchProblem(
                .tooManyInAll(
                    what: "entries", found: entryCount, max: WatchedList.entryCountMax))
        }
        let templateCount = others.reduce(list.templateCount) { $0 + $1.templateCount }
        guard templateCount <= WatchedList.templateCountMax else {
            throw WatchProblem(
                .tooManyInAll(
                    what: "templates", found: templateCount, max: WatchedList.templateCountMax))
        }
    }

    /// A name is its bytes, whatever two spellings of a letter Swift takes for one.
    private func isNamed(in devices: [String]) -> Bool {
        devices.contains { $0.utf8.elementsEqual(device.utf8) }
    }

    /// By authority; of each there is at most one.
    private func inOrder<Held>(_ held: [Held], _ key: (Held) -> [UInt8]) -> [Held] {
        authorities.compactMap { authority in held.first { key($0) == authority.key } }
    }

    private mutating func raise(
        _ key: [UInt8], _ kind: WatchFloors.Kind, _ version: UInt64, _ signature: [UInt8],
        issued: Int64, _ now: WatchTime
    ) {
        floors.raise(
            key, kind, to: WatchFloors.Floor(version: version, signature: signature),
            known: authorities.map(\.key))
        floors.passed(issued)
        floors.passed(now.seconds)
    }
}

// MARK: Time

extension WatchState {
    /// What is over by `now` goes, its templates with it. To be asked at `nextChange`.
    ///
    /// - Returns: what went, in the order of authorities.
    public mutating func end(at now: WatchTime) -> [WatchEnding] {
        floors.passed(now.seconds)
        var endings: [WatchEnding] = []
        for held in authorisations where now.seconds >= held.authorisation.until {
            endings.append(
                .authorisation(by: held.authority, version: held.authorisation.version))
        }
        authorisations.removeAll { now.seconds >= $0.authorisation.until }
        for index in lists.indices {
            let (name, header) = (lists[index].authority, lists[index].list.header)
            if now.seconds >= header.expires {
                endings.append(.list(by: name, version: header.version))
                continue
            }
            let over = lists[index].list.entries.filter { now.seconds >= $0.notice.until }
            guard !over.isEmpty else { continue }
            lists[index].list.entries.removeAll { now.seconds >= $0.notice.until }
            lists[index].wiped = (lists[index].wiped + over.map(\.number)).sorted()
            for entry in over { endings.append(.entry(by: name, number: entry.number)) }
        }
        lists.removeAll { now.seconds >= $0.list.header.expires }
        return endings
    }

    /// Whom this board may look for: what authorisations that hold permit together.
    public func categories(at now: WatchTime) -> Set<WatchNotice.Category> {
        authorisations.filter { $0.authorisation.holds(at: now.seconds) }
            .reduce(into: []) { $0.formUnion($1.authorisation.categories) }
    }

    /// Whom this board looks for: entries that hold, of lists that hold, of permitted categories.
    public func entries(at now: WatchTime) -> [WatchGallery.Candidate] {
        let permitted = categories(at: now)
        var candidates: [WatchGallery.Candidate] = []
        for held in lists {
            let header = held.list.header
            let slot = authorities.firstIndex { $0.key == header.issuer } ?? 0
            guard now.seconds < header.expires, now.isSet || !header.needsSetClock else {
                continue
            }
            for entry in held.list.entries
            where entry.notice.holds(at: now.seconds)
                && permitted.contains(entry.notice.category)
            {
                candidates.append(
                    WatchGallery.Candidate(
                        WatchGallery.Listed(
                            authority: held.authority, issuer: header.issuer,
                            sealingKey: header.sealingKey, listVersion: header.version,
                            notice: entry.notice, slot: UInt8(slot)), templates: entry.templates))
            }
        }
        return candidates
    }

    /// When the passing of time alone next changes `entries` or asks for `end`; nil for never. What
    /// changes them too: every admission, and a clock that is set or no longer.
    public func nextChange(after now: WatchTime) -> Int64? {
        var next: Int64?
        func offer(_ seconds: Int64) {
            if seconds > now.seconds, seconds < next ?? .max { next = seconds }
        }
        for held in authorisations {
            offer(held.authorisation.from)
            offer(held.authorisation.until)
        }
        for held in lists {
            offer(held.list.header.expires)
            for entry in held.list.entries {
                offer(entry.notice.from)
                offer(entry.notice.until)
            }
        }
        return next
    }
}
