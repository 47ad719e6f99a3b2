import Camera
import Detectors
import Frames
import Linux
import Text
import Watchlist

/// How well faces are told at one's own door, before anybody is looked for there: volunteers alone,
/// and numbers alone come of it.
///
///     DIR/NAME/*.jpg     photographs of a volunteer
///     DIR/NAME/*.mkv     recordings of this camera in which nobody but he walks by (also .avi, .y4m,
///                        .kuzet, and what ffmpeg reads)
///
/// Everybody is on the list, and each recording is decided as the camera's pictures would be.
package struct DoorTrial {
    private struct Volunteer {
        var photographs: [String] = []
        var recordings: [String] = []
    }

    private static let photographEndings = [".jpg", ".jpeg"]
    private static let templateCountMax = WatchEntry.templateCountMax

    private var recordingCount = 0
    private var foundCount = 0
    private var wrongCount = 0
    /// Of each recording.
    private var lines: [String] = []
    private var judged = 0
    private var notJudged = 0

    package init(_ folder: String, progress: (String) -> Void) throws {
        let volunteers = try Self.volunteers(folder)
        let enrolment = try Enrolment()
        var candidates: [WatchGallery.Candidate] = []
        for (index, volunteer) in volunteers.enumerated() {
            let all = try enrolment.photographs(
                Array(volunteer.photographs.prefix(Self.templateCountMax)))
            let notice = WatchNotice(
                number: UInt32(index + 1), category: .barred, reference: "volunteer \(index + 1)",
                law: "consent", from: 0, until: .max)
            candidates.append(
                WatchGallery.Candidate(
                    WatchGallery.Listed(
                        authority: "trial", issuer: WatchDocumentFile.nobody,
                        sealingKey: WatchDocumentFile.nobody, listVersion: 1, notice: notice),
                    templates: all.map(\.template)))
        }
        let gallery = WatchGallery(candidates, table: .faces)
        let looks = PromptWorker(try LookNetworks(looksForFaces: true))
        for (index, volunteer) in volunteers.enumerated() {
            for path in volunteer.recordings {
                try decide(path, of: UInt32(index + 1), gallery, looks)
                progress("\(recordingCount) recordings, \(foundCount) found, \(wrongCount) wrongly")
            }
        }
    }

    private mutating func decide(
        _ path: String, of number: UInt32, _ gallery: WatchGallery, _ looks: any LookWorker
    ) throws {
        let sight = Sight(looks: looks)
        sight.gallery = gallery
        var numbers: Set<UInt32> = []
        try (try Recording.openForDetectors(path)).forEachFrame { frame, _ in
            guard Sight.refusal(width: frame.width, height: frame.height) == nil else { return }
            try sight.decide(frame)
            for find in sight.newFinds { numbers.insert(find.listed.notice.number) }
        }
        recordingCount += 1
        if numbers.contains(number) { foundCount += 1 }
        wrongCount += numbers.subtracting([number]).count
        judged += Int(sight.faceTally.judged)
        notJudged += Int(sight.faceTally.notJudged)
        lines.append(
            "\(path.replacingControls()): \(numbers.contains(number) ? "found" : "NOT found")"
                + (numbers.subtracting([number]).isEmpty ? "" : ", and somebody else")
                + "; \(sight.faceTally.words)")
    }

    private static func volunteers(_ folder: String) throws -> [Volunteer] {
        func names(_ path: String) throws -> [String] {
            do { return try Files.names(in: path).sorted() } catch {
                throw WorkbenchError(.unavailable, "volunteers \(path): list: \(error)")
            }
        }
        var volunteers: [Volunteer] = []
        for name in try names(folder) {
            let path = folder + "/" + name
            guard (try? Files.facts(path))?.kind == .directory else { continue }
            var volunteer = Volunteer()
            for file in try names(path) where !file.hasPrefix(".") {
                if photographEndings.contains(where: { file.lowercased().hasSuffix($0) }) {
                    volunteer.photographs.append(path + "/" + file)
                } else if QuietFootage.endings.contains(where: { file.lowercased().hasSuffix($0) })
                {
                    volunteer.recordings.append(path + "/" + file)
                } else {
                    throw WorkbenchError(
                        .badData,
                        "volunteers \(path): read: \(file) is neither a photograph (.jpg) nor a "
                            + "recording (.mkv, .mp4, .y4m, .kuzet, …)")
                }
            }
            guard !volunteer.photographs.isEmpty else {
                throw WorkbenchError(
                    .badData, "volunteers \(path): read: there is no photograph, NAME.jpg")
            }
            volunteers.append(volunteer)
        }
        guard volunteers.contains(where: { !$0.recordings.isEmpty }) else {
            throw WorkbenchError(
                .badData,
                "volunteers \(folder): read: no folder in it has a recording: NAME/photo.jpg and "
                    + "NAME/walk.mkv are wanted")
        }
        return volunteers
    }

    package var text: String {
        lines.joined(separator: "\n") + """

            found     \(foundCount) of \(counted(recordingCount, "recording")) of those who are on the list
            wrongly   \(counted(wrongCount, "time")) somebody who is on the list, and was not there
            judged    \(judged) of \(counted(judged + notJudged, "face")); look at aim and lens where it is \
            less than most
            """
    }

    package var json: String {
        "{\"recordings\":\(recordingCount),\"found\":\(foundCount),\"wrong\":\(wrongCount),"
            + "\"faces\":\(judged + notJudged),\"judged\":\(judged)}"
    }
}
