import FlatStorage
import Quantities

/// When a ticket becomes critical by its owner's announcement.
struct Departure: BitwiseCopyable {
    var time: SimTime
    var slot: Int32
    /// The ticket's; a slot used again has another.
    var order: UInt32

    fileprivate func isBefore(_ other: Departure) -> Bool {
        (time, order) < (other.time, other.order)
    }
}

/// Departures, the earliest first, those of one moment in the order of the tickets: a binary heap.
struct DepartureQueue: Sendable {
    private var heap: [Departure] = []

    var first: Departure? { heap.first }

    /// - Complexity: O(log n).
    mutating func insert(_ departure: Departure) {
        heap.appendGrowing(departure)
        var place = heap.count - 1
        while place > 0 {
            let parent = (place - 1) / 2
            guard heap[place].isBefore(heap[parent]) else { return }
            heap.swapAt(place, parent)
            place = parent
        }
    }

    /// - Precondition: there is one.
    /// - Complexity: O(log n).
    mutating func removeFirst() {
        heap[0] = heap[heap.count - 1]
        // What is beyond the end tells of nobody.
        heap[heap.count - 1] = Departure(time: .zero, slot: 0, order: 0)
        heap.removeLast()
        var place = 0
        while true {
            var least = place
            for child in [2 * place + 1, 2 * place + 2] where child < heap.count {
                if heap[child].isBefore(heap[least]) { least = child }
            }
            guard least != place else { return }
            heap.swapAt(place, least)
            place = least
        }
    }

    /// Memory of the queue.
    var byteCount: Int { heap.capacity * MemoryLayout<Departure>.stride }
}
