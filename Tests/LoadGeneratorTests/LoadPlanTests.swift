import Foundation
import Histogram
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

extension LoadScheduleTests {
    @Test(arguments: [(1000, 1), (180_000, 9), (3, 1), (999_983, 64), (7, 5)])
    func `as many trains are due before a time as are`(rate: Int, length: Int) {
        let schedule = LoadSchedule(flows: 7, length: length, rate: rate)
        for time in [0, 1, 999_999_999, 1_000_000_000, 1_000_000_001, 3_333_333_333] {
            let time = SimDuration(nanoseconds: Int64(time))
            let count = schedule.count(before: time)
            #expect(schedule.due(count) >= time)
            #expect(count == 0 || schedule.due(count - 1) < time)
        }
    }
}

@Suite struct LoadSearchTests {
    /// What a search finds that only rates up to `limit` satisfy, and the rates it tried.
    private func search(from first: Int, limit: Int) -> (best: Int?, tried: [Int]) {
        var search = LoadSearch(from: first, to: 1_000_000)
        var tried: [Int] = []
        while let rate = search.next, tried.count < 100 {
            tried.append(rate)
            search.note(isClean: rate <= limit)
        }
        return (search.best, tried)
    }

    @Test(arguments: [1, 2, 99, 20_000, 181_234, 999_999])
    func `the greatest clean rate is found to within the precision`(limit: Int) throws {
        for first in [1, 10_000, 500_000] {
            let (best, tried) = search(from: first, limit: limit)
            let found = try #require(best)
            #expect(found <= limit)
            let above = try #require(tried.filter { $0 > limit }.min())
            #expect(
                Double(above - found) <= LoadSearch.precision * Double(above)
                    || above == found + 1)
            #expect(tried.count < 60)
        }
    }

    @Test func `a rate gets a second try, and nothing above the maximum is tried`() {
        var search = LoadSearch(from: 1000, to: 1200)
        search.note(isClean: false)
        #expect(search.next == 1000 && search.worst == nil)
        search.note(isClean: true)
        #expect(search.next == 1200 && search.best == 1000)
        search.note(isClean: true)
        #expect(search.next == nil && search.best == 1200)
    }

    @Test func `where nothing is clean, nothing is found`() {
        let (best, tried) = search(from: 8, limit: 0)
        #expect(best == nil && tried == [8, 8, 4, 4, 2, 2, 1, 1])
    }
}

@Suite struct LoadVerdictTests {
    private func verdict(
        sent: Int64, received: Int64, unsent: Int64 = 0, dropped: Int64 = 0, late: Double = 0
    ) -> LoadVerdict {
        let times = LoadDistribution(Histogram<UInt64>(highestTrackableValue: 1000))
        var report = RelayLoadReport(latency: times, lateness: times)
        report.toPeers.sent = sent
        report.toPeers.received = received
        report.unsent = unsent
        report.droppedAtDriver = dropped
        report.lateRatio = late
        report.judge()
        #expect(report.isClean == (report.verdict == .nothing))
        return report.verdict
    }

    @Test func `the target is blamed only for what a driver in time has lost`() {
        #expect(verdict(sent: 10, received: 10) == .nothing)
        #expect(verdict(sent: 10, received: 9) == .target)
        #expect(verdict(sent: 10, received: 9, dropped: 1) == .generator)
        #expect(verdict(sent: 10, received: 8, dropped: 1) == .undecided)
        #expect(verdict(sent: 10, received: 10, late: 0.011) == .generator)
        #expect(verdict(sent: 10, received: 10, late: 0.009) == .nothing)
        #expect(verdict(sent: 10, received: 9, late: 0.5) == .undecided)
        #expect(verdict(sent: 10, received: 10, unsent: 1) == .generator)
    }

    @Test func `a search's verdict is that of the least rate above the best`() {
        let times = LoadDistribution(Histogram<UInt64>(highestTrackableValue: 1000))
        func step(_ rate: Double, _ lost: Int64, late: Double = 0) -> RelayLoadReport {
            var report = RelayLoadReport(latency: times, lateness: times)
            report.wantedRate = rate
            report.toPeers.sent = 10
            report.toPeers.received = 10 - lost
            report.lateRatio = late
            report.judge()
            return report
        }
        let steps = [step(10, 0), step(30, 1, late: 1), step(20, 1), step(5, 1, late: 1)]
        let limit = RelayLoadLimit(steps: steps, best: 10)
        #expect(limit.verdict == .target && limit.lossFreeRate == 10)
        #expect(RelayLoadLimit(steps: [step(10, 0)], best: 10).verdict == .nothing)
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

    @Test func `a datagram is filled up with zeros`() {
        var filled = [UInt8](repeating: 0xFF, count: 40)
        filled.withUnsafeMutableBytes { packet.fill($0) }
        #expect(filled == bytes + [UInt8](repeating: 0, count: 16))
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
