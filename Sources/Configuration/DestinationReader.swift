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
        tls.authorities = table.file("authorities")
        tls.certificate = table.file("certificate")
        tls.key = table.file("key")
        tls.serverName = table.optional("server_name", allowed: "a host's name")
        user = table.optional("user", allowed: "a user's name")
        passwordFile = table.file("password_file", isSecret: true)
        prefix = table.string("prefix", default: prefix, allowed: "the first part of every topic")
        if prefix.utf8.contains(where: { Array("+#".utf8).contains($0) }),
            let value = table.value("prefix")
        {
            table.refuse(value, "prefix", allowed: "a topic without + and #")
        }
        isKnownToHomeAssistant = table.boolean(
            "home_assistant", default: isKnownToHomeAssistant)
        isToldOfFaces = table.boolean("faces", default: isToldOfFaces)
        if isToldOfFaces, isKnownToHomeAssistant, let value = table.value("faces") {
            table.refuse(
                value, "faces",
                allowed: "false where home_assistant is true: faces are for an authority's desk")
        }
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
        refuseIdleKeys(table)
        let isSIA = [address, backup].contains { $0?.tongue.isSIA ?? false }
        if let table = table.table("sia") {
            sia.read(table)
        } else if isSIA {
            table.missing("sia", allowed: "a table with the account that the centre gave")
        }
        table.finish()
    }

    /// What protects nothing must not look as if it did.
    private func refuseIdleKeys(_ table: TableReader) {
        let tongues = [address, backup].compactMap { $0?.tongue }
        if !tongues.isEmpty, !tongues.contains(where: \.isProtected) {
            for key in ["authorities", "certificate", "key", "server_name"] {
                guard let value = table.value(key) else { continue }
                table.refuse(value, key, allowed: "only with mqtts:// or sias://")
            }
        } else if tls.key != nil, tls.certificate == nil, let value = table.value("key") {
            table.refuse(value, "key", allowed: "only with the certificate that it belongs to")
        }
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
        keyFile = table.file("key_file", isSecret: true)
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

    /// - Parameter isSecret: of a secret; who wrote no path may have written the secret itself.
    fileprivate func file(_ key: String, isSecret: Bool = false) -> String? {
        let allowed = "a file's absolute path, /…"
        guard isSecret else {
            let text = optional(key, allowed: "a file's absolute path")
            if let text, !text.hasPrefix("/"), let value = value(key) {
                refuse(value, key, allowed: allowed)
            }
            return text
        }
        guard let value = value(key) else { return nil }
        if case .string(let text) = value.content, text.hasPrefix("/"), text.utf8.count <= 200,
            text == printable(text)
        {
            return text
        }
        hide(value, key, allowed: "\(allowed), with the secret on its first line")
        return nil
    }

    /// As `refuse`, of what may be a secret.
    private func hide(_ value: TOMLValue, _ key: String, allowed: String) {
        problems.add(
            "not shown here; allowed: \(allowed)", key: path(key), line: value.line,
            column: value.column)
    }

    fileprivate func address(_ key: String, isNeeded: Bool) -> DestinationSection.Address? {
        let tongues = DestinationSection.Tongue.allCases.map { "\($0.rawValue)://" }
        let allowed = tongues.joined(separator: " or ") + ", a host, and :port where it is unusual"
        guard let value = value(key) else {
            if isNeeded { missing(key, allowed: allowed) }
            return nil
        }
        guard case .string(let text) = value.content, text.utf8.count <= 200 else {
            hide(value, key, allowed: allowed)
            return nil
        }
        if let address = DestinationSection.Address(text) { return address }
        let user =
            "a host without a user: name the user under user, and the password in a"
            + " file under password_file"
        // What may be a password is shown in no spelling.
        if !DestinationSection.Address.isPlain(text[...]) {
            let parts = text.split(separator: "@", omittingEmptySubsequences: false)
            let isShown =
                parts.count == 2 && DestinationSection.Address.isPlain(parts[1])
                && DestinationSection.Tongue.allCases.contains {
                    text.hasPrefix("\($0.rawValue)://")
                }
            let takes = text.utf8.contains(UInt8(ascii: "@")) ? user : allowed
            isShown ? refuse(value, key, allowed: takes) : hide(value, key, allowed: takes)
        } else if let bracketed = DestinationSection.Address.bracketed(text) {
            refuse(
                value, key,
                allowed: "an address of IPv6 in brackets, such as \(quoted(bracketed))")
        } else {
            refuse(value, key, allowed: allowed)
        }
        return nil
    }
}

