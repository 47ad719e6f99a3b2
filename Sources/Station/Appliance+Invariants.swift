import Frames
import Incidents
import Records

extension Appliance {
    /// What must hold after every event, by number; names what does not, empty where all is well.
    ///
    /// 1. The siren is on only while the interlock sounds, never for longer than policy and hard
    ///    limit allow, and only for a confirmed incident.
    /// 2. After stopping every output is off.
    /// 3. Amber is lit only while an incident is open.
    /// 4. Red is lit only while an incident is confirmed, or held after one.
    /// 5. Open incidents are within limits, named differently, and open.
    /// 6. Records wait in order and within limits.
    /// 7. A camera is lost if and only if an incident says so.
    /// 8. Clips are within limits, named differently, and end in time.
    /// 9. Every camera goes by the hours that hold, and no while lasts longer than it may.
    /// 10. Every camera asks for what its caution says: never for less than its rule, and for no more
    ///     than the limit.
    public func checkInvariants() -> [String] {
        var broken: [String] = []
        if lamps.isOn(.siren) {
            if !interlock.isSounding { broken.append("1: the siren is on by itself") }
            if !open.contains(where: { $0.isConfirmed && $0.call == .answered }) {
                broken.append("1: the siren is on and nothing calls for it")
            }
        }
        broken += interlock.brokenInvariants(at: clock.uptime, policy: policy.siren).map {
            "1: \($0)"
        }
        if phase == .stopped, !lamps.isAllOff { broken.append("2: an output is on after stopping") }
        if lamps.isOn(.amber), open.isEmpty {
            broken.append("3: amber is lit and no incident is open")
        }
        if lamps.isOn(.red), redUntil == nil, !open.contains(where: { $0.isConfirmed }) {
            broken.append("4: red is lit and nothing is confirmed")
        }
        checkOpen(&broken)
        broken += queue.brokenInvariants().map { "6: \($0)" }
        checkCameras(&broken)
        broken += clips.brokenInvariants(at: clock.uptime).map { "8: \($0)" }
        checkHours(&broken)
        checkCaution(&broken)
        return broken
    }

    private func checkHours(_ broken: inout [String]) {
        let hours = openHours
        for (index, tracker) in trackers.enumerated() {
            if let tracker, tracker.policy.openHours != hours {
                broken.append("9: camera \(index) goes by other hours")
            }
        }
        guard phase == .running, let special = specialHours else { return }
        let left = special.until - clock.uptime
        if left <= .zero || left > .seconds(Int64(HoursOrder.secondsMax)) {
            broken.append("9: a while goes on for \(left.milliseconds) ms")
        }
    }

    private func checkCaution(_ broken: inout [String]) {
        for (index, tracker) in trackers.enumerated() {
            let steps = cautionInForce[index]
            if !(0...Caution.stepCountMax).contains(steps) {
                broken.append("10: camera \(index) is cautious by \(steps) steps")
            }
            guard let rule = tracker?.policy[.fight] else { continue }
            let known = index < policy.cameras.count
            let wanted = (known ? policy.cameras[index].incidents : IncidentPolicy())[.fight]
            if rule != wanted.raised(by: steps) || rule.enterScore < wanted.enterScore
                || rule.enterScore > Caution.raised(wanted.enterScore, by: Caution.stepCountMax)
            {
                broken.append("10: camera \(index) goes by another threshold")
            }
        }
    }

    private func checkOpen(_ broken: inout [String]) {
        let countMax =
            watches.count * (IncidentTracker.openCountMax + 1) + Incident.Kind.allCases.count
        if open.count > countMax { broken.append("5: \(open.count) incidents are open") }
        for (index, entry) in open.enumerated() {
            let incident = entry.incident
            if incident.state == .closed || incident.closedAt != nil {
                broken.append("5: incident \(incident.ordinal) is closed and open")
            }
            if (incident.state == .confirmed) != (incident.confirmedAt != nil) {
                broken.append("5: incident \(incident.ordinal) is half confirmed")
            }
            if incident.kind.row.category == .list,
                entry.response > incident.kind.row.response || entry.call != .none
            {
                broken.append("11: incident \(incident.ordinal), a likeness, is an alarm")
            }
            if open[..<index].contains(where: { $0.incident.ordinal == incident.ordinal }) {
                broken.append("5: two incidents are called \(incident.ordinal)")
            }
        }
    }

    private func checkCameras(_ broken: inout [String]) {
        guard phase == .running else { return }
        for (index, watch) in watches.enumerated() {
            var count = 0
            for entry in open
            where entry.incident.kind == .cameraLost && Int(entry.incident.camera) == index {
                count += 1
            }
            let isLost =
                switch watch.state {
                case .lost, .returning: true
                case .absent, .awaited, .watched: false
                }
            if count != (isLost ? 1 : 0) {
                broken.append("7: camera \(index) is \(watch.state) with \(count) incidents")
            }
        }
    }
}
