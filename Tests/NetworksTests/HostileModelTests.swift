import MadeNetworks
import Seeds
import Testing

@testable import Networks

/// What the loader says of a model; "none" if it takes it.
private func fault(_ model: ModelFile) -> String { fault(model.bytes()) }

private func fault(_ bytes: [UInt8]) -> String {
    do {
        _ = try Network(model: bytes)
        return "none"
    } catch {
        return "\(error)"
    }
}

private func seed(_ name: String) -> ModelFile {
    ModelSeeds.all().first { $0.name == name }?.model ?? ModelFile()
}

/// The seed with something changed.
private func fault(_ name: String, _ change: (inout ModelFile) -> Void) -> String {
    var model = seed(name)
    change(&model)
    return fault(model)
}

// MARK: The file

@Test func anOffsetOutOfTheFileIsNamedWithBothValues() {
    var bytes = seed("ADD int8").bytes()
    let count = bytes.count
    bytes.replaceSubrange(0..<4, with: FlatWriter.little(UInt32(1 << 30)))
    #expect(fault(bytes) == "file: read: 4 bytes at 1073741824 are wanted, it has \(count)")
}

@Test func aFileThatEndsAnywhereIsRefusedInWords() {
    let bytes = seed("a small network int8").bytes()
    for count in 0..<bytes.count - 32 where fault(Array(bytes[..<count])) == "none" {
        Issue.record("\(count) of \(bytes.count) bytes are taken for a whole model")
    }
}

@Test func vectorsThatOverlapAreNotReadAgainAndAgain() {
    var model = seed("ADD int8")
    model.nodes = (0..<200).map { _ in
        .init(code: 0, inputs: [Int](repeating: 0, count: 5), outputs: [])
    }
    var bytes = model.bytes()
    // Every node's inputs become one long vector, which the second half of the file is.
    let count = bytes.count
    bytes += FlatWriter.little(UInt32(2_000)) + [UInt8](repeating: 0, count: 8_000)
    var patchedCount = 0
    for place in stride(from: 8, to: count - 24, by: 4)
    where bytes[place..<place + 4].elementsEqual(FlatWriter.little(UInt32(5)))
        && bytes[place + 4..<place + 24].allSatisfy({ $0 == 0 })
    {
        for pointer in stride(from: max(place - 64, 8), to: place, by: 4)
        where bytes[pointer..<pointer + 4].elementsEqual(
            FlatWriter.little(UInt32(place - pointer)))
        {
            bytes.replaceSubrange(
                pointer..<pointer + 4, with: FlatWriter.little(UInt32(count - pointer)))
            patchedCount += 1
        }
    }
    #expect(patchedCount >= 200)
    let text = fault(bytes)
    #expect(
        text == "file: read: its vectors overlap: they are over 4 times its \(bytes.count) bytes")
}

@Test func aNameIsShownWithoutWhatATerminalObeysAndNotForever() {
    let long = fault("RELU int8") {
        $0.tensors[0].name = "\u{1B}[2J" + String(repeating: "x", count: 10_000)
        $0.tensors[0].zeros = [500]
    }
    #expect(long.hasPrefix("operator 0 RELU: tensor 0 \"\u{FFFD}[2Jxxx"))
    #expect(long.hasSuffix("x…\": zero point 500, not -128...127"))
    #expect(long.utf8.count < 300)
}

// MARK: Tensors

