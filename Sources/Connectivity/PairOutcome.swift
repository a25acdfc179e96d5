import ICE
import NetworkModel
import Quantities

/// How packets go between two hosts.
public enum PathKind: String, Hashable, Sendable {
    /// Straight, whatever NATs they pass.
    case direct
    /// Over a TURN server.
    case relay
    /// Not at all: no pair of candidates was ever valid.
    case none
}

/// What came of a trial.
public struct PairOutcome: Hashable, Sendable {
    /// Who tried.
    public var setting: PairSetting
    /// How packets go.
    public var path: PathKind
    /// How the offerer's own candidate of its selected pair was learnt; nil without a path.
    public var local: CandidateType?
    /// How its peer's was; a relayed candidate met in a check before it was signalled stays
    /// peer-reflexive (RFC 8445 §7.3.1.3).
    public var remote: CandidateType?
    /// Allocations alive after nomination, on all servers.
    public var allocations: Int
    /// From the offer until each side had its pair; nil without a path.
    public var connectedAfter: BothEnds<SimDuration?>
    /// Datagrams and segments that left the hosts and servers, those lost included.
    public var datagramCount: Int

    /// Whether it ended as the closed form says.
    public var isAsPredicted: Bool {
        switch setting.predicted {
        case .direct(let own, let other):
            path == .direct && local.map(PathEnd.init) == own
                && remote.map(PathEnd.init) == other && allocations == 0
        case .relayed:
            path == .relay && allocations == (setting.bothNeedOwnRelay ? 2 : 1)
        case .unreachable: path == .none && allocations == 0
        }
    }
}

extension PathEnd {
    /// The same in the words of the closed form.
    init(_ type: CandidateType) {
        switch type {
        case .host: self = .host
        case .serverReflexive: self = .serverReflexive
        case .peerReflexive: self = .peerReflexive
        case .relayed: self = .relayed
        }
    }
}
