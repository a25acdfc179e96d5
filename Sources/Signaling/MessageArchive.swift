import Quantities

/// The messages that the service keeps, for a fixed time and not longer.
///
/// Adding and expiring cost O(1) amortised; a call's messages are found at once.
struct MessageArchive: Sendable {
    struct Message: Sendable {
        /// Which of the call's two sides sent it.
        var sender: Int
        var kind: SignalingMessage.Kind
        var number: UInt64?
        var text: [UInt8]
    }

    private struct Expiry {
        var at: SimTime
        var call: CallID
    }

    private var messages: [CallID: [Message]] = [:]
    private var expiries: [Expiry] = []
    private var head = 0
    private(set) var count = 0
    private(set) var byteCount = 0

    /// When the oldest message must go.
    var nextExpiry: SimTime? { head < expiries.count ? expiries[head].at : nil }

    mutating func add(_ message: Message, to call: CallID, until expiry: SimTime) {
        messages[call, default: []].append(message)
        expiries.append(Expiry(at: expiry, call: call))
        count += 1
        byteCount += message.text.count
    }

    /// Messages of `call` from the one side, numbered above `number`, in order.
    func messages(of call: CallID, from sender: Int, above number: UInt64) -> [Message] {
        (messages[call] ?? []).filter {
            $0.sender == sender && ($0.number ?? 0) > number
        }
    }

    /// Deletes what has expired by `now`; how many.
    mutating func expire(at now: SimTime) -> UInt64 {
        var deleted: UInt64 = 0
        while let expiry = nextExpiry, expiry <= now {
            removeOldest()
            deleted += 1
        }
        return deleted
    }

    /// Deletes the oldest message.
    mutating func removeOldest() {
        let call = expiries[head].call
        head += 1
        count -= 1
        if let oldest = messages[call]?.removeFirst() { byteCount -= oldest.text.count }
        if messages[call]?.isEmpty == true { messages[call] = nil }
        // Half of the list is behind us: move the rest to the front.
        if head > 1024, head * 2 > expiries.count {
            expiries.removeFirst(head)
            head = 0
        }
    }
}