@Test func aShapeWhoseProductOverflowsIsRefused() {
    let text = fault("RELU int8") {
        $0.tensors[0].shape = [Int](repeating: Int(Int32.max), count: 6)
    }
    #expect(
        text == "operator 0 RELU: tensor 0 \"t0\": shape [2147483647, 2147483647, 2147483647, "
            + "2147483647, 2147483647, 2147483647]: not sizes from 1, 6 at most")
    #expect(
        fault("RELU int8") { $0.tensors[0].shape = [1 << 15, 1 << 15] }
            == "operator 0 RELU: tensor 0 \"t0\": shape [32768, 32768]: over 268435456 elements")
    #expect(
        fault("RELU int8") { $0.tensors[0].shape = [2, 0] }
            == "operator 0 RELU: tensor 0 \"t0\": shape [2, 0]: not sizes from 1, 6 at most")
    // A constant's shape, which is not that of codes.
    let axes = fault("MEAN int8") {
        $0.tensors[1].shape = [Int(Int32.max), Int(Int32.max), 4]
    }
    #expect(
        axes == "operator 0 MEAN: axes, tensor 1 \"t1\": shape [2147483647, 2147483647, 4]: "
            + "not sizes from 1, 6 at most")
    #expect(
        fault("RELU int8") { $0.tensors[0].shape = [Int](repeating: 1, count: 9) }
            == "file: read: 9 dimensions of tensor \"t0\": 8 at most")
}

@Test func aScaleThatIsNoneIsRefused() {
    for scale in [-0.05 as Float, 0, .nan, .infinity, .leastNormalMagnitude] {
        let text = fault("TANH int8") { $0.tensors[1].scales = [scale] }
        #expect(
            text == "operator 0 TANH: tensor 1 \"t1\": scale \(scale): not 2⁻⁶⁰ ... 2⁶⁰")
    }
    let weights = fault("CONV_2D int8") { $0.tensors[1].scales[2] = -0.5 }
    #expect(
        weights == "operator 0 CONV_2D: weights, tensor 1 \"t1\": scale -0.5: not above 0")
    let two = fault("RELU int8") { $0.tensors[1].scales = [1, 2] }
    #expect(
        two == "operator 0 RELU: tensor 1 \"t1\": has 2 scales and 1 zero points, not one of each")
}

@Test func weightsThatAreNotThereOrOfAnotherSizeAreRefused() {
    #expect(
        fault("CONV_2D int8") {
            $0.tensors[1].content = nil
            $0.inputs.append(1)
        }
            == "operator 0 CONV_2D: weights, tensor 1 \"t1\": are not constant")
    #expect(
        fault("CONV_2D int8") { $0.tensors[1].content?.removeLast() }
            == "operator 0 CONV_2D: weights, tensor 1 \"t1\": 134 bytes for shape [5, 3, 3, 3]")
    #expect(
        fault("CONV_2D int8") { $0.tensors[2].content?.removeLast(4) }
            == "operator 0 CONV_2D: bias, tensor 2 \"t2\": 16 bytes for shape [5] of int32")
    #expect(
        fault("CONV_2D int8") { $0.nodes[0].inputs = [0] }
            == "operator 0 CONV_2D: input 1: is missing")
}

/// Two groups of one channel for each filter: not what is read as one group of two.
@Test func aGroupedConvolutionIsRefused() {
    let text = fault("CONV_2D int8") {
        $0.tensors[0].shape = [1, 4, 5, 6]
    }
    #expect(
        text == "operator 0 CONV_2D: weights, tensor 1 \"t1\": are for 3 channels, the input has 6")
}

// MARK: References

@Test func tensorsOutOfTheGraphAreNamed() {
    #expect(
        fault("ADD int8") { $0.nodes[0].inputs[1] = 9 }
            == "operator 0 ADD: read its inputs: tensor 9 of 3")
    #expect(
        fault("ADD int8") { $0.nodes[0].outputs = [-1] }
            == "operator 0 ADD: read its outputs: tensor -1 of 3")
    #expect(fault("ADD int8") { $0.outputs = [3] } == "outputs: read: tensor 3 of 3")
    #expect(fault("ADD int8") { $0.inputs = [-2, 1] } == "inputs: read: tensor -2 of 3")
}

