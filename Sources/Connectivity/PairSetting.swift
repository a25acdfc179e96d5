import ICE
import NetworkModel
import Quantities

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

/// Two hosts that want to talk, and the network between them.
public struct PairSetting: Hashable, Sendable {
    /// What stands between each host and the Internet.
    public var nat: BothEnds<NATClass>
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
        ConnectivityRules.outcome(
            nat.a, nat.b, hidesHostAddresses: hidesHostAddresses, hasRelay: hasRelay)
    }
}
