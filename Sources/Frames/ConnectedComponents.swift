import CKernels

/// One connected region of a mask.
public struct Component: Hashable, Sendable {
    public var bounds: Rectangle
    /// Pixels.
    public var area: Int
    /// The centroid, in 1/256 pixel from the picture's corner to the pixel's corner, rounded down.
    public var centroidX: Int
    public var centroidY: Int

    public init(bounds: Rectangle, area: Int, centroidX: Int, centroidY: Int) {
        self.bounds = bounds
        self.area = area
        self.centroidX = centroidX
        self.centroidY = centroidY
    }
}

/// The connected regions of a mask: runs of each row, joined to the row above with
/// 8-connectivity by union-find, in memory of fixed size.
///
/// - Shape: the mask has the size given at `init`; a pixel that is not 0 is set.
/// - Limits: a picture has at most ⌈width / 2⌉ · ⌈height / 2⌉ components (each starts with a
///   pixel that touches no other start), so `labelCountMax` is never more than that. When labels
///   run out, a run that touches nothing known is left out and counted in `lostPixelCount`. When
///   more than `componentCountMax` regions remain, the smallest are left out and counted in
///   `leftOutCount`.
/// - Source: He, Chao and Suzuki, "A run-based two-scan labeling algorithm", IEEE TIP 17(5), 2008.
public final class ConnectedComponents: @unchecked Sendable {
    public let width: Int
    public let height: Int
    public let labelCountMax: Int
    public let componentCountMax: Int

    /// Regions found by the last call, largest first, equals in raster order of their first pixel.
    public var found: UnsafeBufferPointer<Component> {
        UnsafeBufferPointer(start: components, count: count)
    }
    /// Regions in `found`.
    public private(set) var count = 0
    /// Pixels of runs for which no label was left.
    public private(set) var lostPixelCount = 0
    /// Regions of at least the least area that did not fit `found`.
    public private(set) var leftOutCount = 0

    /// From `start` up to, and not including, `end`.
    private typealias Run = kernel_run

    private struct Region {
        var parent: Int32
        var left: Int32
        var right: Int32
        var top: Int32
        var bottom: Int32
        var area: Int
        var sumX: Int
        var sumY: Int
    }

    private let components: UnsafeMutablePointer<Component>
    private let regions: UnsafeMutablePointer<Region>
    /// Runs of the row above and of this row; at most ⌈width / 2⌉ each.
    private var above: UnsafeMutablePointer<Run>
    private var current: UnsafeMutablePointer<Run>
    private var aboveLabels: UnsafeMutablePointer<Int32>
    private var currentLabels: UnsafeMutablePointer<Int32>
    private var labelCount = 0

    public init(
        width: Int, height: Int, componentCountMax: Int = 64, labelCountMax: Int = 8_192
    ) {
        precondition(
            width > 0 && height > 0 && width <= Plane.sideMax && height <= Plane.sideMax
                && componentCountMax > 0 && labelCountMax > 0,
            "checked when a camera opens")
        self.width = width
        self.height = height
        self.componentCountMax = componentCountMax
        self.labelCountMax = min(labelCountMax, ((width + 1) / 2) * ((height + 1) / 2))
        let runCountMax = (width + 1) / 2
        components = .allocate(capacity: componentCountMax)
        regions = .allocate(capacity: self.labelCountMax)
        above = .allocate(capacity: runCountMax)
        current = .allocate(capacity: runCountMax)
        aboveLabels = .allocate(capacity: runCountMax)
        currentLabels = .allocate(capacity: runCountMax)
    }

    deinit {
        components.deallocate()
        regions.deallocate()
        above.deallocate()
        current.deallocate()
        aboveLabels.deallocate()
        currentLabels.deallocate()
    }

    /// Defines the right answer.
    ///
    /// - Parameter areaMin: smaller regions are ignored; pixels.
    public func findReference(in mask: PlaneView, areaMin: Int = 1) {
        find(in: mask, areaMin: areaMin, runs: Self.runsReference)
    }

    /// The same components as `findReference`.
    public func find(in mask: PlaneView, areaMin: Int = 1) {
        find(in: mask, areaMin: areaMin, runs: kernels_runs)
    }

    /// The runs of one row, left to right; defines the right answer.
    private static func runsReference(
        _ row: UnsafePointer<UInt8>, _ width: Int, _ runs: UnsafeMutablePointer<Run>
    ) -> Int {
        var count = 0
        for x in 0..<width where row[x] != 0 {
            if count > 0, Int(runs[count - 1].end) == x {
                runs[count - 1].end += 1
            } else {
                runs[count] = Run(start: Int32(x), end: Int32(x + 1))
                count += 1
            }
        }
        return count
    }

