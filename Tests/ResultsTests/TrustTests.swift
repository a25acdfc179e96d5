import ArrivalProcesses
import Foundation
import Measurement
import Quantities
import Results
import ScenarioModel
import Statistics
import Testing
import Theory

/// What a summary says of how far it can be trusted: theory, warm-up and precision.
@Suite struct TrustTests {
    private static let theory = [
        Prediction(
            metric: "abandoned", statistic: .value, value: 0.1, tolerance: 0.002, formula: "A"),
        Prediction(metric: "match.latency", statistic: .mean, value: 2.5, formula: "B"),
        Prediction(metric: "connect.latency", statistic: .mean, value: 2, formula: "B"),
    ]

    private static let warmUp = WarmUpCheck(
        configured: 60, applies: true,
        levels: [
            .init(series: "queue.length", truncation: 50, isConclusive: true),
            .init(series: "calls.active", truncation: 150, isConclusive: true),
            .init(series: "calls.relayed", truncation: nil, isConclusive: false),
        ])

    private static let precision = PrecisionReport(
        goal: 0.05, wave: 4, limit: 12,
        figures: [
            .init(
                metric: "match.latency", statistic: .p95, halfWidth: 0.1, relative: 0.1,
                isReached: false, needed: 48),
            .init(
                metric: "abandoned", statistic: .value, halfWidth: 0, relative: 0, isReached: true,
                needed: nil),
            .init(
                metric: "risk.newcomer_penalty", statistic: .value, halfWidth: 1, relative: nil,
                isReached: false, needed: nil),
            .init(
                metric: "connect.latency", statistic: .mean, halfWidth: nil, relative: nil,
                isReached: false, needed: nil),
        ], leftOut: ["queue.length.peak"])

    private func document() -> SummaryDocument {
        var document = RunSample.document(thresholds: [])
        document.theory = Self.theory.map { TheoryComparison($0, of: document.summary) }
        document.warmUp = Self.warmUp
        document.precision = Self.precision
        return document
    }

    @Test func `theory stands beside what was simulated`() throws {
        let json = document().json
        let entries = try #require(json["theory"]?.array)
        #expect(
            entries[0].members?.map(\.key) == [
                "metric", "statistic", "value", "simulated", "ci95", "inside", "tolerance",
                "formula",
            ])
        #expect(entries.map { $0["inside"] } == [.bool(true), .bool(false), .null])
        #expect(entries[0]["simulated"]?.number == 0.1)
        #expect(entries[2]["simulated"] == .null)
        #expect(entries[1]["ci95"]?.array?.count == 2)
        // Of one replication there is no interval to be inside of.
        let alone = TheoryComparison(Self.theory[0], of: RunSummary(RunSample.records(1)))
        #expect(alone.simulated == 0.1)
        #expect(alone.isInside == nil)
    }

    @Test func `all of it reads back as it was`() throws {
        let text = document().json.text()
        #expect(try SummaryDocument(reading: Array(text.utf8)) == document())
    }

    @Test func `summaries without it are read as well`() throws {
        let members = try #require(document().json.members)
        let old = JSONValue.object(
            members.filter { !["theory", "warm_up", "precision"].contains($0.key) })
        let read = try SummaryDocument(reading: Array(old.text().utf8))
        #expect(read == RunSample.document(thresholds: []))
    }

    @Test(arguments: [
        ("\"inside\"", "\"formula\": 1, \"insid\"", nil as String?),
        ("\"tolerance\"", "\"toleranz\"", "theory.0.tolerance"),
        ("\"statistic\": \"value\"", "\"statistic\": \"typical\"", "theory.0.statistic"),
        ("\"conclusive\"", "\"inclusive\"", "warm_up.mser5.0.conclusive"),
        ("\"applies\"", "\"applied\"", "warm_up.applies"),
        ("\"half_width\"", "\"width\"", "precision.figures.0.half_width"),
        ("\"left_out\"", "\"left\"", "precision.left_out"),
        (
            "\"replications_needed\": 48", "\"replications_needed\": 4.5",
            "precision.figures.0.replications_needed"
        ),
    ])
    func `what is wrong in it is named by its path`(key: String, other: String, path: String?) {
        let text = document().json.text().replacingOccurrences(of: key, with: other)
        let error = #expect(throws: UnreadableDocument.self) {
            try SummaryDocument(reading: Array(text.utf8))
        }
        if let path { #expect(error == .unexpected(path: path)) }
    }

    @Test func `a person reads it between the figures and the targets`() {
        let text = TerminalSummary(title: "T", question: "").text(document())
        let expected = """
              warning: the warm-up ends at 60 s, calls.active had not settled (MSER-5); it should be at least 2.5 min
              warm-up: the series is too short to tell whether calls.relayed had settled (MSER-5)
              precision ±5 % not reached with 3 replications:
                match.latency.p95 is ±10 % and would need about 48 (45 more)
                risk.newcomer_penalty has mean 0, beside which no width is narrow
                connect.latency.mean was observed in fewer than two of them
                not held to it, as an extreme has no mean: queue.length.peak

            """
        #expect(text.contains(expected))
        #expect(text.contains("\n  ✓ abandoned "))
        #expect(text.contains("\n  ✗ match.latency.mean "))
        #expect(text.contains("\n  · connect.latency.mean "))
        #expect(text.contains("  by: A\n  by: B\n  ✗ outside"))
    }

    @Test func `a goal that is reached names the widest figure`() {
        var document = document()
        document.precision?.figures = [
            .init(
                metric: "match.latency", statistic: .p95, halfWidth: 0.1, relative: 0.041,
                isReached: true, needed: nil)
        ]
        document.precision?.leftOut = []
        let text = TerminalSummary(title: "T", question: "").text(document)
        #expect(
            text.contains(
                "  precision ±5 % reached with 3 replications; widest: match.latency.p95 ±4.10 %\n")
        )
        #expect(document.precision?.isReached == true)
        #expect(Self.precision.needed == nil)
    }
}

