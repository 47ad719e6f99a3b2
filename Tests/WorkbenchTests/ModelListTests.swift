import Foundation
import Models
import Testing

/// A build that began before a file was made anew still has the old one.
@Test(arguments: BuiltInModel.all)
func theProgramHasTheFileThatLiesUnderModels(model: BuiltInModel) throws {
    let path = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Sources/Models/\(model.path)").path
    let file = try #require(FileManager.default.contents(atPath: path))
    #expect(Array(file) == Array(model.bytes), "build anew: touch Sources/CModels/models.c")
    // The card says which one it is.
    let card = URL(fileURLWithPath: path).deletingLastPathComponent()
        .appendingPathComponent("card.md").path
    #expect(FileManager.default.fileExists(atPath: card))
}

@Test func theLicencesThatNetworksAskForAreThere() {
    #expect(BuiltInModel.notice.contains("Apache"))
}
