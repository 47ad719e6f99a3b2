import Incidents
import Records

/// What somebody wants of the appliance: a person at the centre, a technician, or whoever presses a
/// button.
public struct Order: Hashable, Sendable {
    public enum Action: Hashable, Sendable {
        /// Somebody saw to this incident.
        case acknowledge(IncidentIdentity)
        /// Somebody saw to an incident, and says whether it was one.
        case judge(Judgement)
        /// A camera is as it was before anybody judged: its name, or its number from 0.
        case resetCaution(camera: String)
        /// The siren off, and no detector's for a while.
        case silence
        /// When the venue is open.
        case hours(HoursOrder)
        /// A part of an incident's file.
        case fetch(IncidentIdentity, LedgerRecord.EvidenceKind, offset: UInt32, byteCount: UInt32)
        /// Whom to look for, or by what right: a document that an authority signed, whoever brings it.
        case watch(document: [UInt8])
        /// Help, at once.
        case panic
    }

    /// Who, as those who ask call their people: at most `LedgerRecord.nameByteCountMax` bytes.
    public var actor: String
    public var authority: Authority
    public var action: Action

    public init(actor: String, authority: Authority, action: Action) {
        self.actor = actor
        self.authority = authority
        self.action = action
    }

    /// As it stands in the journal, and all but hours in the ledger.
    public var words: String {
        switch action {
        case .acknowledge(let identity): "acknowledge \(identity.full)"
        case .judge(let judgement):
            "acknowledge \(judgement.identity.full) as \(judgement.words)"
        case .resetCaution(let camera): "reset the caution of camera \(camera)"
        case .silence: "silence"
        case .hours(let order): "hours: \(order.words)"
        case .fetch(let identity, let kind, let offset, let byteCount):
            "fetch \(kind) of \(identity.full) from \(offset), \(byteCount) bytes"
        case .watch(let document): "watch: a document of \(document.count) bytes"
        case .panic: "panic"
        }
    }

    /// What the ledger says of it, after whose it is. Also of what is only looked at: every look at
    /// evidence is on record.
    var body: LedgerRecord.Body {
        switch action {
        case .hours(let order): .hours(order, counter: counter, by: actor)
        case .acknowledge, .judge, .resetCaution, .silence, .fetch, .watch, .panic:
            .commanded(counter: counter, by: actor, words: words)
        }
    }

    /// Nobody but a centre numbers its orders.
    private var counter: UInt64 {
        switch authority {
        case .centre(_, let ticket): ticket.counter
        case .technician, .button: 0
        }
    }
}

/// What became of an order, for whoever gave it.
public struct OrderAnswer: Hashable, Sendable {
    public var order: Order
    /// Why nothing is done; nil where it is done, now or when it was heard first.
    public var refusal: String?
    /// The ledger's; nil where none can be read.
    public var epoch: Epoch?

    public init(order: Order, refusal: String?, epoch: Epoch?) {
        self.order = order
        self.refusal = refusal
        self.epoch = epoch
    }
}

extension Authority {
    /// The door for every order: what may be done by whose right.
    ///
    /// A call for help is made in the venue. Nobody there may say when it is open, nor that somebody
    /// saw to an incident; and pictures of people go to the centre that answers for them: a
    /// technician takes them from the disk, as `incidents export` does. Whom to look for is for
    /// whoever signed the document to say, not for whoever brings it. What a camera learnt of
    /// judgements is put back by whoever stands before it.
    func permits(_ action: Order.Action) -> Bool {
        switch (self, action) {
        case (.centre, .acknowledge), (.centre, .judge), (.centre, .silence), (.centre, .hours),
            (.centre, .fetch), (.centre, .watch):
            true
        case (.centre, .resetCaution), (.centre, .panic): false
        case (.technician, .acknowledge), (.technician, .judge), (.technician, .resetCaution),
            (.technician, .silence), (.technician, .hours), (.technician, .watch):
            true
        case (.technician, .fetch), (.technician, .panic): false
        case (.button, .silence), (.button, .panic): true
        case (.button, .acknowledge), (.button, .judge), (.button, .resetCaution),
            (.button, .hours), (.button, .fetch), (.button, .watch):
            false
        }
    }
}
