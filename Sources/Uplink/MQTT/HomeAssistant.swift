import Incidents
import Text

/// Makes an appliance known to Home Assistant by itself: what its incidents are, and whether it
/// lives.
///
/// - Source: Home Assistant documentation, "MQTT Discovery", "MQTT Event", "MQTT Binary sensor".
enum HomeAssistant {
    /// Retained messages, one for each entity.
    static func discovery(base: String, speaker: Speaker) -> [(topic: String, payload: String)] {
        let device = speaker.device
        let node = "kuzet_" + word(device)
        let common =
            "\"availability_topic\":\(JSON.quoted(base + "/status")),"
            + "\"availability_template\":\"{{ 'online' if value_json.state == 'online' else 'offline'"
            + " }}\",\"device\":{\"identifiers\":[\"\(node)\"],\"name\":\(JSON.quoted(device)),"
            + "\"manufacturer\":\"Kuzet\"}"
        let kinds = Incident.Kind.allCases.filter { $0.row.category != .list }.map { "\"\($0)\"" }
            .joined(separator: ",")
        let incident = JSON.quoted(base + "/incident")
        let alarm = JSON.quoted(base + "/alarm")
        return [
            (
                "homeassistant/event/\(node)/incident/config",
                "{\"name\":\"Incident\",\"unique_id\":\"\(node)_incident\","
                    + "\"state_topic\":\(incident),\"event_types\":[\(kinds)],"
                    + "\"value_template\":\"{{ {'event_type': value_json.kind, 'state':"
                    + " value_json.state, 'camera': value_json.camera} | tojson }}\",\(common)}"
            ),
            (
                "homeassistant/binary_sensor/\(node)/alarm/config",
                "{\"name\":\"Alarm\",\"unique_id\":\"\(node)_alarm\","
                    + "\"device_class\":\"safety\",\"state_topic\":\(alarm),\(common)}"
            )
        ]
            + speaker.cameras.map { camera in
                // All cameras speak on one topic: what another one said leaves the state as it is.
                let isIts = "value_json.camera == '\(camera)'"
                return (
                    "homeassistant/sensor/\(node)/people_\(word(camera))/config",
                    "{\"name\":\(JSON.quoted("People, " + camera)),"
                        + "\"unique_id\":\"\(node)_people_\(word(camera))\","
                        + "\"state_class\":\"measurement\",\"unit_of_measurement\":\"people\","
                        + "\"state_topic\":\(JSON.quoted(base + "/people")),\"value_template\":"
                        + "\"{{ value_json.count if \(isIts) else this.state }}\",\(common)}"
                )
            }
    }

    /// Letters, digits, "_" and "-": what a node may be called.
    private static func word(_ text: String) -> String {
        String(
            decoding: text.utf8.map { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    byte
                default: UInt8(ascii: "_")
                }
            }, as: UTF8.self)
    }
}
