public import KnowledgeLedger
import PlatformModel
public import PrivacyStores
import Quantities
import ScenarioModel

/// What the platform promises of what others come to know, as far as an audit can tell.
public enum PlatformPromise: String, CaseIterable, Hashable, Sendable {
    /// Nobody learns where the other one is on the Internet; a direct call shows it.
    case partnerSeesNoAddress = "partner_sees_no_public_address"
    /// Candidates hide local addresses behind mDNS names (RFC 8828, draft-ietf-mmusic-mdns-ice-candidates).
    case localAddressesHidden = "local_addresses_hidden"
    /// Reports, messages and relay log go in time.
    case lifetimesKept = "lifetimes_kept"

    /// The promise in words.
    public var statement: String {
        switch self {
        case .partnerSeesNoAddress: "A partner never sees one's public address."
        case .localAddressesHidden:
            "Whose browser hides local addresses shows them to nobody outside the own network."
        case .lifetimesKept:
            "Reports go after 30 days, signalling messages after 24 hours, relay logs after 7 days."
        }
    }
}

/// Whether a promise holds.
public enum PromiseVerdict: Hashable, Sendable {
    /// In this run it held.
    case kept
    /// It did not.
    case broken
    /// It did not, and does in the same run with this setting.
    case keptOnlyIf(key: String, value: String)

    /// The verdict in words.
    public var name: String {
        switch self {
        case .kept: "kept"
        case .broken: "broken"
        case .keptOnlyIf: "kept only if"
        }
    }

    /// The setting as `--set` takes it.
    public var condition: String? {
        if case .keptOnlyIf(let key, let value) = self { "\(key)=\(value)" } else { nil }
    }
}

/// What an audit found of one promise.
public struct PromiseFinding: Hashable, Sendable {
    /// Which one.
    public var promise: PlatformPromise
    /// Whether it holds.
    public var verdict: PromiseVerdict
    /// Calls in which it was broken.
    public var brokenCalls: Int
    /// Calls of the run.
    public var calls: Int
    /// People to whom it was broken.
    public var brokenSubjects: Int
    /// To whom what it keeps from others became known.
    public var observers: [Observer]
    /// Records that outlive it: which.
    public var outliving: [RecordKind]
}

extension PromiseFinding {
    /// What `knowledge` says of `promise`; of a promise that a setting may keep, only whether it was kept.
    init(_ promise: PlatformPromise, in knowledge: PlatformKnowledge) {
        var (calls, subjects) = (NumberSet(), NumberSet())
        var observers: [Observer] = []
        var outliving: [RecordKind] = []
        switch promise {
        case .partnerSeesNoAddress:
            let known = knowledge.labels[.partner, .publicAddress]
            (calls, subjects) = (known.calls, known.subjects)
            if !known.isEmpty { observers = [.partner] }
        case .localAddressesHidden:
            for observer in Observer.allCases {
                let known = knowledge.unhidden[observer, .privateAddress]
                guard !known.isEmpty else { continue }
                calls.formUnion(known.calls)
                subjects.formUnion(known.subjects)
                observers.append(observer)
            }
        case .lifetimesKept: outliving = Self.outliving(knowledge)
        }
        self.init(
            promise: promise, verdict: observers.isEmpty && outliving.isEmpty ? .kept : .broken,
            brokenCalls: calls.count, calls: knowledge.calls, brokenSubjects: subjects.count,
            observers: observers, outliving: outliving)
    }

    /// The kinds of records that stay longer than the platform promises and a sweep takes to come, by what was declared
    /// when they were stored.
    private static func outliving(_ knowledge: PlatformKnowledge) -> [RecordKind] {
        let promised = RetentionPolicy()
        return RecordKind.allCases.filter { kind in
            let residence =
                switch kind {
                case .reports: knowledge.labels[.riskScorer, .report].longestResidence
                case .signaling: knowledge.labels[.signalingProcessor, .when].longestResidence
                case .relayLog: knowledge.labels[.relayProcessor, .when].longestResidence
                }
            return residence > promised.span(kind) + knowledge.policy.sweepInterval
        }
    }
}
