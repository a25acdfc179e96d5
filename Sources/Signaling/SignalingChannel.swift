/// What a side's end of its connection to the service makes of a text that came.
public enum ChannelInput: Hashable, Sendable {
    /// The next message, for the application: each comes once and in order.
    case deliver(SignalingMessage)
    /// The service's own word that another list of processors is published.
    case notice(ListVersion)
    /// It had come before the connection was lost: dropped.
    case duplicate
    /// Messages before it are missing; resuming brings them. Dropped.
    case gap
    /// It is no message, or of another call: dropped.
    case malformed
}

/// One side's end of its connection to the service: numbers what it sends, keeps it until the
/// other side has it, and takes what comes once and in order, however often the connection breaks.
///
/// Order of use: ``send(_:)`` and ``receive(_:)`` while the connection stands; when a new one
/// stands, all texts of ``resume()``, then on. What goes wrong is counted, never thrown.
public struct SignalingChannel: Sendable {
    /// Most messages kept for sending again: as many as the service takes in a call.
    public static let maximumUnacknowledged = SignalingService.maximumMessagesPerCall

    /// The call that this is the channel of.
    public let call: CallID
    /// Messages that came twice.
    public private(set) var duplicates: UInt64 = 0
    /// Messages dropped because earlier ones were missing.
    public private(set) var gaps: UInt64 = 0
    /// Texts that were no messages of this call.
    public private(set) var malformed: UInt64 = 0
    /// How often the connection was resumed.
    public private(set) var resumptions: UInt64 = 0
    /// The number of the last message delivered; 0 before the first.
    public private(set) var delivered: UInt64 = 0
    private var sent: UInt64 = 0
    private var unacknowledged: [(number: UInt64, text: [UInt8])] = []

    /// The channel of one side of `call`.
    public init(call: CallID) { self.call = call }

    /// Messages that the other side may not have yet.
    public var unacknowledgedCount: Int { unacknowledged.count }

    /// The text of `message`, numbered; nil when ``maximumUnacknowledged`` messages wait already.
    public mutating func send(_ message: SignalingMessage) -> [UInt8]? {
        guard unacknowledged.count < Self.maximumUnacknowledged else { return nil }
        sent += 1
        let text = message.text(in: call, number: sent, acknowledging: delivered)
        unacknowledged.append((sent, text))
        return text
    }

    /// Takes a text that the service passed on.
    public mutating func receive(_ text: [UInt8]) -> ChannelInput {
        guard let envelope = try? Envelope(text), envelope.call == call,
            let message = try? SignalingMessage(envelope)
        else {
            malformed += 1
            return .malformed
        }
        if case .notice(let list) = message { return .notice(list) }
        guard let number = envelope.number else {
            malformed += 1
            return .malformed
        }
        if let acknowledged = envelope.acknowledged, acknowledged <= sent {
            unacknowledged.removeAll { $0.number <= acknowledged }
        }
        if number <= delivered {
            duplicates += 1
            return .duplicate
        }
        guard number == delivered + 1 else {
            gaps += 1
            return .gap
        }
        delivered = number
        return .deliver(message)
    }

    /// What to send first on a new connection: which messages have come, then those again that may
    /// not have arrived.
    public mutating func resume() -> [[UInt8]] {
        resumptions += 1
        return [SignalingMessage.resume.text(in: call, acknowledging: delivered)]
            + unacknowledged.map(\.text)
    }
}