@Test func whatIsReadBeforeItIsMadeIsRefused() {
    // A circle: what the operator makes is one of its inputs.
    #expect(
        fault("ADD int8") { $0.nodes[0].inputs[1] = 2 }
            == "operator 0 ADD: read its inputs: nothing made tensor 2 \"t2\" before")
    #expect(
        fault("a small network int8") { $0.nodes.swapAt(1, 2) }
            == "operator 1 ADD: read its inputs: nothing made tensor 5 \"t5\" before")
    #expect(
        fault("ADD int8") { $0.nodes = [] } == "outputs: read: nothing makes tensor 2 \"t2\"")
}

@Test func whatIsMadeTwiceIsRefused() {
    #expect(
        fault("ADD int8") { $0.nodes.append($0.nodes[0]) }
            == "operator 1 ADD: read its outputs: tensor 2 \"t2\" is made already")
    #expect(
        fault("ADD int8") { $0.inputs = [0, 0] }
            == "tensor 0 \"t0\": take it for an input: it is one, or a constant")
    #expect(
        fault("ADD int8") { $0.inputs = [0, 1, 2] }
            == "operator 0 ADD: read its outputs: tensor 2 \"t2\" is made already")
    #expect(
        fault("SPLIT int8") { $0.nodes[0].outputs = [2, 2, 3] }
            == "operator 0 SPLIT: read its outputs: tensor 2 \"t2\" is made already")
}

@Test func anOutputThatNothingWritesIsRefused() {
    let text = fault("ADD int8") {
        $0.nodes[0].outputs.append($0.add(ModelSeeds.codes([4], .int8)))
    }
    #expect(text == "operator 0 ADD: has 2 outputs, not 1")
}

// MARK: Options

@Test func axesAndSizesOutOfRangeAreRefusedWithBothValues() {
    #expect(
        fault("CONCATENATION int8") { $0.nodes[0].options[0] = .int32(2) }
            == "operator 0 CONCATENATION: axis 2: the output has 2 dimensions")
    #expect(
        fault("SPLIT int8") { $0.tensors[0].content = FlatWriter.little(UInt32(bitPattern: -3)) }
            == "operator 0 SPLIT: axis -3: the input has 2 dimensions")
    #expect(
        fault("MEAN int8") { $0.tensors[1].content = [4, 0, 0, 0, 1, 0, 0, 0] }
            == "operator 0 MEAN: axes [1, 4] of 4")
    #expect(
        fault("PAD int8") {
            $0.tensors[1].content?.replaceSubrange(0..<4, with: [255, 255, 255, 255])
        }
            == "operator 0 PAD: paddings [-1, 1, 1, 2]: not two sizes from 0 for each of 2 dimensions"
    )
    #expect(
        fault("RESHAPE int8") { $0.tensors[2].shape = [3, 5] }
            == "operator 0 RESHAPE: tensor 2 \"t2\": shape [3, 5] for the 12 codes of [2, 6]")
}

@Test func stridesOfNothingAreRefused() {
    for name in [
        "CONV_2D int8", "DEPTHWISE_CONV_2D int8", "TRANSPOSE_CONV int8", "MAX_POOL_2D int8"
    ] {
        let text = fault(name) { $0.nodes[0].options[1] = .int32(0) }
        #expect(text.hasSuffix(": stride: is 0, not 1 ... 1024"), "\(text)")
    }
    #expect(
        fault("AVERAGE_POOL_2D int8") { $0.nodes[0].options[4] = .int32(-1) }
            == "operator 0 AVERAGE_POOL_2D: filter: is -1, not 1 ... 1024")
    let least = fault("STRIDED_SLICE int8") {
        for index in 1...3 {
            $0.tensors[index].kind = .int64
            let value: UInt64 = index == 3 ? 1 << 63 : 0
            $0.tensors[index].content = FlatWriter.little(value) + FlatWriter.little(UInt64(1))
        }
    }
    #expect(
        least == "operator 0 STRIDED_SLICE: stride -9223372036854775808: not from 1 or −1 to 2²⁸")
}

