import Frames
import Models
import Networks

/// The networks of the slow lane, ready to look. One of them works at a time, in one memory.
public final class LookNetworks: @unchecked Sendable {
    public let tasks: [LookTask]
    /// Boxes of less are no people.
    private let scoreMin: Q15
    private let people: PeopleNetwork?
    private let crowd: CrowdNetwork?
    private let fights: FightNetwork?
    let faces: FaceNetworks?

    /// Sure enough to be looked at again in the next picture; see the card of the network.
    public static let scoreMin = Q15.perMille(100)

    /// - Parameters:
    ///   - models: `.tflite` files by task, read in place; not needed afterwards. None for faces.
    ///   - looksForFaces: with those that are part of the program, for templates of others cannot be
    ///     compared.
    /// - Throws: `ModelError`, of the first that cannot be run or does not do what its task asks.
    public init(
        _ models: [(task: LookTask, bytes: UnsafeRawBufferPointer)],
        looksForFaces: Bool = false, scoreMin: Q15 = scoreMin,
        workers: any Workers = LoneWorker()
    ) throws {
        self.scoreMin = scoreMin
        let faceModels = looksForFaces ? FaceNetworks.models.map(\.bytes) : []
        let networks = try Network.sharing(models.map(\.bytes) + faceModels, workers: workers)
        var (people, crowd, fights): (PeopleNetwork?, CrowdNetwork?, FightNetwork?)
        (people, crowd, fights) = (nil, nil, nil)
        for (model, network) in zip(models, networks) {
            switch model.task {
            case .people: people = try PeopleNetwork(network)
            case .crowd: crowd = try CrowdNetwork(network)
            case .fights: fights = try FightNetwork(network)
            case .faces: preconditionFailure("networks for faces are the program's own")
            }
        }
        faces = looksForFaces ? try FaceNetworks(Array(networks[models.count...])) : nil
        tasks = models.map(\.task) + (looksForFaces ? [.faces] : [])
        self.people = people
        self.crowd = crowd
        self.fights = fights
    }

    /// The networks that are part of the program.
    ///
    /// - Parameter files: `.tflite` files in place of some of them.
    /// - Throws: `ModelError`.
    public convenience init(
        replacing files: [LookTask: [UInt8]] = [:], looksForFaces: Bool = false,
        scoreMin: Q15 = scoreMin, workers: any Workers = LoneWorker()
    ) throws {
        let kept = files.mapValues { file in
            let place = UnsafeMutableRawBufferPointer.allocate(byteCount: file.count, alignment: 16)
            place.copyBytes(from: file)
            return place
        }
        defer { for place in kept.values { place.deallocate() } }
        try self.init(
            LookTask.always.map { task in
                (task, kept[task].map { UnsafeRawBufferPointer($0) } ?? task.model.bytes)
            }, looksForFaces: looksForFaces, scoreMin: scoreMin, workers: workers)
    }

    /// Looks at the picture of `look` and writes down what is seen in it.
    public func work(at look: Look) {
        switch look.task {
        case .people: people?.look(at: look.picture, scoreMin: scoreMin, into: &look.people)
        case .crowd: crowd?.look(at: look.picture, into: &look.crowd)
        case .fights: fights?.look(at: look.moments, of: &look.fights)
        case .faces: faces?.look(at: look.picture, into: &look.faces)
        }
    }

    /// For enrolment and measurement: what becomes of the face in a picture of one person; nil where
    /// faces are not looked for.
    ///
    /// - Parameter isAligned: the picture is of 112 × 112 pixels as is usual.
    public func portrait(of frame: Frame, isAligned: Bool = false) -> FacePortrait? {
        faces?.portrait(of: frame, isAligned: isAligned)
    }
}
