import Networks
import Text

/// What a network consists of and costs.
package struct NetworkTable {
    private let model: String
    private let json: Bool

    package init(_ model: String, isJSON: Bool) {
        self.model = model
        json = isJSON
    }

    /// Prints operators, shapes, cost and memory.
    ///
    /// - Error: `WorkbenchError` where it cannot be run; all that is unsupported is named.
    package func run() throws {
        let (network, load) = try NetworkFile.measure(model)
        for (index, layer) in network.layers.enumerated() {
            let shape = layer.outputShape.map(String.init).joined(separator: json ? "," : "×")
            if json {
                print(
                    "{\"layer\":\(index),\"operator\":\(JSON.quoted(layer.name)),"
                        + "\"shape\":[\(shape)],\"macs\":\(layer.macCount)}")
            } else {
                print(
                    String(index).rightAligned(4) + "  " + layer.name.padded(26) + shape.padded(20)
                        + (layer.macCount == 0 ? "" : grouped(layer.macCount)).rightAligned(14))
            }
        }
        if json {
            print(
                "{\"inputs\":[\(ports(network.inputs))],\"outputs\":[\(ports(network.outputs))],"
                    + "\"operators\":\(network.layers.count),\"macs\":\(network.macCount),"
                    + "\"arenaBytes\":\(network.arenaByteCount),\"loadMilliseconds\":\(load)}")
            return
        }
        for port in network.inputs { print("input   \(text(port))") }
        for port in network.outputs { print("output  \(text(port))") }
        print(
            "\(network.layers.count) operators, \(grouped(network.macCount)) multiply-accumulates, "
                + "arena \(grouped(network.arenaByteCount)) bytes, loads in \(load) ms")
    }

    private func text(_ port: Network.Port) -> String {
        let shape = port.shape.map(String.init).joined(separator: "×")
        return "\(port.name): \(shape) \(port.isUnsigned ? "uint8" : "int8"), "
            + "value = \(port.scale) · (code − \(port.zero))"
    }

    private func ports(_ ports: [Network.Port]) -> String {
        ports.map { port in
            let shape = port.shape.map(String.init).joined(separator: ",")
            return "{\"name\":\(JSON.quoted(port.name)),\"shape\":[\(shape)],"
                + "\"type\":\"\(port.isUnsigned ? "uint8" : "int8")\",\"scale\":\(port.scale),"
                + "\"zero\":\(port.zero)}"
        }.joined(separator: ",")
    }

    private func grouped(_ number: Int) -> String {
        let digits = Array(String(number))
        return String(
            digits.enumerated().flatMap { index, digit in
                index > 0 && (digits.count - index) % 3 == 0 ? [" ", digit] : [digit]
            })
    }
}
