import Addressing

/// Datagrams waiting to be sent, first in, first out; a popped payload has one owner.
struct TransmitQueue: Sendable {
    private var items: [Transmit] = []
    private var head = 0

    var isEmpty: Bool { items.isEmpty }

    mutating func push(_ transmit: consuming Transmit) {
        items.append(transmit)
    }

    mutating func pop() -> Transmit? {
        guard head < items.count else { return nil }
        if head == items.count - 1 {
            let last = items.removeLast()
            items.removeAll(keepingCapacity: true)
            head = 0
            return last
        }
        let first = items[head]
        items[head].payload = []
        head += 1
        return first
    }
}
