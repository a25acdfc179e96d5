import ICE
import NetworkModel
import Quantities
import TURN

/// Which of the two ends of a trial.
public enum End: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// The one that offers, and controls.
    case a
    /// The one that answers.
    case b

    /// The other end.
    public var other: End { self == .a ? .b : .a }
}

/// Two values, one for each end.
public struct BothEnds<Value> {
    /// The offerer's.
    public var a: Value
    /// The answerer's.
    public var b: Value

    /// `a` for the offerer, `b` for the answerer.
    public init(a: Value, b: Value) {
        self.a = a
        self.b = b
    }

    /// The value of one end.
    public subscript(end: End) -> Value {
        get { end == .a ? a : b }
        set { if end == .a { a = newValue } else { b = newValue } }
    }
}

extension BothEnds: Equatable where Value: Equatable {}
extension BothEnds: Hashable where Value: Hashable {}
extension BothEnds: Sendable where Value: Sendable {}

/// Where the two hosts stand to each other.
public enum Placement: Hashable, Sendable, BitwiseCopyable {
    /// In different places, each behind its own class.
    case apart
    /// On one link behind one NAT, whose class is that of the offerer.
    case sameNAT
    /// In different places of one carrier's network, whose NAT has this class: each one's own
    /// class is a box in front of it.
    case sameCarrier(NATClass)
}

/// Two hosts that want to talk, and the network between them.
public struct PairSetting: Hashable, Sendable {
    /// What stands between each host and the Internet.
    public var nat: BothEnds<NATClass>
    /// Where the two stand to each other.
    public var placement = Placement.apart
    /// Whether NATs let packets from inside turn round (RFC 4787 REQ-9).
    public var hairpins = true
    /// Whether each host has an IPv6 address, behind a firewall that filters as APDF.
    public var hasIPv6 = BothEnds(a: false, b: false)
    /// Whether each host has an IPv4 address, behind its class. One without needs ``hasIPv6``,
    /// and a place ``Placement/apart``.
    public var hasIPv4 = BothEnds(a: true, b: true)
    /// In which families both ask their server for relayed addresses.
    public var relayedFamilies = RelayedFamilies.v4
    /// The agents' constants of time.
    public var timing: TimingProfile
    /// Whether host candidates hide behind mDNS names.
    public var hidesHostAddresses: Bool
    /// Whether a TURN server serves both.
    public var hasRelay: Bool
    /// One-way delay of each access link.
    public var accessDelay: BothEnds<SimDuration>
    /// One-way delay of the backbone, between the hosts as between each and the servers.
    public var backboneDelay: SimDuration
    /// One-way delay of the signalling channel.
    public var signalingDelay: SimDuration
    /// Names the random streams.
    public var seed: UInt64

    /// Browsers behind `a` and `b` 8 ms and 13 ms from a backbone of 5 ms, signalling in 30 ms.
    public init(_ a: NATClass, _ b: NATClass) {
        nat = BothEnds(a: a, b: b)
        timing = .browser
        hidesHostAddresses = false
        hasRelay = true
        accessDelay = BothEnds(a: .milliseconds(8), b: .milliseconds(13))
        backboneDelay = .milliseconds(5)
        signalingDelay = .milliseconds(30)
        seed = 1
    }

    /// What the closed form says of it, as the offerer sees it.
    public var predicted: ConnectivityOutcome {
        var (a, b) = (nat.a, nat.b)
        var vicinity = Vicinity.apart
        switch placement {
        case .apart: break
        case .sameNAT: vicinity = .link
        case .sameCarrier(let carrier):
            (a, b) = (a.behind(carrier), b.behind(carrier))
            vicinity = .gateway(hairpins: hairpins)
        }
        return ConnectivityRules.outcome(
            a, b, vicinity: vicinity, bothHaveIPv6: hasIPv6.a && hasIPv6.b,
            bothHaveIPv4: hasIPv4.a && hasIPv4.b,
            hidesHostAddresses: hidesHostAddresses, hasRelay: hasRelay)
    }

    /// Whether somebody or something in the trial has IPv6.
    var isDualStack: Bool { hasIPv6.a || hasIPv6.b || relayedFamilies != .v4 }

    /// Whether neither host can send UDP to the other's relayed addresses: a relayed call then takes
    /// an allocation of each.
    var bothNeedOwnRelay: Bool { End.allCases.allSatisfy { !reachesRelayedAddresses($0) } }

    private func reachesRelayedAddresses(_ end: End) -> Bool {
        guard nat[end] != .udpBlocked else { return false }
        return hasIPv4[end] && relayedFamilies != .v6 || hasIPv6[end] && relayedFamilies != .v4
    }
}
