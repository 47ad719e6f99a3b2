import CModels

/// A network that is part of the program: the very file that lies under `Sources/Models`, made by
/// the recipe beside it.
public struct BuiltInModel: Sendable {
    /// Also its folder's name, and its key under `[models]` of a configuration.
    public let name: String
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
        name: "people", purpose: "boxes around people",
        origin: "RTMDet-nano, OpenMMLab, Apache-2.0", file: { models_people() })

    public static let crowd = BuiltInModel(
        name: "crowd", purpose: "people in crowds, counted by density",
        origin: "RTMDet-nano's backbone, trained on, OpenMMLab, Apache-2.0",
        file: { models_crowd() })

    public static let fights = BuiltInModel(
        name: "fights", purpose: "a second opinion on fights",
        origin: "MobileNetV2, Google, trained on, Apache-2.0", file: { models_fights() })

    public static let all = [people, crowd, fights]

    /// What the licences of all of them ask to be passed on, and their text.
    public static var notice: String {
        [models_notice(), models_licence()].map { file in
            String(
                decoding: UnsafeRawBufferPointer(start: file.start, count: file.byte_count),
                as: UTF8.self)
        }.joined(separator: "\n")
    }
}
