import Camera
import Configuration
import Detectors
import Frames
import Incidents

// What is measured by looking, and the floor.
extension CalibrationSession {
    /// How long somebody may walk before a camera.
    private static let walkMax = Interval.seconds(180)
    /// So sure a box must be for somebody to be counted anew; thousandths.
    private static let sureMin = Tracker.Settings().sure.perMille
    /// From progress to progress.
    private static let tellEvery = Interval.seconds(5)

    // MARK: The floor

    func walk() throws {
        let millimetres =
            try dialogue.ask("how tall is the person, centimetres [170]") { text in
                try text.isEmpty
                    ? 170
                    : CalibrationAnswers.number(
                        text, of: "height", in: 50...250, "centimetres")
            } * 10
        dialogue.say(
            source.isLive
                ? "One person walks now, upright: up to the camera, far away, and across. Enter "
                    + "ends it, or \(Self.walkMax.milliseconds / 1000) s."
                : "Looking for one person who walks …")
        let seen = try look(for: Self.walkMax, tasks: [.people]) { watch in
            let rows = watch.samples.map(\.footRow)
            let span = "feet from row \(rows.min() ?? 0) to \(rows.max() ?? 0)"
            return "people: \(watch.people.count), places: \(rows.count)"
                + (rows.isEmpty ? "" : ", \(span)")
        }
        do throws(GroundFit.Refusal) {
            let fit = try seen.ground(millimetres: millimetres)
            findings.fit = fit
            tell(fit)
            take(.figures(fit.near, fit.far))
        } catch {
            refuse("\(error)")
        }
    }

    private func tell(_ fit: GroundFit) {
        dialogue.say(
            "ground: \(fit.keptCount) of \(fit.count) places fit; heights are off by "
                + "\(tenths(fit.errorPerMille)) % in the middle, "
                + "\(tenths(fit.worstPerMille)) % at nine in ten")
        dialogue.say(
            "  far: feet in row \(fit.far.footRow), \(fit.far.height) high; near: feet in row "
                + "\(fit.near.footRow), \(fit.near.height) high; horizon in row \(fit.horizonRow)")
        let decimetres = (fit.cameraMillimetres + 50) / 100
        dialogue.say(
            "  so a camera that looks level would hang \(decimetres / 10).\(decimetres % 10) m "
                + "above the floor: does it?")
        guard fit.looksSteeplyDown(settings.cameras[index].source) else { return }
        dialogue.say(
            "  it seems to look down by more than 30°: how far things are apart in depth will be "
                + "off by a sixth or more; four marks measure that better")
    }

    private func tenths(_ perMille: Int) -> String { "\(perMille / 10).\(perMille % 10)" }

    private func take(_ ground: GroundMeasure) {
        draft.ground = ground
        dialogue.say("ground = \(ground.tomlText)")
    }

    /// Four marks of the floor, by hand.
    func takeMarks() throws {
        dialogue.say(
            "Four marks of the floor, no three on a line, as far apart as can be. On the floor: "
                + "millimetres from the first, along two directions at a right angle.")
        var marks: [GroundPlane.Mark] = []
        for number in 1...4 {
            let place = try dialogue.ask("mark \(number), in the picture x,y") {
                try CalibrationAnswers.place($0, of: "mark \(number)")
            }
            let floor = try dialogue.ask("mark \(number), on the floor x,y in millimetres") {
                try CalibrationAnswers.pair(
                    $0, of: "mark \(number)", in: -200_000...200_000,
                    "x,y in millimetres, each -200000 to 200000")
            }
            marks.append(GroundPlane.Mark(place: place, x: floor.0, y: floor.1))
        }
        do {
            _ = try GroundPlane(marks: marks)
        } catch {
            return refuse("\(error)")
        }
        take(.marks(marks))
    }

    /// Between places, by the floor as it is measured now.
    func measure() throws {
        guard let plane = plane() else {
            return dialogue.say("measure: the floor is not measured yet: walk, or marks")
        }
        let from = try dialogue.ask("from x,y") { try CalibrationAnswers.place($0, of: "from") }
        let to = try dialogue.ask("to x,y") { try CalibrationAnswers.place($0, of: "to") }
        guard let found = plane.millimetres(from: from, to: to) else {
            return dialogue.say("measure: one of them is above the horizon, or farther than 200 m")
        }
        let hundredths = (found + 5) / 10
        dialogue.say("\(hundredths / 100).\(String(100 + hundredths % 100).dropFirst()) m")
    }

    func plane() -> GroundPlane? {
        let camera = settings.cameras[index].source
        return try? draft.ground?.plane(width: camera.width, height: camera.height)
    }

    // MARK: Furniture

