import Addressing
import NetworkModel

/// The channel between a relay's client and the relay (RFC 8656 §12), as both know it.
public struct ChannelUse: Hashable, Sendable, BitwiseCopyable {
    /// The number that the client puts on what it sends, and asks of what it receives.
    public var client: UInt16
    /// The number that the server has bound for this client and its peer.
    public var server: UInt16
    /// What carries the frames; on streams they are padded.
    public var transport: TransportProtocol

    /// A channel that client and server know by these numbers.
    public init(client: UInt16, server: UInt16, transport: TransportProtocol) {
        self.client = client
        self.server = server
        self.transport = transport
    }
}

/// How one direction of a talk travels: its legs, and which of its ends are a relay's clients.
public struct TalkRoute: Hashable, Sendable, BitwiseCopyable {
    /// Where packets pass, and how long that takes.
    public var legs: MediaRoute
    /// The channel of the sender with the first relay, if it is the sender's.
    public var sending: ChannelUse?
    /// The channel of the receiver with the last relay, if it is the receiver's.
    public var receiving: ChannelUse?
    /// Whether it stays on one link or behind one carrier's NAT, where nobody on the Internet hears it.
    public var staysNear: Bool

    /// A route over `legs` with the given channels.
    ///
    /// - Precondition: there are relays for the channels, one for each.
    public init(
        _ legs: MediaRoute, sending: ChannelUse? = nil, receiving: ChannelUse? = nil,
        staysNear: Bool = false
    ) {
        let channels = (sending == nil ? 0 : 1) + (receiving == nil ? 0 : 1)
        precondition(channels <= legs.relayCount, "a channel is one with a relay")
        self.legs = legs
        self.sending = sending
        self.receiving = receiving
        self.staysNear = staysNear
    }

    /// Whether who listens on the Internet can read what the sender puts on the way: TLS hides it.
    var isHeardFromSender: Bool { !staysNear && sending?.transport != .tls }

    /// Likewise what the last relay sends on to the receiver.
    var isHeardFromLastRelay: Bool { receiving?.transport != .tls }
}

/// What the rest of the world tells a talk.
public enum TalkInput: Sendable, BitwiseCopyable {
    /// Packets that leave from now on take other routes; what is under way stays on the old ones.
    case routes(fromOfferer: TalkRoute, fromAnswerer: TalkRoute)
    /// The call is over.
    case end
}
