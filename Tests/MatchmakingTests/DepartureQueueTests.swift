import Quantities
import RandomStreams
import Testing

@testable import Matchmaking

@Suite struct DepartureQueueTests {
    static func random(_ seed: UInt64) -> RandomStream {
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
}
