public import KnowledgeLedger
public import PlatformModel
public import PrivacyStores
public import Quantities

/// One thing that a processor comes to know of people, as the platform publishes it: who, what, why
/// and how long.
public struct ProcessingEntry: Hashable, Sendable {
    /// Who.
    public let processor: Observer
    /// What.
    public let item: Item
    /// Why, in words.
    public let purpose: String
    /// How long.
    public let keeping: Keeping

    /// How long something stays with a processor.
    public enum Keeping: Hashable, Sendable {
        /// Until the ticket, the session or the call that it is for is over.
        case whileServing
        /// Until then, and where the signalling service holds messages for connections that are lost as long as the platform
        /// keeps messages.
        case whileServingOrHeld
        /// As a record of that kind: for its lifetime, and until the next sweep.
        case recorded(RecordKind)
        /// As long as the processor likes: the platform cannot tell.
        case unknown
    }

    /// Who comes to know what, why, and how long it stays there.
    public init(_ processor: Observer, _ item: Item, _ purpose: String, _ keeping: Keeping) {
        self.processor = processor
        self.item = item
        self.purpose = purpose
        self.keeping = keeping
    }
}

/// The processors' list: all that anybody who serves the platform comes to know of people.
///
/// It says what may flow, and audits hold it against what does: a flow that is not on it, or stays longer, breaks
/// the audit (``Audit/unlisted``).
public struct ProcessorList: Hashable, Sendable {
    /// In the order of the processors, then of the items; at most one for each two.
    public let entries: [ProcessingEntry]

    /// The list of `entries`, which are put in order.
    ///
    /// - Precondition: no two of them are of the same processor and item.
    public init(_ entries: [ProcessingEntry]) {
        self.entries = entries.sorted {
            ($0.processor.rawValue, $0.item.rawValue) < ($1.processor.rawValue, $1.item.rawValue)
        }
        precondition(
            zip(self.entries, self.entries.dropFirst()).allSatisfy {
                ($0.processor, $0.item) != ($1.processor, $1.item)
            }, "a flow stands on the list once")
    }

    /// The list without what `processor` comes to know.
    public func without(_ processor: Observer) -> ProcessorList {
        ProcessorList(entries.filter { $0.processor != processor })
    }

    /// Something that a processor came to know and that is not on the list, or not for as long.
    public struct UnlistedFlow: Hashable, Sendable {
        /// Who.
        public let processor: Observer
        /// What.
        public let item: Item
        /// Of how many people.
        public let subjects: Int
        /// How long it stayed; nil where it is the item that is not listed.
        public let residence: SimDuration?
    }

    /// What `knowledge` has of processors and the list has not.
    public func unlisted(in knowledge: PlatformKnowledge) -> [UnlistedFlow] {
        Observer.allCases.filter(\.isProcessor).flatMap { processor in
            Item.allCases.compactMap { item in
                let known = knowledge.labels[processor, item]
                guard !known.isEmpty else { return nil }
                let residence = known.longestResidence
                if let entry = entry(processor, item) {
                    guard entry.keeping.isExceeded(by: residence, in: knowledge)
                    else { return nil }
                    return UnlistedFlow(
                        processor: processor, item: item, subjects: known.subjects.count,
                        residence: residence)
                }
                return UnlistedFlow(
                    processor: processor, item: item, subjects: known.subjects.count,
                    residence: nil)
            }
        }
    }

    private func entry(_ processor: Observer, _ item: Item) -> ProcessingEntry? {
        entries.first { $0.processor == processor && $0.item == item }
    }
}

extension ProcessingEntry.Keeping {
    /// Whether something that stays for `residence` stays for longer than the platform promises, in a run where visits are as long
    /// as `knowledge` says.
    func isExceeded(by residence: SimDuration, in knowledge: PlatformKnowledge) -> Bool {
        switch self {
        case .whileServing: return residence > knowledge.longestService
        case .whileServingOrHeld:
            let isHeld = knowledge.heldForLostConnections > .zero
            let held = isHeld ? RetentionPolicy().signaling : .zero
            return residence > max(knowledge.longestService, held)
        case .unknown: return false
        case .recorded(let kind):
            return residence > RetentionPolicy().span(kind) + knowledge.policy.sweepInterval
        }
    }

    /// The time in words.
    public var text: String {
        switch self {
        case .whileServing: "until the ticket, session or call is over"
        case .whileServingOrHeld:
            "until the ticket, session or call is over; 24 hours where the service holds messages for lost connections"
        case .recorded(.reports): "30 days, and until the next sweep"
        case .recorded(.signaling): "24 hours, and until the next sweep"
        case .recorded(.relayLog): "7 days, and until the next sweep"
        case .unknown: "the platform cannot tell"
        }
    }
}
