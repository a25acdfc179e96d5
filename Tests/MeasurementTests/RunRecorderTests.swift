import Measurement
import Quantities
import Statistics
import Testing

private let spaces = LabelSpaces(
    language: ["en", "es"], persona: ["talker", "harasser"], access: ["fixed", "mobile"],
    nat: ["eim_apdf", "apdm_apdf"])

private func recorder(_ replication: Int = 0) -> RunRecorder {
    RunRecorder(replication: replication, labels: spaces, seriesStep: .seconds(10))
}

private func at(_ seconds: Int64) -> SimTime { .zero + .seconds(seconds) }

extension RunSummary {
    fileprivate func distribution(_ metric: Metric) -> DistributionFigures? {
        guard case .distribution(let figures) = figures(metric)?.figures else { return nil }
        return figures
    }

    fileprivate func value(_ metric: Metric) -> ValueFigures? {
        guard case .value(let figures) = figures(metric)?.figures else { return nil }
        return figures
    }

    fileprivate func ratio(_ metric: Metric) -> RatioFigures? {
        guard case .ratio(let figures) = figures(metric)?.figures else { return nil }
        return figures
    }

    fileprivate func level(_ metric: Metric) -> LevelFigures? {
        guard case .level(let figures) = figures(metric)?.figures else { return nil }
        return figures
    }

    fileprivate func group(_ metric: Metric, _ label: String) -> Figures? {
        groups.first { $0.name == metric.description.name && $0.label == label }?.figures
    }
}

@Suite struct RunRecorderTests {
    @Test func `a ratio of one group counts there alone`() throws {
        var run = recorder()
        run.ratio(.matchHindsight, numerator: 3, denominator: 4)
        let labels = Labels(language: 1, access: 0)
        let number = try #require(run.group(of: labels, in: .language))
        #expect(number == 1)
        #expect(run.group(of: labels, in: .persona) == nil, "it has none")
        #expect(run.group(of: Labels(interest: 0), in: .interest) == nil, "there are none")
        #expect(run.group(of: labels, in: .cell) == nil, "groups are not crossed")
        run.ratio(
            .matchHindsight, numerator: 1, denominator: 2, ofGroup: number, in: .language)
        let summary = RunSummary([run.finish(at: at(60))])
        #expect(summary.ratio(.matchHindsight)?.value == 0.75)
        guard case .ratio(let spanish)? = summary.group(.matchHindsight, "es") else {
            Issue.record("the group is missing")
            return
        }
        #expect(spanish.value == 0.5)
        #expect(summary.group(.matchHindsight, "en") == nil)
        #expect(summary.group(.matchHindsight, "fixed") == nil)
    }

    @Test func `an observation counts overall and in the groups of its labels`() {
        var run = recorder()
        run.record(.matchLatency, .seconds(2), Labels(language: 0, access: 1))
        run.record(.matchLatency, .seconds(4), Labels(language: 1, access: 1))
        run.record(.matchLatency, .seconds(6))
        let summary = RunSummary([run.finish(at: at(60))])
        #expect(summary.distribution(.matchLatency)?.count == 3)
        #expect(summary.distribution(.matchLatency)?.mean == 4)
        #expect(summary.distribution(.matchLatency)?.max == 6)
        guard case .distribution(let english)? = summary.group(.matchLatency, "en"),
            case .distribution(let mobile)? = summary.group(.matchLatency, "mobile")
        else {
            Issue.record("groups are missing")
            return
        }
        #expect(english.count == 1)
        #expect(english.p50 == 2)
        #expect(mobile.mean == 3)
        #expect(summary.group(.matchLatency, "fixed") == nil)
    }

    @Test func `what is between two people counts once overall and once for each label involved`() {
        var run = recorder()
        let (a, b) = (Labels(access: 0, nat: 0), Labels(access: 1, nat: 0))
        run.ratio(.relayShare, hit: true, between: a, and: b)
        run.record(.connectLatency, .seconds(1), between: a, and: b)
        run.count(.calls, between: a, and: b)
        let record = run.finish(at: at(60))
        let summary = RunSummary([record])
        #expect(record.total(.calls) == 1)
        #expect(summary.ratio(.relayShare)?.denominator == 1)
        for label in ["fixed", "mobile", "eim_apdf"] {
            guard case .ratio(let share)? = summary.group(.relayShare, label) else {
                Issue.record("no group \(label)")
                continue
            }
            #expect(share.denominator == 1)
        }
        #expect(summary.group(.relayShare, "apdm_apdf") == nil)
        #expect(summary.groups.count { $0.name == "connect.latency" } == 3)
    }

