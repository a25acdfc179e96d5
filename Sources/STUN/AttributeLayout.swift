/// Where an ``AttributeIndex`` keeps the position of an attribute of some type, and which lengths its
/// value may have.
struct AttributeLayout: Hashable, Sendable, BitwiseCopyable {
    /// The place of its position, 0 when the type is not understood.
    private(set) var slot: UInt8 = 0
    /// Fewest and most bytes of a value.
    private var least: UInt8
    private var most: UInt16

    private init(_ lengths: ClosedRange<UInt16>) {
        least = UInt8(lengths.lowerBound)
        most = lengths.upperBound
    }

    private static func exactly(_ count: UInt16) -> Self { Self(count...count) }
    private static func atLeast(_ count: UInt16) -> Self { Self(count...UInt16.max) }
    private static func atMost(_ count: UInt16) -> Self { Self(0...count) }
    /// Family 1 in 8 bytes or family 2 in 20.
    private static let address = Self(8...20)

    /// Whether the value is an address.
    @inline(__always)
    var isAddress: Bool { least == 8 && most == 20 }

    /// Whether a value may have `length` bytes; an address has but the least or the most.
    @inline(__always)
    func allows(_ length: Int) -> Bool {
        isAddress
            ? length == Int(least) || length == Int(most)
            : length >= Int(least) && length <= Int(most)
    }

    /// RFC 8489 §14.3, §14.9 and §14.10: fewer than 509, 764 and 764 bytes.
    private static let longestUsername: UInt16 = 508
    private static let longestQuotedText: UInt16 = 763

    /// What is understood, in the order of the slots, from 1 on.
    static let understood: [(type: AttributeType, layout: Self)] = [
        (.messageIntegrity, exactly(20)), (.fingerprint, exactly(4)), (.mappedAddress, address),
        (.username, atMost(longestUsername)), (.errorCode, atLeast(4)),
        (.unknownAttributes, atLeast(0)), (.channelNumber, exactly(4)), (.lifetime, exactly(4)),
        (.xorPeerAddress, address), (.data, atLeast(0)), (.realm, atMost(longestQuotedText)),
        (.nonce, atMost(longestQuotedText)), (.xorRelayedAddress, address),
        (.requestedAddressFamily, exactly(4)), (.evenPort, exactly(1)),
        (.requestedTransport, exactly(4)), (.dontFragment, exactly(0)),
        (.xorMappedAddress, address), (.reservationToken, exactly(8)), (.priority, exactly(4)),
        (.useCandidate, exactly(0)), (.additionalAddressFamily, exactly(4)),
        (.software, atMost(longestQuotedText)), (.alternateServer, address),
        (.iceControlled, exactly(8)), (.iceControlling, exactly(8)),
        (.addressErrorCode, atLeast(4)), (.changeRequest, exactly(4)),
        (.responseOrigin, address), (.otherAddress, address),
    ]

    /// The slot of MESSAGE-INTEGRITY.
    static var integritySlot: Int { 1 }
    /// The slot of FINGERPRINT.
    static var fingerprintSlot: Int { 2 }

    /// The layouts of the types below 0x40, then of those from 0x8000 to 0x803F.
    static let table: [Self] = {
        var table = [Self](repeating: atLeast(0), count: 128)
        for (index, (type, layout)) in understood.enumerated() {
            guard let place = place(of: type.rawValue) else {
                preconditionFailure("the table has no place for \(type)")
            }
            table[place] = layout
            table[place].slot = UInt8(index + 1)
        }
        return table
    }()

    @inline(__always)
    private static func place(of type: UInt16) -> Int? {
        type & 0x7FC0 == 0 ? Int(type & 0x3F | type >> 9) : nil
    }

    /// The layout of attributes of `type` by ``table``, nil when it is not understood.
    @inline(__always)
    static func of(_ type: AttributeType, in table: [Self]) -> Self? {
        guard let place = place(of: type.rawValue) else { return nil }
        let layout = table[place]
        return layout.slot == 0 ? nil : layout
    }

    /// The slot of `type`, 0 when it is not understood.
    @inline(__always)
    static func slot(of type: AttributeType) -> Int {
        of(type, in: table).map { Int($0.slot) } ?? 0
    }
}
