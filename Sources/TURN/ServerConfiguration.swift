import Addressing
import Quantities

/// What a relay server is set up with.
public struct ServerConfiguration: Sendable {
    /// Its address, for clients and for relayed ports.
    public var address: IPAddress
    /// A second address of the other family, for clients and relayed ports likewise; with it the
    /// server is dual-stack.
    public var additionalAddress: IPAddress?
    /// A second address of the first one's family and a second port, from which Binding requests
    /// with CHANGE-REQUEST are answered (RFC 5780 §6); nil for a server without NAT behaviour
    /// discovery. Its owner hands over what arrives at the four pairs of address and port.
    public var alternate: TransportAddress?
    /// Where clients reach it over UDP and TCP (RFC 8656 §5: 3478).
    public var port: UInt16 = 3478
    /// Where clients reach it over TLS (RFC 8656 §5: 5349).
    public var securePort: UInt16 = 5349
    /// The first relayed port (RFC 8656 §7.2: 49152).
    public var firstRelayedPort: UInt16
    /// How many relayed ports there are, 1…16,384 with the default first one.
    public var relayedPortCount: Int
    /// What REALM carries.
    public var realm: String
    /// What makes clients' passwords.
    public var secret: SharedSecret
    /// Users with a password of their own, beside those of the secret; a few, the search is linear.
    public var users: [Credentials] = []
    /// Whether peers may be on the server's own host (127.0.0.0/8 and ::1), which is for tests on
    /// one host and nothing else (RFC 8656 §21.2.2).
    public var allowsLoopbackPeers = false
    /// Whether clients may bind channels up to 0x7FFF, as RFC 5766 §11 let them and coturn's client
    /// does; RFC 8656 §12 ends them at 0x4FFF.
    public var acceptsFormerChannels = false
    /// Whether the server keeps a list of the relayed ports that it opens and closes, for an owner
    /// that has a socket for each and takes the list with ``Server/takePortChanges()``.
    public var announcesPorts = false
    /// Allocations that one user may have at a time; more are answered with 486 (RFC 8656 §5). A
    /// user is what follows the colon in a time-limited username.
    public var maximumAllocationsPerUser: Int?
    /// What all allocations together may carry; more of them are answered with 508 (RFC 8656 §5).
    /// Admission alone keeps to it: nothing is measured or shaped.
    public var bandwidth: Bitrate?
    /// What one allocation counts with against ``bandwidth``: a call at 32 kbit/s of Opus, both
    /// directions.
    public var bandwidthPerAllocation: Bitrate = .kilobitsPerSecond(120)
    /// Whether the server writes down whose address reached whose, for an owner that takes the
    /// entries with ``Server/takeLog()``.
    public var keepsLog = false
    /// An allocation's time to live unless the client asks for more (RFC 8656 §2.2: 10 minutes).
    public var defaultLifetime: SimDuration = .minutes(10)
    /// The most a client gets (RFC 8656 §7.2: at most an hour).
    public var maximumLifetime: SimDuration = .hours(1)
    /// How long a nonce serves (RFC 8656 §5: at least hourly renewal).
    public var nonceLifetime: SimDuration = .hours(1)

    /// A server at `address` in `realm` that trusts credentials made with `secret` and relays on
    /// `relayedPortCount` ports from `firstRelayedPort` on.
    public init(
        address: IPAddress, realm: String, secret: SharedSecret, relayedPortCount: Int = 16_384,
        firstRelayedPort: UInt16 = 49_152
    ) {
        self.address = address
        self.realm = realm
        self.secret = secret
        self.relayedPortCount = relayedPortCount
        self.firstRelayedPort = firstRelayedPort
    }
}
