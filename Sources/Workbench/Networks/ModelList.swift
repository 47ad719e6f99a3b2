import Cryptography
import Models
import Networks
import Text

/// The networks that are part of the program.
package struct ModelList {
    private let isJSON: Bool

    package init(isJSON: Bool) { self.isJSON = isJSON }

    /// What the licences ask to be passed on.
    package static var notice: String { BuiltInModel.notice }

    /// Prints hash, size, cost and licence of each.
    ///
    /// - Error: `WorkbenchError` where one cannot be run: then the program is damaged.
    package func run() throws {
        for model in BuiltInModel.all {
            let network: Network
            do {
                network = try Network.sharing([model.bytes])[0]
            } catch {
                throw WorkbenchError(.badData, "model \(model.name), built in: \(error)")
            }
            let hash = SHA256.hexadecimal(SHA256.digest(Array(model.bytes)))
            let shape = network.inputs[0].shape.map(String.init)
            if isJSON {
                print(
                    "{\"name\":\(JSON.quoted(model.name)),\"sha256\":\"\(hash)\","
                        + "\"bytes\":\(model.bytes.count),\"macs\":\(network.macCount),"
                        + "\"arenaBytes\":\(network.arenaByteCount),"
                        + "\"input\":[\(shape.joined(separator: ","))],"
                        + "\"origin\":\(JSON.quoted(model.origin))}")
            } else {
                print(
                    """
                    \(model.name): \(model.purpose)
                      SHA-256 \(hash)
                      \(model.bytes.count) bytes, input \(shape.joined(separator: "×")), \
                    \(network.macCount / 1_000_000) M products, arena \(network.arenaByteCount) bytes
                      from \(model.origin)
                    """)
            }
        }
    }
}
