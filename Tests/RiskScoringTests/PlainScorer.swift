import Quantities

@testable import RiskScoring

/// The rules of scoring written down as plainly as possible: a log of events, replayed for every answer.
struct PlainScorer {
    enum Event {
        case report(reporter: Int, at: SimTime)
        case call(share: Double, at: SimTime)
    }

    let policy: ScoringPolicy
    private(set) var events: [Event] = []

    init(policy: ScoringPolicy) { self.policy = policy }

    mutating func report(by reporter: Int, at now: SimTime) {
        events.append(.report(reporter: reporter, at: now))
    }

    mutating func call(lasting length: SimDuration, at now: SimTime) {
        let share = min(1, length.seconds / policy.fullCall.seconds)
        events.append(.call(share: share, at: now))
    }

    /// Tier and evidence at `now`, from the first event on.
    func answer(at now: SimTime) -> (tier: DeviceTier, evidence: Evidence) {
        var tier = DeviceTier.clear
        let lapses = events.compactMap { event -> SimTime? in
            guard case .report(_, let time) = event else { return nil }
            return time + policy.retention
        }
        var passed = SimTime(nanoseconds: -1)
        func lapse(until time: SimTime, before count: Int) {
            for lapse in lapses where lapse > passed && lapse <= time {
                tier = evidence(of: events[..<count], at: lapse, inclusive: true)
                    .lowered(from: tier, policy)
                tier = evidence(of: events[..<count], at: lapse).lowered(from: tier, policy)
            }
            passed = max(passed, time)
        }
        for (index, event) in events.enumerated() {
            switch event {
            case .report(_, let time), .call(_, let time):
                guard time <= now else { break }
                lapse(until: time, before: index)
                tier = evidence(of: events[..<index], at: time).lowered(from: tier, policy)
                let after = evidence(of: events[...index], at: time)
                if case .report = event {
                    tier = after.raised(from: tier, policy)
                } else {
                    tier = after.lowered(from: tier, policy)
                }
            }
        }
        lapse(until: now, before: events.count)
        let last = evidence(of: events[...], at: now)
        return (last.lowered(from: tier, policy), last)
    }

    /// Reports that are live (with `inclusive`, also one that lapses at this very moment), each
    /// with the calls up to the next.
    private func evidence(
        of events: ArraySlice<Event>, at now: SimTime, inclusive: Bool = false
    ) -> Evidence {
        var latest: [Int: Double] = [:]
        var exposure = 0.0
        var isOpen = false
        var isOnRecord = false
        var recordEnd = SimTime(nanoseconds: -1)
        for event in events {
            switch event {
            case .report(let reporter, let time):
                let lapse = time + policy.retention
                let begins = !isOnRecord || recordEnd <= time
                isOnRecord = true
                recordEnd = lapse
                isOpen = inclusive ? lapse >= now : lapse > now
                guard isOpen else { continue }
                latest[reporter] = Evidence.decay(now - time, policy.halfLife)
                if begins { exposure += Evidence.decay(now - time, policy.halfLife) }
            case .call(let share, let time):
                guard isOpen, isOnRecord, time < recordEnd else { continue }
                exposure += share * Evidence.decay(now - time, policy.halfLife)
            }
        }
        var result = Evidence()
        result.reporters = latest.count
        result.reported = latest.keys.sorted().reduce(0) { $0 + latest[$1, default: 0] }
        result.exposure = exposure
        return result
    }
}
