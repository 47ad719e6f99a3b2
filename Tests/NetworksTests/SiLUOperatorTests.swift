import MadeNetworks
import Seeds
import Testing

@testable import Networks

private let names = ["KuzetConv2D", "KuzetDepthwiseConv2D"]

/// What the loader says of the seed with something changed; "none" if it takes it.
private func fault(_ name: String, _ change: (inout ModelFile) -> Void = { _ in }) -> String {
    var model = ModelSeeds.all().first { $0.name == name }?.model ?? ModelFile()
    change(&model)
    do {
        _ = try Network(model: model.bytes())
        return "none"
    } catch {
        return "\(error)"
    }
}

private func units(_ units: [Float]) -> [UInt8] {
    units.flatMap { FlatWriter.little($0.bitPattern) }
}

@Test(arguments: names) func unitsThatAreNoneAreRefused(name: String) {
    #expect(fault(name) == "none")
    let object = "operator 0 \(name): "
    #expect(fault(name) { $0.nodes[0].inputs.removeLast() } == object + "input 3: is missing")
    #expect(fault(name) { $0.nodes[0].inputs[3] = -1 } == object + "input 3: is missing")
    let title = object + "units, tensor 3 \"t3\": "
    let count = name == names[0] ? 5 : 3
    #expect(
        fault(name) { $0.tensors[3].content?.removeLast() }
            == title + "\(4 * count - 1) bytes for shape [\(count)]")
    #expect(
        fault(name) {
            $0.tensors[3].content?.removeLast(4)
            $0.tensors[3].shape = [count - 1]
        } == title + "shape [\(count - 1)], not [\(count)]")
    #expect(fault(name) { $0.tensors[3].kind = .int32 } == title + "is int32, not float32")
    #expect(
        fault(name) {
            $0.tensors[3].content = nil
            $0.inputs.append(3)
        } == title + "is not constant")
    for unit in [Float.nan, .infinity, -.infinity, 0, -0.0, -1, -.leastNonzeroMagnitude] {
        #expect(
            fault(name) { $0.tensors[3].content?.replaceSubrange(4..<8, with: units([unit])) }
                == title + "\(unit) is not above 0 and finite")
    }
}

@Test(arguments: names) func unitsOfWhichWordsDoNotReachFarEnoughAreRefused(name: String) {
    // The output's scale is 0.03.
    for (unit, isTaken) in [
        (Float(0x1p-11 / 0.0299), true), (0x1p-11 / 0.0301, false), (0x1p10 / 0.0301, true),
        (0x1p10 / 0.0299, false), (.leastNonzeroMagnitude, false), (.greatestFiniteMagnitude, false)
    ] {
        let text = fault(name) {
            $0.tensors[3].content?.replaceSubrange(4..<8, with: units([unit]))
        }
        #expect(
            text
                == (isTaken
                    ? "none"
                    : "operator 0 \(name): unit 1, \(unit): with scale 0.03 of tensor 4 \"t4\" a code"
                        + " is worth less than 2⁻¹¹, or 2¹⁰ and more"))
    }
}

@Test(arguments: names) func optionsThatAreNotEightKnownBytesAreRefused(name: String) {
    let object = "operator 0 \(name): "
    func fault(_ options: [UInt8]?) -> String {
        NetworksTests.fault(name) { $0.nodes[0].customOptions = options }
    }
    #expect(fault(nil) == object + "custom options: 0 bytes, not 8")
    #expect(fault([]) == object + "custom options: 0 bytes, not 8")
    #expect(fault([1, 1, 0, 2, 1, 1, 1]) == object + "custom options: 7 bytes, not 8")
    #expect(fault([1, 1, 0, 2, 1, 1, 1, 0, 0]) == object + "custom options: 9 bytes, not 8")
    #expect(
        fault([2, 1, 0, 2, 1, 1, 1, 0])
            == object + "custom options: version 2, last byte 0: not 1 and 0")
    #expect(
        fault([1, 1, 0, 2, 1, 1, 1, 9])
            == object + "custom options: version 1, last byte 9: not 1 and 0")
    for activation: UInt8 in [0, 3, 255] {
        #expect(
            fault([1, activation, 0, 2, 1, 1, 1, 0])
                == object + "activation \(activation): not 1, SiLU, and not 2, PReLU")
    }
    #expect(fault([1, 1, 2, 2, 1, 1, 1, 0]) == object + "padding 2: not SAME or VALID")
    #expect(fault([1, 1, 255, 2, 1, 1, 1, 0]) == object + "padding -1: not SAME or VALID")
    for place in 3...6 {
        var options: [UInt8] = [1, 1, 0, 2, 1, 1, 1, 0]
        options[place] = 0
        let what = place < 5 ? "stride" : "dilation"
        #expect(fault(options) == object + "\(what): is 0, not 1 ... 255")
    }
    // Strides of which the output would have another shape.
    #expect(fault([1, 1, 0, 255, 255, 255, 255, 0]).hasPrefix(object + "tensor 4 \"t4\": shape "))
}

