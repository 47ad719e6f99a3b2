import Camera
import Detectors
import Frames
import Linux
import Watchlist

/// Templates of photographs of one person. The photographs are read, and nothing of them is kept.
package struct Enrolment {
    /// What became of one photograph.
    package struct Photograph {
        package let path: String
        package let template: FaceTemplate
        /// For people: how well it can be judged.
        package let words: String
    }

    private let networks: LookNetworks
    /// How alike two photographs must be to be taken for one person's: what one pair in a hundred of
    /// different people is.
    package static let sameMin = ThresholdTable.faces.threshold(rowCount: 1, falseAlarms: 100)

    package init() throws {
        networks = try LookNetworks([], looksForFaces: true)
    }

    /// - Error: `WorkbenchError` of a photograph without a face, with several that are as large, or with
    ///   one that a camera's picture of would not be judged.
    package func photograph(_ path: String) throws -> Photograph {
        let frame: Frame
        do { frame = try StillPicture.open(path) } catch {
            throw WorkbenchError.reading(path, error)
        }
        guard let portrait = networks.portrait(of: frame), portrait.faceCount > 0 else {
            throw WorkbenchError(
                .badData, "photograph \(path): enroll: no face was found; cut it to one face")
        }
        guard portrait.faceCount == 1 else {
            throw WorkbenchError(
                .badData,
                "photograph \(path): enroll: \(portrait.faceCount) faces were found; cut it to one")
        }
        if let obstacle = portrait.obstacle {
            throw WorkbenchError(
                .badData,
                "photograph \(path): enroll: the face is \(obstacle.words)"
                    + (portrait.quality.map { ": \($0.words)" } ?? "") + "; take another one")
        }
        guard let template = portrait.template else {
            throw WorkbenchError(.badData, "photograph \(path): enroll: no template came of it")
        }
        return Photograph(
            path: path, template: template, words: portrait.quality?.words ?? "")
    }

    /// All of one person, or it is said which are not.
    package func photographs(_ paths: [String]) throws -> [Photograph] {
        let all = try paths.map(photograph)
        for (index, one) in all.enumerated() {
            for other in all[..<index] {
                let similarity = one.template.similarity(to: other.template)
                guard similarity < Self.sameMin else { continue }
                throw WorkbenchError(
                    .badData,
                    "photograph \(one.path): enroll: it is \(similarity.perMille) per mille like "
                        + "\(other.path), and two of one person are \(Self.sameMin.perMille) or "
                        + "more: enroll them apart, or leave one out")
            }
        }
        return all
    }
}

extension WatchlistDraft {
    /// Puts an entry into a draft, in place of one of its number; the draft is made where there is none.
    ///
    /// - Parameter now: seconds since 1970.
    package static func put(_ entry: WatchEntry, into path: String, at now: Int64) throws {
        var list: WatchedList
        if Files.exists(path) {
            list = try read(path)
            guard list.header.model == model else {
                throw WorkbenchError(
                    .badData,
                    "\(path): enroll: its templates are another network's: enroll everybody anew "
                        + "into another draft")
            }
        } else {
            let header = ListHeader(
                issuer: WatchDocumentFile.nobody, sealingKey: WatchDocumentFile.nobody, devices: [],
                version: 1, issued: now, expires: now + lifeSeconds, needsSetClock: true,
                model: model)
            list = WatchedList(header, entries: [])
        }
        list.entries.removeAll { $0.number == entry.number }
        list.entries.append(entry)
        list.entries.sort { $0.number < $1.number }
        try write(list, to: path, at: now)
    }

    /// Takes entries out: what was revoked comes back otherwise with the next list.
    package static func remove(_ numbers: [UInt32], from path: String, version: UInt64) throws {
        var list = try read(path)
        list.entries.removeAll { numbers.contains($0.number) }
        list.header.version = max(list.header.version, version)
        try WorkbenchError.writing(path) {
            try Files.replace(path, with: Array(text(list).utf8), mode: 0o600)
        }
    }

    /// "list 1: 2 entries, until …, needs a set clock, for any board".
    package static func words(_ list: WatchedList) -> String {
        let header = list.header
        let count = list.entries.count
        return "list \(header.version): \(count) \(count == 1 ? "entry" : "entries"), until "
            + "\(time(header.expires))"
            + (header.needsSetClock ? ", needs a set clock" : ", with any clock")
            + (header.devices.isEmpty
                ? ", for any board" : ", for \(header.devices.joined(separator: ", "))")
    }

    /// - Error: also of a list that is over already.
    package static func write(_ list: WatchedList, to path: String, at now: Int64) throws {
        if let problem = list.problem { throw WorkbenchError(path, problem) }
        guard list.header.expires > now else {
            throw WorkbenchError(
                .badData,
                "\(path): write: the list is over since \(time(list.header.expires)); `kuzet "
                    + "watchlist pack --until`")
        }
        try WorkbenchError.writing(path) {
            try Files.replace(path, with: Array(text(list).utf8), mode: 0o600)
        }
    }

    /// A list that nobody has renewed for so long is wrong by then.
    private static let lifeSeconds: Int64 = 30 * 86_400
}
