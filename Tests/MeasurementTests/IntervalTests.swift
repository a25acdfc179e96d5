import Measurement
import Quantities
import Statistics
import Testing

@Suite struct IntervalTests {
    private func record(_ number: Int, _ body: (inout RunRecorder) -> Void) -> ReplicationRecord {
        var run = RunRecorder(replication: number, labels: LabelSpaces(), seriesStep: .seconds(10))
        body(&run)
        return run.finish(at: .zero + .seconds(100))
    }

    private func interval(_ metric: Metric, _ summary: RunSummary) -> ConfidenceInterval? {
        switch summary.figures(metric)?.figures {
        case .distribution(let figures)?: figures.meanInterval
        case .survival(let figures)?: figures.p50Interval
        case .ratio(let figures)?: figures.interval
        case .level(let figures)?: figures.interval
        case .value(let figures)?: figures.interval
        case nil: nil
        }
    }

    @Test func `a share's interval stays within 0 and 1, a ratio of times only above 0`() throws {
        let records = [0, 0, 9].enumerated().map { number, hits in
            record(number) { run in
                run.ratio(.abandoned, numerator: Int64(hits), denominator: 10)
                run.ratio(.connectFailed, numerator: Int64(10 - hits), denominator: 10)
                run.ratio(.riskExposure, numerator: Int64(hits), denominator: 1)
            }
        }
        let summary = RunSummary(records)
        let low = try #require(interval(.abandoned, summary))
        #expect(low.low == 0)
        #expect(low.high == 1)
        let high = try #require(interval(.connectFailed, summary))
        #expect(high.low == 0)
        #expect(high.high == 1)
        let exposure = try #require(interval(.riskExposure, summary))
        #expect(exposure.low == 0)
        #expect(exposure.high > 9000)
    }

    @Test func `a replication that observed nothing takes no part in an interval`() throws {
        func records(_ withEmpty: Bool) -> [ReplicationRecord] {
            (0..<4).compactMap { number in
                if number == 2, !withEmpty { return nil }
                return record(number) { run in
                    guard number != 2 else { return }
                    run.record(.matchLatency, .seconds(Int64(number + 1)))
                    run.ratio(.abandoned, numerator: Int64(number), denominator: 10)
                }
            }
        }
        let (with, without) = (RunSummary(records(true)), RunSummary(records(false)))
        #expect(with.replications == 4)
        #expect(interval(.matchLatency, with) != nil)
        #expect(interval(.matchLatency, with) == interval(.matchLatency, without))
        #expect(interval(.abandoned, with) == interval(.abandoned, without))
        guard case .distribution(let figures)? = with.figures(.matchLatency)?.figures else {
            Issue.record("no figures")
            return
        }
        #expect(figures.p95Interval != nil)
        // Of one observing replication there is no interval, and nothing that is not a number.
        let alone = RunSummary([
            record(0) { $0.ratio(.abandoned, hit: true) }, record(1) { _ in },
        ])
        #expect(interval(.abandoned, alone) == nil)
    }

    @Test func `the interval of a level is that of the replications' means over time`() throws {
        let records = [10, 20, 30].enumerated().map { number, level in
            record(number) { run in
                run.beginMeasurement(at: .zero)
                run.level(.queueLength, set: Int64(level), at: .zero + .seconds(50))
            }
        }
        let found = try #require(interval(.queueLength, RunSummary(records)))
        let textbook = try #require(ReplicationSummary.interval95(of: [5, 10, 15]))
        #expect((found.low - textbook.low).magnitude < 1e-12)
        #expect((found.high - textbook.high).magnitude < 1e-12)
    }

    @Test func `a replication has its own quantiles`() throws {
        let one = record(0) { run in
            for k in 1...100 { run.record(.matchLatency, .milliseconds(Int64(k))) }
        }
        let median = try #require(one.percentile(.matchLatency, 50))
        #expect((median - 0.05).magnitude < 0.0002)
        #expect(one.percentile(.iceLatency, 50) == nil)
        #expect(one.percentile(.arrivals, 50) == nil)
    }
}

@Suite struct SeriesPoolTests {
    private func record(_ number: Int, _ levels: [Int64]) -> ReplicationRecord {
        var run = RunRecorder(replication: number, labels: LabelSpaces(), seriesStep: .seconds(1))
        for (second, level) in levels.enumerated() {
            let now = SimTime.zero + .seconds(Int64(second))
            run.level(.callsActive, set: level, at: now)
            run.sample(at: now)
        }
        return run.finish(at: .zero + .seconds(Int64(levels.count)))
    }

    @Test func `rows are added up, in any order`() {
        let (a, b) = (record(0, [1, 2, 3]), record(1, [10, 20, 40]))
        var (one, other) = (SeriesPool(), SeriesPool())
        one.add(a)
        one.add(b)
        other.add(b)
        other.add(a)
        #expect(one.sums(of: .callsActive) == [11, 22, 43])
        #expect(one.sums(of: .queueLength) == [0, 0, 0])
        #expect(other.sums(of: .callsActive) == one.sums(of: .callsActive))
        #expect(one.step == .seconds(1))
        #expect(one.settling(of: .callsActive) == nil)
    }
}