@Test func aDepthwiseOneHasOneFilterForEachChannel() {
    let text = fault("KuzetDepthwiseConv2D") {
        $0.tensors[1] = ModelSeeds.weights([1, 5, 5, 6], .int8, channelAxis: 3)
        $0.tensors[4].shape = [1, 4, 3, 6]
    }
    #expect(
        text == "operator 0 KuzetDepthwiseConv2D: weights, tensor 1 \"\": shape [1, 5, 5, 6] for"
            + " 3 input channels")
}

@Test(arguments: names) func whatIsNotInt8IsRefused(name: String) {
    for place in [0, 4] {
        let text = fault(name) {
            $0.tensors[place].kind = .uint8
            $0.tensors[place].zeros = [3]
        }
        #expect(text.hasSuffix("and weights: are not all int8"), "\(text)")
    }
    let weights = fault(name) { $0.tensors[1].kind = .uint8 }
    #expect(weights.hasSuffix("and weights: are not all int8"), "\(weights)")
    let zero = fault(name) {
        $0.tensors[1].zeros = $0.tensors[1].zeros.map { _ in 1 }
    }
    #expect(zero == "operator 0 \(name): weights, tensor 1 \"t1\": zero point 1, not 0")
}

@Test(arguments: names) func sizesThatOverflowAreRefused(name: String) {
    let huge = fault(name) { $0.tensors[1].shape[1] = Int(Int32.max) }
    #expect(huge.contains(": not sizes from 1, 6 at most") || huge.contains(": over "), "\(huge)")
    let unit = fault(name) { $0.tensors[3].shape = [1 << 30, 4] }
    #expect(unit.hasPrefix("operator 0 \(name): units, tensor 3 \"t3\": shape [1073741824, 4]"))
}

/// Only in an operator that is custom; and what is nearly so named is another's.
@Test func theNameAloneIsNotEnough() {
    #expect(
        fault(names[0]) { $0.nodes[0].code = 3 }
            == "file: unsupported operators: custom \"KuzetConv2D\" (1)")
    #expect(
        fault(names[0]) { $0.nodes[0].custom = "KuzetConv2d" }
            == "file: unsupported operators: custom \"KuzetConv2d\" (1)")
}

/// One output channel after the other, by hand: weights of one tap, so that sums are known.
@Test func aChannelIsInItsOwnUnit() throws {
    var model = ModelFile()
    let input = model.add(ModelSeeds.codes([1, 1, 1, 1], .int8, scale: 0.05, zero: 0))
    let weights = model.add(
        .init(
            shape: [3, 1, 1, 1], kind: .int8, scales: [0.01, 0.01, 0.02], zeros: [0, 0, 0],
            content: [100, 100, 50]))
    let bias = model.add(integers: [0, 0, 0])
    let units = model.add(units: [1, 0.5, 1])
    let output = model.add(ModelSeeds.codes([1, 1, 1, 3], .int8, scale: 0.02, zero: -100))
    model.nodes = [
        .init(
            code: 32, custom: "KuzetConv2D", inputs: [input, weights, bias, units],
            outputs: [output], customOptions: [1, 1, 0, 1, 1, 1, 1, 0])
    ]
    (model.inputs, model.outputs) = ([input], [output])
    let network = try Network(model: model.bytes())
    func codes(_ code: Int8) -> [Int8] {
        network.input(0)[0] = code
        network.run()
        return Array(network.output(0))
    }
    // 20 · 0.05 is 1, and SiLU(1) 0.7311; SiLU(−1) −0.2689.
    #expect(codes(20) == [-63, -27, -63])
    #expect(codes(-20) == [-113, -127, -113])
    #expect(codes(0) == [-100, -100, -100])
}
