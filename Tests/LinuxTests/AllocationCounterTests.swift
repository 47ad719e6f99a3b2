import Testing

@testable import Linux

@Test func theCounterSeesAllocationsOfThisThreadAndNothingElse() {
    // Not every machine lends its breakpoints: containers, user emulation.
    guard let counter = AllocationCounter() else { return }
    var held: [UnsafeMutableRawPointer] = []
    held.reserveCapacity(100)
    let taken = counter.allocations {
        for size in 1...100 {
            held.append(.allocate(byteCount: size, alignment: 16))
        }
    }
    #expect((taken ?? 0) >= 100)
    #expect(counter.allocations {} == 0)
    for memory in held {
        memory.deallocate()
    }
}
