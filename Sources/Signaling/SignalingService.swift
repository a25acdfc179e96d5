import Quantities

/// What the service does with a message.
public enum Forwarding: Hashable, Sendable {
    /// It goes to this party, unchanged.
    case forward(to: PartyID)
    /// It goes nowhere.
    case refuse(Refusal)

    /// Why a message is refused.
    public enum Refusal: UInt8, CaseIterable, Hashable, Sendable, BitwiseCopyable {
        /// It is no message.
        case malformed
        /// There is no such call, or no longer.
        case unknownCall
        /// The sender is none of the call's two sessions.
        case stranger
        /// The call has used up ``SignalingService/maximumMessagesPerCall``.
        case tooMany
    }
}

/// What the service has done so far.
public struct SignalingCounters: Hashable, Sendable {
    /// Calls opened.
    public var callsOpened: UInt64 = 0
    /// Most calls open at once.
    public var peakCalls: UInt64 = 0
    /// Messages forwarded.
    public var forwarded: UInt64 = 0
    /// Bytes forwarded.
    public var forwardedBytes: UInt64 = 0
    private var byKind = InlineArray<5, UInt64>(repeating: 0)
    private var byRefusal = InlineArray<4, UInt64>(repeating: 0)

    /// No counts yet.
    public init() {}

    /// Messages of `kind` forwarded.
    public subscript(kind: SignalingMessage.Kind) -> UInt64 { byKind[Int(kind.rawValue)] }

    /// Messages refused for `refusal`.
    public subscript(refusal: Forwarding.Refusal) -> UInt64 { byRefusal[Int(refusal.rawValue)] }

    mutating func count(_ kind: SignalingMessage.Kind, byteCount: Int) {
        forwarded += 1
        forwardedBytes += UInt64(byteCount)
        byKind[Int(kind.rawValue)] += 1
    }

    mutating func count(_ refusal: Forwarding.Refusal) {
        byRefusal[Int(refusal.rawValue)] += 1
    }

    private var values: [UInt64] {
        [callsOpened, peakCalls, forwarded, forwardedBytes]
            + SignalingMessage.Kind.allCases.map { self[$0] }
            + Forwarding.Refusal.allCases.map { self[$0] }
    }

    /// Equal when all counts are.
    public static func == (a: SignalingCounters, b: SignalingCounters) -> Bool {
        a.values == b.values
    }

    /// Feeds all counts to `hasher`.
    public func hash(into hasher: inout Hasher) { hasher.combine(values) }
}

/// Forwards the messages of a call between its two sessions and to nobody else.
///
/// It reads envelopes, never bodies, and keeps nothing of a message; what a call needs is
/// forgotten with the first `bye` or with ``close(_:)``. Each operation is O(1).
public struct SignalingService: Sendable {
    /// Most messages forwarded in one call, both ways together: an offer, an answer, two good-byes
    /// and all the candidates that two agents keep of each other.
    public static let maximumMessagesPerCall = 160

    /// What it has done so far.
    public private(set) var counters = SignalingCounters()
    private var calls: [CallID: Call] = [:]

    private struct Call {
        var first: PartyID
        var second: PartyID
        var messages = 0
    }

    /// A service without calls.
    public init() {}

    /// Calls open now.
    public var openCalls: Int { calls.count }

    /// Opens `call` between two sessions that were paired.
    ///
    /// - Precondition: no call of this name is open, and the two differ.
    public mutating func open(_ call: CallID, between first: PartyID, and second: PartyID) {
        precondition(first != second, "a call has two parties")
        let old = calls.updateValue(Call(first: first, second: second), forKey: call)
        precondition(old == nil, "call \(call.rawValue) is open already")
        counters.callsOpened += 1
        counters.peakCalls = max(counters.peakCalls, UInt64(calls.count))
    }

    /// Forgets `call`, if it is open.
    public mutating func close(_ call: CallID) { calls[call] = nil }

    /// Decides where the message `text` from `sender` goes. The bytes themselves pass unchanged.
    public mutating func handle(_ text: [UInt8], from sender: PartyID, at now: SimTime)
        -> Forwarding
    {
        guard let envelope = try? Envelope(text) else { return refuse(.malformed) }
        guard var call = calls[envelope.call] else { return refuse(.unknownCall) }
        guard sender == call.first || sender == call.second else { return refuse(.stranger) }
        guard call.messages < Self.maximumMessagesPerCall else { return refuse(.tooMany) }
        call.messages += 1
        calls[envelope.call] = envelope.kind == .bye ? nil : call
        counters.count(envelope.kind, byteCount: text.count)
        return .forward(to: sender == call.first ? call.second : call.first)
    }

    private mutating func refuse(_ refusal: Forwarding.Refusal) -> Forwarding {
        counters.count(refusal)
        return .refuse(refusal)
    }
}
