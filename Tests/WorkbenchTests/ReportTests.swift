import Detectors
import Frames
import Incidents
import Station
import Testing
import Text

@testable import Workbench

@Test func jsonQuotingEscapesWhatRFC8259SaysMustBe() {
    #expect(JSON.quoted("a\"b\\c\n\u{1}/é") == "\"a\\\"b\\\\c\\n\\u0001/é\"")
}

@Test func namesFromOutsideCannotBecomeMarkup() {
    var evening = Evening(title: "<script>alert('x')</script>")
    evening.zoneNames = ["\"><img src=x onerror=alert(1)>"]
    evening.changed(Incident(ordinal: 1, camera: 0, kind: .presence, zone: 1, openedAt: .zero))
    let page = Report(evening: evening).html()
    #expect(!page.contains("<script>alert"))
    #expect(!page.contains("<img src=x"))
}

@Test func reportNamesNothingOutsideItself() {
    var evening = Evening(title: "evening")
    evening.changed(Incident(ordinal: 1, camera: 0, kind: .covered, zone: 0, openedAt: .zero))
    evening.kept(
        Shot(jpeg: [0xFF, 0xD8, 0xFF, 0xD9], at: .zero, width: 4, height: 3), ordinal: 1)
    evening.counted(PeopleCount(count: 1, low: 1, high: 1), zone: 0, at: .zero)
    evening.strip.pass(Frame(width: 64, height: 48), Overlay())
    evening.saw(
        [Sighting(kind: .covered, zone: 0, score: .one, region: .whole)],
        at: .zero + .seconds(3))
    evening.drove(.red, on: true, at: .zero + .seconds(2))
    let page = Report(evening: evening).html()
    // The one address is SVG's own name, which nothing fetches.
    let rest = page.split(separator: "http://www.w3.org/2000/svg").joined()
    #expect(!rest.contains("http:") && !rest.contains("https:") && !rest.contains("//cdn"))
    #expect(page.contains("data:image/jpeg;base64,/9j/2Q=="))
    #expect(page.contains("class='red'"))
}

@Test func anIncidentKeepsOneCardHoweverOftenItChanges() {
    var evening = Evening(title: "evening")
    var incident = Incident(ordinal: 3, camera: 0, kind: .frozen, zone: 0, openedAt: .zero)
    evening.changed(incident)
    incident.state = .closed
    evening.changed(incident)
    #expect(evening.entries.count == 1)
    #expect(evening.entries[0].incident.state == .closed)
}
