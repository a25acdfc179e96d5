import Quantities

/// What the service does with a message.
public enum Forwarding: Hashable, Sendable {
    /// It goes to this party, unchanged.
    case forward(to: PartyID)
    /// It waits for its recipient, whose connection is lost, to resume.
    case hold
    /// The sender resumed: these texts go to it, in this order, then what comes.
    case redeliver([[UInt8]])
    /// It was for the service itself: this text goes back to the sender, or none.
    case reply([UInt8]?)
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
        /// A message of this number has come before.
        case duplicate
        /// Messages of the sender's before it are missing: it has to resume.
        case gap
        /// The recipient's connection is lost, and nothing is kept for it.
        case unreachable
        /// A notice, which nobody but the service gives.
        case notTheirs
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
    /// Messages sent again after a resumption.
    public var redelivered: UInt64 = 0
    /// Notices that another list of processors is published.
    public var notices: UInt64 = 0
    /// Messages deleted because their time had come.
    public var expired: UInt64 = 0
    /// Messages deleted before their time because as many were kept as may be.
    public var crowdedOut: UInt64 = 0
    private var byKind = InlineArray<8, UInt64>(repeating: 0)
    private var byRefusal = InlineArray<8, UInt64>(repeating: 0)

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
        [
            callsOpened, peakCalls, forwarded, forwardedBytes, redelivered, notices, expired,
            crowdedOut,
        ]
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
/// It reads envelopes, never bodies. With a ``retention`` it keeps each message for that time and
/// not longer, so that a side whose connection broke gets what it missed; without one it keeps
/// nothing. What else a call needs is forgotten with the first `bye` or with ``close(_:)``; the
/// fields of all this are listed in ``FieldCensus``. Each operation is O(1) amortised, a resumption
/// O(messages of the call).
public struct SignalingService: Sendable {
    /// Most messages taken in one call, both ways together: offers, answers and candidates of a
    /// call with several ICE restarts, and two good-byes.
    public static let maximumMessagesPerCall = 160
    /// How long the platform keeps signalling messages.
    public static let platformRetention = SimDuration.hours(24)

    /// How long a message is kept; zero for not at all.
    public let retention: SimDuration
    /// Most messages kept at once; the oldest give way.
    public let capacity: Int
    /// The list of processors that is published, of which sessions are told that have seen another; nil for nobody
    /// is told.
    public var publishedList: ListVersion?
    /// What it has done so far.
    public private(set) var counters = SignalingCounters()
    private var calls: [CallID: Call] = [:]
    private var archive = MessageArchive()

    private struct Call {
        var sides: InlineArray<2, Side>
        var messages = 0

        /// Which side `party` is; nil for a stranger.
        func place(of party: PartyID) -> Int? {
            if sides[0].party == party { return 0 }
            return sides[1].party == party ? 1 : nil
        }
    }

    /// What is known of one side's connection.
    private struct Side {
        var party: PartyID
        /// The highest `seq` taken from it.
        var number: UInt64 = 0
        var isConnected = true
    }

    /// A service without calls.
    ///
    /// - Parameters:
    ///   - retention: how long it keeps messages.
    ///   - capacity: how many it keeps at most; by default a million, a few hundred megabytes.
    /// - Precondition: `retention` ≥ 0 and `capacity` ≥ 1.
    public init(retention: SimDuration = .zero, capacity: Int = 1_000_000) {
        precondition(retention >= .zero && capacity >= 1, "a service keeps nothing or something")
        self.retention = retention
        self.capacity = capacity
    }

    /// Calls open now.
    public var openCalls: Int { calls.count }
    /// Whether `call` is open: whether anything is held of it but messages.
    public func isOpen(_ call: CallID) -> Bool { calls[call] != nil }
    /// Messages kept now.
    public var keptMessages: Int { archive.count }
    /// Bytes of the messages kept now.
    public var keptBytes: Int { archive.byteCount }
    /// When ``expire(at:)`` is due; nil when nothing is kept.
    public var nextExpiry: SimTime? { archive.nextExpiry }

