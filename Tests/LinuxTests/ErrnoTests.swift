import Testing

@testable import Linux

@Suite struct ErrnoTests {
    @Test func anErrorHasWordsAndASymbol() {
        #expect("\(Errno.busy)" == "device busy (EBUSY)")
        #expect("\(Errno.deviceGone)" == "no such device (ENODEV)")
        #expect("\(Errno.noSpace)" == "no space left on device (ENOSPC)")
        #expect("\(Errno(rawValue: 4095))" == "unknown cause (errno 4095)")
        #expect("\(Errno(rawValue: -1))" == "unknown cause (errno -1)")
    }
}
