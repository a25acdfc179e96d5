import Quantities

extension Scorer {
    /// The tier that a device is to be treated by: a pure function of its record and the time; clear
    /// in a dry run.
    ///
    /// Time and unreported calls lower a tier as soon as the lower bound has fallen below the
    /// tier's exit threshold, whoever asks and when. When a report is deleted, the tier is at that
    /// instant what it would be had the report never been made.
    public func tier(of device: DeviceIdentifier, at now: SimTime) -> DeviceTier {
        policy.isDryRun ? .clear : standing(of: device, at: now)
    }

    /// The tier that the device's record leads to, dry run or not.
    func standing(of device: DeviceIdentifier, at now: SimTime) -> DeviceTier {
        guard let record = record(of: device, at: now) else { return .clear }
        // No report weighs more than one, so that fewer than it takes are not worth a look.
        if store[record].count < policy.minimumReporters { return .clear }
        return evidence(in: record, at: now)?.tier ?? .clear
    }

    /// What is known of a device, and why it stands where it stands.
    ///
    /// A device without a record gets the prior, like every newcomer.
    public func assessment(of device: DeviceIdentifier, at now: SimTime) -> Assessment {
        let known = evidence(on: device, at: now)
        let evidence = known ?? Evidence(policy)
        let posterior = evidence.posterior
        return Assessment(
            tier: evidence.tier, reason: known.map(reason) ?? .noRecord,
            lowerBound: posterior.quantile(policy.credibility), mean: posterior.mean,
            distinctReporters: evidence.reporters, standing: evidence.standing,
            reportWeight: evidence.reported, exposure: evidence.exposure)
    }

    private func reason(_ evidence: Evidence) -> TierReason {
        guard evidence.isSubstantiated else { return .tooFewReporters }
        if evidence.tier == .clear { return .belowThresholds }
        return evidence.entered < evidence.tier ? .hysteresis : .lowerBound
    }

    /// What the live reports against a device say at `now`; nil without any.
    private func evidence(on device: DeviceIdentifier, at now: SimTime) -> Evidence? {
        record(of: device, at: now).flatMap { evidence(in: $0, at: now) }
    }

    /// The record of a device; nil without one, or if the key of its name is gone at `now`.
    private func record(of device: DeviceIdentifier, at now: SimTime) -> Int32? {
        device.epoch + 1 >= keys.epoch(at: now) ? store.index[device] : nil
    }

    /// What the live reports of a record say at `now`; nil without any.
    private func evidence(in record: Int32, at now: SimTime) -> Evidence? {
        let first = firstLive(of: record, in: store, at: now)
        return first < 0 ? nil : Evidence(of: record, from: first, in: store, policy, at: now)
    }

    /// The first report of a record that has not lapsed by `now`.
    func firstLive(of record: Int32, in store: RecordStore, at now: SimTime) -> Int32 {
        var slot = store[record].first
        while slot >= 0, store.report(slot).time + policy.retention <= now {
            slot = store.report(slot).next
        }
        return slot
    }
}
