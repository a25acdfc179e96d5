import Digests
import Quantities
import RandomStreams

/// Scores devices by the reports of the people they called, without knowing who anybody is.
///
/// Call it in this order; time never goes backwards.
///
/// 1. ``identify(_:at:)`` when a session begins: the name under which the device goes for its length;
/// 2. ``tier(of:at:)`` when a ticket is created;
/// 3. ``issueCapabilities(first:second:at:)`` when a call begins: each partner holds the right to one report;
/// 4. ``recordCall(of:lasting:at:)`` for both devices when the call ends, before reports about it;
/// 5. ``report(_:at:)`` when a partner makes use of the right;
/// 6. ``handleTimeout(at:)`` no later than ``nextTimeout``, so that what has lapsed is deleted in time.
///
/// A device that was never reported leaves nothing here. Every operation is amortised O(1) in the number of devices, and
/// at most linear in the ``maximumReports`` of one device.
public struct Scorer: Sendable {
    /// Devices on record at the same time: 4 million, about 0.6 GB with their reports.
    public static var maximumRecords: Int { 1 << 22 }
    /// Live reports of one device: far more than containment takes; a further one replaces the oldest.
    public static var maximumReports: Int { 64 }

    /// The policy it keeps.
    public let policy: ScoringPolicy

    var keys: KeyRing
    var store = RecordStore()
    private let capabilityKey: HMACSHA256Key
    private var randomness: RandomStream
    private var now = SimTime.zero
    private var capabilities: UInt64 = 0
    private var used = UsedCapabilities()

    /// A scorer that knows nothing; all its keys are drawn from `randomness`.
    ///
    /// - Throws: ``ScoringPolicyError`` when the policy makes no sense.
    public init(policy: ScoringPolicy, randomness: RandomStream) throws(ScoringPolicyError) {
        try policy.validate()
        var randomness = randomness
        self.policy = policy
        capabilityKey = HMACSHA256Key(randomness.nextBytes(KeyRing.keyByteCount))
        // The ring draws from a stream of its own, so that the keys of later epochs do not
        // depend on how many reports came before.
        let seed = StreamName(
            seed: randomness.nextUInt64(), replication: 0,
            purpose: StreamPurpose(rawValue: 0), entity: 0)
        keys = KeyRing(epochLength: policy.keyEpoch, randomness: RandomStream(seed))
        self.randomness = randomness
    }

    /// Devices on record.
    public var recordCount: Int { store.index.count }
    /// Live reports.
    public var reportCount: Int { store.reportCount }
    /// Used capabilities that are remembered until they lapse.
    public var usedCapabilityCount: Int { used.count }

    /// Memory of all that is kept of devices and reports, in bytes; it seldom shrinks.
    public var byteCount: Int { store.byteCount + used.byteCount }

    // MARK: Identity

    /// The name of the device that shows `signals`, under the key of the current epoch.
    ///
    /// A record that stands under the device's name of the epoch before is carried over to this one. So
    /// a record lives on only while its device comes back at least every other epoch; what is not
    /// carried over can never be named again and is dropped with its key. Costs two codes.
    ///
    /// - Precondition: `now` is no earlier than before.
    public mutating func identify(_ signals: FingerprintSignals, at now: SimTime)
        -> DeviceIdentifier
    {
        advance(to: now)
        let device = keys.name(signals)
        // Without any record there is nothing to carry over.
        guard recordCount > 0, let former = keys.formerName(signals),
            let record = store.index[former]
        else { return device }
        if let present = store.index[device] {
            settle(record, at: now)
            settle(present, at: now)
            store.merge(record, into: present)
            trim(present)
        } else {
            store.rename(record, to: device)
        }
        return device
    }

    // MARK: Calls

    /// The rights of the two partners of a call that begins at `now` to report each other.
    public mutating func issueCapabilities(
        first: DeviceIdentifier, second: DeviceIdentifier, at now: SimTime
    ) -> CallCapabilities {
        advance(to: now)
        let expiry = (now + policy.reportWindow).nanoseconds
        return CallCapabilities(
            first: issue(reporter: first, target: second, expiry: expiry),
            second: issue(reporter: second, target: first, expiry: expiry))
    }

    private mutating func issue(
        reporter: DeviceIdentifier, target: DeviceIdentifier, expiry: Int64
    ) -> ReportCapability {
        var capability = ReportCapability(
            number: capabilities, target: target, reporter: reporter, expiry: expiry, tag: 0)
        capabilities += 1
        capability.tag = Self.tag(of: capability, under: capabilityKey)
        return capability
    }

