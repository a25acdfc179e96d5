import MemorySearch
import Quantities
import Testing

@testable import RiskScoring

/// What is deleted is gone from the scorer's memory: places given back, tables and the idle ends of
/// arrays included.
@Suite struct ResidueTests {
    /// All that is known of one device that was reported and of the three who reported it.
    fileprivate struct Marks {
        var names: [UInt64] = []
        var aliases: [UInt64] = []
        var salts: [UInt64] = []
        var moments: [Int64] = []
        /// When the rights to report lapse: a whole window after the moments.
        var lapses: [Int64] = []
        let lookAlikes = 0.123_456_789_012_345

        func left(in scorer: Scorer) -> [Int] {
            [names, aliases, salts, [lookAlikes.bitPattern]].map {
                StateMemory.occurrences(of: $0, in: scorer)
            } + [moments, lapses].map { StateMemory.occurrences(of: $0, in: scorer) }
        }
    }

    private static let target: UInt64 = 77_001
    private static let reporters: ClosedRange<UInt64> = 77_002...77_004

    /// Devices that are reported again and again, before and after.
    private static func others(_ desk: Desk, from now: SimTime, days: Int64, number: UInt64) {
        for hour in 0..<days * 12 {
            let time = now + .hours(2 * hour)
            for n in 0..<number {
                desk.call(
                    reporter: desk.device(1000 + (n + UInt64(hour)) % 50, at: time),
                    target: desk.device(n, at: time), at: time)
            }
        }
    }

    /// The device's reports, at moments that nobody else has.
    private static func mark(_ desk: Desk, at begin: SimTime) -> Marks {
        var marks = Marks()
        for (index, reporter) in reporters.enumerated() {
            let time = begin + .nanoseconds(0x1_5A7E_C0DE + 1_234_567 * Int64(index))
            let filing = desk.device(reporter, at: time)
            let device = desk.device(target, lookAlikes: marks.lookAlikes, at: time)
            desk.call(reporter: filing, target: device, at: time)
            marks.names += [filing.high, filing.low, device.high, device.low]
            marks.moments.append(time.nanoseconds)
            marks.lapses.append((time + desk.scorer.policy.reportWindow).nanoseconds)
        }
        // The number of look-alikes is kept with a record alone, which there is now.
        let end = desk.lastTime(of: marks)
        let device = desk.device(target, lookAlikes: marks.lookAlikes, at: end)
        marks.take(desk.scorer.store, target: device)
        for reporter in reporters {
            marks.take(desk.scorer.filings, target: desk.device(reporter, at: end))
        }
        return marks
    }

    private static func policy() -> ScoringPolicy {
        var policy = ScoringPolicy()
        policy.retention = .days(5)
        policy.halfLife = .days(3)
        policy.keyEpoch = .days(60)
        return policy
    }

    @Test func `nothing of a report and its record is left when retention ends`() throws {
        let desk = try Desk(Self.policy())
        Self.others(desk, from: .zero, days: 1, number: 6)
        let begin = at(.days(2))
        let marks = Self.mark(desk, at: begin)
        for found in marks.left(in: desk.scorer) { #expect(found > 0, "it is found where it is") }
        Self.others(desk, from: begin + .hours(1), days: 4, number: 40)
        let end = begin + .seconds(6) + Self.policy().retention
        desk.scorer.handleTimeout(at: end)
        #expect(marks.left(in: desk.scorer) == [0, 0, 0, 0, 0, 0])
        #expect(desk.scorer.recordCount > 10, "others are still on record")
    }

    /// A name goes with its key, two epochs later, whatever retention says.
    @Test func `nothing of a record is left when its key is gone`() throws {
        var policy = Self.policy()
        policy.retention = .days(30)
        policy.halfLife = .days(1)
        policy.keyEpoch = .days(2)
        let desk = try Desk(policy)
        Self.others(desk, from: .zero, days: 1, number: 6)
        let begin = at(.days(2) + .hours(3))
        let marks = Self.mark(desk, at: begin)
        for found in marks.left(in: desk.scorer) { #expect(found > 0, "it is found where it is") }
        Self.others(desk, from: begin + .hours(1), days: 3, number: 40)
        desk.scorer.handleTimeout(at: at(.days(6)))
        #expect(marks.left(in: desk.scorer) == [0, 0, 0, 0, 0, 0])
        #expect(desk.scorer.recordCount > 10)
    }
}

extension ResidueTests.Marks {
    /// Takes down what the record of `target` is salted with, and whom it names how.
    fileprivate mutating func take(_ store: RecordStore, target: DeviceIdentifier) {
        guard let record = store.index[target] else { return }
        salts.append(store[record].salt)
        var report = store[record].first
        while report >= 0 {
            aliases.append(store.report(report).other)
            report = store.report(report).next
        }
    }
}

extension Desk {
    fileprivate func lastTime(of marks: ResidueTests.Marks) -> SimTime {
        SimTime(nanoseconds: marks.moments.last ?? 0)
    }
}
