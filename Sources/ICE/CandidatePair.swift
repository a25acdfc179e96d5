import Addressing
import Quantities
import STUN

/// The states of RFC 8445 §6.1.2.6, and one for pairs taken off the checklist.
enum PairState: UInt8, Hashable, BitwiseCopyable {
    case frozen
    case waiting
    case inProgress
    case succeeded
    case failed
    /// Off the checklist: pushed out by better pairs. Its place is used again.
    case discarded
}

/// A pair on the checklist: from a base of ours to a candidate of the peer's.
///
/// The valid pair that a successful check yields (RFC 8445 §7.2.5.3.2) has the same path but may
/// have another local candidate, that with the mapped address: ``validLocal``.
struct CandidatePair: BitwiseCopyable {
    /// Index of the local base, a host or relayed candidate.
    var local: Int
    /// Index of the remote candidate.
    var remote: Int
    var priority: UInt64
    var state: PairState
    /// Index of the local candidate of the valid pair; -1 before the check has succeeded.
    var validLocal = -1
    /// The valid pair's priority.
    var validPriority: UInt64 = 0
    /// The peer, controlling, has sent USE-CANDIDATE (RFC 8445 §7.3.1.5).
    var nominatedByPeer = false
    /// Place in the triggered-check queue, 1…; 0 when not in it.
    var triggered: UInt32 = 0
    var checksSent: UInt32 = 0
    var firstCheckAt = SimTime.distantFuture
    var lastCheckAt = SimTime.zero
    /// Of the check that succeeded.
    var roundTrip = SimDuration.zero
    /// Of all answers so far.
    var estimate = RoundTripEstimate()

    var isLive: Bool { state != .failed && state != .discarded }
    var isUndecided: Bool { state == .frozen || state == .waiting || state == .inProgress }
}

/// A check under way.
struct CheckTransaction {
    var id: TransactionID
    var pair: Int
    var sentAt: SimTime
    var role: Role
    var useCandidate: Bool
    /// Nil where checks are repeated round robin.
    var timer: RetransmissionTimer?
    /// The request, kept for retransmission only.
    var bytes: [UInt8]
}

/// The pair that media takes (RFC 8445 §8.1.2).
public struct SelectedPair: Hashable, Sendable, BitwiseCopyable {
    /// Our candidate: the address as the peer sees it.
    public var local: Candidate
    /// The peer's candidate.
    public var remote: Candidate
    /// Where our datagrams leave: the host address, or the relayed one.
    public var base: TransportAddress
    /// Where they go.
    public var remoteAddress: TransportAddress
    /// The round trip of the check that made it valid.
    public var roundTrip: SimDuration

    /// Whether either candidate is known to be relayed. A relayed candidate that has not been
    /// signalled yet looks peer-reflexive to the other side.
    public var isRelayed: Bool { local.type == .relayed || remote.type == .relayed }
}
