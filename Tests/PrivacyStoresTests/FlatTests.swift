import Quantities
import RandomStreams
import RiskScoring
import Testing

@testable import PrivacyStores

@Suite struct ShelfTests {
    /// Against a plain list, with stamps out of order, shared keys and clocks set back.
    @Test(arguments: 0..<20 as Range<UInt64>)
    func `a shelf does what a sorted list does`(seed: UInt64) {
        struct Plain: Equatable {
            var value: Int
            var key: DeviceIdentifier
            var time: SimTime
            var sequence: Int
        }
        var random = stream(seed)
        var shelf = Shelf<DeviceIdentifier, Int>()
        var plain: [Plain] = []
        var sequence = 0
        for step in 0..<400 {
            switch random.nextInteger(below: 10) {
            case 0..<5:
                let key = Sample.device(random.nextInteger(below: 12))
                let time = SimTime(
                    nanoseconds: Int64(step) + Int64(random.nextInteger(below: 20)))
                shelf.insert(step, key, at: time)
                plain.append(Plain(value: step, key: key, time: time, sequence: sequence))
                sequence += 1
            case 5..<9:
                guard !plain.isEmpty else { continue }
                let node = shelf.removeOldest()
                let first = plain.removeFirst()
                #expect(node.record == first.value && node.time == first.time)
            default:
                let now = SimTime(nanoseconds: Int64(step))
                let late = plain.indices.filter { plain[$0].time > now }
                #expect(shelf.restamp(after: now) == late.count)
                for index in late { plain[index].time = now }
            }
            plain.sort { ($0.time, $0.sequence) < ($1.time, $1.sequence) }
            var all: [Int] = []
            shelf.forEach { all.append($0.record) }
            #expect(all == plain.map(\.value), "seed \(seed), step \(step)")
            let key = Sample.device(random.nextInteger(below: 12))
            #expect(
                shelf.nodes(of: key).map(\.record)
                    == plain.filter { $0.key == key }.map(\.value))
            #expect(shelf.keyCount == Set(plain.map(\.key)).count)
            #expect(shelf.oldest == plain.first?.time && shelf.count == plain.count)
        }
    }

    @Test(arguments: 0..<4 as Range<UInt64>)
    func `an index does what a dictionary does`(seed: UInt64) {
        var random = stream(100 + seed)
        var index = SlotIndex<DeviceIdentifier>()
        var plain: [DeviceIdentifier: Int32] = [:]
        for _ in 0..<1500 {
            // Few different hashes: long runs of probing.
            let n = random.nextInteger(below: 300)
            let key = DeviceIdentifier(high: n, low: n % 40, epoch: 0)
            if random.nextBool(probability: 0.55) {
                let slot = Int32(random.nextInteger(below: 1000))
                index.set(key, to: slot)
                plain[key] = slot
            } else {
                index.remove(key)
                plain[key] = nil
            }
            let asked = random.nextInteger(below: 300)
            let other = DeviceIdentifier(high: asked, low: asked % 40, epoch: 0)
            #expect(index[other] == plain[other])
            #expect(index.count == plain.count)
        }
    }

    @Test func `a buffer is all zeros, keeps what it holds while growing, and cleanses parts`() {
        var buffer = CleansedBuffer<UInt64>(capacity: 4)
        for index in 0..<4 {
            #expect(buffer[index] == 0)
            buffer[index] = UInt64(index) + 1
        }
        buffer.grow(to: 9)
        #expect((0..<9).map { buffer[$0] } == [1, 2, 3, 4, 0, 0, 0, 0, 0])
        buffer.move(0..<4, to: 2)
        #expect((0..<9).map { buffer[$0] } == [1, 2, 1, 2, 3, 4, 0, 0, 0])
        buffer.cleanse(1..<3)
        #expect((0..<9).map { buffer[$0] } == [1, 0, 0, 2, 3, 4, 0, 0, 0])
    }
}
