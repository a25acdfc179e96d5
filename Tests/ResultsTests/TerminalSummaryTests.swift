import Measurement
import Quantities
import Results
import ScenarioModel
import Testing

@Suite struct TerminalSummaryTests {
    private static let relay = Relay(
        regions: [RelayRegion(region: 0, servers: 2)], bandwidth: Bitrate(bitsPerSecond: 10_000_000)
    )

    private func text(_ document: SummaryDocument, isColoured: Bool = false) -> String {
        TerminalSummary(
            title: "Evening peak", question: "Do two relays do?", relay: Self.relay,
            notes: ["speech: recorded"], isColoured: isColoured
        ).text(document)
    }

    @Test func `the table, the targets and the answer are as a planner reads them`() {
        let expected = """
            Evening peak  3 replications, seed 18446744073709551615, fingerprint 0123abcd

                                                                  95 % interval  metric
              people who arrived                            40          40 … 40  arrivals
              people present, at most                        0                   peers.present.peak
              pairs made                                     0            0 … 0  matches
              wait for a partner, mean                 2.060 s  2.035 … 2.085 s  match.latency.mean
              wait for a partner, 95 % at most         3.820 s  3.783 … 3.836 s  match.latency.p95
              left before being paired                    10 %        10 … 10 %  abandoned
              evenness between languages (1 = even)      1.000    1.000 … 1.000  match.fairness.jain
              calls at once, at most                         0                   calls.active.peak
              calls over a relay                        26.7 %    23.1 … 30.3 %  relay.share
              relay ports in use, at most                    0                   relay.allocations.peak
              relay requests refused                         0            0 … 0  relay.refused
              relay traffic, mean                     8 Mbit/s     8 … 8 Mbit/s  relay.bitrate.time_mean
              relay traffic, at most                 12 Mbit/s                   relay.bitrate.peak
              price of relay traffic                         0            0 … 0  relay.cost
              voice quality, MOS 1…5                      4.10      4.10 … 4.10  media.mos.mean
              unfinished at the end, in no ratio: 2 waiting, 0 calls (per replication)
              relays: 2 servers; the busiest moment took 0 of 32,768 ports, 12 Mbit/s of 20 Mbit/s and
                0 of 500,000 packets/s: the work of 2 servers, without a spare (bound by bandwidth)
              speech: recorded

            Targets
              ✓ match.latency.p95  3.82 s  ≤ 5 s
              ✗ relay.share        26.7 %  ≤ 20 %
              ✓ queue.length.peak       3  < 4

            Do two relays do?
            → All 2 relay servers would carry the busiest moment (without a spare), and as configured, 1 of 3 targets is missed: relay.share at 26.7 %, where at most 20 % is allowed.

            """
        #expect(text(RunSample.document()) == expected)
    }

    @Test(
        arguments: [
            (
                [("match.latency", .p95, .atMost, 5)],
                "As configured, the target is met: match.latency.p95 at 3.82 s, where at most 5 s is allowed."
            ),
            (
                [("match.latency", .p95, .atMost, 5), ("match.latency", .mean, .atMost, 2.1)],
                "As configured, all 2 targets are met; closest to its limit is match.latency.mean at 2.06 s, where at most 2.1 s is allowed."
            ),
            (
                [("relay.refused", .value, .atMost, 0), ("queue.length", .peak, .atMost, 4)],
                "As configured, all 2 targets are met; closest to its limit is queue.length.peak at 3, where at most 4 is allowed."
            ),
            (
                [("relay.refused", .value, .atMost, 0), ("matches", .value, .atMost, 0)],
                "As configured, all 2 targets are met; closest to its limit is relay.refused at 0, where at most 0 is allowed."
            ),
            (
                [("relay.share", .value, .atMost, 0.3)],
                "As configured, the target is met: relay.share at 26.7 %, where at most 30 % is allowed (its 95 % interval 23.1 … 30.3 % spans the limit: more replications would tell)."
            ),
            (
                [("relay.share", .value, .below, 0.1), ("queue.length", .peak, .atLeast, 10)],
                "As configured, 2 of 2 targets are missed: relay.share at 26.7 %, where less than 10 % is required and queue.length.peak at 3, where at least 10 is required."
            ),
            (
                [("connect.latency", .p95, .atMost, 5)],
                "As configured, the target is missed: connect.latency.p95 has no observations."
            ),
            (
                [],
                "The scenario sets no targets; 95 % of those who were paired waited at most 3.82 s, 10 % left before and 26.7 % of calls took a relay."
            ),
        ] as [([(String, Threshold.Statistic, Threshold.Comparison, Double)], String)])
    func `one sentence answers the question`(
        limits: [(String, Threshold.Statistic, Threshold.Comparison, Double)], sentence: String
    ) {
        let thresholds = limits.map {
            Threshold(metric: $0.0, statistic: $0.1, comparison: $0.2, limit: $0.3)
        }
        #expect(Answer.sentence(RunSample.document(thresholds: thresholds)) == sentence)
    }

