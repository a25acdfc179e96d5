import Addressing
import Testing

@testable import STUN

/// The registries "Session Traversal Utilities for NAT (STUN) Parameters" of IANA, as RFC 8489 §18,
/// RFC 8656 §17…§19, RFC 8445 §16, RFC 5780 §7, RFC 6062 §6, RFC 6679, RFC 7635, RFC 7982 and
/// RFC 8016 have filled them.
@Suite struct RegistryTests {
    static let methods: [(UInt16, STUN.Method)] = [
        (0x001, .binding), (0x003, .allocate), (0x004, .refresh), (0x006, .send), (0x007, .data),
        (0x008, .createPermission), (0x009, .channelBind), (0x00A, .connect),
        (0x00B, .connectionBind), (0x00C, .connectionAttempt),
    ]

    static let attributes: [(UInt16, AttributeType)] = [
        (0x0001, .mappedAddress), (0x0003, .changeRequest), (0x0006, .username),
        (0x0008, .messageIntegrity), (0x0009, .errorCode), (0x000A, .unknownAttributes),
        (0x000C, .channelNumber), (0x000D, .lifetime), (0x0012, .xorPeerAddress),
        (0x0013, .data), (0x0014, .realm), (0x0015, .nonce), (0x0016, .xorRelayedAddress),
        (0x0017, .requestedAddressFamily), (0x0018, .evenPort), (0x0019, .requestedTransport),
        (0x001A, .dontFragment), (0x001B, .accessToken), (0x001C, .messageIntegritySHA256),
        (0x001D, .passwordAlgorithm), (0x001E, .userhash), (0x0020, .xorMappedAddress),
        (0x0022, .reservationToken), (0x0024, .priority), (0x0025, .useCandidate),
        (0x0026, .padding), (0x0027, .responsePort), (0x002A, .connectionID),
        (0x8000, .additionalAddressFamily), (0x8001, .addressErrorCode),
        (0x8002, .passwordAlgorithms), (0x8003, .alternateDomain), (0x8004, .icmp),
        (0x8022, .software), (0x8023, .alternateServer), (0x8025, .transactionTransmitCounter),
        (0x8027, .cacheTimeout), (0x8028, .fingerprint), (0x8029, .iceControlled),
        (0x802A, .iceControlling), (0x802B, .responseOrigin), (0x802C, .otherAddress),
        (0x802D, .ecnCheck), (0x802E, .thirdPartyAuthorization), (0x8030, .mobilityTicket),
    ]

    static let errors: [(UInt16, ErrorCode, String)] = [
        (300, .tryAlternate, "Try Alternate"), (400, .badRequest, "Bad Request"),
        (401, .unauthenticated, "Unauthenticated"), (403, .forbidden, "Forbidden"),
        (405, .mobilityForbidden, "Mobility Forbidden"),
        (420, .unknownAttribute, "Unknown Attribute"),
        (437, .allocationMismatch, "Allocation Mismatch"), (438, .staleNonce, "Stale Nonce"),
        (440, .addressFamilyNotSupported, "Address Family not Supported"),
        (441, .wrongCredentials, "Wrong Credentials"),
        (442, .unsupportedTransportProtocol, "Unsupported Transport Protocol"),
        (443, .peerAddressFamilyMismatch, "Peer Address Family Mismatch"),
        (446, .connectionAlreadyExists, "Connection Already Exists"),
        (447, .connectionTimeoutOrFailure, "Connection Timeout or Failure"),
        (486, .allocationQuotaReached, "Allocation Quota Reached"),
        (487, .roleConflict, "Role Conflict"), (500, .serverError, "Server Error"),
        (508, .insufficientCapacity, "Insufficient Capacity"),
    ]

    @Test func `methods have their registered numbers`() {
        for (number, method) in Self.methods { #expect(method.rawValue == number) }
    }

    @Test func `attributes have their registered numbers, the upper half optional`() {
        for (number, type) in Self.attributes {
            #expect(type.rawValue == number)
            #expect(type.isComprehensionRequired == (number < 0x8000))
        }
    }

    @Test func `errors have their registered numbers and phrases`() {
        for (number, error, phrase) in Self.errors {
            #expect(error.rawValue == number)
            #expect("\(error.reasonPhrase)" == phrase)
        }
        let registered = Set(Self.errors.map(\.0))
        for number in 300..<700 as Range<UInt16> where !registered.contains(number) {
            #expect(ErrorCode(rawValue: number).reasonPhrase.utf8CodeUnitCount == 0)
        }
    }

    @Test func `what the codec understands is registered`() {
        let registered = Set(Self.attributes.map(\.0))
        var slots: Set<Int> = []
        for number in UInt16.min...UInt16.max {
            let slot = AttributeLayout.slot(of: AttributeType(rawValue: number))
            guard slot != 0 else { continue }
            #expect(registered.contains(number))
            #expect(slots.insert(slot).inserted, "two attributes share slot \(slot)")
        }
        #expect(slots == Set(1...30), "the view has a position for each and no more")
        #expect(AttributeLayout.slot(of: .messageIntegrity) == AttributeLayout.integritySlot)
        #expect(AttributeLayout.slot(of: .fingerprint) == AttributeLayout.fingerprintSlot)
    }

    @Test func `message types put class and method where RFC 8489 §5 has them`() {
        let types: [(UInt16, MessageClass, STUN.Method)] = [
            (0x0001, .request, .binding), (0x0011, .indication, .binding),
            (0x0101, .success, .binding), (0x0111, .error, .binding),
            (0x0003, .request, .allocate), (0x0113, .error, .allocate),
            (0x0016, .indication, .send), (0x0017, .indication, .data),
            (0x0109, .success, .channelBind), (0x001C, .indication, .connectionAttempt),
        ]
        for (type, kind, method) in types {
            #expect(MessageType.encode(kind, method) == type)
            #expect(MessageType.kind(of: type) == kind && MessageType.method(of: type) == method)
        }
    }

    @Test func `address families, cookie and fingerprint mask are the registered ones`() {
        #expect(IPAddress.Family.v4.rawValue == 1 && IPAddress.Family.v6.rawValue == 2)
        #expect(Header.magicCookie == 0x2112_A442 && Header.byteCount == 20)
        #expect(Fingerprint.mask == 0x5354_554E)
    }
}
