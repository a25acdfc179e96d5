import FlatStorage
import Quantities

/// The numbers of capabilities that were used, each until it would have lapsed anyway.
///
/// They are remembered in order of use for one report window each, which is never shorter than
/// what was left of the capability. A number says nothing of the call it belonged to; nothing is left
/// of when it was used.
struct UsedCapabilities: Sendable {
    private struct Use: BitwiseCopyable {
        var number: UInt64
        var until: SimTime

        static let blank = Use(number: 0, until: .zero)
    }

    /// How many uses ahead of its turn a number's place is fetched.
    private static let fetchedAhead = 4

    private var numbers = FlatTable<UInt64, Bool>(blank: false)
    private var queue: [Use] = []
    private var head = 0

    var count: Int { numbers.count }

    /// Memory of the tables.
    var byteCount: Int { numbers.byteCount + queue.capacity * MemoryLayout<Use>.stride }

    /// Adds all that is held to `bytes`.
    func append(to bytes: inout [UInt8]) {
        numbers.forEachPlace { number, isUsed in
            bytes.appendLittleEndian(number)
            bytes.append(isUsed ? 1 : 0)
        }
        for use in queue {
            bytes.appendLittleEndian(use.number)
            bytes.appendLittleEndian(use.until.nanoseconds)
        }
    }

    /// Asks the processor to bring near what is known of a capability.
    func fetch(_ number: UInt64) { numbers.fetch(number) }

    /// Notes a use; false if the capability was used before.
    mutating func insert(_ number: UInt64, until: SimTime) -> Bool {
        guard numbers[number] == nil else { return false }
        numbers.set(number, to: true)
        queue.appendGrowing(Use(number: number, until: until))
        return true
    }

    /// Forgets what has lapsed by `now`; amortised O(1) for each use.
    mutating func forget(lapsedBy now: SimTime) {
        while head < queue.count, queue[head].until <= now {
            numbers.remove(queue[head].number)
            queue[head] = .blank
            head += 1
            let next = head + Self.fetchedAhead
            if next < queue.count { numbers.fetch(queue[next].number) }
        }
        if head > 64, head * 2 > queue.count {
            // More than half is blank, so that nobody moves to where another one still stands.
            for place in head..<queue.count {
                queue[place - head] = queue[place]
                queue[place] = .blank
            }
            queue.removeLast(head)
            head = 0
        }
    }
}
