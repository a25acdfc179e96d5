public import Quantities

/// A law that a run never breaks, whatever the scenario: where one is broken, the program is
/// wrong, not the input.
public enum Invariant: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// Tickets created = paired + abandoned + waiting.
    case ticketsAreConserved = "tickets_are_conserved"
    /// A ticket ends exactly once, paired, abandoned or expired: the matchmaker and the platform
    /// count the same of each, and what has not ended waits.
    case ticketsEndOnce = "tickets_end_once"
    /// No pair crosses a hard constraint, and both were waiting.
    case pairsKeepConstraints = "pairs_keep_constraints"
    /// Pairs made = failed set-ups + ended calls + those still going on.
    case callsAreConserved = "calls_are_conserved"
    /// Calls whose relay crashed = recovered + ended while silent + given up + still silent.
    case silencedCallsAreConserved = "silenced_calls_are_conserved"
    /// A peer is in at most one of queue, set-up, call and pause at a time.
    case peersAreInOnePlace = "peers_are_in_one_place"
    /// Nobody is paired with themselves.
    case nobodyMeetsThemselves = "nobody_meets_themselves"
    /// The relay ports held are those that the servers hold, and no server holds more than it has.
    case allocationsAreConserved = "allocations_are_conserved"
    /// A call that is over holds no packet.
    case packetsAreGivenBack = "packets_are_given_back"
}

/// Where an invariant was found broken.
public struct InvariantViolation: Hashable, Sendable, BitwiseCopyable {
    /// Which one.
    public var invariant: Invariant
    /// When.
    public var time: SimTime
    /// Whom it concerned: a peer, call or server number.
    public var subject: UInt64
}

/// Checks invariants during a replication and keeps the first violation, which stops the run.
public struct InvariantChecker: Sendable {
    /// How many checks were made.
    public private(set) var checkCount: UInt64 = 0
    /// How many of them failed.
    public private(set) var violationCount: UInt64 = 0
    /// The first that failed.
    public private(set) var first: InvariantViolation?

    /// Nothing checked yet.
    public init() {}

    /// Notes whether `invariant` holds for `subject` at `now`.
    public mutating func check(
        _ invariant: Invariant, _ holds: Bool, subject: UInt64 = 0, at now: SimTime
    ) {
        checkCount += 1
        guard !holds else { return }
        violationCount += 1
        if first == nil {
            first = InvariantViolation(invariant: invariant, time: now, subject: subject)
        }
    }
}
