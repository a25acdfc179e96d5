/// The number in ERROR-CODE, 300…699 (RFC 8489 §14.8).
public struct ErrorCode: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// The number.
    public let rawValue: UInt16

    /// The error numbered `rawValue`.
    @inlinable
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// 300 Try Alternate (RFC 8489 §14.8).
    @inlinable public static var tryAlternate: Self { Self(rawValue: 300) }
    /// 400 Bad Request (RFC 8489 §14.8).
    @inlinable public static var badRequest: Self { Self(rawValue: 400) }
    /// 401 Unauthenticated (RFC 8489 §14.8).
    @inlinable public static var unauthenticated: Self { Self(rawValue: 401) }
    /// 403 Forbidden (RFC 8656 §19).
    @inlinable public static var forbidden: Self { Self(rawValue: 403) }
    /// 405 Mobility Forbidden (RFC 8016 §3).
    @inlinable public static var mobilityForbidden: Self { Self(rawValue: 405) }
    /// 420 Unknown Attribute (RFC 8489 §14.8).
    @inlinable public static var unknownAttribute: Self { Self(rawValue: 420) }
    /// 437 Allocation Mismatch (RFC 8656 §19).
    @inlinable public static var allocationMismatch: Self { Self(rawValue: 437) }
    /// 438 Stale Nonce (RFC 8489 §14.8).
    @inlinable public static var staleNonce: Self { Self(rawValue: 438) }
    /// 440 Address Family not Supported (RFC 8656 §19).
    @inlinable public static var addressFamilyNotSupported: Self { Self(rawValue: 440) }
    /// 441 Wrong Credentials (RFC 8656 §19).
    @inlinable public static var wrongCredentials: Self { Self(rawValue: 441) }
    /// 442 Unsupported Transport Protocol (RFC 8656 §19).
    @inlinable public static var unsupportedTransportProtocol: Self { Self(rawValue: 442) }
    /// 443 Peer Address Family Mismatch (RFC 8656 §19).
    @inlinable public static var peerAddressFamilyMismatch: Self { Self(rawValue: 443) }
    /// 446 Connection Already Exists (RFC 6062 §6.3).
    @inlinable public static var connectionAlreadyExists: Self { Self(rawValue: 446) }
    /// 447 Connection Timeout or Failure (RFC 6062 §6.3).
    @inlinable public static var connectionTimeoutOrFailure: Self { Self(rawValue: 447) }
    /// 486 Allocation Quota Reached (RFC 8656 §19).
    @inlinable public static var allocationQuotaReached: Self { Self(rawValue: 486) }
    /// 487 Role Conflict (RFC 8445 §7.3.1.1).
    @inlinable public static var roleConflict: Self { Self(rawValue: 487) }
    /// 500 Server Error (RFC 8489 §14.8).
    @inlinable public static var serverError: Self { Self(rawValue: 500) }
    /// 508 Insufficient Capacity (RFC 8656 §19).
    @inlinable public static var insufficientCapacity: Self { Self(rawValue: 508) }

    /// The registered phrase, empty for an unregistered number.
    public var reasonPhrase: StaticString {
        switch rawValue {
        case 300: "Try Alternate"
        case 400: "Bad Request"
        case 401: "Unauthenticated"
        case 403: "Forbidden"
        case 405: "Mobility Forbidden"
        case 420: "Unknown Attribute"
        case 437: "Allocation Mismatch"
        case 438: "Stale Nonce"
        case 440: "Address Family not Supported"
        case 441: "Wrong Credentials"
        case 442: "Unsupported Transport Protocol"
        case 443: "Peer Address Family Mismatch"
        case 446: "Connection Already Exists"
        case 447: "Connection Timeout or Failure"
        case 486: "Allocation Quota Reached"
        case 487: "Role Conflict"
        case 500: "Server Error"
        case 508: "Insufficient Capacity"
        default: ""
        }
    }
}

extension ErrorCode: CustomStringConvertible {
    /// Number and phrase, such as `438 Stale Nonce`.
    public var description: String {
        reasonPhrase.utf8CodeUnitCount == 0 ? "\(rawValue)" : "\(rawValue) \(reasonPhrase)"
    }
}
