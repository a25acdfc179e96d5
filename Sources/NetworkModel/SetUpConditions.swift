import Quantities

/// The two sides of a call that is being set up.
public enum SetUpSide: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// Sends the offer and is the controlling ICE agent.
    case offerer
    /// Answers and is controlled.
    case answerer

    /// The other one.
    @inlinable public var other: SetUpSide { self == .offerer ? .answerer : .offerer }
}

/// What the formula must know of one side.
public struct SetUpParty: Hashable, Sendable, BitwiseCopyable {
    /// What stands between the side and the Internet.
    public var nat: NATClass
    /// One-way delay between the side and its STUN and TURN server.
    public var toOwnServer: SimDuration
    /// One-way delay between the side and the other side's TURN server.
    public var toOtherServer: SimDuration
    /// Whether it asks its server for an allocation.
    public var gathersRelay: Bool
    /// Whether its host candidates are mDNS names.
    public var hidesHostAddresses: Bool
    /// Whether it has IPv6 behind a firewall, beside IPv4: it then asks the STUN server for both.
    public var hasIPv6 = false
    /// Whether it has an allocation from an earlier generation of the same call, which an ICE
    /// restart goes on using.
    public var hasAllocation = false

    /// A side behind `nat` at the given distances from the two servers.
    public init(
        nat: NATClass, toOwnServer: SimDuration, toOtherServer: SimDuration,
        gathersRelay: Bool = true, hidesHostAddresses: Bool = true
    ) {
        self.nat = nat
        self.toOwnServer = toOwnServer
        self.toOtherServer = toOtherServer
        self.gathersRelay = gathersRelay
        self.hidesHostAddresses = hidesHostAddresses
    }
}

/// What a set-up takes place in; all delays are means, one way.
public struct SetUpConditions: Hashable, Sendable, BitwiseCopyable {
    /// The side that offers.
    public var offerer: SetUpParty
    /// The side that answers.
    public var answerer: SetUpParty
    /// What the two share. On one link each is told the other's own address by name.
    public var vicinity = Vicinity.apart
    /// Whether both sides gather and use relayed candidates only (RFC 8829 §4.1.1).
    public var relaysOnly = false
    /// Between the two sides, without a relay.
    public var direct: SimDuration
    /// Between the two servers; matters only where both sides are UDP-blocked.
    public var betweenServers: SimDuration
    /// Of a signalling message from one side to the other.
    public var signalling: SimDuration
    /// Chance that a request or its answer is lost on the way, 0..<1.
    public var exchangeLoss: Double

    /// Conditions of a set-up.
    public init(
        offerer: SetUpParty, answerer: SetUpParty, direct: SimDuration,
        betweenServers: SimDuration, signalling: SimDuration, exchangeLoss: Double = 0
    ) {
        precondition((0..<1).contains(exchangeLoss), "some exchanges succeed")
        self.offerer = offerer
        self.answerer = answerer
        self.direct = direct
        self.betweenServers = betweenServers
        self.signalling = signalling
        self.exchangeLoss = exchangeLoss
    }

    /// The party on `side`.
    public subscript(side: SetUpSide) -> SetUpParty {
        side == .offerer ? offerer : answerer
    }

    /// Whether the two meet over IPv6, each behind a firewall alone, since UDP passes at both.
    var meetOverIPv6: Bool {
        vicinity != .link && offerer.hasIPv6 && answerer.hasIPv6 && offerer.nat != .udpBlocked
            && answerer.nat != .udpBlocked
    }

    /// Whether `side` reaches nothing but over a relay.
    func isConfined(_ side: SetUpSide) -> Bool {
        relaysOnly || self[side].nat == .udpBlocked && vicinity != .link
    }
}

/// How a set-up goes; all times are since the offerer began to gather and sent its offer.
public struct SetUpEstimate: Hashable, Sendable, BitwiseCopyable {
    /// An allocation on a side's own server.
    public struct Allocation: Hashable, Sendable, BitwiseCopyable {
        /// When the server makes it.
        public var madeAt: SimDuration
        /// When the server gets it back; nil where the call runs over it until it ends.
        public var releasedAt: SimDuration?
    }

    /// Which path is found, from the offerer's view.
    public var outcome: ConnectivityOutcome
    /// When each side knows its last candidate that can be had.
    public var offererGathered: SimDuration
    /// When the answerer knows its last candidate that can be had.
    public var answererGathered: SimDuration
    /// When the offerer has its first valid pair; with ``ConnectivityOutcome/unreachable`` when
    /// it gives up.
    public var firstValid: SimDuration
    /// When the offerer sends its nomination.
    public var nominated: SimDuration
    /// When the offerer has selected its pair.
    public var offererConnected: SimDuration
    /// When the answerer has selected its pair.
    public var answererConnected: SimDuration
    /// The allocation on the offerer's server, if it gets one.
    public var offererAllocation: Allocation?
    /// The allocation on the answerer's server, if it gets one.
    public var answererAllocation: Allocation?

    /// When both have selected a pair.
    public var connected: SimDuration { max(offererConnected, answererConnected) }

    /// Allocations that are held once both are connected.
    public var heldAllocations: Int {
        [offererAllocation, answererAllocation].count { $0 != nil && $0?.releasedAt == nil }
    }
}
