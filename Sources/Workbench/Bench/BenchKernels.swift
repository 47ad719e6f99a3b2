import Frames

extension Bench {
    /// Every kernel of `Frames` at 640 × 480, the larger camera.
    static func kernelRows(_ frames: [Frame]) -> [Benchmark] {
        let pictures = KernelPictures(frames)
        return pictures.pixelRows() + pictures.maskRows() + pictures.measureRows()
    }
}

/// Pictures, and memory for every kernel's result.
private final class KernelPictures {
    private let width = BenchPictures.width
    private let height = BenchPictures.height
    private let planes: [Plane]
    private let out = Plane(width: BenchPictures.width, height: BenchPictures.height)
    private let zone = BenchPictures.zone(
        width: BenchPictures.width, height: BenchPictures.height)
    private let frame = Frame(width: BenchPictures.width, height: BenchPictures.height)

    init(_ frames: [Frame]) {
        planes = frames.map(\.luma)
    }

    private func picture(_ index: Int) -> PlaneView { planes[index % planes.count].view }

    private func row(
        _ name: String, hash: (() -> UInt64)? = nil, frame: @escaping (Int) -> Void
    ) -> Benchmark {
        Benchmark(
            name: name, pixelCount: width * height, frame: frame,
            hash: hash ?? { [out] in StableHash.of(out) })
    }

    /// Pictures to pictures.
    func pixelRows() -> [Benchmark] {
        let yuyv = Plane(width: 2 * width, height: height)
        for y in 0..<height {
            for x in 0..<2 * width {
                yuyv[x, y] = planes[0][x / 2, y] &+ UInt8(x % 2)
            }
        }
        let sizes = [(320, 240), (160, 120), (256, 192)]
        let shrinking = sizes.map { toWidth, toHeight in
            let resize = BoxResize(
                fromWidth: width, fromHeight: height, toWidth: toWidth, toHeight: toHeight)
            let small = Plane(width: toWidth, height: toHeight)
            return row(
                "box resize to \(toWidth)x\(toHeight)", hash: { StableHash.of(small) },
                frame: {
                    resize.resize(self.picture($0), into: small)
                })
        }
        return [
            row(
                "yuyv to luma and chroma", hash: { StableHash.of(self.frame.chroma) },
                frame: { _ in
                    LumaExtraction.unpack(yuyv: yuyv.view, into: self.frame)
                }),
            row("grey copy") { LumaExtraction.copy(self.picture($0), into: self.out) }
        ] + shrinking + [
            row("gradient map") { GradientMap.draw(self.picture($0), into: self.out) },
            row(
                "privacy mask", hash: { StableHash.of(self.frame.luma) },
                frame: { _ in
                    PolygonMask.hide(self.zone.view, in: self.frame)
                })
        ]
    }

    /// Pictures to masks, masks to regions.
    func maskRows() -> [Benchmark] {
        func background(
            _ name: String, _ learning: RunningBackground.Learning, within zone: Plane?
        ) -> Benchmark {
            let background = RunningBackground(width: width, height: height)
            background.begin(with: planes[0].view)
            return row(
                name, hash: { background.stateHash ^ StableHash.of(self.out) },
                frame: {
                    background.absorb(
                        self.picture($0), learning: learning, within: zone?.view,
                        foreground: self.out)
                })
        }
        let components = ConnectedComponents(width: width, height: height)
        let foreground = Plane(width: width, height: height)
        MaskedDifference.differ(
            planes[0].view, planes[4].view, by: 25, within: nil, into: foreground)
        return [
            background("background with mask", .usual, within: zone),
            background("background", .usual, within: nil),
            background("background, frozen", .frozen, within: zone),
            row("masked difference") {
                MaskedDifference.differ(
                    self.picture($0), self.picture($0 + 1), by: 25, within: self.zone.view,
                    into: self.out)
            },
            row(
                "mask count", hash: { UInt64(MaskCount.count(foreground.view)) },
                frame: { _ in
                    _ = MaskCount.count(foreground.view, within: self.zone.view)
                }),
            row(
                "components", hash: { UInt64(components.count) },
                frame: { _ in
                    components.find(in: foreground.view, areaMin: 20)
                })
        ]
    }

    /// Pictures to numbers.
    func measureRows() -> [Benchmark] {
        let cells = [BlockStatistics](repeating: BlockStatistics(), count: 48)
        let statistics = UnsafeMutableBufferPointer<BlockStatistics>.allocate(capacity: 48)
        _ = statistics.initialize(from: cells)
        let bins = UnsafeMutableBufferPointer<UInt32>.allocate(capacity: 256)
        bins.initialize(repeating: 0)
        let integral = IntegralImage(width: width, height: height)
        let all = Rectangle(x: 0, y: 0, width: width, height: height)
        let motion = BlockMotion(width: width, height: height)
        let likeness = UnsafeMutableBufferPointer<CellSums>.allocate(capacity: 80 * 60)
        likeness.initialize(repeating: CellSums())
        let rows = SampledRows(width: width, height: height)
        rows.keep(picture(0))
        return [
            row(
                "sampled rows", hash: { UInt64(rows.difference(from: self.picture(1))) },
                frame: {
                    _ = rows.difference(from: self.picture($0))
                }),
            row(
                "cell likeness",
                hash: {
                    likeness.reduce(0) { $0 &* 31 &+ UInt64(bitPattern: Int64($1.coscatter)) }
                },
                frame: {
                    CellLikeness.measure(
                        self.picture($0), against: self.picture($0 + 1), into: likeness)
                }),
            row(
                "sharpness 8x6", hash: { statistics.reduce(0) { $0 ^ $1.laplacianEnergy } },
                frame: {
                    Sharpness.measure(self.picture($0), columns: 8, rows: 6, into: statistics)
                }),
            row(
                "histogram", hash: { bins.reduce(0) { $0 &* 31 &+ UInt64($1) } },
                frame: {
                    LumaHistogram.count(self.picture($0), into: bins)
                }),
            row(
                "integral image", hash: { UInt64(integral.sum(in: all)) },
                frame: {
                    integral.compute(self.picture($0))
                }),
            row(
                "block motion", hash: { motion.vectors.reduce(0) { $0 &+ UInt64($1.difference) } },
                frame: {
                    motion.match(self.picture($0 + 1), before: self.picture($0))
                })
        ]
    }
}
