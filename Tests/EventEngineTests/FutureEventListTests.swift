import EventEngine
import Quantities
import RandomStreams
import Testing

/// What the list must do, told in the simplest way: a sorted array.
private struct ModelList {
    var entries: [(time: Int64, priority: UInt8, sequence: Int, payload: UInt32)] = []
    var sequence = 0

    mutating func schedule(_ payload: UInt32, _ time: Int64, _ priority: UInt8) {
        entries.append((time, priority, sequence, payload))
        sequence += 1
    }

    mutating func pop(before limit: Int64) -> (Int64, UInt32)? {
        let order = entries.indices.min { i, j in
            let (x, y) = (entries[i], entries[j])
            return (x.time, x.priority, x.sequence) < (y.time, y.priority, y.sequence)
        }
        guard let order, entries[order].time < limit else { return nil }
        let entry = entries.remove(at: order)
        return (entry.time, entry.payload)
    }
}

@Suite struct FutureEventListTests {
    @Test func `events come out by time, then priority, then order of scheduling`() {
        var list = FutureEventList<UInt32>()
        let at = { SimTime(nanoseconds: $0) }
        _ = list.schedule(1, at: at(10), priority: .normal)
        _ = list.schedule(2, at: at(10), priority: .normal)
        _ = list.schedule(3, at: at(10), priority: EventPriority(rank: 0))
        _ = list.schedule(4, at: at(5), priority: EventPriority(rank: 255))
        var order: [UInt32] = []
        while let (_, payload) = list.popEarliest(before: .distantFuture) { order.append(payload) }
        #expect(order == [4, 3, 1, 2])
    }

    @Test func `an event's name is stale once it has happened or was cancelled`() {
        var list = FutureEventList<UInt32>()
        let first = list.schedule(1, at: .zero, priority: .normal)
        _ = list.popEarliest(before: .distantFuture)
        let second = list.schedule(2, at: .zero, priority: .normal)
        let stale = list.cancel(first)
        let pending = list.isPending(second)
        let live = list.cancel(second)
        let again = list.cancel(second)
        let moved = list.reschedule(second, at: .zero)
        let nobody = list.isPending(.none)
        let left = list.count
        #expect([stale, again, moved, nobody] == [false, false, false, false])
        #expect(pending)
        #expect(live)
        #expect(left == 0)
    }

    @Test(arguments: 0..<40)
    func `random schedules, ties, cancellations and moves follow a sorted array`(seed: UInt64) {
        var random = RandomStream(
            StreamName(
                seed: seed, replication: 0, purpose: StreamPurpose(rawValue: 1), entity: 0))
        var list = FutureEventList<UInt32>()
        var model = ModelList()
        var names: [EventID] = []
        var now: Int64 = 0
        for step in 0..<3000 {
            switch random.nextInteger(below: 10) {
            case 0..<5:
                let time = now + Int64(random.nextInteger(below: 20))
                let priority = UInt8(random.nextInteger(below: 3))
                names.append(
                    list.schedule(
                        UInt32(step), at: SimTime(nanoseconds: time),
                        priority: EventPriority(rank: priority)))
                model.schedule(UInt32(names.count - 1) << 16 | UInt32(step), time, priority)
            case 5 where !names.isEmpty:
                let index = Int(random.nextInteger(below: UInt64(names.count)))
                let known = model.entries.firstIndex { $0.payload >> 16 == UInt32(index) }
                let cancelled = list.cancel(names[index])
                #expect(cancelled == (known != nil))
                if let known { model.entries.remove(at: known) }
            case 6 where !names.isEmpty:
                let index = Int(random.nextInteger(below: UInt64(names.count)))
                let time = now + Int64(random.nextInteger(below: 30))
                let known = model.entries.firstIndex { $0.payload >> 16 == UInt32(index) }
                let moved = list.reschedule(names[index], at: SimTime(nanoseconds: time))
                #expect(moved == (known != nil))
                if let known {
                    model.entries[known].time = time
                    model.entries[known].sequence = model.sequence
                    model.sequence += 1
                }
            default:
                let limit = now + Int64(random.nextInteger(below: 10))
                let expected = model.pop(before: limit)
                let actual = list.popEarliest(before: SimTime(nanoseconds: limit))
                #expect(actual?.time.nanoseconds == expected?.0)
                #expect(actual?.payload == expected.map { $0.1 & 0xffff })
                if let expected { now = expected.0 }
            }
            let count = list.count
            #expect(count == model.entries.count)
        }
    }
}
