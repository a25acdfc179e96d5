import Quantities

/// Deadlines of numbered slots, the earliest first; equal ones in the order of the slots.
///
/// A binary heap that knows where each slot stands, so moving or removing a deadline costs
/// O(log n) and leaves nothing stale behind.
struct ExpiryHeap: Sendable {
    private var heap: [Int32] = []
    private var places: [Int32] = []
    private var deadlines: [SimTime] = []
    private static let absent: Int32 = -1

    /// The earliest deadline.
    var earliest: SimTime? { heap.isEmpty ? nil : deadlines[Int(heap[0])] }

    /// The slot with the earliest deadline.
    var first: Int? { heap.isEmpty ? nil : Int(heap[0]) }

    /// Sets or moves the deadline of `slot`.
    mutating func set(_ slot: Int, to deadline: SimTime) {
        while places.count <= slot {
            places.append(Self.absent)
            deadlines.append(.distantFuture)
        }
        deadlines[slot] = deadline
        if places[slot] == Self.absent {
            places[slot] = Int32(heap.count)
            heap.append(Int32(slot))
        }
        restore(at: Int(places[slot]))
    }

    /// Removes the deadline of `slot`.
    ///
    /// - Precondition: it has one.
    mutating func remove(_ slot: Int) {
        let place = Int(places[slot])
        precondition(place >= 0, "slot \(slot) has no deadline to remove")
        places[slot] = Self.absent
        let last = heap.removeLast()
        guard place < heap.count else { return }
        heap[place] = last
        places[Int(last)] = Int32(place)
        restore(at: place)
    }

    private mutating func restore(at place: Int) {
        var place = place
        while place > 0, precedes(place, (place - 1) / 2) {
            exchange(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
        while true {
            var least = place
            let left = 2 * place + 1
            if left < heap.count, precedes(left, least) { least = left }
            if left + 1 < heap.count, precedes(left + 1, least) { least = left + 1 }
            if least == place { return }
            exchange(place, least)
            place = least
        }
    }

    private func precedes(_ a: Int, _ b: Int) -> Bool {
        let (x, y) = (deadlines[Int(heap[a])], deadlines[Int(heap[b])])
        return x == y ? heap[a] < heap[b] : x < y
    }

    private mutating func exchange(_ a: Int, _ b: Int) {
        heap.swapAt(a, b)
        places[Int(heap[a])] = Int32(a)
        places[Int(heap[b])] = Int32(b)
    }
}
