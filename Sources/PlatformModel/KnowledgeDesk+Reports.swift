import Addressing
import KnowledgeLedger
import PrivacyStores
import Quantities
import RiskScoring

/// Whether records hold what belongs into none: device signals, and in a report anybody but the one it is about.
extension KnowledgeDesk {
    /// What the browser of `subject` shows now.
    mutating func noteSignals(_ signals: FingerprintSignals, of subject: UInt32) {
        self.signals.note(signals, of: subject)
    }

    /// Looks at a report of a person's device by another's as it is stored.
    mutating func look(
        at report: Report, of target: (subject: UInt32, device: DeviceIdentifier),
        by reporter: (subject: UInt32, device: DeviceIdentifier), since: SimTime, until: SimTime
    ) {
        evidence.reports += 1
        evidence.signalSearches += 1
        let bytes = Self.bytes(of: report)
        let named = bytes.withUnsafeBytes {
            lookForFragments(in: $0, at: .riskScorer, since: since, until: until)
        }
        // Who names the call names the two who were in it.
        if named != nil { evidence.telling.insert(target.subject) }
        for subject in [target.subject, reporter.subject] {
            if signals.show(subject, in: bytes) {
                noteKeptSignals(of: subject, since: since, until: until)
            }
            // Identifiers are as good as random, and hold four bytes of any value.
            let plain = bytes[Self.identifierBytes...]
            for address in realAddresses(of: subject) where Self.isFound(address, in: plain) {
                evidence.telling.insert(target.subject)
                canaries.declare(
                    address.isPrivate ? .privateAddress : .publicAddress, of: subject,
                    to: .riskScorer, since: since, until: until)
            }
        }
        if report.time != policy.reportStamp(report.time) {
            evidence.telling.insert(target.subject)
        }
        // Devices that look alike have one name.
        let isNamed =
            reporter.device != target.device
            && Self.isFound(Self.bytes(of: reporter.device.high), in: bytes[...])
        let names = Mirror(reflecting: report).children.map(\.label)
        guard isNamed || names != ["device", "category", "time"] else { return }
        evidence.telling.insert(target.subject)
        canaries.declare(
            .partner, of: reporter.subject, to: .riskScorer, since: since, until: until)
    }

    // MARK: Bytes

    private static let identifierBytes = 16

    /// All that a report holds: the identifier and its epoch, the category, the time; big-endian.
    static func bytes(of report: Report) -> [UInt8] {
        var bytes = self.bytes(of: report.device.high)
        bytes += self.bytes(of: report.device.low)
        bytes += self.bytes(of: report.device.epoch)
        bytes.append(report.category.rawValue)
        return bytes + self.bytes(of: report.time.nanoseconds)
    }

    private static func bytes(of value: some FixedWidthInteger) -> [UInt8] {
        withUnsafeBytes(of: value.bigEndian) { Array($0) }
    }

    /// Whether `address` is in `bytes`, in either order of its own.
    static func isFound(_ address: IPAddress, in bytes: ArraySlice<UInt8>) -> Bool {
        let form: [UInt8] =
            switch address.family {
            case .v4: self.bytes(of: UInt32(truncatingIfNeeded: address.low))
            case .v6: self.bytes(of: address.high) + self.bytes(of: address.low)
            }
        return isFound(form, in: bytes) || isFound(form.reversed(), in: bytes)
    }

    private static func isFound(_ form: [UInt8], in bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count >= form.count else { return false }
        return (bytes.startIndex...(bytes.endIndex - form.count)).contains {
            bytes[$0..<$0 + form.count].elementsEqual(form)
        }
    }
}
