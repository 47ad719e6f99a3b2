import Frames
import Watchlist

/// Whose face is looked for.
public enum FaceSubject: Hashable, Sendable {
    /// Somebody who is followed.
    case track(UInt32)
    /// A face where nobody is followed, by a number of its own.
    case place(UInt32)
}

/// Where to look, and for whose face.
struct FaceQuestion: Hashable, Sendable {
    var subject: FaceSubject
    /// A square, in pixels.
    var area: Rectangle
}

/// What a look at one face said. Nothing of the face itself is in it unless an entry was found.
public struct FaceAnswer: Sendable {
    public enum Outcome: Sendable {
        /// There is none.
        case nobody
        case notJudged(FaceObstacle)
        /// Compared with every entry, and like none.
        case unlike
        case like(FaceMatch)
        /// For another look: one is judged at a time.
        case postponed
    }

    public let subject: FaceSubject
    public let outcome: Outcome
    /// Where it is; nil where there is none.
    public let region: Region?
    /// The same in pixels, to look there again.
    let box: Rectangle?
}

/// A face that is as like an entry's as the threshold asks, or more.
public struct FaceMatch: Sendable {
    /// Whom it is like.
    public let listed: WatchGallery.Listed
    public let similarity: Q15
    public let threshold: Q15
    public let quality: FaceQuality
    /// The piece of the picture that an officer has to see.
    public let crop: FaceCrop
}

/// What faces are looked for in one picture, and what was seen of them.
struct FaceReading: Sendable {
    /// The most pressing first.
    var questions: [FaceQuestion] = []
    /// Whether to look for others in the whole picture first.
    var isWide = false
    /// With whom to compare.
    var gallery: WatchGallery?
    /// In order of the questions.
    var answers: [FaceAnswer] = []
    /// Faces in the whole picture, in pixels.
    var places: [Rectangle] = []

    static let questionCountMax = 3

    /// Lets go of the list, and of pictures of those who are on it.
    mutating func forget() {
        gallery = nil
        questions.removeAll(keepingCapacity: true)
        answers.removeAll(keepingCapacity: true)
        places.removeAll(keepingCapacity: true)
    }
}
