import Foundation
import Quantities
import Testing

@testable import LoadGenerator

@Suite struct LoadScheduleTests {
    @Test func `trains take turns between the directions and the allocations`() {
        let schedule = LoadSchedule(flows: 3, length: 1, rate: 1000)
        let trains = (0..<8).map { schedule.train($0) }
        #expect(trains.map(\.flow) == [0, 0, 1, 1, 2, 2, 0, 0])
        #expect(trains.map(\.isFromClient) == [true, false, true, false, true, false, true, false])
    }

    @Test(arguments: [(1000, 1), (180_000, 9), (3, 1), (999_983, 64)])
    func `after an hour of trains the schedule is as exact as in the first second`(
        rate: Int, length: Int
    ) {
        let schedule = LoadSchedule(flows: 7, length: length, rate: rate)
        let number = Int64(rate) * 3600 / Int64(length)
        let exact = Int128(number) * Int128(length) * 1_000_000_000 / Int128(rate)
        #expect(Int128(schedule.due(number).nanoseconds) == exact)
        #expect(schedule.due(0) == .zero)
        #expect(schedule.due(number) > schedule.due(number - 1))
    }

    @Test(arguments: [
        (50, 160, 1), (20_000, 160, 1), (20_001, 160, 2), (180_000, 160, 9),
        (10_000_000, 160, 64), (10_000_000, 1200, 54),
    ])
    func `trains are as short as a timer keeps apart and as long as a buffer holds`(
        rate: Int, byteCount: Int, length: Int
    ) {
        #expect(LoadSchedule.usualLength(rate: rate, byteCount: byteCount) == length)
    }
}

@Suite struct LoadPacketTests {
    let packet = LoadPacket(
        run: 0xDEAD_BEEF, flow: 70_000, sequence: 1 << 40,
        intended: SimTime(nanoseconds: 123_456_789_012))

    private var bytes: [UInt8] {
        var bytes = [UInt8](repeating: 0, count: LoadPacket.byteCount)
        bytes.withUnsafeMutableBytes { packet.write(to: $0) }
        return bytes
    }

    @Test func `a packet is read as it was written`() {
        #expect(bytes.withUnsafeBytes { LoadPacket($0, run: 0xDEAD_BEEF) } == packet)
        #expect(
            (bytes + [1, 2]).withUnsafeBytes { LoadPacket($0, run: 0xDEAD_BEEF) } == packet,
            "what follows means nothing")
    }

    @Test func `one of another run, or cut off, is none`() {
        #expect(bytes.withUnsafeBytes { LoadPacket($0, run: 1) } == nil)
        for count in 0..<LoadPacket.byteCount {
            #expect(
                bytes.prefix(count).withUnsafeBytes { LoadPacket($0, run: 0xDEAD_BEEF) } == nil)
        }
    }
}

@Suite struct ProcessorTimeTests {
    @Test(arguments: ["(coturn)", "(a) b (c)", "()", "(x y z 1 2 3)"])
    func `user and system ticks are found behind any name`(name: String) throws {
        let text = "42 \(name) S 1 1 1 0 -1 4194304 100 0 0 0 250 150 0 0 20 0 1 0 99 1 2"
        let seconds = try #require(ProcessorTime.seconds(inStat: Array(text.utf8)[...]))
        #expect(seconds == 400 / Double(sysconf(Int32(_SC_CLK_TCK))))
    }

    @Test(arguments: [
        "", "42", "42 (x)", "42 (x) S 1 1 1 0 -1 0 0 0 0 0 250", "42 (x) a b c d e f g h i j k l m",
    ])
    func `what is no such line has no time`(text: String) {
        #expect(ProcessorTime.seconds(inStat: Array(text.utf8)[...]) == nil)
    }

    @Test func `this process has used some, a process that is not there none`() {
        #expect(ProcessorTime().seconds ?? 0 > 0)
        #expect(ProcessorTime(of: getpid()).seconds != nil)
        #expect(ProcessorTime(of: -1).seconds == nil)
    }
}