    @Test func `levels forget the warm-up and keep what stands`() {
        var run = recorder()
        run.level(.queueLength, add: 8, at: at(1))
        run.level(.queueLength, add: -6, at: at(9))
        run.beginMeasurement(at: at(10))
        run.level(.queueLength, add: 2, at: at(15))
        #expect(run.currentLevel(.queueLength) == 4)
        let summary = RunSummary([run.finish(at: at(20))])
        #expect(summary.level(.queueLength)?.timeMean == 3)
        #expect(summary.level(.queueLength)?.peak == 4)
        #expect(summary.level(.queueLength)?.interval == nil)
    }

    @Test func `the series holds every level at each step`() {
        var run = recorder()
        run.sample(at: .zero)
        run.level(.callsActive, set: 7, at: at(3))
        #expect(run.nextSample == at(10))
        run.sample(at: at(10))
        let series = run.finish(at: at(20)).series
        #expect(series.columns == RunRecorder.seriesMetrics.map(\.description.name))
        let column = series.columns.firstIndex(of: "calls.active") ?? -1
        #expect(series.value(row: 0, column: column) == 0)
        #expect(series.value(row: 1, column: column) == 7)
    }

    @Test func `units are converted once, at the end`() {
        var run = recorder()
        run.record(.mediaMOS, value: 4.1)
        run.record(.mediaRFactor, value: -3)
        run.count(.relayCost, 2_500_000)
        run.ratio(.riskExposure, numerator: 5, denominator: 1000)
        run.contrast(.riskNewcomerPenalty, .seconds(3), isFirstClass: true)
        run.contrast(.riskNewcomerPenalty, .seconds(4), isFirstClass: false)
        let record = run.finish(at: at(1))
        #expect(record.value(.riskNewcomerPenalty) == -1)
        let summary = RunSummary([record])
        #expect(summary.distribution(.mediaMOS)?.p50 == 4.1)
        #expect(summary.distribution(.mediaRFactor)?.max == 0)
        #expect(summary.value(.relayCost)?.value == 2.5)
        #expect(summary.ratio(.riskExposure)?.value == 5)
        #expect(summary.figures(.riskExposure)?.unit == .perThousand)
    }

    @Test func `a survival pools the subjects of all replications before it estimates`() {
        var records: [ReplicationRecord] = []
        for (number, censored) in [Int64(4), 9].enumerated() {
            var run = recorder(number)
            for calls in Int64(1)...3 {
                run.survival(.riskSeparationCalls, calls, happened: true, Labels(persona: 1))
            }
            run.survival(.riskSeparationCalls, censored, happened: false, Labels(persona: 0))
            records.append(run.finish(at: at(1)))
        }
        #expect(records[0].survival(.riskSeparationCalls).events == 3)
        let summary = RunSummary(records)
        guard case .survival(let all)? = summary.figures(.riskSeparationCalls)?.figures,
            case .survival(let harassers)? = summary.group(.riskSeparationCalls, "harasser")
        else {
            Issue.record("figures are missing")
            return
        }
        #expect(all.subjects == 8 && all.events == 6)
        // 8 watched: 6/8 are left after 1, 4/8 after 2, 2/8 after 3, and so they stay.
        #expect(all.p25 == 1 && all.p50 == 2 && all.p75 == 3 && all.p90 == nil)
        #expect(harassers.subjects == 6 && harassers.p90 == 3)
    }

    @Test func `what waits and partners tell of a tier is the area under a ROC curve`() {
        let tiers = LabelSpaces(tier: ["clear", "watched", "contained"])
        var run = RunRecorder(replication: 0, labels: tiers, seriesStep: .seconds(10))
        func leaks() -> (Double?, Double?) {
            let record = run.finish(at: at(1))
            return (record.value(.riskLeakWaits), record.value(.riskLeakPartners))
        }
        #expect(leaks() == (nil, nil))
        for wait in [Int64(1), 2, 3, 4] {
            run.record(.matchLatency, .seconds(wait), Labels(tier: 0))
        }
        run.record(.matchLatency, .seconds(3), Labels(tier: 1))
        run.record(.matchLatency, .seconds(9), Labels(tier: 2))
        // Of the eight pairs the separated ticket waited longer in 2 + 4, and as long in one.
        for hit in [true, false, false, false] {
            run.ratio(.riskAbusivePartner, hit: hit, Labels(tier: 0))
        }
        run.ratio(.riskAbusivePartner, hit: true, Labels(tier: 2))
        let (waits, partners) = leaks()
        #expect(waits == 6.5 / 8 && partners == (1 + 1 - 0.25) / 2)
    }

    @Test func `a span beyond the recorder's limit counts as the limit`() {
        var run = recorder()
        run.record(.callDuration, .days(36_525), Labels(language: 0))
        run.record(.connectLatency, .days(60), between: Labels(access: 0), and: Labels(access: 1))
        let summary = RunSummary([run.finish(at: at(1))])
        let limit = Double(DistributionRecorder.greatestObservation) / 1e9
        #expect(summary.distribution(.callDuration)?.max == limit)
        #expect(summary.distribution(.connectLatency)?.max == limit)
    }

