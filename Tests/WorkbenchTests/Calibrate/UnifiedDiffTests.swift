import Frames
import Testing

@testable import Workbench

@Suite struct UnifiedDiffTests {
    private static func text(_ old: String, _ new: String) -> String {
        UnifiedDiff(from: old, to: new).text(old: "a", new: "b")
    }

    @Test func equalTextsDifferInNothing() {
        #expect(Self.text("a\nb\n", "a\nb\n") == "")
        #expect(Self.text("", "") == "")
    }

    @Test func aChangedLineStandsBetweenThreeOfItsContext() {
        let old = (1...9).map { "\($0)\n" }.joined()
        #expect(
            Self.text(old, old.replacing("5", with: "five")) == """
                --- a
                +++ b
                @@ -2,7 +2,7 @@
                 2
                 3
                 4
                -5
                +five
                 6
                 7
                 8

                """)
    }

    @Test func whatLiesFarApartIsShownApart() {
        let old = (1...40).map { "line \($0)\n" }.joined()
        let new = "first\n" + old.replacing("line 30\n", with: "")
        #expect(
            Self.text(old, new) == """
                --- a
                +++ b
                @@ -1,3 +1,4 @@
                +first
                 line 1
                 line 2
                 line 3
                @@ -27,7 +28,6 @@
                 line 27
                 line 28
                 line 29
                -line 30
                 line 31
                 line 32
                 line 33

                """)
    }

    @Test func aTextWithoutAnEndSaysSo() {
        #expect(
            Self.text("a", "a\nb\n")
                == "--- a\n+++ b\n@@ -1,1 +1,2 @@\n-a\n\\ No newline at end of file\n+a\n+b\n")
        #expect(Self.text("", "a\n") == "--- a\n+++ b\n@@ -0,0 +1,1 @@\n+a\n")
    }

    /// What is kept and taken out is the old text, what is kept and put in the new one.
    @Test func bothTextsCanBeReadOutOfIt() {
        var chance = SplitMix64(seed: 4)
        for _ in 0..<300 {
            func made() -> String {
                (0..<chance.whole(in: 0...30)).map { _ in "\(chance.whole(in: 0...4))\n" }.joined()
            }
            let (old, new) = (made(), made())
            var (first, second) = ("", "")
            for step in UnifiedDiff(from: old, to: new).steps {
                switch step {
                case .kept(let line):
                    first += line + "\n"
                    second += line + "\n"
                case .removed(let line): first += line + "\n"
                case .added(let line): second += line + "\n"
                }
            }
            #expect(first == old && second == new)
        }
    }
}
