import Quantities
import RandomStreams
import Testing

@testable import EventEngine

func stream(seed: UInt64) -> RandomStream {
    RandomStream(
        StreamName(seed: seed, replication: 0, purpose: StreamPurpose(rawValue: 1), entity: 0))
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

    @Test func `among a hundred thousand ties, order of scheduling and priority hold`() {
        var list = FutureEventList<UInt32>()
        let time = SimTime(nanoseconds: 1_000_000_007)
        for number in 0..<100_000 as Range<UInt32> {
            _ = list.schedule(
                number, at: time, priority: EventPriority(rank: UInt8(number % 3)))
        }
        var order: [UInt32] = []
        while let (_, payload) = list.popEarliest(before: .distantFuture) { order.append(payload) }
        let expected = (0..<3).flatMap { rank in
            (0..<100_000 as Range<UInt32>).filter { $0 % 3 == rank }
        }
        #expect(order == expected)
    }

    @Test func `times before the beginning and at the end of time are in order`() {
        var list = FutureEventList<UInt32>()
        let times: [Int64] = [.max, 0, -1, .min, 1 << 62, .max - 1, 255, 256, -256]
        for (number, time) in times.enumerated() {
            _ = list.schedule(
                UInt32(number), at: SimTime(nanoseconds: time), priority: .normal)
        }
        var popped: [Int64] = []
        while let (time, payload) = list.popEarliest(before: .distantFuture) {
            #expect(times[Int(payload)] == time.nanoseconds)
            popped.append(time.nanoseconds)
        }
        // Nothing is due before the end of time that is due at the end of time.
        #expect(popped == times.sorted().dropLast())
        let last = list.earliestTime
        #expect(last == .distantFuture)
    }

    @Test func `the earliest time is that of the next event, whatever was cancelled or moved`() {
        var list = FutureEventList<UInt32>()
        let at = { SimTime(nanoseconds: $0) }
        let none = list.earliestTime
        let first = list.schedule(1, at: at(10), priority: .normal)
        let second = list.schedule(2, at: at(20), priority: .normal)
        let ten = list.earliestTime
        list.reschedule(first, at: at(30))
        let twenty = list.earliestTime
        list.cancel(second)
        let thirty = list.earliestTime
        list.reschedule(first, at: at(5))
        let five = list.earliestTime
        _ = list.schedule(3, at: at(2), priority: .normal)
        let two = list.earliestTime
        #expect(
            [none, ten, twenty, thirty, five, two] == [nil, at(10), at(20), at(30), at(5), at(2)])
    }

    @Test func `cancelled timers do not make the list grow`() {
        var list = FutureEventList<UInt32>()
        var random = stream(seed: 1)
        var timers = (0..<1000 as Range<UInt32>).map {
            list.schedule($0, at: SimTime(nanoseconds: 1 << 40), priority: .normal)
        }
        for step in 0..<60_000 as Range<UInt32> {
            let index = Int(random.nextInteger(below: 1000))
            list.cancel(timers[index])
            let time = Int64(random.nextInteger(below: 1 << 42))
            timers[index] = list.schedule(
                step, at: SimTime(nanoseconds: time), priority: .normal)
        }
        let entries = list.count + list.dead
        let slots = list.slotCount
        #expect(entries <= 2 * 1000 + 1024)
        #expect(slots <= 1001)
    }

    @Test(arguments: [0, 10, 100])
    func `sweeping out the dead keeps what is being served, late or still far`(stride: Int64) {
        var limits = FutureEventList<UInt32>.Limits()
        limits.dead = 0
        var list = FutureEventList<UInt32>(limits: limits)
        var names: [EventID] = []
        func add(_ time: Int64) {
            let number = UInt32(names.count)
            names.append(
                list.schedule(number, at: SimTime(nanoseconds: time), priority: .normal))
        }
        for number in 0..<100 as Range<Int64> { add(100 + number) }
        for number in 0..<100 as Range<Int64> { add(1_000_000 + stride * number) }
        // The first hundred are now being served; fifty more come late.
        let first = list.popEarliest(before: .distantFuture)
        #expect(first?.payload == 0)
        for number in 0..<50 as Range<Int64> { add(150 + number) }
        for number in 1..<250 where number % 4 != 0 { list.cancel(names[number]) }
        let dead = list.dead
        #expect(dead < 63)
        var order: [UInt32] = []
        while let (_, payload) = list.popEarliest(before: .distantFuture) { order.append(payload) }
        let expected =
            (1..<250 as Range<UInt32>).filter { $0 % 4 == 0 }
            .sorted { a, b in
                func time(_ n: UInt32) -> Int64 {
                    n < 100 ? 100 + Int64(n) : n < 200 ? 1_000_000 + Int64(n) : Int64(n) - 50
                }
                return (time(a), a) < (time(b), b)
            }
        #expect(order == expected)
    }

    @Test func `a slot whose tags have come round does not revive an old entry`() {
        var list = FutureEventList<UInt32>()
        let far = SimTime(nanoseconds: 1 << 40)
        // Enough that the ladder is in use.
        for number in 1000..<2000 as Range<UInt32> {
            list.post(number, at: SimTime(nanoseconds: 1 << 40 + Int64(number)))
        }
        let first = list.schedule(1, at: far, priority: .normal)
        let slot = Int(first.slot)
        list.cancel(first)
        #expect(list.slots[slot].tag == 1)
        // As after 2^31 − 2 further events in this slot.
        list.slots[slot].tag = EventOrder.tagMask
        let second = list.schedule(2, at: far, priority: .normal)
        #expect(Int(second.slot) == slot)
        #expect(list.dead == 1)
        list.cancel(second)
        #expect(list.slots[slot].tag == 0)
        #expect(list.dead == 0)
        let third = list.schedule(3, at: SimTime(nanoseconds: 1 << 41), priority: .normal)
        #expect(Int(third.slot) == slot)
        var last: UInt32 = 0
        var popped = 0
        while let (time, payload) = list.popEarliest(before: .distantFuture) {
            #expect((payload == 3) == (time.nanoseconds == 1 << 41))
            last = payload
            popped += 1
        }
        #expect(last == 3)
        #expect(popped == 1001)
    }

    @Test func `most events are announced once before they come, in their order`() {
        var list = FutureEventList<UInt32>()
        var random = stream(seed: 3)
        for number in 0..<50_000 as Range<UInt32> {
            let time = SimTime(nanoseconds: Int64(random.nextInteger(below: 1 << 30)))
            list.post(number, at: time)
        }
        var announced: [UInt32] = []
        var order: [UInt32] = []
        while let (_, payload) = list.popEarliest(before: .distantFuture) {
            order.append(payload)
            while let next = list.announce(within: 8) { announced.append(next) }
            #expect(announced.count <= order.count + 8)
        }
        #expect(order.count == 50_000)
        #expect(announced.count > 45_000)
        // A subsequence of what came.
        var place = 0
        for payload in announced {
            while place < order.count, order[place] != payload { place += 1 }
            place += 1
        }
        #expect(place <= order.count)
    }

    @Test(arguments: [1, 20, 100, 400])
    func `whether few or many are pending, they come in order`(pending: UInt32) {
        var list = FutureEventList<UInt32>()
        var heap = HeapEventList<UInt32>()
        var random = stream(seed: UInt64(pending))
        func add(_ number: UInt32, after now: SimTime, _ random: inout RandomStream) {
            let time =
                now + SimDuration(nanoseconds: Int64(random.nextInteger(below: 1 << 20)))
            list.post(number, at: time)
            _ = heap.schedule(number, at: time, priority: .normal)
        }
        for number in 0..<pending { add(number, after: .zero, &random) }
        var differences = 0
        for number in pending..<pending + 20_000 {
            let mine = list.popEarliest(before: .distantFuture)
            let other = heap.popEarliest(before: .distantFuture)
            guard let mine, let other else { break }
            if mine.time != other.time || mine.payload != other.payload { differences += 1 }
            // Now and then there are twice as many for a while.
            if number % 1000 < 10 * (pending / 10) {
                add(number, after: mine.time, &random)
                add(number, after: mine.time, &random)
            } else if number % 1000 < 500 || list.count < pending {
                add(number, after: mine.time, &random)
            }
        }
        #expect(differences == 0)
        let count = list.count
        #expect(count == heap.count)
    }

    @Test func `large arrays start on a large page, and asking ahead for memory changes nothing`() {
        let values = LargePages.allocate(UInt64.self, capacity: 1 << 19)
        defer { values.deallocate() }
        #expect(UInt(bitPattern: values) % UInt(LargePages.bytes) == 0)
        values.initialize(repeating: 5, count: 1 << 19)
        for place in stride(from: 0, to: 1 << 19, by: 4096) {
            CacheLine.fetch(values + place)
            CacheLine.fetchForWriting(values + place)
        }
        #expect((0..<1 << 19).allSatisfy { values[$0] == 5 })
        var list = FutureEventList<UInt32>()
        let id = list.schedule(1, at: .zero)
        list.fetch(id)
        list.fetch(.none)
        let popped = list.popEarliest(before: .distantFuture)
        #expect(popped?.payload == 1)
    }
}
