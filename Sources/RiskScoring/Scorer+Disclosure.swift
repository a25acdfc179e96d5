public import Quantities

/// A report as the scorer's tables hold it, read with its keys.
public struct HeldReport: Hashable, Sendable, BitwiseCopyable {
    /// When it came; of one that the device filed, when that day began.
    public let time: SimTime
    /// The other device, where a name that the scorer knows fits the alias that it goes by; nil where none does, as the key
    /// of then is gone or that device has no record of its own, and where nobody tried.
    public let other: DeviceIdentifier?
    /// The part of a full call that the reported call came to, in quarters, 0…1; 0 where the call was counted apart, and of reports
    /// that the device filed.
    public let callShare: Double

    init(_ report: RecordStore.Report, other: DeviceIdentifier?) {
        time = report.time
        self.other = other
        callShare = report.share
    }
}

/// What the scorer's tables hold of a device: all that whoever has them can say of it.
public struct DeviceHolding: Hashable, Sendable {
    /// The device, by the name under which it is on record.
    public let device: DeviceIdentifier
    /// Where it stands.
    public let tier: DeviceTier
    /// Reports against it, the oldest first.
    public let against: [HeldReport]
    /// Reports that it filed, the oldest first; none unless reporters are weighed.
    public let filed: [HeldReport]
}

extension Scorer {
    /// What is held of the device whose name is these two words under the current key or the one before it, with the devices that
    /// reported it and that it reported; nil where nothing is.
    ///
    /// Aliases are undone as anybody would who has the keys: by trying every name on record under both.
    ///
    /// - Complexity: O(devices on record) codes.
    public func holding(high: UInt64, low: UInt64, at now: SimTime) -> DeviceHolding? {
        let names = [keys.epoch, keys.epoch &- 1].map {
            DeviceIdentifier(high: high, low: low, epoch: $0)
        }
        for device in names where store.index[device] != nil || filings.index[device] != nil {
            let known = knownDevices
            let holding = holding(of: device, at: now) { self.undone($0, trying: known) }
            return holding
        }
        return nil
    }

    /// What came within `window` of all devices on record, device by device, the one that was reported first in front, and behind
    /// all of them those that only reported; of what devices filed, whole days. Aliases are left as they are.
    ///
    /// - Complexity: O(reports + devices log devices).
    public func holdings(in window: Range<SimTime>, at now: SimTime) -> [DeviceHolding] {
        let day = SimDuration.days(1)
        return knownDevices.compactMap { device in
            let holding = holding(of: device, at: now) { _ in [:] }
            let against = holding.against.filter { window.contains($0.time) }
            let filed = holding.filed.filter { window.overlaps($0.time..<$0.time + day) }
            guard !against.isEmpty || !filed.isEmpty else { return nil }
            return DeviceHolding(
                device: device, tier: holding.tier, against: against, filed: filed)
        }.sorted { $0.order < $1.order }
    }

    // MARK: Tables

    private typealias Aliases = (wanted: Set<UInt64>, salt: UInt64)

    private func holding(
        of device: DeviceIdentifier, at now: SimTime,
        _ undo: (Aliases) -> [UInt64: DeviceIdentifier]
    ) -> DeviceHolding {
        func read(_ table: RecordStore) -> [HeldReport] {
            guard let record = table.index[device] else { return [] }
            let reports = table.reports(of: record)
            let names = undo((Set(reports.map(\.other)), table[record].salt))
            return reports.map { HeldReport($0, other: names[$0.other]) }
        }
        return DeviceHolding(
            device: device, tier: standing(of: device, at: now), against: read(store),
            filed: read(filings))
    }

    /// The devices that the wanted aliases stand for, of those that are tried.
    private func undone(
        _ aliases: Aliases, trying devices: [DeviceIdentifier]
    ) -> [UInt64: DeviceIdentifier] {
        var found: [UInt64: DeviceIdentifier] = [:]
        for key in [keys.current, keys.previous].compactMap({ $0 }) {
            for device in devices {
                let alias = Self.alias(of: device, salt: aliases.salt, under: key)
                if aliases.wanted.contains(alias) { found[alias] = device }
            }
        }
        return found
    }

    /// All devices that have a record as reported ones or as reporters, in no order that says anything.
    private var knownDevices: [DeviceIdentifier] {
        var devices: [DeviceIdentifier] = []
        store.index.forEachPlace { device, _ in if device != .free { devices.append(device) } }
        filings.index.forEachPlace { device, _ in
            if device != .free, store.index[device] == nil { devices.append(device) }
        }
        return devices
    }
}

extension DeviceHolding {
    /// By the first report, then by name, so that the order is the same whatever the tables look like.
    fileprivate var order: (SimTime, SimTime, UInt64, UInt64) {
        (
            against.first?.time ?? .distantFuture, filed.first?.time ?? .distantFuture,
            device.high, device.low
        )
    }
}

extension RecordStore {
    /// The reports of a record, the oldest first.
    fileprivate func reports(of record: Int32) -> [Report] {
        var reports: [Report] = []
        var slot = self[record].first
        while slot >= 0 {
            reports.append(report(slot))
            slot = report(slot).next
        }
        return reports
    }
}
