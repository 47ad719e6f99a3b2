import Testing

@testable import Configuration

@Suite struct DestinationReaderTests {
    private static let head = """
        [[camera]]
        name = "door"
        device = "/dev/video0"
        [[destination]]
        name = "c"

        """

    /// Everything that is said of a file with these lines about a destination.
    private func words(_ lines: String) -> String {
        do throws(ConfigurationError) {
            _ = try Settings.read(
                Array((Self.head + lines).utf8), file: "kuzet.toml", ownName: "kuzet-1"
            ) { _ in
                ("", [])
            }
            return ""
        } catch {
            return error.description
        }
    }

    @Test func whoCallsACentreHasANameOfItsOwn() throws {
        func read(_ name: String, ownName: String?) throws(ConfigurationError) -> Settings {
            let text = name + Self.head + "url = \"mqtt://127.0.0.1\"\n"
            return try Settings.read(Array(text.utf8), file: "kuzet.toml", ownName: ownName) { _ in
                ("", [])
            }
        }
        #expect(try read("", ownName: "kuzet-1f").name == "kuzet-1f")
        #expect(try read("name = \"bar\"\n", ownName: "kuzet-1f").name == "bar")
        #expect(try read("name = \"bar\"\n", ownName: nil).name == "bar")
        #expect {
            try read("", ownName: nil)
        } throws: {
            "\($0)"
                == "kuzet.toml:1: name: missing; allowed: a name that no other board has, for this"
                + " one has neither a serial number nor an /etc/machine-id to be told by"
        }
    }

    @Test func aPasswordInAnAddressIsNotShownAndTheMessageSaysWhereItBelongs() {
        #expect(
            words("url = \"mqtt://kuzet:hunter2@127.0.0.1:1883\"")
                == "kuzet.toml:6: destination[1].url: \"mqtt://…@127.0.0.1:1883\": allowed: a host"
                + " without a user: name the user under user, and the password in a file under"
                + " password_file")
        let long = "hunter2" + String(repeating: "x", count: 100)
        for url in [
            "mqtts://kuzet:hunter2@h", "mqtt://:hunter2@h", "mqtt://hunter2@h",
            "sia://a:hun@ter2:hunter2@h", "mqtt://a:b c hunter2@h", "kuzet:hunter2@h",
            "http://kuzet:hunter2@h", "mqtt://a:hunter2/@h", "mqtt://a:\(long)@h",
            "mqtt://h?password=hunter2", "mqtt://kuzet:hunter2", "mqtt://a:\(long)\(long)@h",
            "mqtt://[::1]:hunter2", "mqtt://kuzet:hunter2:h:1883", "mqtt://kuzet:hunter2:1883",
            "mqtt://h#hunter2", "kuzet hunter2@h", "kuzet/hunter2@h", "@mqtt://kuzet:hunter2",
            "mqtt://[kuzet:hunter2]", "mqtt://kuzet%3Ahunter2%40h", "mqtt://h;hunter2"
        ] {
            for key in ["url", "backup_url"] {
                let text = words("\(key) = \"\(url)\"")
                #expect(
                    text.contains("destination[1].\(key)") && !text.contains("hunter2"), "\(text)")
            }
        }
    }

    /// Wherever in the file it stands, and even where the file is no TOML.
    @Test(arguments: [
        "tells = \"mqtt://kuzet:hunter2@h\"", "\"mqtt://kuzet:hunter2@h\" = 1",
        "name = \"mqtt://kuzet:hunter2@h\"", "authorities = \"mqtt://kuzet:hunter2@h\"",
        "command_key = \"mqtt://kuzet:hunter2@h\"", "url = mqtt://kuzet:hunter2@h",
        "url = \"mqtt://kuzet:hunter2@h", "url = \"mqtt://kuzet:hunter2@h\\q\"",
        "\"u:hunter2@h\" = 1\n\"u:hunter2@h\" = 1", "url = true:hunter2@h",
        "password_file = \"hunter2\"", "sia.key_file = \"hunter2\"",
        "password_file = \"\"\"\nhunter2\n\"\"\"", "password_file = [\"hunter2\"]",
        "url = \"mqtt://h\"\npassword = \"hunter2\""
    ])
    func aPasswordIsNowhereShown(lines: String) {
        let text = words(lines)
        #expect(!text.isEmpty && !text.contains("hunter2"), "\(text)")
    }

    @Test(arguments: ["20261130", "2026.1130", "0x20261130", "2026-11-30"])
    func aSecretThatIsANumberIsNotShownEither(secret: String) {
        for key in ["password_file", "sia.key_file"] {
            let text = words("url = \"mqtt://h\"\n\(key) = \(secret)")
            #expect(text.contains("not shown here") && !text.contains(secret), "\(text)")
        }
    }

    @Test(arguments: ["mqtt://h:+80", "mqtt://h:", "mqtt://h:0", "mqtt://[h]", "mqtt://h_ост"])
    func whatIsNoHostAndPortIsRefused(url: String) {
        #expect(words("url = \"\(url)\"").contains("destination[1].url"))
    }

    @Test func whatProtectsNothingIsRefused() {
        #expect(
            words("url = \"mqtt://h\"\ncertificate = \"/c.pem\"").hasSuffix(
                "destination[1].certificate: \"/c.pem\": allowed: only with mqtts:// or sias://"))
        #expect(
            words("url = \"mqtts://h\"\nkey = \"/k.pem\"").hasSuffix(
                "destination[1].key: \"/k.pem\": allowed: only with the certificate that it belongs"
                    + " to"))
        #expect(words("url = \"mqtts://h\"\ncertificate = \"/both.pem\"").isEmpty)
    }

    @Test func aKeyForThePasswordItselfIsSentToTheOneForItsFile() {
        #expect(
            words("url = \"mqtt://h\"\npassword = \"x\"")
                == "kuzet.toml:7: destination[1].password: unknown key; did you mean"
                + " \"password_file\"?")
    }

    @Test(arguments: [
        ("mqtt://::1:1883", "mqtt://[::1]:1883"), ("mqtts://fe80::1", "mqtts://[fe80::1]"),
        ("sia://2001:db8::7:12128", "sia://[2001:db8::7]:12128"),
        ("mqtt://2001:db8:1:2:3:4:5:1883", "mqtt://[2001:db8:1:2:3:4:5:1883]"),
        ("mqtt://2001:db8:1:2:3:4:5:6:1883", "mqtt://[2001:db8:1:2:3:4:5:6]:1883")
    ])
    func anAddressOfIPv6WithoutBracketsIsShownWithThem(url: String, wanted: String) {
        let text = words("url = \"\(url)\"")
        #expect(
            text.hasSuffix(
                "\"\(url)\": allowed: an address of IPv6 in brackets, such as \"\(wanted)\""),
            "\(text)")
        #expect(DestinationSection.Address(wanted) != nil)
    }

    @Test func whatIsNoSecretIsShownAsItStands() {
        for text in [
            "mqtt://host:1883", "mqtt://::1:1883", "http://host", "a@b", "/etc/kuzet/x", "12:30"
        ] {
            #expect(concealed(text) == text)
        }
        #expect(words("url = \"http://host\"").contains("\"http://host\""))
    }
}