    @inline(__always)
    private func find(
        in mask: PlaneView, areaMin: Int,
        runs: (UnsafePointer<UInt8>, Int, UnsafeMutablePointer<Run>) -> Int
    ) {
        precondition(mask.width == width && mask.height == height, "one size per labelling")
        (labelCount, lostPixelCount) = (0, 0)
        var aboveCount = 0
        for y in 0..<height {
            let runCount = runs(mask.row(y), width, current)
            aboveCount = join(runCount, y, toAbove: aboveCount)
            swap(&above, &current)
            swap(&aboveLabels, &currentLabels)
        }
        collect(areaMin)
    }

    /// Labels the runs of row `y`, and drops those for which no label is left.
    ///
    /// - Returns: how many were kept.
    private func join(_ runCount: Int, _ y: Int, toAbove aboveCount: Int) -> Int {
        var first = 0
        var kept = 0
        for index in 0..<runCount {
            let run = current[index]
            // Touching includes diagonals: ends may meet without overlapping.
            while first < aboveCount, above[first].end < run.start {
                first += 1
            }
            var label: Int32 = -1
            var other = first
            while other < aboveCount, above[other].start <= run.end {
                let root = self.root(aboveLabels[other])
                if label < 0 {
                    label = root
                } else if root != label {
                    // The smaller label stays: it is that of the first pixel in raster order.
                    regions[Int(max(root, label))].parent = min(root, label)
                    label = min(root, label)
                }
                other += 1
            }
            guard label >= 0 || labelCount < labelCountMax else {
                lostPixelCount += Int(run.end - run.start)
                continue
            }
            if label < 0 {
                label = Int32(labelCount)
                regions[labelCount] = Region(
                    parent: label, left: .max, right: 0, top: Int32(y), bottom: 0, area: 0,
                    sumX: 0, sumY: 0)
                labelCount += 1
            }
            extend(Int(label), by: run, y)
            current[kept] = run
            currentLabels[kept] = label
            kept += 1
        }
        return kept
    }

    private func root(_ label: Int32) -> Int32 {
        var label = label
        while regions[Int(label)].parent != label {
            let grandparent = regions[Int(regions[Int(label)].parent)].parent
            regions[Int(label)].parent = grandparent
            label = grandparent
        }
        return label
    }

    /// Cannot overflow: a sum of coordinates is below 2²⁸ · 2¹⁴ = 2⁴².
    private func extend(_ label: Int, by run: Run, _ y: Int) {
        let length = Int(run.end - run.start)
        regions[label].left = min(regions[label].left, run.start)
        regions[label].right = max(regions[label].right, run.end)
        regions[label].bottom = Int32(y + 1)
        regions[label].area += length
        regions[label].sumX += (Int(run.start) + Int(run.end) - 1) * length / 2
        regions[label].sumY += y * length
    }

    /// Folds every label into its root, last first, then keeps the largest roots.
    private func collect(_ areaMin: Int) {
        (count, leftOutCount) = (0, 0)
        for label in stride(from: labelCount - 1, through: 0, by: -1) {
            let parent = Int(regions[label].parent)
            guard parent != label else { continue }
            let part = regions[label]
            regions[parent].left = min(regions[parent].left, part.left)
            regions[parent].right = max(regions[parent].right, part.right)
            regions[parent].top = min(regions[parent].top, part.top)
            regions[parent].bottom = max(regions[parent].bottom, part.bottom)
            regions[parent].area += part.area
            regions[parent].sumX += part.sumX
            regions[parent].sumY += part.sumY
        }
        for label in 0..<labelCount {
            let region = regions[label]
            if Int(region.parent) == label, region.area >= max(areaMin, 1) {
                insert(region)
            }
        }
    }

    private func insert(_ region: Region) {
        var index = count
        while index > 0, components[index - 1].area < region.area {
            index -= 1
        }
        if count == componentCountMax {
            leftOutCount += 1
            guard index < count else { return }
            count -= 1
        }
        for moved in stride(from: count, to: index, by: -1) {
            components[moved] = components[moved - 1]
        }
        components[index] = Component(
            bounds: Rectangle(
                x: Int(region.left), y: Int(region.top), width: Int(region.right - region.left),
                height: Int(region.bottom - region.top)),
            area: region.area, centroidX: region.sumX * 256 / region.area,
            centroidY: region.sumY * 256 / region.area)
        count += 1
    }
}
