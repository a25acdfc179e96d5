import Quantities

@testable import RiskScoring

/// The rules of scoring one device written down as plainly as possible: a log of events, replayed
/// for every answer. What has lapsed is struck from the log first.
struct PlainScorer {
    struct Report {
        var reporter: Int
        var time: SimTime
        var weight = 1.0
        var share: Double
        var calls: [Call] = []
    }

    struct Call {
        var share: Double
        var time: SimTime
        /// All that is kept of the time: the hour.
        var hour: SimTime { .zero + .hours(1) * (time.nanoseconds / 3_600_000_000_000) }
    }

    struct Answer {
        var tier = DeviceTier.clear
        var reporters = 0
        var standing = 0.0
        var reported = 0.0
        var exposure = 0.0
    }

    let policy: ScoringPolicy
    var lookAlikes = 0.0
    private var reports: [Report] = []

    init(policy: ScoringPolicy) { self.policy = policy }

    private func share(_ length: SimDuration) -> Double {
        let eighths = length.nanoseconds * 8 / policy.fullCall.nanoseconds
        return Double(min(4, (eighths + 1) / 2)) / 4
    }

    private func isLive(_ report: Report, at now: SimTime) -> Bool {
        report.time + policy.retention > now
    }

    mutating func report(
        by reporter: Int, weight: Double = 1, lasting length: SimDuration, at now: SimTime
    ) {
        reports = reports.filter { isLive($0, at: now) }
        reports.append(
            Report(reporter: reporter, time: now, weight: weight, share: share(length)))
        if reports.count > Scorer.maximumReports { reports.removeFirst() }
    }

    mutating func call(lasting length: SimDuration, at now: SimTime) {
        reports = reports.filter { isLive($0, at: now) }
        guard !reports.isEmpty else { return }
        reports[reports.count - 1].calls.append(Call(share: share(length), time: now))
    }

    func answer(at now: SimTime) -> Answer {
        let live = reports.filter { isLive($0, at: now) }
        var tier = DeviceTier.clear
        for (index, report) in live.enumerated() {
            let before = sums(live[..<index], at: report.time)
            for call in index > 0 ? live[index - 1].calls : [] {
                tier = lowered(sums(live[..<index], at: call.time, callsUntil: call.time), tier)
            }
            tier = lowered(before, tier)
            let after = sums(live[...index], at: report.time, callsUntil: report.time)
            tier = max(lowered(after, tier), entered(after))
        }
        for call in live.last?.calls ?? [] {
            tier = lowered(sums(live[...], at: call.time, callsUntil: call.time), tier)
        }
        var answer = sums(live[...], at: now)
        answer.tier = lowered(answer, tier)
        return answer
    }

    private func decay(_ age: SimDuration) -> Double { Evidence.decay(age, policy.halfLife) }

    private func sums(
        _ reports: ArraySlice<Report>, at now: SimTime, callsUntil: SimTime = .distantFuture
    ) -> Answer {
        var answer = Answer()
        var weights: [Double] = []
        for (index, report) in reports.enumerated() {
            var weight = report.weight
            if let cap = policy.burstCap {
                var taken = 0.0
                for earlier in 0..<index {
                    let other = reports[earlier]
                    let isLatest = !reports[(earlier + 1)..<index].contains {
                        $0.reporter == other.reporter
                    }
                    if isLatest, other.reporter != report.reporter,
                        report.time - other.time < cap.window
                    {
                        taken += weights[earlier]
                    }
                }
                weight = min(weight, max(0, cap.weight - taken))
            }
            weights.append(weight)
            let isLatest = !reports[(index + 1)...].contains { $0.reporter == report.reporter }
            if isLatest {
                answer.reporters += 1
                answer.standing += weight
                let share = policy.sharesAmongLookAlikes ? 1 / (1 + lookAlikes) : 1
                answer.reported += share * weight * decay(now - report.time)
            }
            answer.exposure += (index == 0 ? 1 : report.share) * decay(now - report.time)
            for call in report.calls where call.time <= callsUntil {
                answer.exposure += call.share * decay(now - call.hour)
            }
        }
        return answer
    }

    private func lowered(_ answer: Answer, _ tier: DeviceTier) -> DeviceTier {
        worst(answer) {
            $0.leave
        } upTo: {
            tier
        }
    }

    private func entered(_ answer: Answer) -> DeviceTier {
        worst(answer) {
            $0.enter
        } upTo: {
            .contained
        }
    }

    private func worst(
        _ answer: Answer, _ threshold: (TierThreshold) -> Double, upTo limit: () -> DeviceTier
    ) -> DeviceTier {
        guard answer.standing >= Double(policy.minimumReporters) - 1e-9 else { return .clear }
        let posterior = BetaDistribution(
            a: policy.priorReported + answer.reported,
            b: policy.priorUnreported + max(0, answer.exposure - answer.reported))
        let tiers = DeviceTier.allCases.reversed().filter { tier in
            guard tier <= limit(), let limits = policy.threshold(of: tier) else { return false }
            return posterior.quantile(policy.credibility) >= threshold(limits)
        }
        return tiers.first ?? .clear
    }
}
