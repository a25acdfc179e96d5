import KnowledgeLedger
import Measurement
import PlatformModel
import Quantities
import ScenarioModel
import Testing

@testable import SimulationRunner

/// Audits as pages.
@Suite struct AuditPageTests {
    @Test func `no text becomes markup`() {
        #expect(
            Markup.escaped("<b a=\"1\" c='2'>&amp;")
                == "&lt;b a=&quot;1&quot; c=&#39;2&#39;&gt;&amp;amp;")
        var page = Markup()
        page.element("p", class: "a\"b", "1 < 2")
        #expect(page.text == "<p class=\"a&quot;b\">1 &lt; 2</p>\n")
    }

    private static func page() async throws -> (report: AuditReport, html: String) {
        var scenario = AuditTests.scenario()
        scenario.title = "Calls <& more>"
        let audit = try await AuditTests.audit(
            scenario, .end, answering: [.window(.zero..<(.zero + .seconds(3)))])
        var report = AuditReport(audit, replayedBy: "voicesim audit 'a<b.yaml'")
        try report.compare(with: AuditRecord(json: report.json()))
        return (report, report.html())
    }

    @Test func `a page holds the matrix, the promises, the evidence and what replays it`()
        async throws
    {
        let (report, html) = try await Self.page()
        #expect(html.contains("<h1>Calls &lt;&amp; more&gt;</h1>"))
        for observer in Observer.allCases {
            #expect(html.contains("<th>\(Audit.words(observer.name))</th>"))
        }
        let seen = report.audit.knowledge.labels[.partner, .publicAddress].subjects.count
        #expect(html.contains("<small>\(seen) people</small>"))
        for finding in report.audit.findings {
            #expect(html.contains(Markup.escaped(finding.promise.statement)))
        }
        #expect(html.contains("<div class=\"promise conditional\">"))
        #expect(
            html.contains(
                "<code>voicesim audit &#39;a&lt;b.yaml&#39; --set ice.policy=relay</code>"))
        #expect(html.contains("signalling and relays: same call in "))
        #expect(html.contains("all that processors came to know is on the published list"))
        #expect(html.contains("decryptable frames"))
        #expect(html.contains("subpoena window=0.0 s..3.0 s"))
        #expect(html.contains("nobody learns more than in the earlier audit"))
    }

    @Test func `a page is whole and asks nobody for anything`() async throws {
        let html = try await Self.page().html
        for reference in ["http:", "https:", "src=", "href=", "url(", "<script"] {
            #expect(!html.contains(reference))
        }
        var open: [Substring] = []
        for tag in html.split(separator: "<").dropFirst() {
            let name = tag.prefix { $0 != ">" && $0 != " " }
            switch name {
            case "!DOCTYPE", "meta": continue
            default: break
            }
            if name.hasPrefix("/") {
                #expect(open.popLast() == name.dropFirst())
            } else {
                open.append(name)
            }
        }
        #expect(open.isEmpty)
    }
}
