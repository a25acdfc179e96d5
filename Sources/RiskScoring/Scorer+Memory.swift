import FlatStorage

/// What the scorer holds, as bytes, for whoever looks for what is not to be there.
extension Scorer {
    /// All that is kept of devices and reports, table after table.
    ///
    /// Keys, counters and the generator are not among it: they hold nothing of devices.
    ///
    /// - Complexity: O(``byteCount``).
    public var heldBytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        store.append(to: &bytes)
        filings.append(to: &bytes)
        used.append(to: &bytes)
        return bytes
    }

    /// What is kept under the name of `device`: its records and their reports; nothing where there are none.
    ///
    /// - Complexity: O(reports of the device), at most ``maximumReports`` for and against it.
    public func heldBytes(of device: DeviceIdentifier) -> [UInt8] {
        var bytes: [UInt8] = []
        store.append(device, to: &bytes)
        filings.append(device, to: &bytes)
        return bytes
    }

    /// A breach that tests plant: the digest of a canvas stands in what is kept of `device`, if anything is.
    package mutating func keep(_ signals: FingerprintSignals, of device: DeviceIdentifier) {
        guard let record = store.index[device] else { return }
        store.setSalt(record, signals.canvas)
    }
}

extension RecordStore {
    /// Adds all that is held to `bytes`; lists of free places say nothing.
    fileprivate func append(to bytes: inout [UInt8]) {
        index.withUnsafeBytes { bytes += $0 }
        records.withUnsafeBytes { bytes += $0 }
        reports.withUnsafeBytes { bytes += $0 }
    }

    fileprivate func append(_ device: DeviceIdentifier, to bytes: inout [UInt8]) {
        guard let record = index[device] else { return }
        withUnsafeBytes(of: self[record]) { bytes += $0 }
        var slot = self[record].first
        while slot >= 0 {
            withUnsafeBytes(of: report(slot)) { bytes += $0 }
            slot = report(slot).next
        }
    }
}
