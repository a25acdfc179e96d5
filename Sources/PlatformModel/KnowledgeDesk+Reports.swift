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
        let bytes = StoredRecord.report(report).searchable
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
        if Self.isFine(report.time) { evidence.finelyStamped.insert(target.subject) }
        // Devices that look alike have one name.
        var name: [UInt8] = []
        name.appendBigEndian(reporter.device.high)
        let isNamed = reporter.device != target.device && Self.isFound(name, in: bytes[...])
        let names = Mirror(reflecting: report).children.map(\.label)
        guard isNamed || names != ["device", "category", "time"] else { return }
        evidence.telling.insert(target.subject)
        canaries.declare(
            .partner, of: reporter.subject, to: .riskScorer, since: since, until: until)
    }

    /// Whether a report's stamp tells more than an hour, however long reports live.
    static func isFine(_ stamp: SimTime) -> Bool {
        stamp.nanoseconds % SimDuration.hours(1).nanoseconds != 0
    }

    // MARK: Bytes

    private static let identifierBytes = 16

    /// Whether `address` is in `bytes`, in either order of its own.
    static func isFound(_ address: IPAddress, in bytes: ArraySlice<UInt8>) -> Bool {
        var form: [UInt8] = []
        form.appendBigEndian(address)
        return isFound(form, in: bytes) || isFound(form.reversed(), in: bytes)
    }

    private static func isFound(_ form: [UInt8], in bytes: ArraySlice<UInt8>) -> Bool {
        guard bytes.count >= form.count else { return false }
        return (bytes.startIndex...(bytes.endIndex - form.count)).contains {
            bytes[$0..<$0 + form.count].elementsEqual(form)
        }
    }
}
