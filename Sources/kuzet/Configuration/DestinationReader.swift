import Frames
import Text
import Uplink

extension DestinationSection {
    init(_ table: TableReader) {
        self.init(name: table.word("name"))
        if let address = table.address("url", isNeeded: true) { self.address = address }
        tells = table.choice(
            "tells", among: Tells.allCases.map { ($0.rawValue, $0) }, default: tells)
        backup = table.address("backup_url", isNeeded: false)
        backupAfter = table.seconds("backup_after_seconds", in: 10...86_400, default: backupAfter)
        tls.authorities = table.path("authorities")
        tls.certificate = table.path("certificate")
        tls.key = table.path("key")
        tls.serverName = table.optional("server_name", allowed: "a host's name")
        user = table.optional("user", allowed: "a user's name")
        passwordFile = table.path("password_file")
        prefix = table.string("prefix", default: prefix, allowed: "the first part of every topic")
        if prefix.utf8.contains(where: { Array("+#".utf8).contains($0) }),
            let value = table.value("prefix")
        {
            table.refuse(value, "prefix", allowed: "a topic without + and #")
        }
        isKnownToHomeAssistant = table.boolean(
            "home_assistant", default: isKnownToHomeAssistant)
        pictureByteCountMax = table.integer(
            "picture_bytes_max", in: 0...1_048_576, default: pictureByteCountMax, unit: "bytes")
        if let value = table.value("command_key") {
            if case .string(let text) = value.content, let bytes = Base64.bytes(text),
                bytes.count == 32
            {
                commandKey = bytes
            } else {
                table.refuse(
                    value, "command_key", allowed: "an Ed25519 public key, 32 bytes in Base64")
            }
        }
        let isSIA = [address, backup].contains { $0?.tongue.isSIA ?? false }
        if let table = table.table("sia") {
            sia.read(table)
        } else if isSIA {
            table.missing("sia", allowed: "a table with the account that the centre gave")
        }
        table.finish()
    }
}

extension DestinationSection.SIASection {
    fileprivate mutating func read(_ table: TableReader) {
        account = table.string(
            "account", default: nil, countMax: 16, allowed: "3 to 16 hexadecimal digits")
        receiver = table.string(
            "receiver", default: receiver, countMax: 6, allowed: "1 to 6 hexadecimal digits")
        line = table.string(
            "line", default: line, countMax: 6, allowed: "1 to 6 hexadecimal digits")
        if let value = table.value("account"), !account.isEmpty,
            SIASettings(account: account, receiver: receiver, line: line) == nil
        {
            table.refuse(
                value, "account",
                allowed: "an account of 3 to 16, a receiver and a line of 1 to 6 "
                    + "hexadecimal digits, upper case")
        }
        codeBook = table.choice(
            "codes", among: SIACodeBook.allCases.map { ($0.rawValue, $0) }, default: codeBook)
        keyFile = table.path("key_file")
        keyForm = table.choice(
            "key_form", among: SIAKeyForm.allCases.map { ($0.rawValue, $0) }, default: keyForm)
        supervision = table.seconds(
            "supervision_seconds", in: 5...86_400, default: supervision)
        table.finish()
    }
}

extension TableReader {
    fileprivate func optional(_ key: String, allowed: String) -> String? {
        let text = string(key, default: "", allowed: allowed)
        return text.isEmpty ? nil : text
    }

    fileprivate func path(_ key: String) -> String? {
        let text = optional(key, allowed: "a file's absolute path")
        if let text, !text.hasPrefix("/"), let value = value(key) {
            refuse(value, key, allowed: "a file's absolute path, /…")
        }
        return text
    }

    fileprivate func address(_ key: String, isNeeded: Bool) -> DestinationSection.Address? {
        let tongues = DestinationSection.Tongue.allCases.map { "\($0.rawValue)://" }
        let allowed = tongues.joined(separator: " or ") + ", a host, and :port where it is unusual"
        let text = string(key, default: isNeeded ? nil : "", allowed: allowed)
        guard !text.isEmpty else { return nil }
        if let address = DestinationSection.Address(text) { return address }
        if let value = value(key) { refuse(value, key, allowed: allowed) }
        return nil
    }
}

extension DestinationSection.Address {
    /// "mqtts://host", "mqtt://192.0.2.7:1884" or "mqtt://[::1]:1884".
    init?(_ text: String) {
        for tongue in DestinationSection.Tongue.allCases {
            let scheme = tongue.rawValue + "://"
            guard text.hasPrefix(scheme) else { continue }
            var rest = text.dropFirst(scheme.count)
            var host: Substring
            if rest.hasPrefix("[") {
                guard let end = rest.firstIndex(of: "]") else { return nil }
                host = rest[rest.index(after: rest.startIndex)..<end]
                rest = rest[rest.index(after: end)...]
            } else {
                host = rest.prefix { $0 != ":" }
                rest = rest.dropFirst(host.count)
            }
            let isPlain = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x2F }
            guard !host.isEmpty, isPlain else { return nil }
            guard !rest.isEmpty else {
                self.init(tongue: tongue, host: String(host), port: tongue.port)
                return
            }
            guard rest.hasPrefix(":"), let port = UInt16(rest.dropFirst()), port > 0 else {
                return nil
            }
            self.init(tongue: tongue, host: String(host), port: port)
            return
        }
        return nil
    }
}
