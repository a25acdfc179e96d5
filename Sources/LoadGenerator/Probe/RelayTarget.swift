import Addressing
import Quantities
import TURN

/// The relay that a probe or a load is aimed at, and how to get in.
public struct RelayTarget: Sendable {
    /// How clients get in.
    public enum Access: Hashable, Sendable {
        /// Time-limited credentials, made from the secret shared with the relay.
        case secret([UInt8])
        /// A user that the relay knows.
        case user(Credentials)

        /// How long credentials made from a secret serve.
        static let lifetime = SimDuration.hours(24)

        /// The user's, or for `name` those that the secret makes, valid from now on for a day.
        public func credentials(for name: String) -> Credentials {
            switch self {
            case .user(let user): user
            case .secret(let bytes):
                SharedSecret(bytes, unixTimeAtStart: RelayLog.unixSeconds)
                    .credentials(for: name, until: .zero + Self.lifetime)
            }
        }
    }

    /// Where it listens.
    public var server: TransportAddress
    /// What carries the client leg.
    public var transport: TransportProtocol
    /// A file of PEM with the authorities that must have signed its certificate for its address, over
    /// TLS; nil for none, then any certificate will do.
    public var authorities: String?
    /// The address of this host that clients and peers use.
    public var local: IPAddress
    /// How clients get in.
    public var access: Access

    /// The relay at `server`, reached over `transport` from `local`.
    public init(
        server: TransportAddress, transport: TransportProtocol, local: IPAddress, access: Access
    ) {
        self.server = server
        self.transport = transport
        self.local = local
        self.access = access
    }

    /// Credentials for `name`, valid from now on.
    func credentials(for name: String) -> Credentials { access.credentials(for: name) }
}
