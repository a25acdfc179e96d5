/// Which end of the handshake one is (RFC 5763 §5).
public enum DTLSRole: Hashable, Sendable {
    /// Opens the handshake.
    case client
    /// Answers it.
    case server

    /// The value of `a=setup` that stands for the role (RFC 4145 §4).
    public var setup: String {
        switch self {
        case .client: "active"
        case .server: "passive"
        }
    }

    /// The role of an end that describes itself by `a=setup:` and `setup`; nil unless that is
    /// `active` or `passive`.
    public init?(setup: some StringProtocol) {
        switch setup {
        case "active": self = .client
        case "passive": self = .server
        default: return nil
        }
    }

    /// The other end's role.
    public var opposite: DTLSRole { self == .client ? .server : .client }
}

/// A group for the key exchange of a handshake.
public enum DTLSGroup: Hashable, Sendable {
    /// Curve25519 (RFC 7748).
    case x25519
    /// P-256, without which a P-256 certificate is not accepted (RFC 8422 §5.1.1).
    case p256

    /// Its name in OpenSSL's lists.
    var libraryName: String {
        switch self {
        case .x25519: "X25519"
        case .p256: "P-256"
        }
    }
}
