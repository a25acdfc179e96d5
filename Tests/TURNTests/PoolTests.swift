import Quantities
import RandomStreams
import Testing

@testable import TURN

@Suite struct PortPoolTests {
    @Test func `taking and giving back agrees with a plain set`() {
        var stream = Exchange.stream(20)
        for count in 1...9 {
            var pool = PortPool(first: 100, count: count)
            var taken: Set<UInt16> = []
            for step in 0..<2000 {
                if stream.nextBool(probability: 0.55) {
                    let port = pool.take(for: .allocation(step), using: &stream)
                    #expect((port == nil) == (taken.count == count))
                    if let port {
                        #expect(taken.insert(port).inserted)
                        #expect((100..<100 + UInt16(count)).contains(port))
                        #expect(pool.holder(of: port) == .allocation(step))
                    }
                } else if let port = taken.sorted().first {
                    taken.remove(port)
                    pool.give(back: port)
                    #expect(pool.holder(of: port) == .none)
                }
                #expect(pool.freeCount == count - taken.count)
            }
        }
    }

    /// Chi-squared with 15 degrees of freedom: above 44.3 with probability 1e-4 (the seed is fixed,
    /// so it is either always or never).
    @Test func `ports are drawn uniformly`() {
        var stream = Exchange.stream(21)
        var pool = PortPool(first: 0, count: 16)
        var counts = [Double](repeating: 0, count: 16)
        for _ in 0..<16_000 {
            let port = pool.take(for: .flow, using: &stream)!
            counts[Int(port)] += 1
            pool.give(back: port)
        }
        let statistic = counts.reduce(0) { $0 + ($1 - 1000) * ($1 - 1000) / 1000 }
        #expect(statistic < 44.3)
    }

    @Test func `a port that nobody has cannot be given back`() async {
        await #expect(processExitsWith: .failure) {
            var pool = PortPool(first: 0, count: 4)
            pool.give(back: 1)
        }
    }
}

@Suite struct ExpiryHeapTests {
    @Test func `deadlines come in order whatever is moved or removed`() {
        var stream = Exchange.stream(22)
        for _ in 0..<50 {
            var heap = ExpiryHeap()
            var model: [Int: SimTime] = [:]
            for _ in 0..<200 {
                let slot = Int(stream.nextInteger(below: 24))
                if model[slot] != nil, stream.nextBool(probability: 0.3) {
                    heap.remove(slot)
                    model[slot] = nil
                } else {
                    let deadline = SimTime(nanoseconds: Int64(stream.nextInteger(below: 30)))
                    heap.set(slot, to: deadline)
                    model[slot] = deadline
                }
                let expected = model.min { ($0.value, $0.key) < ($1.value, $1.key) }
                #expect(heap.earliest == expected?.value)
                #expect(heap.first == expected?.key)
            }
            var last: (SimTime, Int) = (.zero, -1)
            while let slot = heap.first, let deadline = heap.earliest {
                #expect(last < (deadline, slot))
                last = (deadline, slot)
                heap.remove(slot)
                model[slot] = nil
            }
            #expect(model.isEmpty)
        }
    }
}

@Suite struct TransmitQueueTests {
    @Test func `what goes in first comes out first`() {
        var queue = TransmitQueue()
        var stream = Exchange.stream(23)
        var (pushed, popped) = (0, 0)
        for _ in 0..<2000 {
            if stream.nextBool(probability: 0.5) {
                queue.push(
                    .init(
                        source: Exchange.peer(0), destination: Exchange.peer(1), transport: .udp,
                        payload: [UInt8(truncatingIfNeeded: pushed)]))
                pushed += 1
            } else if let transmit = queue.pop() {
                #expect(transmit.payload == [UInt8(truncatingIfNeeded: popped)])
                popped += 1
            } else {
                #expect(pushed == popped)
            }
        }
    }
}
