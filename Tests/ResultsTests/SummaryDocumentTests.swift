import Foundation
import Measurement
import Results
import ScenarioModel
import Testing

@Suite struct SummaryDocumentTests {
    @Test func `the format is as described`() throws {
        let json = RunSample.document().json
        #expect(
            json.members?.map(\.key) == [
                "schema", "scenario", "seed", "replications", "fingerprint", "metrics", "groups",
                "thresholds", "theory",
            ])
        #expect(json["schema"]?.string == "voicesim.summary/1")
        #expect(
            json["metrics"]?["match.latency"]?.members?.map(\.key) == [
                "unit", "count", "mean", "min", "p50", "p90", "p95", "p99", "p999", "max",
                "mean_ci95", "p95_ci95",
            ])
        #expect(
            json["metrics"]?["relay.share"]?.members?.map(\.key) == [
                "unit", "value", "ci95", "numerator", "denominator",
            ])
        #expect(
            json["metrics"]?["queue.length"]?.members?.map(\.key) == [
                "unit", "time_mean", "peak", "ci95",
            ])
        #expect(json["metrics"]?["arrivals"]?["value"]?.number == 40)
        #expect(json["metrics"]?["match.latency"]?["unit"]?.string == "s")
        #expect(json["metrics"]?["match.latency"]?["mean_ci95"]?.array?.count == 2)
        let spanish = json["groups"]?["match.latency"]?.array?[1]
        #expect(spanish?["labels"]?["language"]?.string == "es")
        #expect(spanish?["count"]?.integer == 60)
        #expect(
            json["thresholds"]?.array?.map { $0["ok"] } == [.bool(true), .bool(false), .bool(true)])
        #expect(json["thresholds"]?.array?[0]["metric"]?.string == "match.latency.p95")
    }

    @Test func `one replication has null intervals`() {
        let json = RunSample.document(1).json
        #expect(json["metrics"]?["match.latency"]?["mean_ci95"] == .null)
        #expect(json["metrics"]?["match.latency"]?["p95_ci95"] == .null)
        #expect(json["metrics"]?["relay.share"]?["ci95"] == .null)
    }

    @Test func `equal runs give equal bytes, which read back as the same document`() throws {
        let document = RunSample.document()
        let text = document.json.text()
        #expect(text == RunSample.document().json.text())
        #expect(try SummaryDocument(reading: Array(text.utf8)) == document)
        // A reader that is not ours agrees that it is JSON.
        #expect(throws: Never.self) {
            try JSONSerialization.jsonObject(with: Data(text.utf8))
        }
    }

    @Test func `what is not a summary is refused with the path to what is wrong`() throws {
        #expect(throws: UnreadableDocument.otherSchema(found: "voicesim.run/1")) {
            try SummaryDocument(reading: Array(#"{"schema": "voicesim.run/1"}"#.utf8))
        }
        #expect(throws: UnreadableDocument.otherSchema(found: nil)) {
            try SummaryDocument(reading: Array("[]".utf8))
        }
        #expect(throws: UnreadableDocument.self) { try SummaryDocument(reading: [0x7B]) }
        let text = RunSample.document().json.text()
        let broken = text.replacingOccurrences(of: #""numerator""#, with: #""numeratr""#)
        #expect(throws: UnreadableDocument.unexpected(path: "metrics.abandoned.numerator")) {
            try SummaryDocument(reading: Array(broken.utf8))
        }
        let unitless = text.replacingOccurrences(
            of: #""arrivals": {"unit": "1""#, with: #""arrivals": {"unit": "furlong""#)
        #expect(throws: UnreadableDocument.unexpected(path: "metrics.arrivals.unit")) {
            try SummaryDocument(reading: Array(unitless.utf8))
        }
    }
}

@Suite struct VerdictTests {
    @Test(arguments: [
        (Threshold.Comparison.atMost, 3.0, true), (.below, 3, false), (.atLeast, 3, true),
        (.above, 3, false), (.below, 3.1, true), (.above, 2.9, true), (.atMost, 2.9, false),
    ])
    func `a figure is held to its limit`(
        comparison: Threshold.Comparison, limit: Double, isMet: Bool
    ) {
        let threshold = Threshold(
            metric: "queue.length", statistic: .peak, comparison: comparison, limit: limit)
        let verdict = Verdict(threshold, of: RunSummary(RunSample.records(1)))
        #expect(verdict.value == 3)
        #expect(verdict.isMet == isMet)
        #expect(verdict.key == "queue.length.peak")
    }

    @Test(arguments: [
        ("connect.latency", Threshold.Statistic.p95), ("relay.share", .p95), ("nonsense", .value),
        ("match.latency", .value),
    ])
    func `a target without a figure is missed`(metric: String, statistic: Threshold.Statistic) {
        let threshold = Threshold(
            metric: metric, statistic: statistic, comparison: .atMost, limit: 1e9)
        let verdict = Verdict(threshold, of: RunSummary(RunSample.records(1)))
        #expect(verdict.value == nil)
        #expect(!verdict.isMet)
    }
}
