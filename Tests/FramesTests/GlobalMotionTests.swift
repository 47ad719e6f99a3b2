import Frames
import Testing

@Test(arguments: [(0, 0), (1, 0), (0, -1), (-3, 2), (7, 7), (-7, -7)])
func aShakenPictureIsSetRight(dx: Int, dy: Int) {
    let world = Picture(120, 100, .random, seed: 5).view
    let (now, before) = (Plane(width: 97, height: 80), Plane(width: 97, height: 80))
    for y in 0..<80 {
        for x in 0..<97 {
            now[x, y] = world.row(y + 8)[x + 8]
            before[x, y] = world.row(y + 8 - dy)[x + 8 - dx]
        }
    }
    #expect(GlobalMotion.find(now.view, before: before.view) == (dx, dy))
    #expect(GlobalMotion.findReference(now.view, before: before.view) == (dx, dy))
    let shifted = Plane(width: 97, height: 80)
    GlobalMotion.shift(before.view, dx: dx, dy: dy, into: shifted)
    var wrong = 0
    for y in 8..<72 {
        for x in 8..<89 where shifted[x, y] != now[x, y] {
            wrong += 1
        }
    }
    #expect(wrong == 0)
}

@Test func anyPicturesGiveTheShiftOfTheReference() {
    for seed in 1...20 {
        let (width, height) = (32 + seed * 3, 32 + seed)
        let content = Picture.Content.allCases[seed % Picture.Content.allCases.count]
        let now = Picture(width, height, .noise, seed: UInt64(seed))
        let before = Picture(width, height, content, seed: UInt64(seed + 50))
        let fast = GlobalMotion.find(now.view, before: before.view)
        let slow = GlobalMotion.findReference(now.view, before: before.view)
        #expect(fast == slow)
    }
}

@Test(arguments: [(0, 0), (3, -2), (7, 7), (-7, 4)])
func aPartOfThePictureIsRefinedAboutTheWholeAsByTheReference(dx: Int, dy: Int) {
    let world = Picture(130, 110, .random, seed: 6).view
    for seed in 1...12 {
        let before = Picture(97, 80, .noise, seed: UInt64(seed))
        let (x, y) = (seed * 11 % 90, seed * 17 % 70)
        let area = Rectangle(x: x, y: y, width: 10 + seed * 3, height: 7 + seed)
        let now = seed % 2 == 0 ? Picture(97, 80, .ramp, seed: 3).view : world
        let clipped = PlaneView(base: now.base, width: 97, height: 80, stride: now.stride)
        let fast = GlobalMotion.refine(clipped, before: before.view, in: area, about: (dx, dy))
        let slow = GlobalMotion.refineReference(
            clipped, before: before.view, in: area, about: (dx, dy))
        #expect(fast == slow)
    }
    let (now, before) = (Plane(width: 97, height: 80), Plane(width: 97, height: 80))
    for y in 0..<80 {
        for x in 0..<97 {
            now[x, y] = world.row(y + 12)[x + 12]
            before[x, y] = world.row(y + 12 - dy - 2)[x + 12 - dx + 3]
        }
    }
    let area = Rectangle(x: 20, y: 20, width: 40, height: 40)
    let found = GlobalMotion.refine(now.view, before: before.view, in: area, about: (dx, dy))
    #expect(found == (dx - 3, dy + 2))
}

@Test(arguments: [(8, 8), (16, 16), (24, 8), (40, 24), (320, 16)])
func everySizeOfCellChangeMatchesReference(width: Int, height: Int) {
    for floor in [UInt8(0), 6, 255] {
        for content in Picture.Content.allCases {
            let now = Picture(width, height, content, seed: 1)
            let before = Picture(width, height, .random, seed: 2)
            let count = width / 8 * (height / 8)
            var fast = [UInt16](repeating: 1, count: count)
            var slow = [UInt16](repeating: 2, count: count)
            fast.withUnsafeMutableBufferPointer {
                CellChange.measure(now.view, before: before.view, floor: floor, into: $0)
            }
            slow.withUnsafeMutableBufferPointer {
                CellChange.measureReference(now.view, before: before.view, floor: floor, into: $0)
            }
            #expect(fast == slow)
        }
    }
}