    @Test(
        arguments: [
            (
                "How many RELAYS are needed?", [("match.latency", .p95, .atMost, 5)],
                "All 2 relay servers would carry the busiest moment (without a spare), and as configured, the target is met: match.latency.p95 at 3.82 s, where at most 5 s is allowed."
            ),
            (
                "How many relays are needed?", [],
                "All 2 relay servers would carry the busiest moment (without a spare). The scenario sets no targets; 95 % of those who were paired waited at most 3.82 s, 10 % left before and 26.7 % of calls took a relay."
            ),
            (
                "Who waits?", [("match.latency", .p95, .atMost, 5)],
                "As configured, the target is met: match.latency.p95 at 3.82 s, where at most 5 s is allowed."
            ),
        ] as [(String, [(String, Threshold.Statistic, Threshold.Comparison, Double)], String)])
    func `where the question is about relays the answer begins with them`(
        question: String,
        limits: [(String, Threshold.Statistic, Threshold.Comparison, Double)], sentence: String
    ) {
        let thresholds = limits.map {
            Threshold(metric: $0.0, statistic: $0.1, comparison: $0.2, limit: $0.3)
        }
        let document = RunSample.document(thresholds: thresholds)
        let need = RelayNeed(Self.relay, document.summary)
        #expect(Answer.sentence(document, to: question, need) == sentence)
        if question.lowercased().contains("relay") {
            #expect(Answer.sentence(document, to: question) != sentence)
        }
    }

    @Test func `without intervals the table has no column for them`() {
        let lines = text(RunSample.document(1)).split(separator: "\n")
        #expect(!lines.contains { $0.contains("95 % interval") && $0.hasSuffix("metric") })
        #expect(lines.contains { $0.contains("1 replication,") })
    }

    @Test func `columns line up`() throws {
        let lines = text(RunSample.document()).split(separator: "\n")
        let header = try #require(lines.first { $0.hasSuffix("  metric") })
        let start = header.count - "metric".count
        for name in ["arrivals", "match.latency.p95", "relay.share", "relay.bitrate.peak"] {
            let line = try #require(lines.first { $0.hasSuffix("  " + name) })
            #expect(line.count - name.count == start)
        }
        // The answer is a sentence, which the terminal wraps.
        #expect(lines.allSatisfy { $0.count <= 120 || $0.hasPrefix("→") })
    }

    @Test func `colour changes nothing but escapes`() {
        let coloured = text(RunSample.document(), isColoured: true)
        #expect(coloured.contains("\u{1B}[32m✓\u{1B}[0m"))
        #expect(coloured.contains("\u{1B}[31m✗\u{1B}[0m"))
        let plain = coloured.replacing(/\u{1B}\[[0-9]+m/, with: "")
        #expect(plain == text(RunSample.document()))
    }
}
