import Quantities

/// What became of a ticket that entered the queue.
public enum Decision: Hashable, Sendable {
    /// Nobody compatible waits; the ticket waits now.
    case waiting
    /// The ticket was paired at once.
    case paired(Pairing)
    /// The ticket was not taken.
    case refused(Refusal)
}

/// Why a ticket was not taken.
public enum Refusal: Hashable, Sendable, CaseIterable {
    /// A ticket of the same number waits.
    case duplicateTicket
    /// The session waits already; two tickets of one session could meet each other.
    case sessionAlreadyWaiting
    /// ``Matchmaker/maximumWaiting`` tickets wait.
    case full
}

/// Two tickets that were put together, and why.
public struct Pairing: Hashable, Sendable, BitwiseCopyable {
    /// One of the two tickets as it stood at the decision.
    public struct Side: Hashable, Sendable, BitwiseCopyable {
        /// The ticket.
        public var ticket: TicketID
        /// Its session.
        public var session: SessionID
        /// Time since the ticket was created.
        public var age: SimDuration
        /// The step of the ladder it stood on, from 0.
        public var step: UInt8

        fileprivate static let blank = Side(
            ticket: TicketID(0), session: SessionID(0), age: .zero, step: 0)
    }

    /// What made the pairing possible at this moment.
    public enum Cause: UInt8, Hashable, Sendable, BitwiseCopyable {
        /// The younger ticket arrived.
        case arrival
        /// The older ticket reached a step of its ladder.
        case expansionOfFirst
        /// The younger ticket reached a step of its ladder.
        case expansionOfSecond
        /// Both reached a step of their ladders at the same instant.
        case expansionOfBoth
        /// One of the two reached the critical age of a patient policy.
        case criticalAge
        /// One of the two is about to leave, as its owner has announced.
        case departure
        /// The time of a policy that decides at intervals had come.
        case interval
    }

    /// What the tier rule said to this pair.
    public enum TierRule: UInt8, Hashable, Sendable, BitwiseCopyable {
        /// Tiers are not looked at.
        case ignored
        /// At least one of the two demanded its own tier, and it is the same.
        case sameTierDemanded
        /// Both had reached the last step and demanded no tier any more.
        case released
    }

    /// The older ticket.
    public var first: Side
    /// The younger ticket.
    public var second: Side
    /// When the decision fell.
    public var time: SimTime
    /// What made the pairing possible.
    public var cause: Cause
    /// The union of what both demanded of each other.
    public var constraints: MatchConstraints
    /// What the tier rule said.
    public var tierRule: TierRule
    /// How many tickets older than `first`, otherwise compatible with `second`, were passed over
    /// because their sessions and the session of `second` remember each other; 0 under
    /// ``MatchPolicy/blossom(every:)``, which looks at all of them.
    public var rematchesAvoided: UInt8
    /// The oldest waiting ticket that was compatible and was passed over; see
    /// <doc:Matchmaking#Age-inversions>.
    public var passedOver: TicketID?

    /// What is written over a pairing that has been polled.
    static let blank = Pairing(
        first: .blank, second: .blank, time: .zero, cause: .arrival, constraints: [],
        tierRule: .ignored, rematchesAvoided: 0, passedOver: nil)

    /// Whether an older waiting ticket that was compatible was passed over.
    public var ageInversion: Bool { passedOver != nil }
}
