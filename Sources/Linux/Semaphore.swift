import Glibc

/// Counts what was posted; whoever waits takes one, and sleeps until there is one.
public final class Semaphore: @unchecked Sendable {
    private let place: UnsafeMutablePointer<sem_t>

    public init() {
        place = .allocate(capacity: 1)
        sem_init(place, 0, 0)
    }

    deinit {
        sem_destroy(place)
        place.deallocate()
    }

    public func post() { sem_post(place) }

    public func wait() {
        // Only a signal ends a wait before its time.
        while sem_wait(place) != 0 {}
    }
}
