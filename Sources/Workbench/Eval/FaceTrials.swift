import Camera
import Detectors
import Frames
import Store
import Watchlist

/// What cameras do to a face, done to a picture of 112 × 112: the same each time.
enum FaceTrial: String, CaseIterable {
    case whole
    case px64, px32, px24
    /// A mean of 7 × 7 pixels, twice.
    case blur
    /// A sixth of the light, and noise of ±6.
    case dark
    /// At 48 pixels, JPEG of quality 20.
    case compressed
    /// Without colour, as infrared lamps show it.
    case grey

    var title: String {
        switch self {
        case .whole: "as it is"
        case .px64: "shrunk to 64 px"
        case .px32: "shrunk to 32 px"
        case .px24: "shrunk to 24 px"
        case .blur: "blurred"
        case .dark: "dark and noisy"
        case .compressed: "48 px, JPEG 20"
        case .grey: "grey"
        }
    }

    func of(_ picture: Frame) throws -> Frame {
        switch self {
        case .whole: return picture
        case .px64: return picture.shrunk(to: 64)
        case .px32: return picture.shrunk(to: 32)
        case .px24: return picture.shrunk(to: 24)
        case .blur:
            return picture.changed { plane, next in
                plane.mean(reach: 3, into: next)
                next.mean(reach: 3, into: plane)
                next.base.update(from: plane.base, count: plane.stride * plane.height)
            }
        case .dark:
            var chance = SplitMix64(seed: 1)
            return picture.changed { plane, next in
                for y in 0..<plane.height {
                    for x in 0..<plane.width {
                        let noise = chance.whole(in: 0...12) - 6
                        next.row(y)[x] = UInt8(clamping: Int(plane.row(y)[x]) / 6 + noise)
                    }
                }
            }
        case .compressed:
            let small = picture.shrunk(to: 48)
            let jpeg = try JPEGEncoder().encode(small, quality: 20)
            return try StillPicture.read(jpeg, named: "compressed")
        case .grey:
            let grey = picture.changed { plane, next in
                next.base.update(from: plane.base, count: plane.stride * plane.height)
            }
            grey.chroma.base.update(repeating: 128, count: grey.chroma.stride * grey.chroma.height)
            return grey
        }
    }
}

extension Frame {
    /// As wide as said, its sides in proportion.
    fileprivate func shrunk(to side: Int) -> Frame {
        let high = max(height * side / width, 2)
        let small = Frame(width: side, height: high)
        BoxResize(fromWidth: width, fromHeight: height, toWidth: side, toHeight: high)
            .resize(luma.view, into: small.luma)
        for part in 0..<2 {
            let (from, into) = (
                Plane(width: chroma.width / 2, height: chroma.height),
                Plane(width: small.chroma.width / 2, height: small.chroma.height)
            )
            for y in 0..<from.height {
                for x in 0..<from.width { from.row(y)[x] = chroma.row(y)[2 * x + part] }
            }
            BoxResize(
                fromWidth: from.width, fromHeight: from.height, toWidth: into.width,
                toHeight: into.height
            ).resize(from.view, into: into)
            for y in 0..<into.height {
                for x in 0..<into.width { small.chroma.row(y)[2 * x + part] = into.row(y)[x] }
            }
        }
        return small
    }

    /// A copy whose luma is another.
    fileprivate func changed(_ change: (Plane, Plane) -> Void) -> Frame {
        let (before, after) = (
            Frame(width: width, height: height), Frame(width: width, height: height)
        )
        before.copy(from: self)
        after.copy(from: self)
        change(before.luma, after.luma)
        return after
    }
}

extension Plane {
    /// Of a square around each pixel, inside the picture.
    fileprivate func mean(reach: Int, into target: Plane) {
        for y in 0..<height {
            for x in 0..<width {
                var (sum, count) = (0, 0)
                for v in max(y - reach, 0)...min(y + reach, height - 1) {
                    for u in max(x - reach, 0)...min(x + reach, width - 1) {
                        sum += Int(row(v)[u])
                        count += 1
                    }
                }
                target.row(y)[x] = UInt8(sum / count)
            }
        }
    }
}
