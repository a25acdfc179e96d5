import Quantities

extension Scorer {
    /// The tier of a device: a pure function of its record and the time.
    ///
    /// Only a report raises a tier. Time, unreported calls and the deletion of reports lower it, each
    /// as soon as the lower bound has fallen below the tier's exit threshold, whoever asks and when.
    public func tier(of device: DeviceIdentifier, at now: SimTime) -> DeviceTier {
        guard let record = liveRecord(of: device, at: now) else { return .clear }
        return state(of: record, at: now).tier
    }

    /// What is known of a device, and why it stands where it stands.
    ///
    /// A device without a record gets the prior, like every newcomer.
    public func assessment(of device: DeviceIdentifier, at now: SimTime) -> Assessment {
        guard let record = liveRecord(of: device, at: now) else { return newcomer }
        let state = state(of: record, at: now)
        guard state.first >= 0 else { return newcomer }
        let evidence = evidence(from: state.first, at: now)
        return assessment(of: evidence, tier: state.tier, reason: reason(evidence, state.tier))
    }

    private var newcomer: Assessment {
        assessment(of: Evidence(), tier: .clear, reason: .noRecord)
    }

    private func assessment(of evidence: Evidence, tier: DeviceTier, reason: TierReason)
        -> Assessment
    {
        let posterior = evidence.posterior(policy)
        return Assessment(
            tier: tier, reason: reason, lowerBound: posterior.quantile(policy.credibility),
            mean: posterior.mean, distinctReporters: evidence.reporters,
            reportWeight: evidence.reported, exposure: evidence.exposure)
    }

    private func reason(_ evidence: Evidence, _ tier: DeviceTier) -> TierReason {
        guard evidence.reporters >= policy.minimumReporters else { return .tooFewReporters }
        let entered = evidence.entered(policy)
        if entered > tier { return .awaitingReport }
        if tier == .clear { return .belowThresholds }
        return entered == tier ? .lowerBound : .hysteresis
    }

    // MARK: State

    /// The record of a device whose name is still under a live key at `now`.
    private func liveRecord(of device: DeviceIdentifier, at now: SimTime) -> Int32? {
        guard device.epoch + 1 >= keys.epoch(at: now) else { return nil }
        return store.index[device]
    }

    func evidence(from report: Int32, at now: SimTime) -> Evidence {
        Evidence(from: report, in: store, halfLife: policy.halfLife, at: now)
    }

    /// The tier of a record at `now` and its first report that is live then.
    ///
    /// Between two events the lower bound falls with time, so the tier is brought up to date at every lapse in
    /// between, before and after it, and at `now`.
    func state(of record: Int32, at now: SimTime) -> (tier: DeviceTier, first: Int32) {
        var tier = store[record].tier
        var first = store[record].first
        while first >= 0 {
            let lapse = store.report(first).time + policy.retention
            guard lapse <= now else { break }
            lower(&tier, from: first, at: lapse)
            first = store.report(first).next
            lower(&tier, from: first, at: lapse)
        }
        lower(&tier, from: first, at: now)
        return (tier, first)
    }

    private func lower(_ tier: inout DeviceTier, from report: Int32, at time: SimTime) {
        guard tier > .clear else { return }
        tier = evidence(from: report, at: time).lowered(from: tier, policy)
    }
}
