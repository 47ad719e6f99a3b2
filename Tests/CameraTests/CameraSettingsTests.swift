import Testing

@testable import Camera

@Suite struct FormatChoiceTests {
    private func best(_ offers: [CaptureOffer], _ width: Int = 640, _ height: Int = 480)
        -> CaptureOffer?
    {
        FormatChoice.best(of: offers, width: width, height: height, framesPerSecond: 15)
    }

    private func offer(
        _ format: PixelFormat, _ width: Int = 640, _ height: Int = 480, rate: Int? = nil,
        isCurrent: Bool = false
    ) -> CaptureOffer {
        CaptureOffer(
            format: format, width: width, height: height, rateHundredths: rate,
            isCurrent: isCurrent)
    }

    @Test func nothingOfNothing() { #expect(best([]) == nil) }

    @Test func rawFormatsGoBeforeThoseThatMustBeDecoded() {
        let all = [
            offer(.converted), offer(.mjpeg), offer(.grey), offer(.yuyv), offer(.nv12)
        ]
        #expect((0...4).map { best(Array(all[0...$0]))?.format } == all.map(\.format))
    }

    @Test func whatSomebodyChoseOnTheDeviceIsKept() {
        #expect(best([offer(.nv12), offer(.yuyv, isCurrent: true)])?.format == .yuyv)
        #expect(best([offer(.nv12), offer(.mjpeg, isCurrent: true)])?.format == .nv12)
    }

    @Test func theRightSizeGoesBeforeTheCheapFormat() {
        #expect(best([offer(.nv12, 320, 240), offer(.mjpeg)])?.format == .mjpeg)
        #expect(best([offer(.nv12, 1920, 1080), offer(.yuyv)])?.format == .yuyv)
        #expect(
            best([offer(.nv12, 320, 240), offer(.nv12, 1280, 960)])?.width == 1280,
            "too large is better than too small")
    }

    @Test func aFormatTooSlowForTheBusLoses() {
        #expect(best([offer(.yuyv, rate: 500), offer(.mjpeg, rate: 3000)])?.format == .mjpeg)
        #expect(best([offer(.yuyv, rate: 1500), offer(.mjpeg, rate: 3000)])?.format == .yuyv)
    }

    @Test func jpegIsScaledDownOnlyAsFarAsTheSizeWanted() {
        func denominator(_ width: Int, _ height: Int) -> Int {
            offer(.mjpeg, width, height).denominator(wantedWidth: 640, wantedHeight: 480)
        }
        #expect(denominator(640, 480) == 1)
        #expect(denominator(1280, 720) == 1)
        #expect(denominator(1280, 960) == 2)
        #expect(denominator(2592, 1944) == 4)
        #expect(denominator(5120, 3840) == 8)
        #expect(offer(.yuyv, 5120, 3840).denominator(wantedWidth: 640, wantedHeight: 480) == 1)
    }
}
