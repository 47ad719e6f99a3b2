import Text

extension TOMLPage {
    mutating func write(_ destinations: [DestinationSection]) {
        blank()
        note(
            "To whom incidents are told, at most \(DestinationSection.countMax); each gets all of them,"
        )
        note("in its own time, however long it was away. Without any they stay in the ledger.")
        if destinations.isEmpty, commented {
            var page = TOMLPage(commented: true)
            page.write(Self.sample, isExample: true)
            for line in page.text.split(separator: "\n") {
                if line.hasPrefix("#") { text += line + "\n" } else { example(String(line)) }
            }
        }
        for destination in destinations { write(destination, isExample: false) }
    }

    private static var sample: DestinationSection {
        var sample = DestinationSection(name: "centre")
        sample.address.host = "centre.example"
        sample.backup = DestinationSection.Address(
            tongue: .mqtts, host: "centre2.example", port: 8883)
        sample.tls.authorities = "/etc/kuzet/authorities.pem"
        sample.tls.certificate = "/etc/kuzet/kuzet.pem"
        sample.tls.key = "/etc/kuzet/kuzet.key"
        sample.tls.serverName = "centre.example"
        sample.user = "kuzet"
        sample.passwordFile = "/etc/kuzet/centre.password"
        sample.sia.account = "AB12"
        sample.sia.receiver = "1"
        sample.sia.keyFile = "/etc/kuzet/centre.key"
        sample.commandKey = [UInt8](repeating: 0, count: 32)
        return sample
    }

    private mutating func write(_ destination: DestinationSection, isExample: Bool) {
        header("[[destination]]")
        if isExample {
            note("One word; who is called otherwise later is a new one, and is told all.")
        }
        pair("name", tomlText(destination.name))
        if isExample {
            note("mqtts is MQTT 5 under TLS; mqtt is in the clear, for a broker next door.")
        }
        pair("url", tomlText(destination.address.text))
        if isExample { note("all, or escalated: only what nobody acknowledged in time ([alarm]).") }
        pair("tells", tomlText(destination.tells.rawValue))
        if isExample {
            note("Another way to the same centre, taken while the first is down so long.")
        }
        if let backup = destination.backup { pair("backup_url", tomlText(backup.text)) }
        pair("backup_after_seconds", Int(destination.backupAfter.milliseconds / 1000))
        if isExample {
            note("PEM files: whom to believe (left out: the system's authorities), our own")
            note(
                "certificate and its key, and the name in the centre's where it is not the host's.")
        }
        optional("authorities", destination.tls.authorities)
        optional("certificate", destination.tls.certificate)
        optional("key", destination.tls.key)
        optional("server_name", destination.tls.serverName)
        if isExample { note("The password is the first line of a file of its own.") }
        optional("user", destination.user)
        optional("password_file", destination.passwordFile)
        if isExample { note("Topics are prefix/name of the appliance/incident, …") }
        pair("prefix", tomlText(destination.prefix))
        if isExample { note("Whether Home Assistant shall find the appliance by itself.") }
        pair("home_assistant", String(destination.isKnownToHomeAssistant))
        if isExample {
            note(
                "Whether it is told of people like an entry of a signed list ([watchlist]): a desk of"
            )
            note("that authority, not a venue's own. Their pictures are sealed for it alone.")
        }
        pair("faces", String(destination.isToldOfFaces))
        if isExample { note("Snapshots up to this size are sent along.") }
        pair("picture_bytes_max", destination.pictureByteCountMax)
        if isExample {
            note("Commands are taken from who signs with this key only: Ed25519, Base64.")
        }
        optional("command_key", destination.commandKey.map { Base64.text($0) })
        guard isExample || destination.sia != DestinationSection.SIASection() else { return }
        if isExample {
            note(
                "sia:// and sias:// speak DC-09: only what was confirmed is told, and its end. codes"
            )
            note("are sia-dcs or adm-cid; the key is ascii or hexadecimal, 16, 24 or 32 bytes.")
        }
        pair("sia.account", tomlText(destination.sia.account))
        pair("sia.receiver", tomlText(destination.sia.receiver))
        pair("sia.line", tomlText(destination.sia.line))
        pair("sia.codes", tomlText(destination.sia.codeBook.rawValue))
        optional("sia.key_file", destination.sia.keyFile)
        pair("sia.key_form", tomlText(destination.sia.keyForm.rawValue))
        pair("sia.supervision_seconds", Int(destination.sia.supervision.milliseconds / 1000))
    }

    private mutating func optional(_ key: String, _ value: String?) {
        if let value { pair(key, tomlText(value)) }
    }
}
