/// A piece of a picture, turned and scaled as somebody wants to see it: where its pixels lie.
///
/// - Units: pixels of the picture in 1/2¹⁶; the middle of a picture's first pixel is 0, 0.
public struct Patch: Hashable, Sendable {
    /// The middle of the piece's first pixel.
    public var x: Int
    public var y: Int
    /// From one pixel to the next on its right, and to the one below.
    public var right: Step
    public var down: Step

    public struct Step: Hashable, Sendable {
        public var x: Int
        public var y: Int

        public init(x: Int, y: Int) {
            self.x = x
            self.y = y
        }
    }

    public init(x: Int, y: Int, right: Step, down: Step) {
        self.x = x
        self.y = y
        self.right = right
        self.down = down
    }

    /// An upright piece of the picture whose sides have so many pixels.
    public init(_ area: Rectangle, width: Int, height: Int) {
        let (right, down) = ((area.width << 16) / width, (area.height << 16) / height)
        self.init(
            x: area.x << 16 + (right - 1 << 16) / 2, y: area.y << 16 + (down - 1 << 16) / 2,
            right: Step(x: right, y: 0), down: Step(x: 0, y: down))
    }

    /// Writes the piece as a colour network wants it.
    ///
    /// - Shape: `height` × `width` pixels of three codes: red, green, blue.
    /// - Units: codes are values less 128, int8.
    /// - Parameter outside: what is not in the picture.
    /// - Error: colours as `Colour` has them. Between pixels by both neighbours, luma and chroma
    ///   alike, in 1/2⁸; where the piece is shrunk each pixel is the mean of up to 3 × 3 such places,
    ///   which is the area's mean down to a third and leaves something out beyond.
    /// - Cost: see `Sources/Detectors/README.md`.
    public func fill(
        _ codes: UnsafeMutableBufferPointer<Int8>, width: Int, height: Int, from frame: Frame,
        outside: Int8
    ) {
        precondition(codes.count == 3 * width * height, "checked when a network is loaded")
        guard var target = codes.baseAddress else { return }
        let count = placeCount
        let places = count * count
        let luma = Samples(frame.luma.base, frame.luma.stride, frame.width, frame.height, step: 1)
        let chroma = Samples(
            frame.chroma.base, frame.chroma.stride, frame.chroma.width / 2, frame.chroma.height,
            step: 2)
        // Half a pixel beyond the outermost middles is the picture's edge.
        let (edgeX, edgeY) = (frame.width << 16, frame.height << 16)
        let half = 1 << 15
        for line in 0..<height {
            var (middleX, middleY) = (x + down.x * line, y + down.y * line)
            for _ in 0..<width {
                defer {
                    (middleX, middleY) = (middleX &+ right.x, middleY &+ right.y)
                    target += 3
                }
                guard middleX >= -half, middleY >= -half, middleX &+ half <= edgeX,
                    middleY &+ half <= edgeY
                else {
                    (target[0], target[1], target[2]) = (outside, outside, outside)
                    continue
                }
                if count == 1 {
                    let place = luma.place(middleX, middleY)
                    // The middle of a chroma sample is between those of its two by two pixels.
                    let coloured = chroma.place((middleX &- half) >> 1, (middleY &- half) >> 1)
                    Colour.write(
                        luma: luma.value(place), blue: chroma.value(coloured),
                        red: chroma.value(coloured, offset: 1), into: target)
                    continue
                }
                var (sum, blue, red) = (0, 0, 0)
                for byLine in 0..<count {
                    for byColumn in 0..<count {
                        // From the middle, in halves of a place's share.
                        let (h, v) = (2 * byColumn + 1 - count, 2 * byLine + 1 - count)
                        let placeX = middleX + (right.x * h + down.x * v) / (2 * count)
                        let placeY = middleY + (right.y * h + down.y * v) / (2 * count)
                        sum += luma.value(luma.place(placeX, placeY))
                        let coloured = chroma.place((placeX - half) >> 1, (placeY - half) >> 1)
                        blue += chroma.value(coloured)
                        red += chroma.value(coloured, offset: 1)
                    }
                }
                Colour.write(
                    luma: (sum + places / 2) / places, blue: (blue + places / 2) / places,
                    red: (red + places / 2) / places, into: target)
            }
        }
    }

    /// Of each direction.
    private var placeCount: Int {
        let longest = max(abs(right.x), abs(right.y), abs(down.x), abs(down.y))
        return min(max((longest + 3 << 14) >> 16, 1), 3)
    }
}

/// Samples of a picture, and what lies between them. Nothing here can overflow: places are clamped to a
/// picture's, whose sides are below 2¹⁴ pixels, before anything is multiplied.
private struct Samples {
    private let base: UnsafePointer<UInt8>
    private let stride: Int
    private let mostX: Int
    private let mostY: Int
    /// From one sample of its kind to the next.
    private let step: Int

    /// Between four samples.
    struct Place {
        var first: UnsafePointer<UInt8>
        /// From a sample to the one on its right, and from a line to the next; 0 at the edges.
        var right: Int
        var below: Int
        /// In 1/2⁸.
        var byX: Int
        var byY: Int
    }

    init(_ base: UnsafePointer<UInt8>, _ stride: Int, _ width: Int, _ height: Int, step: Int) {
        (self.base, self.stride, self.step) = (base, stride, step)
        (mostX, mostY) = ((width - 1) << 16, (height - 1) << 16)
    }

    /// Beyond the outermost as these.
    @inline(__always)
    func place(_ x: Int, _ y: Int) -> Place {
        let (atX, atY) = (min(max(x, 0), mostX), min(max(y, 0), mostY))
        return Place(
            first: base + ((atY >> 16) &* stride &+ (atX >> 16) &* step),
            right: atX < mostX ? step : 0, below: atY < mostY ? stride : 0,
            byX: (atX >> 8) & 255, byY: (atY >> 8) & 255)
    }

    @inline(__always)
    func value(_ place: Place, offset: Int = 0) -> Int {
        let first = place.first + offset
        let second = first + place.below
        let restX = 256 &- place.byX
        let upper = Int(first[0]) &* restX &+ Int(first[place.right]) &* place.byX
        let lower = Int(second[0]) &* restX &+ Int(second[place.right]) &* place.byX
        return (upper &* (256 &- place.byY) &+ lower &* place.byY &+ 1 << 15) >> 16
    }
}
