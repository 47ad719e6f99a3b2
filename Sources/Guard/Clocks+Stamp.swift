import Frames
import Linux
import Records

extension Clocks {
    /// The time as the edge sees it now, for records that the station did not make.
    package static func stamp(boot: BootID) -> Stamp {
        Stamp(
            boot: boot, monotonic: Instant(nanoseconds: monotonicNanoseconds()),
            wallMilliseconds: wallMilliseconds(),
            trust: isSynchronised() ? .synchronised : .unset)
    }
}
