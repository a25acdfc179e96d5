import Digests
import KnowledgeLedger
import PrivacyStores
import Quantities
import RiskScoring
import ScenarioModel

/// Holds the identifiers of devices in reports against what can be had without the scorer's keys, in a run that is audited.
///
/// Who has a copy of the stores and knows what browsers show may hash that as well, and compare. So an identifier must
/// not be a digest of the signals alone, and must be another one under another key: the same scorer with keys that
/// nobody has names the device, too. Where a device with the same signals is reported under the keys of two epochs, no part
/// of the identifiers may be the same. And the keys themselves are looked for in the copy (``KnowledgeDesk``).
struct IdentifierWatch {
    /// Names devices under other keys.
    private var others: RiskDesk
    /// The identifier and the signals that each person was reported with last; only looked up.
    private var last: [UInt32: (device: DeviceIdentifier, signals: FingerprintSignals)] = [:]
    /// The scorer's keys, to be looked for.
    private(set) var keys = SecretSearch()
    /// How many there are.
    let keyCount: Int

    init(_ scenario: Scenario, root: StreamRoot) {
        others = RiskDesk(
            scenario.risk, population: scenario.population, randomness: root.stream(.otherKeys))
        let epoch = scenario.risk.keyEpoch.nanoseconds
        keyCount = Int(scenario.general.stopTime.nanoseconds / epoch) + 1
        let all = Scorer.identifierKeys(
            keyCount, randomness: root.stream(.identifierKeys))
        for (number, key) in all.enumerated() {
            key.withUnsafeBytes { keys.add($0, of: UInt32(number)) }
        }
    }

    /// The first sixteen bytes of a digest, as identifiers have them.
    static func words(of digest: [UInt8]) -> (high: UInt64, low: UInt64) {
        func word(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
        return (word(digest[..<8]), word(digest[8..<16]))
    }

    /// Whether `device` names who shows `signals` for whoever has no key: by a digest of them, by a code under a key that
    /// is none, or by what another scorer would call them.
    mutating func isUnsealed(
        _ device: DeviceIdentifier, _ signals: FingerprintSignals, at now: SimTime
    ) -> Bool {
        let bytes = signals.canonicalBytes
        let other = others.admit(signals, at: now).device
        var names = [
            Self.words(of: SHA256Digest.of(bytes)), Self.words(of: MD5Digest.of(bytes)),
            (other.high, other.low),
        ]
        for key in [[], [UInt8](repeating: 0, count: 32)] {
            names.append(bytes.withUnsafeBytes { HMACSHA256Key(key).words(of: $0) })
        }
        return names.contains { Self.overlaps(device, $0) }
    }

    /// Whether either word of `device` is one of `name`.
    private static func overlaps(
        _ device: DeviceIdentifier, _ name: (high: UInt64, low: UInt64)
    ) -> Bool {
        [device.high, device.low].contains { $0 == name.high || $0 == name.low }
    }

    /// Notes under what `subject` was reported; whether the report before was under another key for the same signals, and whether
    /// the two have a part in common then.
    mutating func note(
        _ device: DeviceIdentifier, _ signals: FingerprintSignals, of subject: UInt32
    ) -> (isRekeyed: Bool, isLinked: Bool) {
        let earlier = last.updateValue((device, signals), forKey: subject)
        guard let earlier, earlier.signals == signals, earlier.device.epoch != device.epoch
        else { return (false, false) }
        return (true, Self.overlaps(device, (earlier.device.high, earlier.device.low)))
    }
}

extension KnowledgeDesk {
    /// A report names a person's device, which shows `signals`, by an identifier.
    mutating func noteIdentifier(
        _ device: DeviceIdentifier, of subject: UInt32, _ signals: FingerprintSignals,
        at now: SimTime
    ) {
        evidence.identifiers.looks += 1
        if identifiers.isUnsealed(device, signals, at: now) {
            evidence.identifiers.unsealed.insert(subject)
        }
        let (isRekeyed, isLinked) = identifiers.note(device, signals, of: subject)
        if isRekeyed { evidence.identifiers.rekeyed += 1 }
        if isLinked { evidence.identifiers.linked.insert(subject) }
    }

    /// Looks for the keys of identifiers in a copy of the stores.
    mutating func lookForIdentifierKeys(in contents: StoreContents) {
        var found = Set<UInt32>()
        contents.forEachRecord { record in
            record.searchable.withUnsafeBytes {
                identifiers.keys.forEachOwner(in: $0) {
                    found.insert($0)
                    return true
                }
            }
        }
        evidence.identifiers.keys = identifiers.keyCount
        evidence.identifiers.keysCopied = found.count
    }
}
