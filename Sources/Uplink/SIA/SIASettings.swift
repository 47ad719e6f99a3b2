import Cryptography
import Frames

/// How one alarm centre is spoken to.
public struct SIASettings: Hashable, Sendable {
    /// 3 to 16 hexadecimal digits, upper case.
    public let account: String
    /// 1 to 6 hexadecimal digits; nil where the centre wants none.
    public let receiver: String?
    /// 1 to 6 hexadecimal digits; "0" where the centre says nothing.
    public let line: String
    public var codeBook: SIACodeBook
    /// Encrypts everything, and then refuses answers that are not encrypted where they must be.
    public var key: AESKey?
    /// How long an answer may take.
    public var answerTimeout = Interval.seconds(10)
    /// How often one message is sent before the connection is given up.
    public var attemptCountMax = 3
    /// A link test is sent after so long without any other message: below what the centre demands
    /// (180 s in EN 50136-1 SP4).
    public var supervision = Interval.seconds(85)

    /// - Returns: nil where account, receiver or line are not as said above.
    public init?(
        account: String, receiver: String? = nil, line: String = "0",
        codeBook: SIACodeBook = .siaDCS, key: AESKey? = nil
    ) {
        func areDigits(_ text: String, _ counts: ClosedRange<Int>) -> Bool {
            counts.contains(text.utf8.count) && text.utf8.allSatisfy(SIADigits.isUpper)
        }
        guard areDigits(account, 3...16), areDigits(line, 1...6),
            receiver.map({ areDigits($0, 1...6) }) ?? true
        else { return nil }
        self.account = account
        self.receiver = receiver
        self.line = line
        self.codeBook = codeBook
        self.key = key
    }
}

/// Which code book the centre reads.
public enum SIACodeBook: String, CaseIterable, Sendable {
    /// Two letters, with text: ANSI/SIA DC-03 in DC-09.
    case siaDCS = "sia-dcs"
    /// Contact ID: ANSI/SIA DC-05 in DC-09.
    case admCID = "adm-cid"
}
