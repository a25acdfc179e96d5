public import Quantities

/// A ticket's number, unique among the tickets that wait at the same time.
public struct TicketID: Hashable, Sendable, BitwiseCopyable {
    /// The number.
    public let rawValue: UInt32

    /// The ticket numbered `rawValue`.
    @inlinable
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// A session's number: one visit of one peer, from opening the app to leaving it.
///
/// It names nobody: a peer that comes back has a new one.
public struct SessionID: Hashable, Sendable, BitwiseCopyable {
    /// The number.
    public let rawValue: UInt32

    /// The session numbered `rawValue`.
    @inlinable
    public init(_ rawValue: UInt32) { self.rawValue = rawValue }
}

/// A risk tier as the matchmaker sees it: an opaque label that is equal or not.
public struct RiskTier: RawRepresentable, Hashable, Sendable, BitwiseCopyable {
    /// The label.
    public let rawValue: UInt8

    /// The tier labelled `rawValue`.
    @inlinable
    public init(rawValue: UInt8) { self.rawValue = rawValue }
}

/// A request for a partner: everything about a peer that matching may depend on.
///
/// The type is the promise: session signals and nothing else. Whatever is not a field here
/// (address, device, history beyond the session) cannot reach a decision.
public struct Ticket: Hashable, Sendable, BitwiseCopyable {
    /// The ticket's number.
    public var id: TicketID
    /// The session that waits; it has at most one ticket at a time.
    public var session: SessionID
    /// The language spoken, a number given by the caller.
    public var language: UInt16
    /// The interest chosen, a number given by the caller.
    public var interest: UInt16
    /// The tier of the session's device when the ticket was created.
    public var tier: RiskTier
    /// When its owner will leave unless paired before, where they have announced it.
    public var leaves: SimTime?

    /// A ticket with these signals.
    @inlinable
    public init(
        id: TicketID, session: SessionID, language: UInt16, interest: UInt16, tier: RiskTier,
        leaves: SimTime? = nil
    ) {
        self.id = id
        self.session = session
        self.language = language
        self.interest = interest
        self.tier = tier
        self.leaves = leaves
    }

    /// The three attributes side by side, so that one XOR compares them all.
    @usableFromInline
    var attributes: Attributes {
        Attributes(language: language, interest: interest, tier: tier.rawValue)
    }
}

/// Language, interest and tier packed in one word: bits 0–15, 16–31 and 32–39.
@usableFromInline
struct Attributes: Hashable, Sendable, BitwiseCopyable {
    @usableFromInline var packed: UInt64

    @usableFromInline
    init(language: UInt16, interest: UInt16, tier: UInt8) {
        packed = UInt64(language) | UInt64(interest) << 16 | UInt64(tier) << 32
    }

    init(packed: UInt64) { self.packed = packed }

    /// The language's number.
    var language: UInt16 {
        get { UInt16(truncatingIfNeeded: packed) }
        set { packed = packed & ~0xFFFF | UInt64(newValue) }
    }

    /// The interest's number.
    var interest: UInt16 { UInt16(truncatingIfNeeded: packed >> 16) }

    /// The bits of the attributes that `constraints` name.
    static func mask(of constraints: MatchConstraints) -> UInt64 {
        let bits = UInt64(constraints.rawValue)
        return (bits & 1) &* 0xFFFF | (bits >> 1 & 1) &* 0xFFFF_0000
            | (bits >> 2 & 1) &* 0xFF_0000_0000
    }

    /// The attributes that `constraints` name, the others zero.
    func projected(on constraints: MatchConstraints) -> UInt64 {
        packed & Self.mask(of: constraints)
    }
}
