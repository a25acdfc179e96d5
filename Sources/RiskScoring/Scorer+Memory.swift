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
        index.forEachPlace { device, record in
            bytes.append(device)
            bytes.appendLittleEndian(record)
        }
        for record in records { bytes.append(record) }
        for report in reports { bytes.append(report) }
    }

    fileprivate func append(_ device: DeviceIdentifier, to bytes: inout [UInt8]) {
        guard let record = index[device] else { return }
        bytes.append(self[record])
        var slot = self[record].first
        while slot >= 0 {
            bytes.append(report(slot))
            slot = report(slot).next
        }
    }
}

// Field after field: what lies between the fields of a structure is whatever stood there before, of anybody.
extension [UInt8] {
    fileprivate mutating func append(_ device: DeviceIdentifier) {
        appendLittleEndian(device.high)
        appendLittleEndian(device.low)
        appendLittleEndian(device.epoch)
    }

    fileprivate mutating func append(_ record: RecordStore.Record) {
        append(record.device)
        appendLittleEndian(record.salt)
        appendLittleEndian(record.lookAlikes.bitPattern)
        for place in [record.first, record.last, record.count, record.next, record.previous] {
            appendLittleEndian(place)
        }
    }

    fileprivate mutating func append(_ report: RecordStore.Report) {
        appendLittleEndian(report.time.nanoseconds)
        appendLittleEndian(report.other)
        for value in [report.weight, report.share, report.exposure] {
            appendLittleEndian(value.bitPattern)
        }
        for place in [report.record, report.next, report.younger, report.older] {
            appendLittleEndian(place)
        }
    }

    mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