@Suite struct WarmUpCheckTests {
    /// 200 rows of a level that is 0 for as long as `rise` and then goes up and down.
    private func pool(rise: Int) -> SeriesPool {
        var run = RunRecorder(replication: 0, labels: LabelSpaces(), seriesStep: .seconds(1))
        for second in 0..<200 {
            let now = SimTime.zero + .seconds(Int64(second))
            run.level(.callsActive, set: second < rise ? 0 : 50 + Int64(second % 3), at: now)
            run.sample(at: now)
        }
        var pool = SeriesPool()
        pool.add(run.finish(at: .zero + .seconds(200)))
        return pool
    }

    private func scenario(_ arrivals: Arrivals = .rate(1)) -> Scenario {
        var scenario = Scenario()
        scenario.arrivals = arrivals
        scenario.general = General(warmUp: .seconds(20), stopTime: .seconds(200))
        return scenario
    }

    @Test(arguments: [(20, []), (25, ["calls.active"]), (0, [])] as [(Int, [String])])
    func `levels that settle after the warm-up are late`(rise: Int, late: [String]) {
        let check = WarmUpCheck(scenario(), pool(rise: rise))
        #expect(check.levels.map(\.truncation) == [0, Double(rise)])
        #expect(check.late.map(\.series) == late)
        #expect(check.unclear.isEmpty)
    }

    @Test func `a level that has not settled by the middle of the run is unclear`() {
        let check = WarmUpCheck(scenario(), pool(rise: 150))
        #expect(check.unclear.map(\.series) == ["calls.active"])
        #expect(check.late.isEmpty)
    }

    @Test(
        arguments: [
            .profile(.linear, points: [RatePoint(at: .zero, rate: 1)]),
            .diurnal(mean: 1, amplitude: 0.5, peakAt: .zero, start: .zero),
            .flashCrowd(base: 1, factor: 2, at: .zero, rise: .seconds(1), decay: .seconds(1)),
            .trace([]),
        ] as [Arrivals])
    func `of a load that changes with time nothing is said`(arrivals: Arrivals) {
        let check = WarmUpCheck(scenario(arrivals), pool(rise: 100))
        #expect(!check.applies)
        #expect(check.levels.isEmpty && check.late.isEmpty && check.unclear.isEmpty)
    }
}
