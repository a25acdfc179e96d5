import Measurement
import Quantities
import Results
import ScenarioModel

/// A small run of known figures.
enum RunSample {
    static func records(_ count: Int) -> [ReplicationRecord] {
        (0..<count).map { number in
            var run = RunRecorder(
                replication: number,
                labels: LabelSpaces(language: ["en", "es"], access: ["fixed", "mobile"]),
                seriesStep: .seconds(10))
            run.sample(at: .zero)
            run.level(.queueLength, set: 3, at: .zero + .seconds(5))
            run.level(.relayBitrate, set: 12_000_000, at: .zero + .seconds(5))
            run.sample(at: .zero + .seconds(10))
            for k in 1...40 {
                let labels = Labels(language: UInt16(k % 2), access: UInt16(k % 2))
                run.count(.arrivals, 1, labels)
                run.record(.matchLatency, .milliseconds(Int64(100 * k + 10 * number)), labels)
                run.ratio(.abandoned, hit: k % 10 == 0, labels)
                run.ratio(.relayShare, hit: k % 4 == 0 || k == number, labels)
                run.record(.mediaMOS, value: 4.1, labels)
            }
            run.count(.ticketsUnfinished, 2)
            return run.finish(at: .zero + .seconds(15))
        }
    }

    static let thresholds: [Threshold] = [
        Threshold(metric: "match.latency", statistic: .p95, comparison: .atMost, limit: 5),
        Threshold(metric: "relay.share", statistic: .value, comparison: .atMost, limit: 0.2),
        Threshold(metric: "queue.length", statistic: .peak, comparison: .below, limit: 4),
    ]

    static func document(
        _ count: Int = 3, thresholds: [Threshold] = RunSample.thresholds
    ) -> SummaryDocument {
        let summary = RunSummary(records(count))
        return SummaryDocument(
            scenario: "sample", seed: .max, fingerprint: "0123abcd", summary: summary,
            verdicts: thresholds.map { Verdict($0, of: summary) })
    }
}
