import Seeds

#if DEBUG
    import CLinux
    import Frames
    import Testing

    @testable import Camera
    @testable import Linux

    private let settings = CameraSettings(device: "/dev/video7", width: 64, height: 48)

    @Suite struct V4L2StreamTests {
        private func stream(_ driver: FakeDriver, _ settings: CameraSettings = settings) throws
            -> V4L2Stream
        {
            try V4L2Stream(settings: settings, locator: V4L2Locator())
        }

        private func refusal(_ driver: FakeDriver) -> String? {
            complaint { _ = try driver.running { try stream(driver) } }
        }

        @Test func aDeviceIsSetUpMappedAndStarted() throws {
            let driver = FakeDriver([(V4L2_FORMAT_YUYV, 64, 48)])
            var wanted = settings
            wanted.framesPerSecond = 12
            wanted.powerLine = .hertz50
            wanted.exposure = .microseconds(10_000)
            try driver.running {
                let stream = try stream(driver, wanted)
                #expect(stream.width == 64 && stream.height == 48)
                #expect(stream.advice.isEmpty)
                #expect(driver.isStreaming && driver.queued == [0, 1, 2, 3])
                #expect(driver.framesPerSecond == 12)
                #expect(driver.controls[V4L2_CONTROL_POWER_LINE] == 1)
                #expect(driver.controls[V4L2_CONTROL_AUTO_EXPOSURE] == V4L2_EXPOSURE_BY_HAND)
                #expect(driver.controls[V4L2_CONTROL_EXPOSURE] == 100)
                stream.close()
                #expect(!driver.isStreaming && driver.openCount == 0)
            }
        }

        @Test func settingsThatACameraRefusesAreAdviceNotFailure() throws {
            let driver = FakeDriver([(V4L2_FORMAT_GREY, 64, 48)])
            driver.failures = [
                FakeDriver.key(V4L2_IOCTL_S_PARM): .notATerminal,
                FakeDriver.key(V4L2_IOCTL_S_CTRL): .invalid
            ]
            var wanted = settings
            wanted.powerLine = .hertz60
            try driver.running {
                let stream = try stream(driver, wanted)
                #expect(stream.advice.count == 2)
                #expect(
                    stream.advice.last
                        == "camera /dev/video7: set power line frequency to 2: "
                        + "invalid argument (EINVAL)")
            }
        }

        @Test func everyRefusedStepIsNamedAndLeavesNothingOpen() {
            let steps: [(UInt, Errno, String)] = [
                (V4L2_IOCTL_QUERYCAP, .notATerminal, "query capabilities: it is no video device"),
                (V4L2_IOCTL_G_FMT, .inputOutput, "read the format: input/output error (EIO)"),
                (V4L2_IOCTL_S_FMT, .busy, "set 64×48 GREY: device busy (EBUSY); another program"),
                (V4L2_IOCTL_REQBUFS, .outOfMemory, "reserve buffers: cannot allocate memory"),
                (V4L2_IOCTL_QUERYBUF, .invalid, "query buffer 0: invalid argument (EINVAL)"),
                (V4L2_IOCTL_QBUF, .deviceGone, "queue buffer 0: no such device (ENODEV)"),
                (
                    V4L2_IOCTL_STREAMON, .noSpace,
                    "start streaming: not enough USB bandwidth (ENOSPC)"
                ),
                (V4L2_IOCTL_STREAMON, .inputOutput, "start streaming: input/output error (EIO)")
            ]
            for (request, cause, words) in steps {
                let driver = FakeDriver([(V4L2_FORMAT_GREY, 64, 48)])
                driver.failures = [FakeDriver.key(request): cause]
                let said = refusal(driver)
                #expect(
                    said?.hasPrefix("camera /dev/video7: " + words) == true, "\(said ?? "none")")
                #expect(driver.openCount == 0)
                #expect(!driver.isStreaming)
            }
            let driver = FakeDriver([(V4L2_FORMAT_GREY, 64, 48)])
            driver.failures = ["open": .noSuchFile]
            #expect(
                refusal(driver)
                    == "camera /dev/video7: open: no such file or directory (ENOENT)")
            driver.failures = ["open": .accessDenied]
            #expect(refusal(driver)?.hasSuffix("add this user to the group video") == true)
            driver.failures = ["mmap": .outOfMemory]
            #expect(refusal(driver)?.contains("map buffer 0: cannot allocate memory") == true)
        }

        @Test func aDeviceWithoutCaptureIsRefused() {
            let driver = FakeDriver([(V4L2_FORMAT_GREY, 64, 48)])
            driver.capabilities = UInt32(V4L2_CAP_VIDEO_OUTPUT | V4L2_CAP_STREAMING)
            #expect(refusal(driver)?.contains("does not capture") == true)
        }

        @Test func aSingleBufferIsTooFew() {
            let driver = FakeDriver([(V4L2_FORMAT_GREY, 64, 48)])
            driver.bufferCount = 1
            #expect(refusal(driver)?.contains("the device gives 1 of 4") == true)
        }

        @Test func absurdRowsAreRefused() {
            let driver = FakeDriver([(V4L2_FORMAT_GREY, 64, 48)])
            driver.bytesPerLine = .max
            #expect(refusal(driver)?.contains("rows of 4294967295 bytes") == true)
            driver.bytesPerLine = 4096
            #expect(refusal(driver)?.contains("map buffer 0: it has 10240 bytes") == true)
        }

        // MARK: Pictures

        private func grey(_ value: UInt8, _ sequence: UInt32) -> FakeDriver.Buffer {
            FakeDriver.Buffer(
                bytes: [UInt8](repeating: value, count: 64 * 48), sequence: sequence)
        }

        private func withGrey(
            _ body: (FakeDriver, V4L2Stream, inout Frame?, inout CaptureSequence) throws -> Void
        ) throws {
            let driver = FakeDriver([(V4L2_FORMAT_GREY, 64, 48)])
            try driver.running {
                let stream = try stream(driver)
                var sequence = CaptureSequence()
                var frame: Frame?
                try body(driver, stream, &frame, &sequence)
                #expect(driver.queued.count == 4, "every buffer is given back")
            }
        }

        @Test func theNewestPictureWinsAndTheOthersAreCounted() throws {
            try withGrey { driver, stream, frame, sequence in
                driver.pending = [grey(10, 0), grey(20, 1), grey(30, 2)]
                #expect(try stream.wait(milliseconds: 0))
                let take = try stream.take(into: &frame, &sequence)
                #expect(frame?.luma[63, 47] == 30)
                #expect(take.droppedCount == 2 && take.damagedCount == 0)
                #expect(take.picture?.stated == .zero + .seconds(5))
                #expect(try !stream.wait(milliseconds: 0))
            }
        }

        @Test func flaggedAndShortPicturesAreCountedAndNotShown() throws {
            try withGrey { driver, stream, frame, sequence in
                var flagged = grey(99, 1)
                flagged.flags |= UInt32(V4L2_BUF_FLAG_ERROR)
                var short = grey(98, 2)
                short.byteCount = 64 * 48 - 1
                driver.pending = [grey(10, 0), flagged, short]
                let take = try stream.take(into: &frame, &sequence)
                #expect(frame?.luma[0, 0] == 10)
                #expect(take.damagedCount == 2 && take.droppedCount == 0)

                driver.pending = [flagged]
                let nothing = try stream.take(into: &frame, &sequence)
                #expect(nothing.picture == nil && nothing.damagedCount == 1)
            }
        }

        @Test func gapsInTheDriversNumbersAreDrops() throws {
            try withGrey { driver, stream, frame, sequence in
                driver.pending = [grey(1, .max - 1)]
                _ = try stream.take(into: &frame, &sequence)
                driver.pending = [grey(2, 3)]
                #expect(try stream.take(into: &frame, &sequence).droppedCount == 4)
            }
        }

        @Test func aByteCountBeyondTheBufferIsNotBelieved() throws {
            try withGrey { driver, stream, frame, sequence in
                var boastful = grey(7, 0)
                boastful.byteCount = Int(UInt32.max)
                driver.pending = [boastful]
                let take = try stream.take(into: &frame, &sequence)
                #expect(take.picture != nil)
            }
        }

        @Test func aFailingDequeueIsTheDevicesFailure() throws {
            try withGrey { driver, stream, frame, sequence in
                for (cause, words) in [
                    (Errno.deviceGone, "no such device (ENODEV)"),
                    (.inputOutput, "input/output error (EIO)")
                ] {
                    driver.failures = [FakeDriver.key(V4L2_IOCTL_DQBUF): cause]
                    #expect(
                        complaint { _ = try stream.take(into: &frame, &sequence) }
                            == "camera /dev/video7: take a picture: \(words)")
                }
            }
        }

        @Test func timesOfAnotherClockAreNotTaken() throws {
            try withGrey { driver, stream, frame, sequence in
                var copied = grey(7, 0)
                copied.flags = UInt32(V4L2_BUF_FLAG_TIMESTAMP_COPY)
                driver.pending = [copied]
                let picture = try stream.take(into: &frame, &sequence).picture
                #expect(picture != nil && picture?.stated == nil)
            }
        }

        @Test func hostileTimesSaturate() {
            var buffer = v4l2_buffer()
            buffer.flags = UInt32(V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC)
            buffer.timestamp.tv_sec = .max
            buffer.timestamp.tv_usec = .max
            #expect(V4L2Stream.statedTime(buffer) != nil)
            buffer.timestamp.tv_sec = .min
            buffer.timestamp.tv_usec = .min
            #expect(V4L2Stream.statedTime(buffer) != nil)
        }

        @Test func everyRawFormatGivesTheSameLuma() throws {
            let luma = (0..<64 * 48).map { UInt8(truncatingIfNeeded: $0 * 7) }
            let sources: [(UInt32, [UInt8])] = [
                (V4L2_FORMAT_GREY, luma),
                (V4L2_FORMAT_NV12, luma + [UInt8](repeating: 77, count: 64 * 24)),
                (V4L2_FORMAT_YUYV, luma.flatMap { [$0, 77] })
            ]
            for (code, bytes) in sources {
                let driver = FakeDriver([(code, 64, 48)])
                try driver.running {
                    let stream = try stream(driver)
                    var frame: Frame?
                    var sequence = CaptureSequence()
                    driver.pending = [.init(bytes: bytes, sequence: 0)]
                    #expect(try stream.take(into: &frame, &sequence).picture != nil)
                    #expect(try samples(of: #require(frame).luma) == luma)
                    let chroma: UInt8 = code == V4L2_FORMAT_GREY ? 128 : 77
                    #expect(try samples(of: #require(frame).chroma).allSatisfy { $0 == chroma })
                }
            }
        }

        @Test func jpegIsDecodedAtTheScaleThatIsWanted() throws {
            let large = patterned(width: 256, height: 192, seed: 3, isGrey: true)
            large.luma.fill(90)
            let bytes = try encoded(large, quality: 80)
            let driver = FakeDriver([(V4L2_FORMAT_MJPEG, 256, 192)])
            try driver.running {
                let stream = try stream(driver)
                #expect(stream.width == 64 && stream.height == 48)
                var frame: Frame?
                var sequence = CaptureSequence()
                driver.pending = [.init(bytes: bytes, sequence: 0)]
                #expect(try stream.take(into: &frame, &sequence).picture != nil)
                #expect(try samples(of: #require(frame).luma).allSatisfy { $0 == 90 })
                #expect(stream.ownJPEG == nil, "it has another size than the frame")

                driver.pending = [.init(bytes: Array(bytes.prefix(bytes.count / 2)), sequence: 1)]
                #expect(try stream.take(into: &frame, &sequence).damagedCount == 1)
                driver.pending = [.init(bytes: [1, 2, 3], sequence: 2)]
                #expect(try stream.take(into: &frame, &sequence).damagedCount == 1)
            }
        }

        @Test func ofACameraWhoseEverySecondPictureIsBrokenTheOthersAreSeen() throws {
            let picture = Frame(width: 64, height: 48)
            picture.luma.fill(90)
            let bytes = try encoded(picture, quality: 80)
            let driver = FakeDriver([(V4L2_FORMAT_MJPEG, 64, 48)])
            try driver.running {
                let stream = try stream(driver)
                var frame: Frame?
                var sequence = CaptureSequence()
                // Detectors that are slow find two at a time, of which the newer one is broken.
                for round in 0..<UInt32(5) {
                    driver.pending = [
                        .init(bytes: bytes, sequence: 2 * round),
                        .init(bytes: Array(bytes.prefix(300)), sequence: 2 * round + 1)
                    ]
                    let take = try stream.take(into: &frame, &sequence)
                    #expect(take.picture != nil && take.damagedCount == 1)
                    #expect(take.droppedCount == 0 && driver.queued.count == 4)
                    #expect(frame?.luma[9, 9] == 90)
                }
            }
        }

        @Test func emptyAndTinyBuffersAreDamagedAndNothingWorse() throws {
            for format in [V4L2_FORMAT_MJPEG, V4L2_FORMAT_GREY, V4L2_FORMAT_YUYV, V4L2_FORMAT_NV12]
            {
                let driver = FakeDriver([(format, 64, 48)])
                try driver.running {
                    let stream = try stream(driver)
                    var frame: Frame?
                    var sequence = CaptureSequence()
                    for byteCount in 0..<4 {
                        driver.pending = [
                            .init(bytes: [0xFF, 0xD8, 0xFF], sequence: 0, byteCount: byteCount)
                        ]
                        let take = try stream.take(into: &frame, &sequence)
                        #expect(take.picture == nil && take.damagedCount == 1)
                        #expect(take.damage?.isEmpty == false)
                        #expect(driver.queued.count == 4)
                    }
                }
            }
        }

        @Test(arguments: [
            TestJPEG(isProgressive: true), TestJPEG(color: .rgb), TestJPEG(color: .cmyk),
            TestJPEG(sampling: (4, 1), restartInterval: 2), TestJPEG(width: 128, height: 96)
        ])
        func aCameraIsSeenWhateverItsJPEGIsLike(kind: TestJPEG) throws {
            let bytes = try kind.bytes().dropLast(2)
            let driver = FakeDriver([(V4L2_FORMAT_MJPEG, 64, 48)])
            try driver.running {
                let stream = try stream(driver)
                var frame: Frame?
                var sequence = CaptureSequence()
                driver.pending = [.init(bytes: [0, 0xFF] + bytes, sequence: 0)]
                #expect(try stream.take(into: &frame, &sequence).picture != nil)
                // Also of another size than was negotiated, at the scale that is wanted.
                #expect(frame?.width == 64 && frame?.height == 48)
                let ownCount = kind.width == 64 ? bytes.count + 2 : nil
                #expect(stream.ownJPEG?.count == ownCount)
            }
        }

        @Test func theCamerasOwnJPEGIsHandedOutWithItsPictureAndNoLonger() throws {
            let picture = Frame(width: 64, height: 48)
            picture.luma.fill(90)
            let bytes = try encoded(picture, quality: 80)
            picture.luma.fill(120)
            let next = try encoded(picture, quality: 80)
            let driver = FakeDriver([(V4L2_FORMAT_MJPEG, 64, 48)])
            try driver.running {
                let stream = try stream(driver)
                var frame: Frame?
                var sequence = CaptureSequence()
                func own() -> [UInt8]? { stream.ownJPEG.map { Array($0) } }
                #expect(own() == nil)
                driver.pending = [.init(bytes: bytes, sequence: 0)]
                #expect(try stream.take(into: &frame, &sequence).picture != nil)
                #expect(own() == bytes)
                driver.pending = [.init(bytes: [1, 2, 3], sequence: 1)]
                #expect(try stream.take(into: &frame, &sequence).picture == nil)
                #expect(own() == nil, "of what cannot be decoded nothing is kept")
                // Of two the newer one, as the frame.
                driver.pending = [
                    .init(bytes: bytes, sequence: 2), .init(bytes: next, sequence: 3)
                ]
                #expect(try stream.take(into: &frame, &sequence).droppedCount == 1)
                #expect(own() == next)
            }
        }
    }
#endif
