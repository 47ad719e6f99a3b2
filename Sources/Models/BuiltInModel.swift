import CModels

/// A network that is part of the program: the very file that lies under `Sources/Models`, made by
/// the recipe beside it.
public struct BuiltInModel: Sendable {
    /// Of those of `LookTask` that look always also their key under `[models]` of a configuration.
    public let name: String
    /// Where it lies under `Sources/Models`; its card lies beside it.
    public let path: String
    /// What it is for, for people.
    public let purpose: String
    /// What it was made from, and under which terms; `NOTICE` has the texts.
    public let origin: String
    private let file: @Sendable () -> models_file

    /// The file, where it stands in the program; it lives as long.
    public var bytes: UnsafeRawBufferPointer {
        let file = file()
        return UnsafeRawBufferPointer(start: file.start, count: file.byte_count)
    }

    public static let people = BuiltInModel(
        name: "people", path: "people/people.tflite", purpose: "boxes around people",
        origin: "RTMDet-nano, OpenMMLab, Apache-2.0", file: { models_people() })

    public static let crowd = BuiltInModel(
        name: "crowd", path: "crowd/crowd.tflite", purpose: "people in crowds, counted by density",
        origin: "RTMDet-nano's backbone, trained on, OpenMMLab, Apache-2.0",
        file: { models_crowd() })

    public static let fights = BuiltInModel(
        name: "fights", path: "fights/fights.tflite", purpose: "a second opinion on fights",
        origin: "MobileNetV2, Google, trained on, Apache-2.0", file: { models_fights() })

    public static let faceFinder = BuiltInModel(
        name: "faces-find", path: "faces/find.tflite", purpose: "faces near to where a head is",
        origin: "YuNet-n, Shiqi Yu, Apache-2.0", file: { models_face_finder() })

    public static let wideFaceFinder = BuiltInModel(
        name: "faces-find-wide", path: "faces/find-wide.tflite",
        purpose: "faces anywhere in a picture",
        origin: "YuNet-n, Shiqi Yu, Apache-2.0", file: { models_wide_face_finder() })

    public static let faceKnower = BuiltInModel(
        name: "faces-know", path: "faces/know.tflite",
        purpose: "a face in numbers, to be compared with a signed list",
        origin: "face-reidentification-retail-0095, Intel, Apache-2.0",
        file: { models_face_knower() })

    public static let all = [people, crowd, fights, faceFinder, wideFaceFinder, faceKnower]

    /// What the licences of all of them ask to be passed on, and their text.
    public static var notice: String {
        [models_notice(), models_licence()].map { file in
            String(
                decoding: UnsafeRawBufferPointer(start: file.start, count: file.byte_count),
                as: UTF8.self)
        }.joined(separator: "\n")
    }
}
