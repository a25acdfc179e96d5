import Addressing
import NetworkModel
import Quantities

/// Who takes part in a trial.
public enum Participant: Hashable, Sendable, BitwiseCopyable {
    /// One of the two hosts.
    case host(End)
    /// The STUN and TURN server.
    case relay

    /// A short name.
    public var name: String {
        switch self {
        case .host(.a): "a"
        case .host(.b): "b"
        case .relay: "relay"
        }
    }
}

/// What became of a datagram.
public enum Fate: Hashable, Sendable, BitwiseCopyable {
    /// It had not arrived when the trial ended.
    case underWay
    /// Participant `to` has it at `at`, and it looked as if it came from `from`.
    case delivered(to: Participant, at: SimTime)
    /// It was lost on sending.
    case lost(LossReason)
    /// The receiver's NAT or firewall dropped it at `at`.
    case dropped(DropReason, at: SimTime)
}

/// One datagram of a trial, or one segment of a stream.
public struct DatagramRecord: Hashable, Sendable {
    /// When it was sent.
    public var sentAt: SimTime
    /// Who sent it.
    public var sender: Participant
    /// What carries it.
    public var transport: TransportProtocol
    /// The sender's socket.
    public var source: TransportAddress
    /// The source after the sender's NATs; nil when it never left.
    public var translatedSource: TransportAddress?
    /// Where it was sent.
    public var destination: TransportAddress
    /// Its payload in bytes.
    public var byteCount: Int
    /// What it says; see ``DatagramText``.
    public var text: String
    /// What became of it.
    public var fate: Fate
}

/// One thing that happened in a trial, in the order of time.
public enum ExchangeRecord: Hashable, Sendable {
    /// A datagram.
    case datagram(DatagramRecord)
    /// A signalling message, with what it carries, and when the other side has it.
    case signal(sentAt: SimTime, from: End, text: String, arrivesAt: SimTime)
    /// What an agent told its owner.
    case event(at: SimTime, of: End, text: String)
}

extension ExchangeRecord {
    /// When it happened; a datagram and a message when they were sent.
    public var time: SimTime {
        switch self {
        case .datagram(let datagram): datagram.sentAt
        case .signal(let sentAt, _, _, _): sentAt
        case .event(let time, _, _): time
        }
    }
}
