public import KnowledgeLedger
public import PrivacyStores
public import Quantities

/// Who came to know what in a replication that was audited.
public struct PlatformKnowledge: Sendable {
    /// By what crossed each trust boundary.
    public let labels: Ledger
    /// The part of it of which there are bytes to look at: all but what packets of modelled connections would show.
    let seen: Ledger
    /// By the bytes that observers received or stored.
    public let canaries: Ledger
    /// Private addresses that were shown outside of the own network though the browser hides them.
    public let unhidden: Ledger
    /// What a look at bytes came to, beside addresses and identifiers.
    public let evidence: ByteEvidence
    /// When the stores were copied.
    public let breach: SimTime?
    /// How many people came, numbered from 0.
    public let subjects: Int
    /// How many pairs were made, numbered from 0.
    public let calls: Int
    /// Of these, the ones that were made by the time of the copy.
    public let callsBeforeBreach: Int
    /// Lifetimes and sweeps.
    public let policy: RetentionPolicy
    /// What planning by the published counts of calls gets wrong; nil where nothing is counted.
    public let published: PublishedCounts?
    /// Records that were not stored as there were as many as may be.
    public let refused: Int
    /// How old records have become.
    public let ages: StoreAges
    /// How long the signalling service holds messages for connections that are lost; zero where none is.
    public let heldForLostConnections: SimDuration

    /// Where the two oracles do not agree.
    public struct Disagreement: Hashable, Sendable {
        /// Who has it.
        public let observer: Observer
        /// What.
        public let item: Item
        /// The first person that only one of the two names; nil where they name the same people in different calls.
        public let subject: UInt32?
        /// Likewise, the first call.
        public let call: UInt32?
        /// Whether it was declared and is not in the bytes; else it is there undeclared.
        public let isDeclared: Bool
        /// Whether they name the same, and it is in the bytes for longer than declared.
        public let isOutlasting: Bool
    }

    /// What both oracles look at.
    public static let comparable: [(observer: Observer, items: [Item])] = [
        (.partner, [.privateAddress, .publicAddress, .userFragment]),
        (.ownDevice, [.keys]),
        (
            .riskScorer,
            [.privateAddress, .publicAddress, .partner, .deviceSignals, .userFragment]
        ),
        (
            .signalingProcessor,
            [.privateAddress, .publicAddress, .keys, .deviceSignals, .userFragment]
        ),
        (.relayProcessor, [.privateAddress, .publicAddress, .keys, .speech, .userFragment]),
        (.edgeProvider, [.privateAddress, .publicAddress, .message]),
        (
            .infrastructureOnCall,
            [.privateAddress, .publicAddress, .deviceSignals, .userFragment]
        ),
        (.networkObserver, [.privateAddress, .publicAddress, .keys, .speech, .userFragment]),
        (
            .thief,
            [
                .privateAddress, .publicAddress, .deviceIdentifier, .deviceSignals, .keys,
                .userFragment,
            ]
        ),
    ]

    /// The longest that anything of a ticket, a session or a call can serve: as long as anybody was there, and as long as a relay
    /// keeps an address of somebody who went without a word, ten minutes (RFC 8656 §2.2).
    public var longestService: SimDuration { evidence.longestVisit + .minutes(10) }

    /// What anybody has: declared, or found in the bytes.
    public var known: Ledger {
        var known = labels
        known.formUnion(canaries)
        return known
    }

    /// Where the two oracles do not agree, at most one for each observer and item.
    public var disagreements: [Disagreement] {
        Self.comparable.flatMap { observer, items in
            items.compactMap { disagreement(observer, $0) }
        }
    }

    private func disagreement(_ observer: Observer, _ item: Item) -> Disagreement? {
        let (label, canary) = (seen[observer, item], canaries[observer, item])
        let subject = label.subjects.leastDifference(from: canary.subjects)
        let call = label.calls.leastDifference(from: canary.calls)
        guard subject != nil || call != nil else { return outlasting(observer, item) }
        let isDeclared =
            subject.map { label.subjects.contains($0) } ?? call.map { label.calls.contains($0) }
        return Disagreement(
            observer: observer, item: item, subject: subject, call: call,
            isDeclared: isDeclared ?? false, isOutlasting: false)
    }

    /// Who is said to have forgotten at once what is found later. Only what the scorer is told is held against its memory.
    private func outlasting(_ observer: Observer, _ item: Item) -> Disagreement? {
        guard observer == .riskScorer, item == .deviceSignals,
            canaries[observer, item].longestResidence > seen[observer, item].longestResidence
        else { return nil }
        return Disagreement(
            observer: observer, item: item,
            subject: evidence.keptSignals.leastDifference(from: NumberSet()), call: nil,
            isDeclared: false, isOutlasting: true)
    }
}

extension KnowledgeDesk {
    /// What it has come to, of so many people, when so many records were not stored and others have become so old.
    func knowledge(
        subjects: Int, published: PublishedCounts?, refused: Int, ages: StoreAges = StoreAges()
    ) -> PlatformKnowledge {
        var all = labels
        all.formUnion(unseen)
        return PlatformKnowledge(
            labels: all, seen: labels, canaries: canaries, unhidden: unhidden, evidence: evidence,
            breach: breach,
            subjects: subjects, calls: parties.count, callsBeforeBreach: callsBeforeBreach,
            policy: policy, published: published, refused: refused, ages: ages,
            heldForLostConnections: serviceRetention)
    }
}
