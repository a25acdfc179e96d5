import Quantities
import Testing

@testable import RiskScoring

/// What whoever has the scorer's tables and its keys reads in them.
@Suite struct DisclosureTests {
    /// Devices 2 and 3 report device 1, after a quarter of a full call and a whole one; device 1 reports 3.
    private static func desk() throws -> (desk: Desk, devices: [DeviceIdentifier]) {
        let desk = try Desk()
        let devices = (1...4 as ClosedRange<UInt64>).map { desk.device($0) }
        let quarter = desk.scorer.policy.fullCall / 4
        desk.call(
            reporter: devices[1], target: devices[0], lasting: quarter, at: .zero + .hours(2))
        desk.call(reporter: devices[2], target: devices[0], at: .zero + .hours(30))
        desk.call(reporter: devices[0], target: devices[2], at: .zero + .hours(31))
        return (desk, devices)
    }

    @Test func `a device's reports are told with who made them, and those that it made`() throws {
        let (desk, devices) = try Self.desk()
        let now = SimTime.zero + .hours(32)
        let target = devices[0]
        let held = try #require(desk.scorer.holding(high: target.high, low: target.low, at: now))
        #expect(held.device == target && held.tier == desk.tier(target, at: now))
        #expect(held.against.map(\.time) == [.zero + .hours(2), .zero + .hours(30)])
        #expect(held.against.map(\.other) == [devices[1], devices[2]])
        #expect(held.against.map(\.callShare) == [0.25, 1])
        // Of what it made only the day is known.
        #expect(held.filed.map(\.time) == [.zero + .days(1)])
        #expect(held.filed.map(\.other) == [devices[2]])
        let (quiet, stranger) = (devices[3], target.high &+ 1)
        #expect(desk.scorer.holding(high: quiet.high, low: quiet.low, at: now) == nil)
        #expect(desk.scorer.holding(high: stranger, low: target.low, at: now) == nil)
    }

    @Test func `a window gives what came in it, without undoing aliases`() throws {
        let (desk, devices) = try Self.desk()
        let now = SimTime.zero + .hours(32)
        let second = desk.scorer.holdings(in: .zero + .hours(29)..<now, at: now)
        // What was made on the second day overlaps, though its day began before.
        #expect(
            second.map(\.device) == [devices[0], devices[2]]
                || second.map(\.device) == [devices[2], devices[0]])
        let target = try #require(second.first { $0.device == devices[0] })
        #expect(target.against.map(\.time) == [.zero + .hours(30)])
        #expect(target.filed.count == 1)
        #expect(second.allSatisfy { ($0.against + $0.filed).allSatisfy { $0.other == nil } })
        let first = desk.scorer.holdings(in: .zero..<(.zero + .hours(3)), at: now)
        #expect(first.map(\.device).contains(devices[1]) && first.count == 2)
        #expect(desk.scorer.holdings(in: .zero + .days(2)..<(.zero + .days(3)), at: now) == [])
    }

    @Test func `aliases outlive their key, but not what they stand for`() throws {
        let (desk, devices) = try Self.desk()
        let epoch = desk.scorer.policy.keyEpoch
        // The target comes back under the next key and is carried over; so are its reports.
        let renamed = desk.device(1, at: .zero + epoch)
        let next = SimTime.zero + epoch + .hours(1)
        let held = try #require(
            desk.scorer.holding(high: renamed.high, low: renamed.low, at: next))
        #expect(held.against.map(\.other) == [devices[1], devices[2]])
        // Under the key after that the first key is gone.
        let again = desk.device(1, at: .zero + epoch * 2)
        let later = SimTime.zero + epoch * 2 + .hours(1)
        let kept = try #require(desk.scorer.holding(high: again.high, low: again.low, at: later))
        #expect(kept.against.count == 2)
        #expect(kept.against.map(\.other) == [nil, nil])
        #expect(desk.scorer.holding(high: devices[0].high, low: devices[0].low, at: later) == nil)
    }
}
