import Measurement
import Testing

@Suite struct MetricCatalogueTests {
    @Test func `each metric's description stands at its number`() {
        #expect(MetricCatalogue.all.map(\.metric) == Metric.allCases)
        for (index, metric) in Metric.allCases.enumerated() {
            #expect(Int(metric.rawValue) == index)
        }
    }

    @Test func `names are unique and lead back to their metric`() {
        #expect(Set(MetricCatalogue.all.map(\.name)).count == Metric.allCases.count)
        for metric in Metric.allCases {
            #expect(MetricCatalogue.metric(named: metric.description.name) == metric)
        }
        #expect(MetricCatalogue.metric(named: "match.latency.p95") == nil)
    }

    @Test(
        arguments: [
            ("arrivals", .count), ("peers.present", .level), ("matches", .count),
            ("match.latency", .distribution),
            ("abandoned", .ratio), ("queue.length", .level), ("match.age_inversions", .ratio),
            ("match.fairness.jain", .index), ("signaling.latency", .distribution),
            ("ice.latency", .distribution), ("dtls.latency", .distribution),
            ("connect.latency", .distribution), ("connect.failed", .ratio), ("relay.share", .ratio),
            ("relay.allocations", .level), ("relay.refused", .count), ("relay.bitrate", .level),
            ("relay.packet_rate", .level), ("relay.egress", .count), ("relay.cost", .count),
            ("calls", .count), ("call.duration", .distribution), ("calls.active", .level),
            ("media.packets", .count), ("media.loss", .ratio), ("media.late", .ratio),
            ("media.concealed", .ratio), ("media.mouth_to_ear", .distribution),
            ("media.r_factor", .distribution), ("media.mos", .distribution),
            ("risk.reports", .count), ("risk.exposure", .ratio),
            ("risk.containment_calls", .distribution), ("risk.false_containment", .ratio),
            ("risk.newcomer_penalty", .contrast), ("risk.victims", .ratio),
            ("risk.separation_calls", .survival), ("risk.separation_time", .survival),
            ("risk.framed", .ratio), ("risk.framing_calls", .ratio),
            ("risk.leak_waits", .index), ("risk.leak_partners", .index),
        ] as [(String, MetricKind)])
    func `the core names are there with their kinds`(name: String, kind: MetricKind) throws {
        let metric = try #require(MetricCatalogue.metric(named: name))
        #expect(metric.description.kind == kind)
    }

    @Test func `every meaning is one sentence and the reference page lists every metric`() {
        let page = MetricCatalogue.referencePage()
        for entry in MetricCatalogue.all {
            #expect(entry.meaning.hasSuffix("."), "\(entry.name)")
            #expect(page.contains("| `\(entry.name)` | \(entry.kind.rawValue) |"))
            // A cell must not end the row early.
            #expect(!entry.meaning.contains("|"))
        }
    }
}
