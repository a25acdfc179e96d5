import Quantities
import Testing

@testable import RiskScoring

/// What the scorer holds, as bytes.
@Suite struct HeldBytesTests {
    /// A device whose canvas has this digest, and nobody else's.
    private static let canvas: UInt64 = 0x7A5C_91E3_0D4B_68F2

    private static func isFound(_ word: UInt64, in bytes: [UInt8]) -> Bool {
        let form = withUnsafeBytes(of: word) { Array($0) }
        guard bytes.count >= form.count else { return false }
        return (0...(bytes.count - form.count)).contains {
            bytes[$0..<$0 + form.count].elementsEqual(form)
        }
    }

    /// The device with that canvas has been reported by another.
    private static func reported() throws -> (desk: Desk, target: DeviceIdentifier) {
        let desk = try Desk()
        let (target, reporter) = (desk.device(canvas), desk.device(2))
        desk.call(reporter: reporter, target: target, at: .zero)
        return (desk, target)
    }

    @Test func `of a device that was never reported nothing is held`() throws {
        let desk = try Desk()
        let device = desk.device(Self.canvas)
        desk.call(reporter: desk.device(2), target: device, reports: false, at: .zero)
        #expect(desk.scorer.heldBytes(of: device) == [])
        #expect(!Self.isFound(device.low, in: desk.scorer.heldBytes))
    }

    @Test func `of a reported device its record and its report are held, and no signals`() throws {
        let (desk, target) = try Self.reported()
        let scorer = desk.scorer
        let record = try #require(scorer.store.index[target])
        let report = scorer.store.report(scorer.store[record].first)
        for bytes in [scorer.heldBytes, scorer.heldBytes(of: target)] {
            for word in [target.high, target.low, scorer.store[record].salt, report.other] {
                #expect(Self.isFound(word, in: bytes))
            }
            #expect(!Self.isFound(Self.canvas, in: bytes))
            #expect(!Self.isFound(Self.canvas.byteSwapped, in: bytes))
        }
        // The reporter has a record of its own.
        let filing = scorer.heldBytes(of: desk.device(2))
        #expect(Self.isFound(desk.device(2).low, in: filing))
        #expect(!Self.isFound(target.low, in: filing))
    }

    @Test func `a digest that stays with a record is in the bytes of the device and of all`() throws
    {
        let (desk, target) = try Self.reported()
        let stranger = desk.device(3)
        desk.scorer.keep(signals(Self.canvas), of: stranger)
        #expect(!Self.isFound(Self.canvas, in: desk.scorer.heldBytes))
        desk.scorer.keep(signals(Self.canvas), of: target)
        #expect(Self.isFound(Self.canvas, in: desk.scorer.heldBytes(of: target)))
        #expect(Self.isFound(Self.canvas, in: desk.scorer.heldBytes))
        #expect(!Self.isFound(Self.canvas, in: desk.scorer.heldBytes(of: desk.device(2))))
    }

    @Test func `of an unreported call of a reported device the hour and the quarters are held`()
        throws
    {
        func held(_ end: SimDuration, _ length: SimDuration) throws -> [UInt8] {
            let (desk, target) = try Self.reported()
            let until = desk.scorer.recordCall(of: target, lasting: length, at: .zero + end)
            let lapse = SimTime.zero + desk.scorer.policy.retention
            #expect(until == lapse)
            return desk.scorer.heldBytes(of: target)
        }
        let bytes = try held(.hours(5) + .seconds(7), .seconds(12))
        #expect(try held(.hours(6) - .nanoseconds(1), .seconds(18)) == bytes)
        #expect(try held(.hours(6), .seconds(12)) != bytes)
        #expect(try held(.hours(5) + .seconds(7), .seconds(19)) != bytes)
        // Of one that is too short for a quarter, and of devices without a record, nothing.
        let (desk, target) = try Self.reported()
        let (stranger, before) = (desk.device(3), desk.scorer.heldBytes)
        let (short, now) = (SimDuration.seconds(3), SimTime.zero + .hours(5))
        #expect(desk.scorer.recordCall(of: target, lasting: short, at: now) == nil)
        #expect(desk.scorer.recordCall(of: stranger, lasting: .minutes(1), at: now) == nil)
        #expect(desk.scorer.heldBytes == before)
    }

    /// Between the fields of a structure is what the memory was used for before: anybody's.
    @Test func `gaps between fields are not among the bytes`() throws {
        let (desk, target) = try Self.reported()
        let identifier = 8 + 8 + 4
        let record = identifier + 8 + 8 + 5 * 4
        let report = 8 + 8 + 3 * 8 + 4 * 4
        #expect(desk.scorer.heldBytes(of: target).count == record + report)
        #expect(desk.scorer.heldBytes(of: desk.device(2)).count == record + report)
        // Three tables of 16 places each; one record and one report in each of two stores; one used right.
        let places = 16 * (2 * (identifier + 4) + 8 + 1)
        #expect(desk.scorer.heldBytes.count == places + 2 * (record + report) + 8 + 8)
    }

    /// Whoever adds a table has to add it to ``Scorer/heldBytes``, and then here.
    @Test func `the scorer has no table that is not among its bytes`() throws {
        let scorer = try Desk().scorer
        func names(_ value: Any) -> [String] {
            Mirror(reflecting: value).children.compactMap(\.label)
        }
        #expect(
            names(scorer) == [
                "policy", "keys", "store", "filings", "capabilityKeys", "randomness", "now",
                "capabilities", "used",
            ])
        #expect(
            names(scorer.store) == [
                "index", "records", "reports", "freeRecords", "freeReports", "oldest", "youngest",
                "epochHeads",
            ])
        #expect(names(scorer.used) == ["numbers", "queue", "head"])
        let record = RecordStore.Record(device: .free, salt: 0)
        #expect(
            names(record) == [
                "device", "salt", "lookAlikes", "first", "last", "count", "next", "previous",
            ])
        #expect(
            names(RecordStore.Report(time: .zero, other: 0)) == [
                "time", "other", "weight", "share", "exposure", "record", "next", "younger",
                "older",
            ])
        #expect(
            names(scorer.keys) == ["epochLength", "epoch", "current", "previous", "randomness"])
    }
}
