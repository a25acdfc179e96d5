import Quantities
import RTP
import Testing

private func at(_ milliseconds: Int64) -> SimTime { .zero + .milliseconds(milliseconds) }

@Suite struct ReceptionTests {
    @Test func `sequence numbers are extended across wraps, forwards and late`() {
        var statistics = ReceptionStatistics()
        var extended: [Int64] = []
        for (index, number) in [UInt16(65534), 65535, 1, 0, 2].enumerated() {
            let update = statistics.receive(
                sequenceNumber: number, timestamp: UInt32(index) * 960, at: at(Int64(index) * 20))
            if case .valid(let value) = update { extended.append(value) }
        }
        #expect(extended == [65534, 65535, 65537, 65536, 65538])
        #expect(statistics.expected == 5 && statistics.cumulativeLost == 0)
        #expect(statistics.extendedHighest == 65538)
    }

    @Test func `loss is what was expected and did not come, per interval and in all`() {
        var statistics = ReceptionStatistics()
        for number: UInt16 in 0..<100 where number % 4 != 3 {
            _ = statistics.receive(sequenceNumber: number, timestamp: 0, at: .zero)
        }
        #expect(statistics.expected == 99 && statistics.cumulativeLost == 24)
        #expect(statistics.takeFractionLost() == UInt8(24 * 256 / 99))
        #expect(statistics.takeFractionLost() == 0)
        for number: UInt16 in 100..<200 {
            _ = statistics.receive(sequenceNumber: number, timestamp: 0, at: .zero)
        }
        #expect(statistics.takeFractionLost() == UInt8(1 * 256 / 101))
    }

    @Test func `duplicates outnumbering losses make the loss negative and the fraction zero`() {
        var statistics = ReceptionStatistics()
        for number: UInt16 in [0, 0, 0, 1] {
            _ = statistics.receive(sequenceNumber: number, timestamp: 0, at: .zero)
        }
        #expect(statistics.cumulativeLost == -2)
        #expect(statistics.takeFractionLost() == 0)
    }

    @Test func `a jump is refused until two packets in sequence confirm it`() {
        var statistics = ReceptionStatistics()
        func receive(_ number: UInt16) -> SequenceUpdate {
            statistics.receive(sequenceNumber: number, timestamp: 0, at: .zero)
        }
        #expect(receive(10) == .valid(extended: 10))
        #expect(receive(30_000) == .outOfRange)
        #expect(receive(11) == .valid(extended: 11))
        #expect(receive(30_001) == .restarted(extended: 30_001))
        #expect(receive(30_002) == .valid(extended: 30_002))
        #expect(statistics.expected == 2 && statistics.received == 2)
    }

    @Test func `an open source is on probation for two packets in sequence`() {
        var statistics = ReceptionStatistics(probation: 2)
        func receive(_ number: UInt16) -> SequenceUpdate {
            statistics.receive(sequenceNumber: number, timestamp: 0, at: .zero)
        }
        #expect(receive(5) == .probation)
        #expect(receive(7) == .probation)
        #expect(receive(8) == .valid(extended: 8))
        #expect(statistics.received == 1)
    }

    @Test func `an even stream has no jitter, and an alternating delay converges to its step`() {
        var even = ReceptionStatistics()
        var uneven = ReceptionStatistics()
        for index: Int64 in 0..<2000 {
            let timestamp = UInt32(truncatingIfNeeded: 0xffff_0000 + index * 960)
            _ = even.receive(
                sequenceNumber: UInt16(index), timestamp: timestamp, at: at(index * 20 + 7))
            _ = uneven.receive(
                sequenceNumber: UInt16(index), timestamp: timestamp,
                at: at(index * 20 + (index % 2) * 10))
        }
        #expect(even.jitterTicks == 0)
        #expect((479...480).contains(uneven.jitterTicks))
        #expect((uneven.jitter - .milliseconds(10)).nanoseconds.magnitude < 100_000)
    }

    @Test func `every first number and step gives the number of packets expected`() {
        for first in [UInt16(0), 1, 32_767, 65_533, 65_535] {
            for step: UInt16 in [1, 2, 2999] {
                var statistics = ReceptionStatistics()
                var number = first
                for _ in 0..<60 {
                    _ = statistics.receive(sequenceNumber: number, timestamp: 0, at: .zero)
                    number &+= step
                }
                #expect(statistics.expected == 59 * Int64(step) + 1)
            }
        }
    }

    @Test func `probation begins anew at each packet out of sequence, at the wrap as well`() {
        var statistics = ReceptionStatistics(probation: 3)
        func receive(_ number: UInt16) -> SequenceUpdate {
            statistics.receive(sequenceNumber: number, timestamp: 0, at: .zero)
        }
        #expect(receive(65_533) == .probation)
        #expect(receive(65_534) == .probation)
        #expect(receive(3) == .probation)
        #expect(receive(65_535) == .probation)
        #expect(receive(0) == .probation)
        #expect(receive(1) == .valid(extended: 1))
    }

    @Test func `numbers run through many cycles with loss and reordering across each wrap`() {
        var statistics = ReceptionStatistics()
        var order: [Int64] = []
        // Every seventh is lost, and every third swapped with the one after it.
        var number: Int64 = 65_000
        while number < 65_000 + 300_000 {
            let pair = number % 3 == 0 ? [number + 1, number] : [number, number + 1]
            order += pair.filter { $0 % 7 != 6 }
            number += 2
        }
        var isRight = true
        for number in order {
            let update = statistics.receive(
                sequenceNumber: UInt16(truncatingIfNeeded: number), timestamp: 0, at: .zero)
            isRight = isRight && update == .valid(extended: number)
        }
        #expect(isRight)
        #expect(statistics.received == Int64(order.count))
        #expect(statistics.expected == (order.max() ?? 0) - 65_000 + 1)
        #expect(statistics.cumulativeLost == statistics.expected - Int64(order.count))
    }

    @Test func `the fraction lost is per interval and never below zero`() {
        var statistics = ReceptionStatistics()
        func receive(_ numbers: some Sequence<UInt16>) {
            for number in numbers {
                _ = statistics.receive(sequenceNumber: number, timestamp: 0, at: .zero)
            }
        }
        receive(0..<10)
        #expect(statistics.takeFractionLost() == 0)
        receive(15..<20)
        #expect(statistics.takeFractionLost() == 128)
        // Five late ones bring the interval's loss below zero (A.3).
        receive(10..<15)
        #expect(statistics.takeFractionLost() == 0)
        #expect(statistics.cumulativeLost == 0)
    }
}
