import Detectors
import Frames

extension Incident.Kind {
    /// The table of kinds: one row for each, and nothing about a kind stands anywhere else.
    ///
    /// A fight is red: whether the siren sounds for one is for the venue to say. The siren is for a
    /// person's own call and for hands in the box when nobody should be there. A covered lens does
    /// not sound it: whoever covers it wants attention drawn away, or is a guest with a coat. Lights
    /// of a show must not even turn the lamp red.
    var tableRow: KindRow {
        switch self {
        case .presence:
            // Somebody walks through a closed zone in two or three seconds.
            KindRow(
                name: "presence", title: "presence", label: "presence", category: .people,
                detector: .presence,
                rule: IncidentRule(
                    suspectWindow: .milliseconds(500), confirmWindow: .seconds(1),
                    coolDown: .seconds(30)),
                isForClosedHours: true, response: .red, sia: .seen,
                cap: CAPNature(.security, severity: .minor, certainty: .likely))
        case .fight:
            // The score looks back two seconds and is a mean of half a second: it hardly jumps.
            KindRow(
                name: "fight", title: "fight", label: "fight", category: .people,
                detector: .fights,
                rule: IncidentRule(
                    enterScore: FightDetector.fightMin, leaveScore: FightDetector.aggressionMin,
                    suspectWindow: .milliseconds(500), confirmWindow: .milliseconds(800),
                    confirmPerMille: 750, confirmScore: FightDetector.fightMin,
                    coolDown: .seconds(10)),
                heedsCaution: true, response: .red, sia: .seen,
                cap: CAPNature(.security, .safety, severity: .severe, certainty: .likely))
        case .aggression:
            KindRow(
                name: "aggression", title: "aggression", label: "aggression", category: .people,
                detector: .aggression,
                rule: IncidentRule(
                    enterScore: FightDetector.aggressionMin,
                    leaveScore: FightDetector.aggressionMin,
                    suspectWindow: .milliseconds(500), confirmWindow: .milliseconds(1_000),
                    confirmPerMille: 500, confirmScore: FightDetector.aggressionMin,
                    coolDown: .seconds(10)),
                heedsCaution: true, response: .amber, sia: .seen,
                cap: CAPNature(.security, .safety, severity: .moderate, certainty: .likely))
        case .occupancy:
            .people(
                "occupancy", title: "too many people", label: "over capacity", rule: .crowded,
                response: .amber, CAPNature(.safety, severity: .moderate, certainty: .likely))
        case .gathering:
            // The detector waits for a minute or two: what it tells then is there.
            .people(
                "gathering", title: "gathering", label: "gathering", rule: .crowded,
                response: .amber, CAPNature(.security, severity: .minor, certainty: .likely))
        case .dense:
            // Where a crowd is too dense somebody must open doors now.
            .people(
                "dense", title: "crowd too dense", label: "crowd too dense", rule: .crowded,
                response: .red, CAPNature(.safety, severity: .severe, certainty: .likely))
        case .dispersal:
            // Over within five seconds, and shown for as long.
            .people(
                "dispersal", title: "people run away", label: "people run away", rule: .brief,
                response: .red,
                CAPNature(.security, .safety, severity: .severe, certainty: .possible))
        case .lying:
            .people(
                "lying", title: "person on the floor", label: "person on the floor",
                rule: IncidentRule(closeAfter: .seconds(10), coolDown: .seconds(60)),
                response: .red, CAPNature(.safety, severity: .severe, certainty: .possible))
        case .lineCrossed:
            // Shown for two seconds after somebody has crossed.
            .people(
                "lineCrossed", title: "line crossed", label: "line crossed", rule: .brief,
                response: .amber, CAPNature(.security, severity: .minor, certainty: .likely))
        case .wanted:
            .face(
                "wanted", title: "look: maybe wanted", label: "maybe somebody wanted",
                mayLight: true)
        case .missing:
            .face(
                "missing", title: "look: maybe missing", label: "maybe somebody missing",
                mayLight: false)
        case .barred:
            .face(
                "barred", title: "look: maybe barred", label: "maybe somebody barred",
                mayLight: true)
        case .covered:
            .tamper("covered", title: "camera covered", label: "lens covered")
        case .partlyCovered:
            .tamper(
                "partlyCovered", title: "camera partly covered", label: "lens partly covered")
        case .defocused:
            .tamper("defocused", title: "camera defocused", label: "out of focus")
        case .sprayed:
            .tamper("sprayed", title: "camera sprayed", label: "lens sprayed")
        case .turned:
            .tamper("turned", title: "camera turned away", label: "camera turned")
        case .glare:
            // A passing headlight is no incident; a torch that stays is, within five seconds.
            KindRow(
                name: "glare", title: "camera dazzled", label: "blinded by glare",
                category: .tamper, detector: .health,
                rule: IncidentRule(
                    suspectWindow: .seconds(1), confirmWindow: .seconds(3), confirmPerMille: 700,
                    coolDown: .seconds(30)),
                response: .amber, sia: .cameraTrouble, cap: .sightLost)
        case .frozen:
            KindRow(
                name: "frozen", title: "picture frozen", label: "picture frozen",
                category: .tamper, detector: .health, response: .red, sia: .cameraTrouble,
                cap: .sightLost)
        case .dark:
            // A blackout between two songs is no incident.
            .sight("dark", title: "too dark to see", label: "too dark", rule: .lasting)
        case .strobe:
            // A strobe comes and goes with the music: one incident for the whole of it.
            .sight(
                "strobe", title: "strobe light", label: "strobe",
                rule: IncidentRule(
                    suspectWindow: .seconds(1), confirmWindow: .seconds(3),
                    closeAfter: .seconds(10), coolDown: .seconds(60)))
        case .blind:
            .sight("blind", title: "blind zone", label: "cannot see", rule: .lasting)
        case .viewChanged:
            // A pole sways for as long as the wind blows: one note for the whole of it, for the
            // technician's next visit, not for tonight.
            KindRow(
                name: "viewChanged", title: "camera view changed", label: "view changed",
                category: .sight, detector: .health,
                rule: IncidentRule(closeAfter: .seconds(60), coolDown: .seconds(600)),
                response: .record, sia: .cameraTrouble,
                cap: CAPNature(.infrastructure, severity: .minor, certainty: .possible))
        case .cameraLost:
            .failure(
                "cameraLost", title: "camera lost", label: "camera lost", response: .red,
                sia: .cameraTrouble)
        case .panic:
            KindRow(
                name: "panic", title: "panic button", label: "panic button", category: .call,
                detector: nil, response: .siren, sia: .panic,
                cap: CAPNature(.security, .safety, severity: .severe, certainty: .observed))
        case .enclosureOpened:
            KindRow(
                name: "enclosureOpened", title: "enclosure opened", label: "enclosure opened",
                category: .appliance, detector: nil, response: .sirenAfterHours, sia: .enclosure,
                cap: CAPNature(.security, severity: .moderate, certainty: .observed))
        case .storeFailed:
            .failure(
                "storeFailed", title: "ledger cannot write", label: "ledger failed",
                response: .amber, sia: .systemTrouble)
        case .uplinkLost:
            .failure(
                "uplinkLost", title: "centre not reached", label: "centre not reached",
                response: .amber, sia: .uplinkTrouble)
        }
    }
}