extension DestinationSection.Address {
    /// What somebody meant who wrote an address of IPv6 without brackets; nil where nobody did.
    /// What stands last is taken for the port if it has four digits or more, as they have.
    static func bracketed(_ text: String) -> String? {
        let schemes = DestinationSection.Tongue.allCases.map { $0.rawValue + "://" }
        guard let scheme = schemes.first(where: { text.hasPrefix($0) }) else { return nil }
        let rest = text.dropFirst(scheme.count)
        let groups = rest.split(separator: ":", omittingEmptySubsequences: false)
        guard groups.count > 2,
            groups.allSatisfy({ $0.count <= 5 && $0.allSatisfy(\.isHexDigit) })
        else { return nil }
        let last = groups[groups.count - 1]
        let isPort =
            last.count >= 4 && last.allSatisfy(\.isWholeNumber)
            && (groups.contains("") || groups.count == 9)
        return isPort
            ? "\(scheme)[\(rest.dropLast(last.count + 1))]:\(last)" : "\(scheme)[\(rest)]"
    }

    /// Whether nothing in it can be a user, a password or a query: a host, and a port, after a
    /// scheme or none.
    static func isPlain(_ text: Substring) -> Bool {
        let parts = text.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false)
        let hasScheme =
            parts.count == 3 && parts[1].isEmpty && parts[0].last == ":"
            && isName(parts[0].dropLast())
        let groups = (hasScheme ? parts[2] : text).split(
            separator: ":", omittingEmptySubsequences: false)
        guard groups.count <= 2 else {
            return groups.allSatisfy { $0.count <= 5 && $0.allSatisfy(\.isHexDigit) }
        }
        return isName(groups[0]) && (groups.count == 1 || isNumber(groups[1]))
    }

    private static func isName(_ text: some StringProtocol) -> Bool {
        text.utf8.allSatisfy { Array("-._".utf8).contains($0) || isLetterOrDigit($0) }
    }

    /// An address of IPv6, perhaps with a zone.
    private static func isNumeric(_ text: some StringProtocol) -> Bool {
        let parts = text.split(separator: "%", omittingEmptySubsequences: false)
        return parts[0].allSatisfy { $0.isHexDigit || $0 == ":" || $0 == "." }
            && parts[0].contains(":") && parts.count <= 2 && parts.dropFirst().allSatisfy(isName)
    }

    private static func isNumber(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }

    /// "mqtts://host", "mqtt://192.0.2.7:1884" or "mqtt://[::1]:1884".
    init?(_ text: String) {
        for tongue in DestinationSection.Tongue.allCases {
            let scheme = tongue.rawValue + "://"
            guard text.hasPrefix(scheme) else { continue }
            var rest = text.dropFirst(scheme.count)
            var host: Substring
            let isInBrackets = rest.hasPrefix("[")
            if isInBrackets {
                guard let end = rest.firstIndex(of: "]") else { return nil }
                host = rest[rest.index(after: rest.startIndex)..<end]
                rest = rest[rest.index(after: end)...]
            } else {
                host = rest.prefix { $0 != ":" }
                rest = rest.dropFirst(host.count)
            }
            let isHost = isInBrackets ? Self.isNumeric(host) : Self.isName(host)
            guard !host.isEmpty, isHost else { return nil }
            guard !rest.isEmpty else {
                self.init(tongue: tongue, host: String(host), port: tongue.port)
                return
            }
            guard rest.hasPrefix(":"), Self.isNumber(rest.dropFirst()),
                let port = UInt16(rest.dropFirst()), port > 0
            else { return nil }
            self.init(tongue: tongue, host: String(host), port: port)
            return
        }
        return nil
    }
}
