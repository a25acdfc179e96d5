import Digests
import Quantities
import RandomStreams

/// Scores devices by the reports of the people they called, without knowing who anybody is.
///
/// Call it in this order; time never goes backwards.
///
/// 1. ``identify(_:lookAlikes:at:)`` when a session begins: the name under which the device goes for its length;
/// 2. ``tier(of:at:)`` when a ticket is created;
/// 3. ``issueCapabilities(first:second:at:)`` when a call begins: each partner holds the right to one report;
/// 4. when the call ends, for each device either ``report(_:lasting:at:)``, if its partner makes use of the right
///    there and then, or ``recordCall(of:lasting:at:)``; a partner may still report afterwards;
/// 5. ``handleTimeout(at:)`` no later than ``nextTimeout``, so that what has lapsed is deleted in time.
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
    /// Who was reported.
    var store = RecordStore()
    /// Who has reported, if reporters are weighed.
    var filings = RecordStore()
    private let capabilityKeys: CapabilityKeys
    private var randomness: RandomStream
    private var now = SimTime.zero
    private var capabilities: UInt64 = 0
    var used = UsedCapabilities()

    /// A scorer that knows nothing; all its keys are drawn from `randomness`.
    ///
    /// - Throws: ``ScoringPolicyError`` when the policy makes no sense.
    public init(policy: ScoringPolicy, randomness: RandomStream) throws(ScoringPolicyError) {
        try policy.validate()
        var randomness = randomness
        self.policy = policy
        capabilityKeys = CapabilityKeys(randomness.nextBytes(KeyRing.keyByteCount))
        keys = KeyRing(
            epochLength: policy.keyEpoch, randomness: Self.ringStream(from: &randomness))
        self.randomness = randomness
    }

    /// The ring draws from a stream of its own, so that the keys of later epochs do not depend on how many reports came
    /// before.
    private static func ringStream(from randomness: inout RandomStream) -> RandomStream {
        RandomStream(
            StreamName(
                seed: randomness.nextUInt64(), replication: 0,
                purpose: StreamPurpose(rawValue: 0), entity: 0))
    }

    /// The keys under which a scorer that draws from `randomness` names devices in its first `epochs` epochs, for whoever
    /// looks whether they are kept anywhere.
    public static func identifierKeys(_ epochs: Int, randomness: RandomStream) -> [[UInt8]] {
        var randomness = randomness
        _ = randomness.nextBytes(KeyRing.keyByteCount)
        var ring = ringStream(from: &randomness)
        return (0..<epochs).map { _ in ring.nextBytes(KeyRing.keyByteCount) }
    }

    /// Devices on record.
    public var recordCount: Int { store.index.count }
    /// Live reports.
    public var reportCount: Int { store.reportCount }
    /// Used capabilities that are remembered until they lapse.
    public var usedCapabilityCount: Int { used.count }

    /// Reporters of whom it is kept how many reports they filed; 0 unless reporters are weighed.
    public var reporterCount: Int { filings.index.count }

    /// Memory of all that is kept of devices and reports, in bytes; it seldom shrinks.
    public var byteCount: Int { store.byteCount + filings.byteCount + used.byteCount }

    // MARK: Identity

    /// The name of the device that shows `signals`, under the key of the current epoch.
    ///
    /// A record that stands under the device's name of the epoch before is carried over to this one. So
    /// a record lives on only while its device comes back at least every other epoch; what is not
    /// carried over can never be named again and is dropped with its key. Costs two codes.
    ///
    /// - Parameter lookAlikes: how many other devices that visit within the policy's half-life are
    ///   expected to show the same signals, at least 0. It is kept only with a record.
    /// - Precondition: `now` is no earlier than before.
    public mutating func identify(
        _ signals: FingerprintSignals, lookAlikes: Double = 0, at now: SimTime
    ) -> DeviceIdentifier {
        advance(to: now)
        let device = keys.name(signals)
        // Without any record there is nothing to carry over.
        guard recordCount + reporterCount > 0 else { return device }
        if let former = keys.formerName(signals) {
            store.carryOver(from: former, to: device, limit: Self.maximumReports)
            filings.carryOver(from: former, to: device, limit: Self.maximumReports)
        }
        if let record = store.index[device] { store.setLookAlikes(record, max(0, lookAlikes)) }
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
        defer { capabilities += 1 }
        return capabilityKeys.seal(
            CapabilityParties(target: target, reporter: reporter), number: capabilities,
            expiry: expiry)
    }

    /// Counts a call that ended at `now` as exposure of `device`, if it is on record; otherwise nothing
    /// is kept. What is added tells the hour at which it ended and its length in quarters, and that only while it is alone.
    ///
    /// - Returns: until when it is kept at most; nil where nothing is.
    @discardableResult
    public mutating func recordCall(
        of device: DeviceIdentifier, lasting length: SimDuration, at now: SimTime
    ) -> SimTime? {
        advance(to: now)
        let share = share(of: length)
        guard share > 0, let record = store.index[device] else { return nil }
        let last = store[record].last
        let time = store.report(last).time
        let growth = 1 / Evidence.decay(Self.hour(of: now) - time, policy.halfLife)
        store.addExposure(last, share * growth)
        return lapse(of: time)
    }

    /// The part of a full call that one of `length` comes to, to the nearest quarter: what is kept does not tell how long
    /// a call was.
    @inline(__always)
    private func share(of length: SimDuration) -> Double {
        let quarters = Double(length.nanoseconds) / Double(policy.fullCall.nanoseconds) * 4
        return max(0, min(4, quarters.rounded(.toNearestOrAwayFromZero))) / 4
    }

    // MARK: Reports

    /// Counts a report, once for each capability.
    ///
    /// - Parameter length: how long the call was, if ``recordCall(of:lasting:at:)`` has not counted it
    ///   for the target; else zero. A report that is ignored leaves the call to be counted so.
    public mutating func report(
        _ capability: ReportCapability, lasting length: SimDuration, at now: SimTime
    ) -> ReportOutcome {
        // Places in the tables come near while the code is checked, and then what stands there leads to
        // while lapsed reports go.
        let parties = capabilityKeys.parties(of: capability)
        store.index.fetch(parties.target)
        store.index.fetch(parties.reporter)
        filings.index.fetch(parties.reporter)
        used.fetch(capability.number)
        guard capabilityKeys.isGenuine(capability) else { return .ignored(.forged) }
        store.fetchRecord(of: parties.target)
        store.fetchRecord(of: parties.reporter)
        filings.fetchRecord(of: parties.reporter)
        advance(to: now)
        if let reason = refusal(of: capability, by: parties) { return .ignored(reason) }
        return count(parties, share: share(of: length))
    }

    private mutating func count(
        _ parties: CapabilityParties, share: Double
    ) -> ReportOutcome {
        store.fetchReports(of: parties.target)
        filings.fetchReports(of: parties.reporter)
        let known = store.index[parties.target]
        guard known != nil || recordCount < Self.maximumRecords else { return .ignored(.full) }
        let before = standing(of: parties.target, at: now)
        let weight = weigh(parties)
        let record =
            known ?? store.makeRecord(parties.target, salt: randomness.nextUInt64())
        let report = RecordStore.Report(
            time: now, other: alias(of: parties.reporter, salt: store[record].salt),
            weight: weight, share: share)
        store.append(report, to: record)
        store.trim(record, to: Self.maximumReports)
        return .counted(before: before, after: standing(of: parties.target, at: now))
    }

    /// Why a genuine report does not count; its right is used up if it does.
    private mutating func refusal(
        of capability: ReportCapability, by parties: CapabilityParties
    ) -> IgnoredReport? {
        guard now.nanoseconds < capability.expiry else { return .lapsed }
        guard parties.reporter != parties.target else { return .indistinguishable }
        guard used.insert(capability.number, until: now + policy.reportWindow) else {
            return .alreadyCounted
        }
        let oldest = min(parties.target.epoch, parties.reporter.epoch)
        return oldest + 1 >= keys.epoch ? nil : .forgotten
    }

    /// What a device is called within one record: it is known again there, but two records do not
    /// show that the same device has to do with both.
    @inline(__always)
    private func alias(of device: DeviceIdentifier, salt: UInt64) -> UInt64 {
        Self.alias(of: device, salt: salt, under: keys.current)
    }

    /// Likewise under the given key.
    @inline(__always)
    static func alias(
        of device: DeviceIdentifier, salt: UInt64, under key: HMACSHA256Key
    ) -> UInt64 {
        let message = (salt.bigEndian, device.high.bigEndian, device.low.bigEndian)
        return withUnsafeBytes(of: message) { key.words(of: $0).high }
    }

    // MARK: Reporters

    /// What a report weighs by who files it, 0…1; takes down that it was filed.
    ///
    /// A device that is itself reported weighs half for each tier. The k-th device that a reporter
    /// reports weighs the allowance ÷ k, where older ones of the k count by their decay.
    private mutating func weigh(_ parties: CapabilityParties) -> Double {
        guard let allowance = policy.reporterAllowance else { return 1 }
        let tier = standing(of: parties.reporter, at: now)
        var weight = 1 / Double(1 << tier.rawValue)
        let known = filings.index[parties.reporter]
        guard known != nil || filings.index.count < Self.maximumRecords else { return 0 }
        let record =
            known ?? filings.makeRecord(parties.reporter, salt: randomness.nextUInt64())
        let target = alias(of: parties.target, salt: filings[record].salt)
        weight *= min(1, allowance / (1 + otherTargets(than: target, in: record)))
        filings.append(RecordStore.Report(time: Self.day(of: now), other: target), to: record)
        filings.trim(record, to: Self.maximumReports)
        return weight
    }

    /// When the day of `time` began, by the scorer's clock: when a report was filed is kept no finer, so that reporter and target
    /// are not found together by it.
    private static func day(of time: SimTime) -> SimTime { beginning(of: .days(1), at: time) }

    /// When its hour began: when a call ended is kept no finer.
    @inline(__always)
    private static func hour(of time: SimTime) -> SimTime { beginning(of: .hours(1), at: time) }

    @inline(__always)
    private static func beginning(of span: SimDuration, at time: SimTime) -> SimTime {
        SimTime(nanoseconds: time.nanoseconds / span.nanoseconds * span.nanoseconds)
    }

    /// The decayed number of devices that a reporter has reported, but for one.
    ///
    /// - Complexity: O(reports²) comparisons.
    @inline(__always)
    private func otherTargets(than target: UInt64, in record: Int32) -> Double {
        var sum = 0.0
        var slot = filings[record].first
        while slot >= 0 {
            let filing = filings.report(slot)
            slot = filing.next
            if filing.other != target, !isRepeated(filing.other, from: slot) {
                sum += Evidence.decay(now - filing.time, policy.halfLife)
            }
        }
        return sum
    }

    /// Whether `target` is reported once more from the filing `slot` on.
    @inline(__always)
    private func isRepeated(_ target: UInt64, from slot: Int32) -> Bool {
        var slot = slot
        while slot >= 0 {
            let filing = filings.report(slot)
            if filing.other == target { return true }
            slot = filing.next
        }
        return false
    }

    // MARK: Time

    /// When the next report lapses or the next key epoch begins. A used capability lapses silently.
    public var nextTimeout: SimTime? {
        recordCount + reporterCount > 0 ? min(nextLapse, keys.nextRotation) : nil
    }

    /// Deletes what has lapsed by `now`.
    public mutating func handleTimeout(at now: SimTime) { advance(to: now) }

    @inline(__always)
    private var nextLapse: SimTime {
        min(lapse(of: store.oldestTime), lapse(of: filings.oldestTime))
    }

    /// When a report of `time` lapses; the distant future if there is none.
    @inline(__always)
    private func lapse(of time: SimTime?) -> SimTime {
        time.map { $0 + policy.retention } ?? .distantFuture
    }

    private mutating func advance(to time: SimTime) {
        precondition(time >= now, "time went backwards, from \(now) to \(time)")
        while true {
            let (lapse, rotation) = (nextLapse, keys.nextRotation)
            guard min(lapse, rotation) <= time else { break }
            if lapse <= rotation {
                deleteLapsed(by: lapse)
            } else {
                keys.rotate()
                guard keys.epoch >= 2 else { continue }
                store.dropAll(ofEpoch: keys.epoch - 2)
                filings.dropAll(ofEpoch: keys.epoch - 2)
            }
        }
        used.forget(lapsedBy: time)
        now = time
    }

    private mutating func deleteLapsed(by time: SimTime) {
        while lapse(of: store.oldestTime) <= time { store.removeOldestReport() }
        while lapse(of: filings.oldestTime) <= time { filings.removeOldestReport() }
        store.fetchOldest()
        filings.fetchOldest()
    }
}
