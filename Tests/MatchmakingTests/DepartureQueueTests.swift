import MemorySearch
import Quantities
import RandomStreams
import Testing

@testable import Matchmaking

@Suite struct DepartureQueueTests {
    private static func random(_ seed: UInt64) -> RandomStream {
        RandomStream(
            StreamName(seed: seed, replication: 0, purpose: StreamPurpose(rawValue: 4), entity: 0))
    }

    @Test func `departures come in order of time and then of tickets`() {
        var random = Self.random(1)
        var queue = DepartureQueue()
        var expected: [(time: SimTime, order: UInt32)] = []
        for order in UInt32(0)..<3000 {
            let time = SimTime(nanoseconds: Int64(random.nextInteger(below: 500)))
            queue.insert(Departure(time: time, slot: Int32(order), order: order))
            expected.append((time, order))
            expected.sort { ($0.time, $0.order) < ($1.time, $1.order) }
            while order % 3 == 0, expected.count > 40 {
                let first = expected.removeFirst()
                #expect(queue.first?.time == first.time && queue.first?.order == first.order)
                queue.removeFirst()
            }
        }
        for next in expected {
            #expect(queue.first?.order == next.order)
            queue.removeFirst()
        }
        #expect(queue.first == nil)
    }

    /// The moments at which people would have left are told to the nanosecond. The search runs in a
    /// process of its own, and finds them while they are there.
    @Test func `moments are gone from what the queue held and grew out of`() async {
        await #expect(processExitsWith: .success) {
            let secret = DepartureQueueTests.growAndEmpty()
            DepartureQueueTests.overwriteStack()
            precondition(secret.occurrencesInMemory() == 0)
        }
    }

    @inline(never)
    private static func growAndEmpty() -> MaskedSecret {
        let count = 200
        var random = random(2)
        var queue = DepartureQueue()
        var secrets: [MaskedSecret] = []
        for order in 0..<count {
            let time = SimTime(nanoseconds: Int64(random.nextUInt64() >> 1))
            withUnsafeBytes(of: time.nanoseconds) { secrets.append(MaskedSecret($0)) }
            queue.insert(Departure(time: time, slot: Int32(order), order: UInt32(order)))
        }
        let secret = MaskedSecret(secrets)
        precondition(secret.occurrencesInMemory() >= count, "the search is blind")
        for _ in 0..<count { queue.removeFirst() }
        return secret
    }

    /// What calls that have returned left on the stack is no part of the queue: overwrites 136 KB of it
    /// below the caller.
    @discardableResult
    @inline(never)
    private static func overwriteStack(depth: Int = 16) -> UInt64 {
        let block = InlineArray<1024, UInt64>(repeating: 0x11)
        let rest = depth > 0 ? overwriteStack(depth: depth - 1) : 0
        return block[depth] &+ rest
    }
}
