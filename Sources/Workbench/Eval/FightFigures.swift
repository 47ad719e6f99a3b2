import Detectors
import Frames
import Text

/// One recording: what it is, and what it was given.
struct FightItem {
    let isFight: Bool
    let scene: Int
    let score: Q15
}

/// Figures of a set of recordings, each with its interval.
package struct FightFigures: SplitFigures {
    /// Correct where half of certainty parts fights from the rest.
    private(set) var accuracy = Figure()
    /// The same, mean over scenes.
    private(set) var sceneAccuracy = Figure()
    /// Area under the curve: how often a fight scores above something else.
    private(set) var area = Figure()
    /// Fights found with the threshold that one in twenty of the rest passes.
    private(set) var recall = Figure()
    let itemCount: Int
    let fightCount: Int
    let sceneCount: Int
    /// What passes the thresholds for fight and aggression.
    let passed: (fights: Int, others: Int)
    let suspected: (fights: Int, others: Int)

    init(_ items: [FightItem]) {
        itemCount = items.count
        fightCount = items.count { $0.isFight }
        let scenes = Dictionary(grouping: items, by: \.scene)
        sceneCount = scenes.count
        func count(_ isFight: Bool, _ least: Q15) -> Int {
            items.count { $0.isFight == isFight && $0.score >= least }
        }
        let (fight, aggression) = (FightDetector.fightMin, FightDetector.aggressionMin)
        passed = (count(true, fight), count(false, fight))
        suspected = (count(true, aggression), count(false, aggression))

        let groups = scenes.sorted { $0.key < $1.key }.map(\.value)
        func figure(_ measure: ([[FightItem]]) -> Double?) -> Figure {
            groups.isEmpty ? Figure() : .drawn(over: groups, measure)
        }
        accuracy = figure { Self.accuracy($0.flatMap { $0 }) }
        sceneAccuracy = figure { groups in
            let each = groups.compactMap { Self.accuracy($0) }
            return each.isEmpty ? nil : each.reduce(0, +) / Double(each.count)
        }
        area = figure { Self.area($0.flatMap { $0 }) }
        recall = figure { Self.recall($0.flatMap { $0 }) }
    }

    private static func accuracy(_ items: [FightItem]) -> Double? {
        let half = Q15.perMille(500)
        let right = items.count { $0.isFight == ($0.score >= half) }
        return items.isEmpty ? nil : Double(right) / Double(items.count)
    }

    private static func area(_ items: [FightItem]) -> Double? {
        let fights = items.filter(\.isFight).map(\.score)
        let others = items.filter { !$0.isFight }.map(\.score)
        guard !fights.isEmpty, !others.isEmpty else { return nil }
        var halves = 0
        for fight in fights {
            for other in others {
                halves += fight > other ? 2 : fight == other ? 1 : 0
            }
        }
        return Double(halves) / Double(2 * fights.count * others.count)
    }

    private static func recall(_ items: [FightItem]) -> Double? {
        let fights = items.filter(\.isFight).map(\.score)
        let others = items.filter { !$0.isFight }.map(\.score).sorted(by: >)
        guard !fights.isEmpty, !others.isEmpty else { return nil }
        let threshold = others[others.count / 20]
        return Double(fights.count { $0 > threshold }) / Double(fights.count)
    }

    package func json(split: String) -> String {
        "{\"task\":\"fights\",\"split\":\(JSON.quoted(split)),\"items\":\(itemCount),"
            + "\"metrics\":{\"fights\":\(fightCount),\"scenes\":\(sceneCount),"
            + accuracy.json("accuracy") + "," + sceneAccuracy.json("accuracyByScene") + ","
            + area.json("auc") + "," + recall.json("recallAt5")
            + ",\"fightAlarms\":{\"fights\":\(passed.fights),\"others\":\(passed.others)}"
            + ",\"aggressionAlarms\":{\"fights\":\(suspected.fights),"
            + "\"others\":\(suspected.others)}}}"
    }

    package func table() -> String {
        [
            "\(counted(itemCount, "recording")), \(counted(fightCount, "fight")), "
                + "\(counted(sceneCount, "scene")); 95 % intervals",
            accuracy.line("accuracy                         "),
            sceneAccuracy.line("accuracy, mean over scenes       "),
            area.line("area under the curve             "),
            recall.line("recall at 5 % false positives    "),
            "at the threshold for a fight:    \(counted(passed.fights, "fight")), "
                + counted(passed.others, "other"),
            "at the one for aggression:       \(counted(suspected.fights, "fight")), "
                + counted(suspected.others, "other")
        ].joined(separator: "\n")
    }
}
