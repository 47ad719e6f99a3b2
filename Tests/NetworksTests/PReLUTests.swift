import MadeNetworks
import Seeds
import Testing

@testable import Networks

@Test func aCodeOfPReLUIsItsDefinition() {
    // 16 to a code, halves up; slopes are Q11.
    #expect(PReLU.code(of: 160, slope: 0, zero: 0) == 10)
    #expect(PReLU.code(of: 8, slope: 0, zero: 0) == 1)
    #expect(PReLU.code(of: 7, slope: 0, zero: 0) == 0)
    #expect(PReLU.code(of: -160, slope: 512, zero: 3) == 1)
    #expect(PReLU.code(of: -160, slope: -2_048, zero: 0) == 10)
    #expect(PReLU.code(of: .min, slope: -.max, zero: 127) == 127)
    #expect(PReLU.code(of: .min, slope: .max, zero: -128) == -128)
    #expect(PReLU.code(of: .max, slope: .max, zero: 0) == 127)
}

/// Every word there is, with the slopes at which roundings and saturation differ.
@Test(arguments: KernelPath.available) func everyWordOfPReLUMatchesTheReference(path: KernelPath) {
    let slopes: [Int16] = [.max, -.max, 0, 1, -1, 512, 2_047, 2_048, -2_049, 16_179, -20_000]
    for zero: Int32 in [-128, -7, 0, 127] {
        for first in stride(from: -32_768, to: 32_768, by: 4_096) {
            let biases = (first..<first + 4_096).map { Int32($0) * 4 }
            let model = KernelModel(
                weights: [Int8](repeating: 0, count: biases.count), count: biases.count, depth: 1,
                inputZero: 0, weightZero: 0, bias: biases,
                output: Requantization(
                    multipliers: [Int32](repeating: 1 << 30, count: biases.count),
                    shifts: [Int32](repeating: -1, count: biases.count), zero: zero),
                slopes: biases.indices.map { slopes[$0 % slopes.count] })
            var (actual, expected) = (
                [Int8](repeating: 0, count: biases.count), [Int8](repeating: 0, count: biases.count)
            )
            let matrix = PackedMatrix(model, path: path)
            let scratch = UnsafeMutableRawPointer.allocate(
                byteCount: matrix.scratchByteCount(rowCount: 1), alignment: 64)
            defer { scratch.deallocate() }
            matrix.multiply(
                rows: [0], rowStride: 1, rowCount: 1, into: &actual, outputStride: biases.count,
                scratch: scratch)
            model.multiplyReference(
                rows: [0], rowStride: 1, rowCount: 1, into: &expected, outputStride: biases.count)
            let index = actual.indices.first { actual[$0] != expected[$0] }
            #expect(index == nil, "\(index.map { "\(biases[$0]) \(actual[$0])" } ?? "")")
            if index != nil { return }
        }
    }
}

@Test(arguments: ["KuzetConv2D", "KuzetDepthwiseConv2D"])
func slopesThatDoNotFitAreRefused(name: String) {
    for (slope, isTaken) in [
        (Float(15.999), true), (-15.999, true), (16, false), (-16, false), (.nan, false),
        (.infinity, false), (0, true), (.leastNonzeroMagnitude, true)
    ] {
        var model = ModelSeeds.all().first { $0.name == name + " PReLU" }?.model ?? ModelFile()
        model.tensors[3].content?.replaceSubrange(4..<8, with: FlatWriter.little(slope.bitPattern))
        var text = "none"
        do { _ = try Network(model: model.bytes()) } catch { text = "\(error)" }
        #expect(
            text
                == (isTaken
                    ? "none" : "operator 0 \(name): slope 1, \(slope): is not within ±15.999"))
    }
}
