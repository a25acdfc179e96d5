/// The type of an attribute, as the IANA registry of STUN attributes numbers it.
public struct AttributeType: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// The registered number.
    public let rawValue: UInt16

    /// The attribute numbered `rawValue`.
    @inlinable
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }

    /// Whether who does not understand it must refuse the message (RFC 8489 §14: below 0x8000).
    @inlinable public var isComprehensionRequired: Bool { rawValue < 0x8000 }

    /// MAPPED-ADDRESS (RFC 8489 §14.1).
    @inlinable public static var mappedAddress: Self { Self(rawValue: 0x0001) }
    /// CHANGE-REQUEST (RFC 5780 §7.2).
    @inlinable public static var changeRequest: Self { Self(rawValue: 0x0003) }
    /// USERNAME (RFC 8489 §14.3).
    @inlinable public static var username: Self { Self(rawValue: 0x0006) }
    /// MESSAGE-INTEGRITY (RFC 8489 §14.5).
    @inlinable public static var messageIntegrity: Self { Self(rawValue: 0x0008) }
    /// ERROR-CODE (RFC 8489 §14.8).
    @inlinable public static var errorCode: Self { Self(rawValue: 0x0009) }
    /// UNKNOWN-ATTRIBUTES (RFC 8489 §14.13).
    @inlinable public static var unknownAttributes: Self { Self(rawValue: 0x000A) }
    /// CHANNEL-NUMBER (RFC 8656 §18.1).
    @inlinable public static var channelNumber: Self { Self(rawValue: 0x000C) }
    /// LIFETIME (RFC 8656 §18.2).
    @inlinable public static var lifetime: Self { Self(rawValue: 0x000D) }
    /// XOR-PEER-ADDRESS (RFC 8656 §18.3).
    @inlinable public static var xorPeerAddress: Self { Self(rawValue: 0x0012) }
    /// DATA (RFC 8656 §18.4).
    @inlinable public static var data: Self { Self(rawValue: 0x0013) }
    /// REALM (RFC 8489 §14.9).
    @inlinable public static var realm: Self { Self(rawValue: 0x0014) }
    /// NONCE (RFC 8489 §14.10).
    @inlinable public static var nonce: Self { Self(rawValue: 0x0015) }
    /// XOR-RELAYED-ADDRESS (RFC 8656 §18.5).
    @inlinable public static var xorRelayedAddress: Self { Self(rawValue: 0x0016) }
    /// REQUESTED-ADDRESS-FAMILY (RFC 8656 §18.6).
    @inlinable public static var requestedAddressFamily: Self { Self(rawValue: 0x0017) }
    /// EVEN-PORT (RFC 8656 §18.7).
    @inlinable public static var evenPort: Self { Self(rawValue: 0x0018) }
    /// REQUESTED-TRANSPORT (RFC 8656 §18.8).
    @inlinable public static var requestedTransport: Self { Self(rawValue: 0x0019) }
    /// DONT-FRAGMENT (RFC 8656 §18.9).
    @inlinable public static var dontFragment: Self { Self(rawValue: 0x001A) }
    /// ACCESS-TOKEN (RFC 7635 §6.2).
    @inlinable public static var accessToken: Self { Self(rawValue: 0x001B) }
    /// MESSAGE-INTEGRITY-SHA256 (RFC 8489 §14.6).
    @inlinable public static var messageIntegritySHA256: Self { Self(rawValue: 0x001C) }
    /// PASSWORD-ALGORITHM (RFC 8489 §14.12).
    @inlinable public static var passwordAlgorithm: Self { Self(rawValue: 0x001D) }
    /// USERHASH (RFC 8489 §14.4).
    @inlinable public static var userhash: Self { Self(rawValue: 0x001E) }
    /// XOR-MAPPED-ADDRESS (RFC 8489 §14.2).
    @inlinable public static var xorMappedAddress: Self { Self(rawValue: 0x0020) }
    /// RESERVATION-TOKEN (RFC 8656 §18.10).
    @inlinable public static var reservationToken: Self { Self(rawValue: 0x0022) }
    /// PRIORITY (RFC 8445 §16.1).
    @inlinable public static var priority: Self { Self(rawValue: 0x0024) }
    /// USE-CANDIDATE (RFC 8445 §16.1).
    @inlinable public static var useCandidate: Self { Self(rawValue: 0x0025) }
    /// PADDING (RFC 5780 §7.6).
    @inlinable public static var padding: Self { Self(rawValue: 0x0026) }
    /// RESPONSE-PORT (RFC 5780 §7.5).
    @inlinable public static var responsePort: Self { Self(rawValue: 0x0027) }
    /// CONNECTION-ID (RFC 6062 §6.2.1).
    @inlinable public static var connectionID: Self { Self(rawValue: 0x002A) }
    /// ADDITIONAL-ADDRESS-FAMILY (RFC 8656 §18.11).
    @inlinable public static var additionalAddressFamily: Self { Self(rawValue: 0x8000) }
    /// ADDRESS-ERROR-CODE (RFC 8656 §18.12).
    @inlinable public static var addressErrorCode: Self { Self(rawValue: 0x8001) }
    /// PASSWORD-ALGORITHMS (RFC 8489 §14.11).
    @inlinable public static var passwordAlgorithms: Self { Self(rawValue: 0x8002) }
    /// ALTERNATE-DOMAIN (RFC 8489 §14.16).
    @inlinable public static var alternateDomain: Self { Self(rawValue: 0x8003) }
    /// ICMP (RFC 8656 §18.13).
    @inlinable public static var icmp: Self { Self(rawValue: 0x8004) }
    /// SOFTWARE (RFC 8489 §14.14).
    @inlinable public static var software: Self { Self(rawValue: 0x8022) }
    /// ALTERNATE-SERVER (RFC 8489 §14.15).
    @inlinable public static var alternateServer: Self { Self(rawValue: 0x8023) }
    /// TRANSACTION_TRANSMIT_COUNTER (RFC 7982 §3).
    @inlinable public static var transactionTransmitCounter: Self { Self(rawValue: 0x8025) }
    /// CACHE-TIMEOUT (RFC 5780 §7.1).
    @inlinable public static var cacheTimeout: Self { Self(rawValue: 0x8027) }
    /// FINGERPRINT (RFC 8489 §14.7).
    @inlinable public static var fingerprint: Self { Self(rawValue: 0x8028) }
    /// ICE-CONTROLLED (RFC 8445 §16.1).
    @inlinable public static var iceControlled: Self { Self(rawValue: 0x8029) }
    /// ICE-CONTROLLING (RFC 8445 §16.1).
    @inlinable public static var iceControlling: Self { Self(rawValue: 0x802A) }
    /// RESPONSE-ORIGIN (RFC 5780 §7.3).
    @inlinable public static var responseOrigin: Self { Self(rawValue: 0x802B) }
    /// OTHER-ADDRESS (RFC 5780 §7.4).
    @inlinable public static var otherAddress: Self { Self(rawValue: 0x802C) }
    /// ECN-CHECK STUN (RFC 6679 §7.2.2).
    @inlinable public static var ecnCheck: Self { Self(rawValue: 0x802D) }
    /// THIRD-PARTY-AUTHORIZATION (RFC 7635 §6.1).
    @inlinable public static var thirdPartyAuthorization: Self { Self(rawValue: 0x802E) }
    /// MOBILITY-TICKET (RFC 8016 §3).
    @inlinable public static var mobilityTicket: Self { Self(rawValue: 0x8030) }
}
