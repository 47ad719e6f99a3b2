import Frames
import Text

/// What a session measured, for a program to read.
struct CalibrationFindings {
    /// What one stretch of watching came to.
    struct Watched: Hashable {
        struct Told: Hashable {
            var name: String
            var count: Int
        }

        var seconds: Int
        var lookCount: Int
        /// Of the counts: least, middle, most.
        var counts: [Int]
        var incidents: [Told]

        /// "4.5": how many that were in an hour.
        func perHour(_ count: Int) -> String {
            let tenths = count * 36_000 / max(seconds, 1)
            return "\(tenths / 10).\(tenths % 10)"
        }
    }

    var changes = ""
    var difference = ""
    var isWritten = false
    var fit: GroundFit?
    var furniture: [CalibrationWatch.Still] = []
    var watched: Watched?
    /// What could not be measured, and why.
    var refusals: [String] = []

    /// One object on one line.
    func json(camera: String) -> String {
        var parts = [
            "\"camera\":\(JSON.quoted(camera))", "\"changed\":\(JSON.quoted(changes))",
            "\"written\":\(isWritten)"
        ]
        if let fit {
            parts.append(
                """
                "ground":{"near":[\(fit.near.footRow),\(fit.near.height)],\
                "far":[\(fit.far.footRow),\(fit.far.height)],\
                "millimetres":\(fit.near.millimetres),"errorPerMille":\(fit.errorPerMille),\
                "worstPerMille":\(fit.worstPerMille),"samples":\(fit.count),\
                "kept":\(fit.keptCount),"horizonRow":\(fit.horizonRow),\
                "cameraMillimetres":\(fit.cameraMillimetres)}
                """)
        }
        let places = furniture.map {
            "{\"region\":[\($0.region.x),\($0.region.y),\($0.region.width),\($0.region.height)],"
                + "\"scorePerMille\":\($0.scorePerMille)}"
        }
        parts.append("\"furniture\":[\(places.joined(separator: ","))]")
        if let watched {
            let incidents = watched.incidents.map {
                "{\"kind\":\(JSON.quoted($0.name)),\"count\":\($0.count),"
                    + "\"perHour\":\(watched.perHour($0.count))}"
            }
            let counts = watched.counts.map(String.init).joined(separator: ",")
            parts.append(
                "\"watch\":{\"seconds\":\(watched.seconds),\"looks\":\(watched.lookCount),"
                    + "\"people\":[\(counts)],\"incidents\":[\(incidents.joined(separator: ","))]}")
        }
        let refused = refusals.map(JSON.quoted).joined(separator: ",")
        parts.append("\"refusals\":[\(refused)]")
        parts.append("\"difference\":\(JSON.quoted(difference))")
        return "{\(parts.joined(separator: ","))}"
    }
}