    /// Deletes the messages whose time has come.
    public mutating func expire(at now: SimTime) { counters.expired += archive.expire(at: now) }

    /// Opens `call` between two sessions that were paired.
    ///
    /// - Precondition: no call of this name is open, and the two differ.
    public mutating func open(_ call: CallID, between first: PartyID, and second: PartyID) {
        precondition(first != second, "a call has two parties")
        let old = calls.updateValue(
            Call(sides: [Side(party: first), Side(party: second)]), forKey: call)
        precondition(old == nil, "call \(call.rawValue) is open already")
        counters.callsOpened += 1
        counters.peakCalls = max(counters.peakCalls, UInt64(calls.count))
    }

    /// Forgets `call`, if it is open. Its messages stay until their time has come.
    public mutating func close(_ call: CallID) { calls[call] = nil }

    /// The connection of `party` is lost: messages of `call` to it wait until it resumes.
    public mutating func disconnect(_ party: PartyID, from call: CallID) {
        guard let place = calls[call]?.place(of: party) else { return }
        calls[call]?.sides[place].isConnected = false
    }

    /// Decides where the message `text` from `sender` goes. The bytes themselves pass unchanged.
    public mutating func handle(
        _ text: [UInt8], from sender: PartyID, at now: SimTime
    ) -> Forwarding {
        expire(at: now)
        guard let envelope = try? Envelope(text) else { return refuse(.malformed) }
        guard var call = calls[envelope.call] else { return refuse(.unknownCall) }
        guard let place = call.place(of: sender) else { return refuse(.stranger) }
        if envelope.kind == .resume {
            call.sides[place].isConnected = true
            calls[envelope.call] = call
            return redeliver(to: envelope, from: 1 - place)
        }
        if envelope.kind == .seen { return answer(envelope) }
        guard envelope.kind != .notice else { return refuse(.notTheirs) }
        guard call.messages < Self.maximumMessagesPerCall else { return refuse(.tooMany) }
        if let number = envelope.number {
            guard number > call.sides[place].number else { return refuse(.duplicate) }
            guard number == call.sides[place].number + 1 else { return refuse(.gap) }
            call.sides[place].number = number
        }
        let isReachable = call.sides[1 - place].isConnected
        guard isReachable || retention > .zero && envelope.number != nil else {
            return refuse(.unreachable)
        }
        call.messages += 1
        // A good-bye that waits for its recipient leaves the call open until it is fetched.
        calls[envelope.call] = envelope.kind == .bye && isReachable ? nil : call
        keep(text, envelope, from: place, at: now)
        counters.count(envelope.kind, byteCount: text.count)
        guard isReachable else { return .hold }
        return .forward(to: call.sides[1 - place].party)
    }

    private mutating func keep(
        _ text: [UInt8], _ envelope: Envelope, from place: Int, at now: SimTime
    ) {
        guard retention > .zero else { return }
        if archive.count == capacity {
            archive.removeOldest()
            counters.crowdedOut += 1
        }
        archive.add(
            MessageArchive.Message(
                sender: place, kind: envelope.kind, number: envelope.number, text: text),
            to: envelope.call, until: now + retention)
    }

    private mutating func redeliver(to resumption: Envelope, from place: Int) -> Forwarding {
        let missed = archive.messages(
            of: resumption.call, from: place, above: resumption.acknowledged ?? 0)
        counters.redelivered += UInt64(missed.count)
        if missed.contains(where: { $0.kind == .bye }) { calls[resumption.call] = nil }
        return .redeliver(missed.map(\.text))
    }

    /// Whoever has seen another list than the published one is told so. Nothing of it is kept.
    private mutating func answer(_ seen: Envelope) -> Forwarding {
        guard let publishedList, publishedList != seen.list else { return .reply(nil) }
        counters.notices += 1
        return .reply(SignalingMessage.notice(publishedList).text(in: seen.call))
    }

    private mutating func refuse(_ refusal: Forwarding.Refusal) -> Forwarding {
        counters.count(refusal)
        return .refuse(refusal)
    }
}
