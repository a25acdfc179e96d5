import Quantities

/// A list of every field that the signalling service sees or stores of the platform's own clients,
/// with its purpose and how long it is kept: what is not listed they do not send.
///
/// The service reads no bodies, so a client of another make could put other text there. What it
/// holds such a client to is an envelope of the listed fields alone, the length of a message, and
/// the number of messages in a call: at most
/// ``SignalingService/maximumMessagesPerCall`` × ``SignalingMessage/longestText`` bytes.
public enum FieldCensus {
    /// Who makes use of a field.
    public enum Reader: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// The service acts on it.
        case service
        /// It stands in a body: the service carries and keeps it, the other session reads it.
        case peer
    }

    /// How long the service has a field.
    public enum Retention: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// While the call's signalling is open, in memory only.
        case call
        /// With its message: ``SignalingService/retention``, on the platform 24 hours.
        case message
    }

    /// One field.
    public struct Field: Hashable, Sendable {
        /// Its name, as on the wire: a header's, an SDP line's letter and `=`, or an attribute's
        /// with `a=` before it; that of a property for what only the service holds.
        public let name: String
        /// Who makes use of it.
        public let reader: Reader
        /// How long the service has it.
        public let retention: Retention
        /// Whether it may tell where a person is on the network: addresses and names of hosts.
        public let isNetworkAddress: Bool
        /// What it is for.
        public let purpose: String
    }

    /// What the service holds beside messages.
    public static let connection: [Field] = [
        service("party", .call, "whom to pass messages to: a number of the session's"),
        service("connected", .call, "whether messages go out or wait"),
        service("taken", .call, "the number of the last message taken, against doubles"),
        service("messages", .call, "how many messages the call has had, against floods"),
        service("expiry", .message, "when a message is to be deleted"),
    ]

    /// What stands in envelopes.
    public static let envelope: [Field] = [
        service("VOICEMEET/1", .message, "the kind of message"),
        service("call", .message, "which call it belongs to: a number"),
        service("length", .message, "where the body ends"),
        service("seq", .message, "order, and that nothing is taken twice"),
        service("ack", .message, "what a side has, after its connection broke"),
        service(
            "list", .call, "which list of processors a session has seen, to tell it of another one"),
    ]

    /// What stands in the bodies of offers, answers and candidates.
    public static let body: [Field] = [
        peer("v=", "the version of SDP"),
        peer("o=", "session id and version: the order of descriptions; the address is 127.0.0.1"),
        peer("s=", "demanded by SDP, empty"),
        peer("t=", "demanded by SDP, zero"),
        peer("m=", "that there is one audio stream, and its formats; the port is 9"),
        peer("c=", "demanded by SDP; the address is 0.0.0.0"),
        peer("a=group", "that streams share a transport"),
        peer("a=rtcp", "demanded by RFC 8829; the address is 0.0.0.0"),
        peer("a=candidate", "where the sender may be reached", isNetworkAddress: true),
        peer("a=end-of-candidates", "that no more follow"),
        peer("a=ice-ufrag", "which generation of checks is meant"),
        peer("a=ice-pwd", "what authenticates connectivity checks"),
        peer("a=ice-lite", "that the sender only answers checks"),
        peer("a=ice-pacing", "how fast checks may follow each other"),
        peer("a=ice-options", "that candidates may follow"),
        peer("a=fingerprint", "what the peer's certificate, new for each call, must hash to"),
        peer("a=setup", "who begins the DTLS handshake"),
        peer("a=mid", "the stream's name"),
        peer("a=sendrecv", "that both speak and listen"),
        peer("a=rtcp-mux", "that RTP and RTCP share a port"),
        peer("a=rtpmap", "the codec"),
        peer("a=fmtp", "the receiver's wishes for the codec"),
        peer("a=ptime", "the receiver's wish for the packet time"),
    ]

    /// All of it. No field carries audio, and none names a person or a device.
    public static var all: [Field] { connection + envelope + body }

    private static func service(
        _ name: String, _ retention: Retention, _ purpose: String
    ) -> Field {
        Field(
            name: name, reader: .service, retention: retention, isNetworkAddress: false,
            purpose: purpose)
    }

    private static func peer(
        _ name: String, _ purpose: String, isNetworkAddress: Bool = false
    ) -> Field {
        Field(
            name: name, reader: .peer, retention: .message, isNetworkAddress: isNetworkAddress,
            purpose: purpose)
    }
}
