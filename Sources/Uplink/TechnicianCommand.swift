import Records
import Station
import Text

/// What a technician on the board orders, in the words in which a centre does, without a number and
/// a signature: whoever may write into the ledger's folder has the board.
///
///     {"by":"Marat","do":"acknowledge","incident":"6b75…-17","was":"none","because":"they danced"}
///     {"by":"Marat","do":"reset-caution","camera":"hall"}
public enum TechnicianCommand {
    /// - Error: what is wrong with it, in words.
    public static func read(_ bytes: [UInt8]) throws(SignedCommand.Refusal) -> Order {
        let command = try SignedCommand.json(bytes)
        guard let by = command["by"]?.string, !by.isEmpty,
            by.utf8.count <= LedgerRecord.nameByteCountMax
        else { throw SignedCommand.Refusal(description: "by: 1 to 64 bytes that say who") }
        guard command["do"]?.string == "reset-caution" else {
            let action = try SignedCommand.action(command)
            return Order(actor: by, authority: .technician, action: action)
        }
        guard let camera = command["camera"]?.string, camera.utf8.count <= 64 else {
            throw SignedCommand.Refusal(description: "camera: its name")
        }
        return Order(actor: by, authority: .technician, action: .resetCaution(camera: camera))
    }

    /// - Parameter document: that an authority signed.
    public static func text(by: String, watch document: [UInt8]) -> String {
        "{\"by\":\(JSON.quoted(by)),\"do\":\"watch\","
            + "\"document\":\"\(Base64.text(document))\"}"
    }

    public static func text(by: String, _ judgement: Judgement) -> String {
        "{\"by\":\(JSON.quoted(by)),\"do\":\"acknowledge\","
            + "\"incident\":\"\(judgement.identity.full)\",\"was\":\"\(judgement.verdict)\","
            + "\"because\":\(JSON.quoted(judgement.because))}"
    }

    public static func text(by: String, resetCautionOf camera: String) -> String {
        "{\"by\":\(JSON.quoted(by)),\"do\":\"reset-caution\",\"camera\":\(JSON.quoted(camera))}"
    }
}