@Test func allUnsupportedOperatorsAreListedAtOnce() {
    let text = fault("a small network int8") {
        $0.nodes[1].code = 39
        $0.nodes[3].code = 56
        $0.nodes[4].code = 39
        $0.nodes[5].code = 32
        $0.nodes[5].custom = "TFLite_Detection_PostProcess"
    }
    #expect(
        text == "file: unsupported operators: ARG_MAX (1), TRANSPOSE (2), "
            + "custom \"TFLite_Detection_PostProcess\" (1)")
}

// MARK: Time and memory

@Test func whatWouldRunForHoursIsRefused() {
    // Every output looks at a million codes.
    let pool = fault("AVERAGE_POOL_2D int8") {
        $0.tensors[0].shape = [1, 8_192, 8_192, 1]
        $0.tensors[1].shape = [1, 8_192, 8_192, 1]
        $0.nodes[0].options = [
            0: .int8(0), 1: .int32(1), 2: .int32(1), 3: .int32(1_024), 4: .int32(1_024)
        ]
    }
    #expect(pool == "operator 0 AVERAGE_POOL_2D: over 17179869184 looks at codes until here")
    let convolution = fault("CONV_2D int8") {
        $0.tensors[0].shape = [1, 8_192, 8_192, 1]
        $0.tensors[1] = ModelSeeds.weights([5, 16, 32, 1], .uint8, channelAxis: 0)
        $0.tensors[1].kind = .int8
        $0.tensors[1].zeros = [0]
        $0.tensors[3].shape = [1, 8_192, 4_096, 5]
    }
    #expect(
        convolution == "operator 0 CONV_2D: over 68719476736 multiply-accumulates until here")
}

@Test func tablesAsLongAsASideAreBounded() {
    let text = fault("RESIZE_NEAREST_NEIGHBOR int8") {
        $0.tensors[1].content = FlatWriter.little(UInt32(1 << 27)) + FlatWriter.little(UInt32(1))
        $0.tensors[2].shape = [1, 1 << 27, 1, 2]
    }
    #expect(
        text == "operator 0 RESIZE_NEAREST_NEIGHBOR: tensor 2 \"t2\": shape [1, 134217728, 1, 2] "
            + "from [1, 3, 4, 2]: sides are 8192 at most")
}

/// Eight thousand operators that all pack the same weights.
@Test func weightsThatArePackedAgainAndAgainAreBounded() {
    var model = ModelFile()
    let input = model.add(ModelSeeds.codes([1, 256], .int8))
    let weights = model.add(ModelSeeds.weights([256, 256], .int8, channelAxis: 0))
    var last = input
    for _ in 0..<8_000 {
        let next = model.add(ModelSeeds.codes([1, 256], .int8))
        model.nodes.append(.init(code: 9, inputs: [last, weights], outputs: [next]))
        last = next
    }
    (model.inputs, model.outputs) = ([input], [last])
    let text = fault(model)
    #expect(
        text.hasPrefix("operator 963 FULLY_CONNECTED: weights, tensor 1 \"t1\": 278528 bytes, "))
    #expect(text.hasSuffix(" of all that may be kept are left"))
}

/// A long chain takes two places in turn, and one part too many is refused before anything is laid out.
@Test func aLongChainLoadsAndTooLongAOneDoesNot() throws {
    var model = ModelFile()
    var last = model.add(ModelSeeds.codes([64], .int8))
    model.inputs = [last]
    func extend(to count: Int) {
        while model.nodes.count < count {
            let next = model.add(ModelSeeds.codes([64], .int8))
            model.nodes.append(.init(code: 19, inputs: [last], outputs: [next]))
            last = next
        }
        model.outputs = [last]
    }
    extend(to: 1_000)
    #expect(try Network(model: model.bytes()).arenaByteCount == 128)
    extend(to: Graph.partCountMax)
    #expect(fault(model) == "file: read: 8193 tensors: 8192 at most")
}
