import MemorySearch
import Quantities
import RandomStreams
import Testing

@testable import Matchmaking

/// What is left of departures in the memory of the process, all of which is read: not under the sanitizers.
@Suite struct DepartureErasureTests {
    /// The moments at which people would have left are told to the nanosecond. The search runs in a
    /// process of its own, and finds them while they are there.
    @Test func `moments are gone from what the queue held and grew out of`() async {
        await #expect(processExitsWith: .success) {
            let secret = DepartureErasureTests.growAndEmpty()
            DepartureErasureTests.overwriteStack()
            precondition(secret.occurrencesInMemory() == 0)
        }
    }

    @inline(never)
    private static func growAndEmpty() -> MaskedSecret {
        let count = 200
        var random = DepartureQueueTests.random(2)
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
