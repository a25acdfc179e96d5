public import Quantities

/// A way to conclude something from what one holds; there are no others.
///
/// They are upper bounds: somebody who holds two things of one call is taken to see that they belong
/// together, by their times and by the addresses or user fragments that both name.
public enum InferenceRule: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// A server-reflexive candidate is the public address (RFC 8445 §5.1.1.2).
    case publicAddress
    /// A message and an entry of a relay's log that fit in time are of one call: a relayed candidate
    /// is the relayed address of the log.
    case sameCall
    /// The public addresses of both people of a call say who talked with whom.
    case whoWithWhom
    /// What was relayed or overheard, with its keys, is speech.
    case speech
    /// A device identifier that stands in two records is one device.
    case sameDevice
    /// A description and media that were forwarded or recorded are of one call: the checks that go the media's way name the
    /// description's user fragment (RFC 8445 §7.2.2), also where relays stand between the two.
    case sameMedia
    /// Whose report came at the end of a call that an address was in is the device behind the address, or its partner: the moment
    /// tells the call.
    case deviceAddress

    /// The name of what is concluded, in audits.
    public var name: String {
        switch self {
        case .publicAddress: "public_address"
        case .sameCall: "same_call"
        case .whoWithWhom: "who_with_whom"
        case .speech: "speech"
        case .sameDevice: "same_device"
        case .sameMedia: "same_media"
        case .deviceAddress: "device_address"
        }
    }

    /// From what it is concluded, in words.
    public var premises: String {
        switch self {
        case .publicAddress: "a server-reflexive candidate"
        case .sameCall: "a signalling message and an entry of a relay log that fit in time"
        case .whoWithWhom: "the public addresses of both people of a call"
        case .speech: "encrypted media and their keys"
        case .sameDevice: "a device identifier in two records"
        case .sameMedia: "a signalling message, a user fragment and encrypted media"
        case .deviceAddress: "the moment of a report and an address in a call that ended then"
        }
    }

    /// What somebody who is told this need not conclude; nil where nobody is told.
    public var item: Item? {
        switch self {
        case .publicAddress: .publicAddress
        case .whoWithWhom: .partner
        case .speech: .speech
        case .sameCall, .sameDevice, .sameMedia, .deviceAddress: nil
        }
    }
}

/// What follows by one rule from what somebody holds.
public struct Inference: Hashable, Sendable {
    /// By which rule.
    public let rule: InferenceRule
    /// Of whom; none where it is of calls as a whole.
    public let subjects: NumberSet
    /// In which calls; none where it is not of calls.
    public let calls: NumberSet
    /// Of these calls, the ones of which nobody told it.
    public let untold: NumberSet
    /// How long it can be concluded: as long as the premise that is forgotten first.
    public let residence: SimDuration

    /// Whether it is of nobody and no call.
    public var isEmpty: Bool { subjects.count == 0 && calls.count == 0 }
}

/// What somebody holds, or several who pool what they have.
public struct Holdings: Hashable, Sendable {
    private var cells = [Knowledge](repeating: Knowledge(), count: Item.allCases.count)

    /// What `observers` came to know between them, as `ledger` says.
    ///
    /// - Complexity: O(observers · items · people and calls / 64).
    public init(of observers: [Observer], in ledger: Ledger) {
        for item in Item.allCases {
            for observer in observers {
                cells[Int(item.rawValue)].formUnion(ledger[observer, item])
            }
        }
    }

    /// What they know of `item`.
    public subscript(item: Item) -> Knowledge { cells[Int(item.rawValue)] }

    /// All that follows, in the order of the rules; nothing of nobody.
    public var inferences: [Inference] {
        InferenceRule.allCases.map { conclude(by: $0) }.filter { !$0.isEmpty }
    }

    /// What follows by `rule`.
    public func conclude(by rule: InferenceRule) -> Inference {
        switch rule {
        case .publicAddress:
            let candidate = self[.reflexiveCandidate]
            return inference(
                rule, of: candidate.subjects, in: candidate.calls, from: [.reflexiveCandidate])
        case .sameCall:
            return joint(rule, [.message, .allocation])
        case .whoWithWhom:
            return inference(
                rule, in: self[.publicAddress].callsOfBoth, from: [.publicAddress])
        case .speech:
            return joint(rule, [.ciphertext, .keys])
        case .sameDevice:
            return inference(
                rule, of: self[.deviceIdentifier].recurring, from: [.deviceIdentifier])
        case .sameMedia:
            return joint(rule, [.message, .userFragment, .ciphertext])
        case .deviceAddress:
            return joint(rule, [.report, .publicAddress])
        }
    }

    /// Of the calls of which all of `premises` are held.
    private func joint(_ rule: InferenceRule, _ premises: [Item]) -> Inference {
        var calls = self[premises[0]].calls
        for item in premises.dropFirst() { calls.formIntersection(self[item].calls) }
        return inference(rule, in: calls, from: premises)
    }

    private func inference(
        _ rule: InferenceRule, of subjects: NumberSet = NumberSet(),
        in calls: NumberSet = NumberSet(), from premises: [Item]
    ) -> Inference {
        var untold = calls
        if let item = rule.item { untold.subtract(self[item].calls) }
        return Inference(
            rule: rule, subjects: subjects, calls: calls, untold: untold,
            residence: premises.map { self[$0].longestResidence }.min() ?? .zero)
    }
}

extension Ledger {
    /// All that `observer` can conclude by itself, in the order of the rules.
    ///
    /// Who takes part in calls knows that it talked with somebody, and concludes nothing from it.
    public func inferences(of observer: Observer) -> [Inference] {
        Holdings(of: [observer], in: self).inferences.filter {
            !observer.isParticipant || $0.rule != .whoWithWhom
        }
    }
}
