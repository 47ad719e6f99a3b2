import Seeds
import Testing

@testable import Networks

@Test func everyOperatorHasASeedThatRuns() throws {
    var names: Set<String> = []
    for seed in ModelSeeds.all() {
        do {
            let network = try Network(model: seed.model.bytes())
            for place in network.inputs.indices {
                let codes = network.input(place)
                for index in codes.indices { codes[index] = Int8(truncatingIfNeeded: 29 * index) }
            }
            network.run()
            names.formUnion(network.layers.map(\.name))
        } catch {
            Issue.record("\(seed.name): \(error)")
        }
    }
    #expect(Set(operatorMakers.keys).subtracting(names) == [])
}
