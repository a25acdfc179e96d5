import Addressing

/// Which agent nominates (RFC 8445 §4).
public enum Role: UInt8, Hashable, Sendable, BitwiseCopyable {
    /// It nominates; the offerer begins so.
    case controlling
    /// It follows; the answerer begins so.
    case controlled

    /// The other role.
    @inlinable public var opposite: Role { self == .controlling ? .controlled : .controlling }
}

/// Which candidates an agent gathers and uses (RFC 8829 §4.1.1, `iceTransportPolicy`).
public enum CandidatePolicy: UInt8, Hashable, Sendable, BitwiseCopyable {
    /// All.
    case all
    /// Relayed ones only: the peer never learns an address of this host.
    case relay
    /// Relayed ones only until ``Agent/permitDirect(at:)``, then all.
    case relayForStrangers
}

/// A TURN server and how to be let in (RFC 8656).
public struct TURNServerDescription: Hashable, Sendable {
    /// Where it listens for UDP and TCP.
    public var address: TransportAddress
    /// The port on which it listens for TLS (RFC 8656 §5: 5349).
    public var securePort: UInt16
    /// Which transports it serves; UDP is tried first, the first other one joins in after
    /// ``TimingProfile/streamFallbackDelay`` without an answer.
    public var transports: [TransportProtocol]
    /// The user name of the long-term credentials.
    public var username: String
    /// The password of the long-term credentials.
    public var password: String

    /// The server at `address` that takes `username` and `password`.
    public init(
        address: TransportAddress, transports: [TransportProtocol] = [.udp, .tcp],
        securePort: UInt16 = 5349, username: String, password: String
    ) {
        self.address = address
        self.securePort = securePort
        self.transports = transports
        self.username = username
        self.password = password
    }

    /// Where it listens for `transport`.
    func address(for transport: TransportProtocol) -> TransportAddress {
        transport == .tls ? TransportAddress(address.ip, port: securePort) : address
    }
}

/// What an agent is to do, until an ICE restart gives it something else to do.
public struct AgentConfiguration: Hashable, Sendable {
    /// Its constants of time.
    public var timing: TimingProfile
    /// Which candidates it gathers.
    public var policy: CandidatePolicy
    /// Whether host candidates are signalled behind mDNS names.
    public var hidesHostAddresses: Bool
    /// Where it asks for its server-reflexive address; nil for none.
    public var stunServer: TransportAddress?
    /// Where it allocates; nil for none.
    public var turnServer: TURNServerDescription?
    /// Whether it gathers a relayed candidate at all, given a server.
    public var gathersRelay: Bool
    /// Whether it keeps asking for consent once connected (RFC 7675). Who simulates many calls
    /// whose paths do not change may save the packets.
    public var consentChecks: Bool

    /// Whether, with ``consentChecks``, it tells its owner early that nothing comes from the peer
    /// any more (``AgentEvent/disconnected``), asking more often while an answer is missing.
    public var noticesSilence: Bool

    /// An agent with these settings.
    public init(
        timing: TimingProfile = .browser, policy: CandidatePolicy = .all,
        hidesHostAddresses: Bool = true, stunServer: TransportAddress? = nil,
        turnServer: TURNServerDescription? = nil, gathersRelay: Bool = true,
        consentChecks: Bool = true, noticesSilence: Bool = false
    ) {
        self.timing = timing
        self.policy = policy
        self.hidesHostAddresses = hidesHostAddresses
        self.stunServer = stunServer
        self.turnServer = turnServer
        self.gathersRelay = gathersRelay
        self.consentChecks = consentChecks
        self.noticesSilence = noticesSilence
    }
}
