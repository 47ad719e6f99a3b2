import Incidents
import Station
import Testing
import Text
import Watchlist

@testable import Configuration

@Suite struct WatchlistReaderTests {
    private static let camera = "[[camera]]\nname = \"door\"\ndevice = \"/dev/video0\"\n"

    private func read(_ text: String) -> (settings: Settings, problems: [String]) {
        do throws(ConfigurationError) {
            let read = try Settings.read(
                Array((text + Self.camera).utf8), file: "text.toml", ownName: "bar"
            ) { name throws(ConfigurationError) in
                throw ConfigurationError(file: name, message: "no profile here")
            }
            return (read, [])
        } catch { return (Settings(), error.problems.map(\.description)) }
    }

    private func key(_ byte: UInt8) -> String { Base64.text([UInt8](repeating: byte, count: 32)) }

    @Test func asDeliveredNobodyMaySayWhomToLookFor() {
        #expect(read("").settings.authorities.isEmpty)
        #expect(Settings.example.authorities.isEmpty)
    }

    @Test func anAuthorityIsReadWithItsLimits() {
        let text = """
            [[watchlist.authority]]
            name = "police"
            key = "\(key(7))"
            lists = ["wanted", "missing"]
            authorises = ["barred"]

            """
        #expect(
            read(text).settings.authorities == [
                ListAuthority(
                    name: "police", key: [UInt8](repeating: 7, count: 32),
                    lists: [.wanted, .missing], authorises: [.barred])
            ])
    }

    @Test func whatIsWrongIsSaidWithWhatIsAllowed() {
        for (line, part) in [
            ("key = \"AA==\"", "an Ed25519 public key, 32 bytes in Base64"),
            ("key = \"\(key(0))\"", "an Ed25519 public key, 32 bytes in Base64"),
            ("", "key: missing"), ("key = \"\(key(7))\"\nlists = [\"seen\"]", "\"wanted\""),
            ("key = \"\(key(7))\"\nauthorises = \"wanted\"", "a list of some of"),
            ("key = \"\(key(7))\"\nodd = 1", "odd")
        ] {
            let problems = read("[[watchlist.authority]]\nname = \"a\"\n\(line)\n").problems
            #expect(problems.contains { $0.contains(part) }, "\(line): \(problems)")
        }
        let twice = "[[watchlist.authority]]\nname = \"a\"\nkey = \"\(key(7))\"\n"
        #expect(read(twice + twice).problems.count == 2)
    }

    @Test func nothingTurnsRedForALikeness() {
        for kind in ["wanted", "missing", "barred"] {
            for response in ["red", "siren", "siren-after-hours"] {
                let problems = read("[response]\n\(kind) = \"\(response)\"\n").problems
                #expect(problems.contains { $0.contains("no alarm") }, "\(kind) \(response)")
            }
        }
        #expect(!read("[response]\nmissing = \"amber\"\n").problems.isEmpty)
        #expect(read("[response]\nwanted = \"record\"\n").settings.station[.wanted] == .record)
        #expect(read("[response]\nwanted = \"amber\"\n").problems.isEmpty)
    }
}
