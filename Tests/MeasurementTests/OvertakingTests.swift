import RandomStreams
import Testing

@testable import Measurement

@Suite struct OvertakingTests {
    @Test func `whoever is served early skips the older and lets them slip`() {
        var queue = Overtaking()
        for _ in 0..<5 { queue.arrive() }
        // 3 and 4 go first: 0, 1 and 2 wait.
        let first = queue.serve(3, 4)
        #expect(first.0 == .init(slips: 0, skips: 3))
        #expect(first.1 == .init(slips: 0, skips: 3), "those of one moment do not overtake")
        queue.leave(1)
        let second = queue.serve(0, 2)
        #expect(second.0 == .init(slips: 2, skips: 0))
        #expect(second.1 == .init(slips: 2, skips: 0))
        queue.arrive()
        queue.arrive()
        let third = queue.serve([6])
        #expect(third == [.init(slips: 0, skips: 1)])
        #expect(queue.serve([5]) == [.init(slips: 1, skips: 0)])
    }

    @Test func `tickets of one moment do not overtake each other, however many`() {
        var queue = Overtaking()
        for _ in 0..<4 { queue.arrive() }
        #expect(queue.serve([0, 3, 1, 2]).allSatisfy { $0 == .init(slips: 0, skips: 0) })
    }

    /// Against counting by hand, over enough tickets that old ones are let go of several times.
    @Test(arguments: 0..<4 as Range<UInt64>) func `it counts as one would by hand`(seed: UInt64) {
        var random = RandomStream(
            StreamName(
                seed: seed, replication: 0, purpose: StreamPurpose(rawValue: 1), entity: 0))
        var queue = Overtaking()
        var waiting: [Int] = []
        var served: [Int] = []
        for _ in 0..<4500 {
            if waiting.count < 2 || random.nextBool(probability: 0.55) {
                waiting.append(queue.count)
                queue.arrive()
            } else {
                let place = Int(random.nextInteger(below: UInt64(min(40, waiting.count))))
                let ticket = waiting.remove(at: place)
                if random.nextBool(probability: 0.4) {
                    queue.leave(ticket)
                    continue
                }
                let expected = Overtaking.Standing(
                    slips: served.count { $0 > ticket }, skips: place)
                #expect(queue.serve([ticket]) == [expected])
                served.append(ticket)
            }
        }
    }
}
