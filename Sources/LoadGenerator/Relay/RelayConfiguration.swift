import Addressing
import Quantities
import TURN

/// What a relay on real sockets is set up with.
public struct RelayConfiguration: Sendable {
    /// Its address, for clients and for relayed ports.
    public var address: IPAddress
    /// Where clients reach it over UDP and TCP; 0 for any free port.
    public var port: UInt16 = 3478
    /// Where clients reach it over TLS; 0 for any free port, nil for nowhere.
    public var securePort: UInt16?
    /// Files of PEM with the certificate chain and the key that it shows over TLS; nil for a certificate
    /// of its own, made at the start, which no client can verify.
    public var certificate: (chain: String, key: String)?
    /// The relayed ports.
    public var relayedPorts: ClosedRange<UInt16> = 49_152...65_535
    /// What REALM carries.
    public var realm = "voice.example"
    /// The secret that makes time-limited credentials; nil for none, then only ``users`` get in.
    public var secret: [UInt8]?
    /// Users with passwords of their own.
    public var users: [Credentials] = []
    /// Whether peers may be on loopback, for tests on one host.
    public var allowsLoopbackPeers = false
    /// How long a nonce serves.
    public var nonceLifetime: SimDuration = .hours(1)
    /// Event loops, each with a server, sockets and a part of the relayed ports of its own.
    public var threads = 1
    /// Where allocations are written down with their addresses; nil for nowhere.
    public var log: String?

    /// Most event loops: more than hosts of relays have cores.
    public static let maximumThreads = 64

    /// A relay at `address`.
    public init(address: IPAddress) {
        self.address = address
    }
}

/// Why a relay could not start.
public enum RelayFailure: Error, Hashable, Sendable {
    /// The host does not let it listen there.
    case cannotListen(TransportAddress, reason: String)
    /// The certificate or its key cannot be used.
    case cannotUse(file: String, reason: String)
    /// The log cannot be opened.
    case cannotLog(path: String, reason: String)
    /// There are fewer relayed ports than threads.
    case tooFewPorts(Int)
    /// A port on which clients are served is among the relayed ones.
    case listeningPortIsRelayed(UInt16)
}