    func lookForFurniture() throws {
        dialogue.say("Looking for what does not move …")
        let seen = try look(for: task.watchFor, tasks: [.people]) {
            "things that did not move: \($0.still.count)"
        }
        // What never looks surely like a person is never counted: it does no harm.
        let stills = seen.still.filter { $0.scorePerMille >= Self.sureMin }
        findings.furniture = stills
        dialogue.say(
            "furniture: \(stills.count) held for a person without moving for "
                + "\(CalibrationWatch.stillAfter.milliseconds / 1000) s, in "
                + "\(seen.length.milliseconds / 1000) s; \(seen.still.count - stills.count) more "
                + "with scores below \(Self.sureMin), which are never counted")
        guard !stills.isEmpty else { return }
        drawPicture(boxes: stills.map(\.region))
        for still in stills {
            let region = still.region
            let words =
                "\(region.x),\(region.y) to \(region.x + region.width),"
                + "\(region.y + region.height), score \(still.scorePerMille)"
            let isKnown = draft.furniture.contains {
                BoxSuppression.overlap($0, region) >= 850
            }
            guard !isKnown else {
                dialogue.say("furniture: \(words): known already")
                continue
            }
            guard draft.furniture.count < Furniture.countMax else {
                return dialogue.say("furniture: \(Furniture.countMax) places are known: no more")
            }
            let isFurniture = try dialogue.ask(
                "\(words): a thing, and no person who sits still? [y/N]"
            ) { try CalibrationAnswers.yes($0) }
            if isFurniture { draft.furniture.append(region) }
        }
    }

    // MARK: What would have been told

    func watch() throws {
        let new = try written().settings
        var policy = new.station.cameras[index].incidents
        policy.openHours = new.station.openHours
        dialogue.say(
            source.isLive
                ? "Watching for \(task.watchFor.milliseconds / 60_000) min; Enter ends it."
                : "Watching …")
        let seen = try look(
            for: task.watchFor, tasks: LookTask.always, new.cameras[index].detectors, policy
        ) {
            "people: \($0.people.count), incidents: \($0.incidents.reduce(0) { $0 + $1.count })"
        }
        let counts = seen.counts.map { [$0.least, $0.median, $0.most] } ?? []
        let watched = CalibrationFindings.Watched(
            seconds: Int(seen.length.milliseconds / 1000), lookCount: seen.lookCount,
            counts: counts,
            incidents: seen.incidents.map { .init(name: $0.name, count: $0.count) })
        findings.watched = watched
        dialogue.say(
            "watched \(watched.seconds) s, \(seen.frameCount) pictures, \(watched.lookCount) looks"
                + (counts.isEmpty
                    ? "; nobody could be counted"
                    : "; people: least \(counts[0]), median \(counts[1]), most \(counts[2])"))
        if watched.incidents.isEmpty { dialogue.say("no incident would have been told") }
        for told in watched.incidents {
            dialogue.say(
                "  \(told.name): \(told.count), \(watched.perHour(told.count)) in an hour")
        }
        if watched.seconds < 60 {
            dialogue.say("  less than a minute was watched: that says little of an hour")
        }
    }

    // MARK: Looking

    private func look(
        for length: Interval, tasks: [LookTask], progress: (CalibrationWatch) -> String
    ) throws -> CalibrationWatch {
        // As the camera is set now: masks hide, furniture is left out.
        var settings = settings.cameras[index].detectors
        settings.people.furniture = draft.furniture
        return try look(
            for: length, tasks: tasks, settings, IncidentPolicy(), progress: progress)
    }

    /// Looks at pictures until they end, the time is over, or somebody presses Enter.
    private func look(
        for length: Interval, tasks: [LookTask], _ settings: DetectorSettings,
        _ policy: IncidentPolicy, progress: (CalibrationWatch) -> String
    ) throws -> CalibrationWatch {
        let watch = CalibrationWatch(settings, policy, looks, tasks: tasks)
        var told = Interval.zero
        var (refused, refusedCount): (Sight.Refusal?, Int) = (nil, 0)
        let notices = try source.forEach(for: length) { frame, at in
            do throws(Sight.Refusal) {
                try watch.see(frame)
            } catch {
                // One such picture among others does not take away what the others show.
                refused = refused ?? error
                refusedCount += 1
                return source.isLive && isInterrupted()
            }
            if at - told >= Self.tellEvery {
                told = at
                dialogue.say("  \(at.milliseconds / 1000) s: \(progress(watch))")
            }
            return source.isLive && isInterrupted()
        }
        for notice in notices { dialogue.say(foreign: notice) }
        if let refused {
            guard watch.frameCount > 0 else { throw refused }
            dialogue.say(
                foreign: "\(source.name): decide: \(refused); pictures that were left out: "
                    + "\(refusedCount)")
        }
        return watch
    }

    private func refuse(_ words: String) {
        findings.refusals.append(words)
        dialogue.say(words)
    }
}

extension GroundFit {
    /// By more than 30°, with a lens of 70° across as `GroundPlane` assumes it: from the middle of
    /// the picture to the horizon there is more than the tangent, 0.577, of the focal length, 0.714
    /// of the picture's width.
    fileprivate func looksSteeplyDown(_ camera: CameraSettings) -> Bool {
        (500 - horizonRow) * camera.height > 412 * camera.width
    }
}
