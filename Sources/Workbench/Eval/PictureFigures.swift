import Camera
import Detectors
import Frames

/// Figures of one split of a labelled folder, to be printed.
package protocol SplitFigures {
    func json(split: String) -> String
    func table() -> String
}

/// Figures of a network that looks at single pictures.
package protocol PictureFigures: SplitFigures {
    /// Measures every picture of the split.
    ///
    /// - Parameter page: draw the pictures that were judged worst into this file.
    /// - Error: `WorkbenchError`, `CameraError`.
    static func measure(_ folder: LabelledFolder, errors page: String?) throws -> Self
}

extension LabelledFolder {
    /// Shows every picture to a network.
    ///
    /// - Parameter work: is given what was seen; what it returns is the picture's line of scores.
    func look(
        _ labels: [Label], for task: LookTask, with networks: LookNetworks,
        _ work: (Label, _ path: String, Look) throws -> String
    ) throws {
        let worker = PromptWorker(networks)
        try decideEach(labels) { label, path in
            let look = Look(task, picture: try StillPicture.open(path))
            worker.begin(look)
            worker.wait(for: look)
            return try work(label, path, look)
        }
    }
}
