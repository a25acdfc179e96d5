import Addressing
import Quantities
import TURN

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
    /// The same server's address of the other family, where it has both.
    public var alternative: TransportAddress?
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
        address: TransportAddress, alternative: TransportAddress? = nil,
        transports: [TransportProtocol] = [.udp, .tcp],
        securePort: UInt16 = 5349, username: String, password: String
    ) {
        self.address = address
        self.alternative = alternative
        self.securePort = securePort
        self.transports = transports
        self.username = username
        self.password = password
    }

    /// Where it listens for `transport`, best first.
    func addresses(for transport: TransportProtocol) -> [TransportAddress] {
        ([address] + (alternative.map { [$0] } ?? [])).map {
            transport == .tls ? TransportAddress($0.ip, port: securePort) : $0
        }
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
    /// Where it asks for its server-reflexive addresses: each base asks the first of its family.
    public var stunServers: [TransportAddress]
    /// Where it allocates; nil for none.
    public var turnServer: TURNServerDescription?
    /// Whether it gathers a relayed candidate at all, given a server.
    public var gathersRelay: Bool
    /// In which families it asks for relayed addresses, all of one allocation. Of two, the server
    /// may give one.
    public var relayedFamilies: RelayedFamilies
    /// Whether it keeps asking for consent once connected (RFC 7675). Who simulates many calls
    /// whose paths do not change may save the packets.
    public var consentChecks: Bool

    /// Without ``consentChecks``, how long nothing may go out before a Binding indication keeps the
    /// path open (RFC 8445 §11: at least 15 s, ``smallestKeepAliveInterval``); nil for never.
    public var keepAliveInterval: SimDuration?
    /// Whether, with ``consentChecks``, it tells its owner early that nothing comes from the peer
    /// any more (``AgentEvent/disconnected``), asking more often while an answer is missing.
    public var noticesSilence: Bool

    /// An agent with these settings.
    public init(
        timing: TimingProfile = .browser, policy: CandidatePolicy = .all,
        hidesHostAddresses: Bool = true, stunServer: TransportAddress? = nil,
        turnServer: TURNServerDescription? = nil, gathersRelay: Bool = true,
        relayedFamilies: RelayedFamilies = .v4,
        consentChecks: Bool = true, keepAliveInterval: SimDuration? = nil,
        noticesSilence: Bool = false
    ) {
        self.timing = timing
        self.policy = policy
        self.hidesHostAddresses = hidesHostAddresses
        stunServers = stunServer.map { [$0] } ?? []
        self.turnServer = turnServer
        self.gathersRelay = gathersRelay
        self.relayedFamilies = relayedFamilies
        self.consentChecks = consentChecks
        self.keepAliveInterval = keepAliveInterval.map { max($0, Self.smallestKeepAliveInterval) }
        self.noticesSilence = noticesSilence
    }

    /// Tr, the least time between keep-alives (RFC 8445 §11).
    public static let smallestKeepAliveInterval = SimDuration.seconds(15)

    /// The first of ``stunServers``.
    public var stunServer: TransportAddress? {
        get { stunServers.first }
        set { stunServers = newValue.map { [$0] } ?? [] }
    }
}
