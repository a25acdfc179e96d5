import Quantities
import RandomStreams
import Testing

@testable import Matchmaking

@Suite struct LevelQueueTests {
    /// A queue and what a list without gaps makes of the same calls.
    private struct Both {
        var queue = LevelQueue()
        var list: [(slot: Int32, attributes: UInt64)] = []
        /// The place of each slot.
        var places: [Int32: Int32] = [:]

        mutating func append(_ slot: Int32) {
            if queue.isFull {
                queue.makeRoom()
                for place in 0..<queue.count {
                    places[queue.slot(atOffset: place)] = Int32(place)
                }
            }
            let attributes = Attributes(
                language: UInt16(slot % 7), interest: .max, tier: UInt8(slot % 3))
            places[slot] = queue.append(LevelQueue.Entry(attributes, slot: slot))
            list.append((slot, attributes.packed))
        }

        mutating func remove(_ index: Int) {
            queue.remove(at: places.removeValue(forKey: list.remove(at: index).slot)!)
            guard queue.isSparse else { return }
            queue.closeGaps()
            for (offset, ticket) in list.enumerated() {
                places[ticket.slot] = queue.place(ofTicketAtOffset: offset)
            }
        }

        /// What stands at the first `length` places, gaps left out.
        func walked(_ length: Int) -> [LevelQueue.Entry] {
            queue.withRuns(length) { [Array($0), Array($1)].joined().filter { !$0.isGap } }
        }
    }

    @Test(arguments: [1, 3, 40])
    func `a queue with gaps tells what a list without them does`(most: Int) {
        var random = RandomStream(
            StreamName(
                seed: UInt64(most), replication: 0, purpose: StreamPurpose(rawValue: 4), entity: 0)
        )
        var both = Both()
        for slot in Int32(0)..<4000 {
            both.append(slot)
            // The oldest stays for long at times, so that gaps gather behind it.
            let keeps = slot / 500 % 2
            while both.list.count > most {
                both.remove(Int(keeps) + Int(random.nextInteger(below: UInt64(most))))
            }
            #expect(both.queue.count == both.list.count)
            #expect(both.queue.span <= both.queue.count * 3 / 2 + 8, "gaps are closed")
            #expect(both.queue.first == both.list.first?.slot ?? WaitingRoom.none)
            let walked = both.walked(both.queue.span)
            #expect(walked.map(\.slot) == both.list.map(\.slot))
            #expect(
                walked.map { $0.packed & 0xFF_FFFF_FFFF } == both.list.map(\.attributes))
            let bound = slot - Int32(random.nextInteger(below: UInt64(3 * most)))
            let length = both.queue.offset { $0 > bound }
            #expect(
                both.walked(length).map(\.slot)
                    == both.list.map(\.slot).filter { $0 <= bound })
        }
        // Where the oldest stays for ever, memory follows those who are there.
        #expect(both.queue.byteCount <= 8 * 4 * max(16, most))
        while !both.list.isEmpty { both.remove(both.list.count - 1) }
        #expect(both.queue.first == WaitingRoom.none && both.queue.span == 0)
    }
}
