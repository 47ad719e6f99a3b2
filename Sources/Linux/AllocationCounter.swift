import CLinux

/// Counts what this thread asks of the allocator, exactly and without changing it: the processor's
/// breakpoints count the calls to malloc, calloc, realloc and posix_memalign, which is where every
/// Swift object, array and buffer, and every C library, gets its memory from.
///
/// An interposed malloc would not do: a static executable cannot have two, and it would be the
/// product that is changed for the sake of the measurement. `mallinfo2` does not see what is given
/// back at once.
public final class AllocationCounter {
    private let counters: [FileDescriptor]

    /// What reading the counters costs itself: nothing in a release build.
    private var readingCost: UInt64 = 0

    /// nil where the kernel or the processor has no such breakpoints, or does not lend them to
    /// this process (a container, user emulation), or where they miss what they should see.
    public init?() {
        var opened: [FileDescriptor] = []
        for function in 0..<Int32(kuzet_allocating_function_count) {
            guard let raw = try? Syscalls.countAllocations(function) else { return nil }
            opened.append(FileDescriptor(rawValue: raw))
        }
        counters = opened
        guard let first = sum, let second = sum, let third = sum, third - second == second - first
        else { return nil }
        readingCost = second - first
        guard isTrue else { return nil }
    }

    /// How often `body` calls the allocator; nil where that cannot be read. A request that one of
    /// the functions passes on to another counts twice, so this is at least the number of
    /// allocations, and 0 is none.
    public func allocations(during body: () -> Void) -> UInt64? {
        guard let before = sum else { return nil }
        body()
        return sum.map { $0 - before - readingCost }
    }

    /// Calls so far.
    private var sum: UInt64? {
        var calls: UInt64 = 0
        for counter in counters {
            var value: UInt64 = 0
            let byteCount = withUnsafeMutableBytes(of: &value) { bytes in
                try? counter.read(into: bytes)
            }
            guard byteCount == 8 else { return nil }
            calls += value
        }
        return calls
    }

    /// Whether allocations of objects and of raw memory are counted, and none where there is none.
    private var isTrue: Bool {
        var kept: [UnsafeMutableRawPointer] = []
        kept.reserveCapacity(20)
        let none = allocations {}
        let some = allocations {
            for size in 1...10 {
                // Kept until the next one, or the compiler may leave the allocation out.
                held = Probe(size)
                kept.append(.allocate(byteCount: size * 64, alignment: 16))
                kept.append(.allocate(byteCount: size * 64, alignment: 64))
            }
        }
        for memory in kept {
            memory.deallocate()
        }
        return none == 0 && (some ?? 0) >= 30
    }

    private var held: Probe?

    private final class Probe {
        let size: Int

        init(_ size: Int) {
            self.size = size
        }
    }
}
