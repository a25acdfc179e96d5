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
    ///
    /// It is laid into its caller with all that it asks of every device, which else copies the scorer.
    @inline(__always)
    func standing(of device: DeviceIdentifier, at now: SimTime) -> DeviceTier {
        guard let record = record(of: device, at: now) else { return .clear }
        // No report weighs more than one, so that fewer than it takes are not worth a look.
        if store[record].count < policy.minimumReporters { return .clear }
        return Self.evidence(in: record, of: store, policy, at: now)?.tier ?? .clear
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
        record(of: device, at: now).flatMap {
            Self.evidence(in: $0, of: store, policy, at: now)
        }
    }

    /// The record of a device; nil without one, or if the key of its name is gone at `now`.
    @inline(__always)
    private func record(of device: DeviceIdentifier, at now: SimTime) -> Int32? {
        device.epoch + 1 >= keys.epoch(at: now) ? store.index[device] : nil
    }

    /// What the live reports of a record say at `now`; nil without any.
    private static func evidence(
        in record: Int32, of store: RecordStore, _ policy: ScoringPolicy, at now: SimTime
    ) -> Evidence? {
        var first = store[record].first
        while first >= 0, store.report(first).time + policy.retention <= now {
            first = store.report(first).next
        }
        return first < 0 ? nil : Evidence(of: record, from: first, in: store, policy, at: now)
    }
}