extension KindRow {
    /// What the tracks of people tell.
    fileprivate static func people(
        _ name: String, title: String, label: String, rule: IncidentRule, response: Response,
        _ cap: CAPNature
    ) -> KindRow {
        KindRow(
            name: name, title: title, label: label, category: .people, detector: .people,
            rule: rule, response: response, sia: .seen, cap: cap)
    }

    /// Somebody is like an entry of a list: to be looked at, and no more than that. Two of three looks
    /// agreed when it is seen first, so nothing is waited for; he may be lost and found again all
    /// evening, which is one incident.
    ///
    /// - Parameter mayLight: the amber lamp, where an entry asks for it. Nothing asks for more.
    fileprivate static func face(
        _ name: String, title: String, label: String, mayLight: Bool
    ) -> KindRow {
        KindRow(
            name: name, title: title, label: label, category: .list, detector: .faces,
            rule: IncidentRule(
                enterScore: Q15(rawValue: 1), leaveScore: Q15(rawValue: 1),
                suspectWindow: .milliseconds(200), suspectPerMille: 1,
                confirmWindow: .milliseconds(200), confirmPerMille: 1,
                confirmScore: Q15(rawValue: 1), closeAfter: .seconds(60), coolDown: .zero),
            response: mayLight ? .amber : .record, sia: .seen,
            cap: CAPNature(.security, severity: .minor, certainty: .possible))
    }

    /// Somebody's doing, beyond doubt.
    fileprivate static func tamper(_ name: String, title: String, label: String) -> KindRow {
        KindRow(
            name: name, title: title, label: label, category: .tamper, detector: .health,
            response: .red, sia: .cameraTamper,
            cap: CAPNature(.security, severity: .moderate, certainty: .likely))
    }

    fileprivate static func sight(
        _ name: String, title: String, label: String, rule: IncidentRule
    ) -> KindRow {
        KindRow(
            name: name, title: title, label: label, category: .sight, detector: .health,
            rule: rule, response: .amber, sia: .cameraTrouble, cap: .sightLost)
    }

    fileprivate static func failure(
        _ name: String, title: String, label: String, response: Response, sia: SIACode
    ) -> KindRow {
        KindRow(
            name: name, title: title, label: label, category: .appliance, detector: nil,
            response: response, sia: sia,
            cap: CAPNature(.infrastructure, severity: .moderate, certainty: .observed))
    }
}

extension CAPNature {
    fileprivate static let sightLost = CAPNature(
        .infrastructure, severity: .minor, certainty: .likely)
}

extension IncidentRule {
    /// A number of people that goes up and down about its limit is one incident.
    fileprivate static let crowded = IncidentRule(closeAfter: .seconds(20), coolDown: .seconds(60))
    /// What is over as soon as it has happened.
    fileprivate static let brief = IncidentRule(
        suspectWindow: .milliseconds(500), confirmWindow: .seconds(1), coolDown: .seconds(10))
    /// What comes and goes by itself for a second or two.
    fileprivate static let lasting = IncidentRule(
        suspectWindow: .seconds(1), confirmWindow: .seconds(4), confirmPerMille: 700,
        coolDown: .seconds(30))
}