    /// The code over everything but the tag.
    private static func tag(
        of capability: ReportCapability, under key: HMACSHA256Key
    ) -> UInt64 {
        let (target, reporter) = (capability.target, capability.reporter)
        let message = (
            capability.number.bigEndian, capability.expiry.bigEndian, target.epoch.bigEndian,
            reporter.epoch.bigEndian, target.high.bigEndian, target.low.bigEndian,
            reporter.high.bigEndian, reporter.low.bigEndian
        )
        return withUnsafeBytes(of: message) { key.words(of: $0).high }
    }

    /// Counts a call that ended at `now` as exposure of `device`, if it is on record; otherwise nothing
    /// is kept.
    public mutating func recordCall(
        of device: DeviceIdentifier, lasting length: SimDuration, at now: SimTime
    ) {
        advance(to: now)
        guard let record = store.index[device] else { return }
        settle(record, at: now)
        let last = store[record].last
        let share = min(1, Double(length.nanoseconds) / Double(policy.fullCall.nanoseconds))
        let growth = 1 / Evidence.decay(now - store.report(last).time, policy.halfLife)
        store.addExposure(last, max(0, share) * growth)
        settle(record, at: now)
    }

    // MARK: Reports

    /// Counts a report, once for each capability.
    public mutating func report(_ capability: ReportCapability, at now: SimTime) -> ReportOutcome {
        advance(to: now)
        guard capability.tag == Self.tag(of: capability, under: capabilityKey) else {
            return .ignored(.forged)
        }
        guard now.nanoseconds < capability.expiry else { return .ignored(.lapsed) }
        guard capability.reporter != capability.target else {
            return .ignored(.indistinguishable)
        }
        guard used.insert(capability.number, until: now + policy.reportWindow) else {
            return .ignored(.alreadyCounted)
        }

        guard capability.target.epoch + 1 >= keys.epoch else { return .ignored(.forgotten) }

        let record: Int32
        let exposure: Double
        if let known = store.index[capability.target] {
            (record, exposure) = (known, 0)
            settle(record, at: now)
        } else {
            guard recordCount < Self.maximumRecords else { return .ignored(.full) }
            // The reported call itself is the first exposure.
            exposure = 1
            record = store.makeRecord(capability.target, salt: randomness.nextUInt64())
        }
        let before = store[record].tier
        let reporter = alias(of: capability.reporter, in: record)
        store.supersede(reporter: reporter, in: record)
        store.append(
            RecordStore.Report(time: now, reporter: reporter, exposure: exposure), to: record)
        trim(record)
        let after = evidence(from: store[record].first, at: now).raised(from: before, policy)
        store.setTier(record, after)
        return .counted(before: before, after: after)
    }

    /// What a reporter is called within one record: the same device is known again, but two records do
    /// not show that the same device reported both.
    private func alias(of reporter: DeviceIdentifier, in record: Int32) -> UInt64 {
        let message = (
            store[record].salt.bigEndian, reporter.high.bigEndian, reporter.low.bigEndian
        )
        return withUnsafeBytes(of: message) { keys.current.words(of: $0).high }
    }

    private mutating func trim(_ record: Int32) {
        while store[record].count > Self.maximumReports { store.removeFirstReport(of: record) }
    }

    // MARK: Time

    /// When the next report lapses or the next key epoch begins. A used capability lapses silently.
    public var nextTimeout: SimTime? {
        let lapse = nextLapse
        return recordCount > 0 ? min(lapse, keys.nextRotation) : nil
    }

    /// Deletes what has lapsed by `now`.
    public mutating func handleTimeout(at now: SimTime) { advance(to: now) }

    private var nextLapse: SimTime {
        store.oldest < 0
            ? .distantFuture : store.report(store.oldest).time + policy.retention
    }

    private mutating func advance(to time: SimTime) {
        precondition(time >= now, "time went backwards, from \(now) to \(time)")
        while true {
            let (lapse, rotation) = (nextLapse, keys.nextRotation)
            guard min(lapse, rotation) <= time else { break }
            if lapse <= rotation {
                let record = store.report(store.oldest).record
                settle(record, at: lapse)
            } else {
                keys.rotate()
                if keys.epoch >= 2 { store.dropAll(ofEpoch: keys.epoch - 2) }
            }
        }
        used.forget(lapsedBy: time)
        now = time
    }

    /// Removes a record's reports that have lapsed by `now` and brings its tier up to date; a record
    /// without reports is dropped.
    private mutating func settle(_ record: Int32, at now: SimTime) {
        let state = state(of: record, at: now)
        store.setTier(record, state.tier)
        while store[record].first != state.first { store.removeFirstReport(of: record) }
        if state.first < 0 { store.drop(record) }
    }
}