    @Test func `a label number without a name traps`() async {
        await #expect(processExitsWith: .failure) {
            var run = RunRecorder(
                replication: 0, labels: LabelSpaces(language: ["en"]), seriesStep: .seconds(1))
            run.record(.matchLatency, .seconds(1), Labels(language: 1))
        }
    }

    /// Languages with services 1/2 and 1/4 (half paired): J = (¾)²/(2·(¼ + 1/16)) = 0.9.
    @Test func `Jain's index is worked out over the languages' service`() throws {
        var run = recorder()
        for language in [UInt16(0), 1] {
            let labels = Labels(language: language)
            run.record(.matchLatency, .seconds(1), labels)
            run.ratio(.abandoned, hit: false, labels)
        }
        run.ratio(.abandoned, hit: true, Labels(language: 1))
        let record = run.finish(at: at(60))
        let jain = try #require(record.value(.matchFairnessJain))
        #expect((jain - 0.9).magnitude < 1e-12)
        #expect(recorder().finish(at: at(1)).value(.matchFairnessJain) == nil)
    }
}

@Suite struct RunSummaryTests {
    private func record(_ replication: Int, waits: [Int64]) -> ReplicationRecord {
        var run = recorder(replication)
        for wait in waits {
            run.record(.matchLatency, .milliseconds(wait))
            run.count(.matches)
            run.ratio(.abandoned, hit: wait > 2000)
        }
        run.level(.queueLength, set: Int64(waits.count), at: .zero)
        return run.finish(at: at(10))
    }

    @Test func `figures are pooled and intervals come from the replications' own figures`() throws {
        let summary = RunSummary([
            record(0, waits: [1000, 3000]), record(1, waits: [2000, 2000, 2000, 2000]),
            record(2, waits: [4000]),
        ])
        #expect(summary.replications == 3)
        let latency = try #require(summary.distribution(.matchLatency))
        #expect(latency.count == 7)
        #expect(((latency.mean ?? 0) - 16.0 / 7).magnitude < 1e-12)
        #expect(latency.meanInterval == ReplicationSummary.interval95(of: [2, 2, 4]))
        // The replications' own 95th percentiles are 3, 2 and 4 s, within 0.05 %.
        let own = try #require(ReplicationSummary.interval95(of: [3, 2, 4]))
        let found = try #require(latency.p95Interval)
        #expect((found.low - own.low).magnitude < 0.01)
        #expect((found.high - own.high).magnitude < 0.01)

        let matches = try #require(summary.value(.matches))
        #expect(matches.total == 7)
        #expect(matches.value == 7.0 / 3)
        #expect(matches.interval == ReplicationSummary.interval95(of: [2, 4, 1]))

        let left = try #require(summary.ratio(.abandoned))
        #expect(left.numerator == 2)
        #expect(left.denominator == 7)
        #expect(
            left.interval
                == ReplicationSummary.interval95(of: [0.5, 0, 1])?.clamped(to: 0...1))

        let queue = try #require(summary.level(.queueLength))
        #expect(queue.timeMean == 7.0 / 3)
        #expect(queue.peak == 4)
        #expect(queue.interval == ReplicationSummary.interval95(of: [2, 4, 1]))
    }

    @Test func `one replication has no intervals and an empty one no figures`() throws {
        let summary = RunSummary([record(0, waits: [])])
        let latency = try #require(summary.distribution(.matchLatency))
        #expect(latency.count == 0)
        #expect(latency.mean == nil)
        #expect(latency.p95Interval == nil)
        #expect(summary.value(.matches)?.value == 0)
        #expect(summary.value(.matches)?.interval == nil)
        #expect(summary.ratio(.abandoned)?.value == nil)
        #expect(summary.groups.isEmpty)
        #expect(summary.metrics.map(\.name) == MetricCatalogue.all.map(\.name))
    }

    @Test func `replications are added in ascending order`() async {
        await #expect(processExitsWith: .failure) {
            var builder = RunSummaryBuilder()
            for number in [1, 0] {
                let run = RunRecorder(
                    replication: number, labels: LabelSpaces(), seriesStep: .seconds(1))
                builder.add(run.finish(at: .zero + .seconds(1)))
            }
        }
    }

    @Test func `a checker keeps the first violation and counts the rest`() {
        var checker = InvariantChecker()
        checker.check(.ticketsAreConserved, true, at: at(1))
        checker.check(.peersAreInOnePlace, false, subject: 4, at: at(2))
        checker.check(.nobodyMeetsThemselves, false, subject: 5, at: at(3))
        #expect(checker.checkCount == 3)
        #expect(checker.violationCount == 2)
        #expect(checker.first?.invariant == .peersAreInOnePlace)
        #expect(checker.first?.subject == 4)
        #expect(checker.first?.time == at(2))
    }
}
