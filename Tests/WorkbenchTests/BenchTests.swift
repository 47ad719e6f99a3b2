import Frames
import Testing

@testable import Workbench

/// The pictures of the bench are drawn once for all claims: that is most of the time here.
@Test func everyBenchmarkRunsWithoutAllocatingAndGivesItsGoldenResult() {
    let stopwatch = BenchStopwatch(frameCount: 2)
    let benchmarks = Bench.rows(nil)
    #expect(Set(benchmarks.map(\.name)).count == benchmarks.count)
    #expect(benchmarks.filter { $0.name.hasPrefix("scene") }.count == 3)
    var digest = StableHash()
    for benchmark in benchmarks {
        let row = stopwatch.measure(benchmark)
        #expect(row.picosecondsPerPixel > 0, "\(row.name)")
        // What is decided about a scene may change; what a kernel computes may not.
        guard !row.name.hasPrefix("scene") else { continue }
        digest.combine(row.hash)
        // Not counted in a container that lends no breakpoints.
        #expect(row.allocationCount == nil || row.allocationCount == 0, "\(row.name)")
    }
    #expect(digest.value == 0x7235_7d24_6771_b966, "\(hexadecimal(digest.value))")
}

@Test func aRowIsPrintedWithThreeDecimalsAndNullWhereNothingWasCounted() {
    let row = BenchRow(
        name: "x", pixelCount: 1_000_000, picosecondsPerPixel: 2_034, allocationCount: nil,
        frameCount: 4, hash: 255)
    #expect(
        row.json == """
            {"name":"x","pixels":1000000,"nanosecondsPerPixel":2.034,\
            "allocationsPerFrame":null,"hash":"00000000000000ff"}
            """)
    let counted = BenchRow(
        name: "x", pixelCount: 1, picosecondsPerPixel: 5, allocationCount: 6, frameCount: 4,
        hash: 0)
    #expect(counted.json.contains("\"allocationsPerFrame\":1.500,"))
    #expect(counted.json.contains("\"nanosecondsPerPixel\":0.005,"))
}

/// What they allocate is for `kuzet bench` itself: code that is not optimised allocates anyway.
@Test func networksGiveTheirGoldenCodes() throws {
    let macCounts = [
        "people": 262_376_704, "crowd": 190_557_696, "fights": 97_796_608,
        "faces-find": 36_050_000, "faces-find-wide": 86_520_000, "faces-know": 294_204_416
    ]
    for (name, network) in try Bench.networks([]) {
        let rows = NetworkStopwatch(name, network, frameCount: 1, counter: nil).measure()
        #expect(rows.count == network.layers.count + 1)
        #expect(Set(rows.map(\.name)).count == rows.count)
        #expect(
            rows[0].hash == SelftestCheck.goldenNetworks[name],
            "\(name): \(hexadecimal(rows[0].hash))")
        #expect(rows[0].macCount == macCounts[name] ?? 20_034_328)
    }
}

@Test func aNetworkIsPrintedWithItsSpeedAndNullWhereItMultipliesNothing() {
    let row = NetworkRow(
        name: "x", macCount: 3_000_000, nanoseconds: 1_500_000, allocationCount: 0, frameCount: 4,
        hash: 255)
    #expect(
        row.json == """
            {"name":"x","macs":3000000,"milliseconds":1.500,"gigamacsPerSecond":2.000,\
            "allocationsPerFrame":0,"hash":"00000000000000ff"}
            """)
    let idle = NetworkRow(
        name: "x", macCount: 0, nanoseconds: 1, allocationCount: nil, frameCount: 4, hash: 0)
    #expect(idle.json.contains("\"gigamacsPerSecond\":null,\"allocationsPerFrame\":null,"))
}
