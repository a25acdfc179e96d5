import Quantities
import RTP
import RandomStreams
import Testing

@Suite struct ControlScheduleTests {
    private func stream(_ entity: UInt64) -> RandomStream {
        RandomStream(
            StreamName(
                seed: 5, replication: 0, purpose: StreamPurpose(rawValue: 999), entity: entity))
    }

    @Test func `the first report comes after 1,03 to 3,08 s, the rest 5 s apart on average`() {
        var firsts: [Double] = []
        var gaps: [Double] = []
        for entity: UInt64 in 0..<200 {
            var randomness = stream(entity)
            var schedule = ControlSchedule(
                sessionBandwidth: .kilobitsPerSecond(24), firstSize: 80, at: .zero,
                randomness: &randomness)
            var reports: [SimTime] = []
            while reports.count < 20 {
                let now = schedule.next
                if schedule.expire(at: now, isSender: true, randomness: &randomness) {
                    schedule.noteSize(80)
                    reports.append(now)
                } else {
                    #expect(schedule.next > now)
                }
            }
            firsts.append(reports[0].seconds)
            gaps += zip(reports.dropFirst(), reports).map { ($0 - $1).seconds }
        }
        #expect(firsts.allSatisfy { $0 > 1.02 && $0 < 3.1 })
        #expect(gaps.allSatisfy { $0 > 2.05 && $0 < 6.16 })
        let mean = gaps.reduce(0, +) / Double(gaps.count)
        // 4,000 gaps of standard deviation about 0.9 s: ±0.15 s is ten standard errors.
        #expect(mean > 4.7 && mean < 5.2)
    }

    @Test func `a narrow session reports less often`() {
        var randomness = stream(1)
        let schedule = ControlSchedule(
            sessionBandwidth: Bitrate(bitsPerSecond: 2000), firstSize: 100, at: .zero,
            randomness: &randomness)
        // 2 · 128 bytes / (2000/8 · 5 %) = 20.5 s, times at least 0.5/1.21828.
        #expect(schedule.next.seconds > 8.4)
    }

    @Test func `the interval is that of RFC 3550 A,7`() {
        var interval = ControlInterval(
            sessionBandwidth: .kilobitsPerSecond(100), averageSize: 128, members: 1000,
            senders: 10, isSender: false, isInitial: false)
        // 625 bytes/s, of which receivers take three quarters: 990 · 128 / 468.75.
        #expect(interval.seconds == 270.336)
        #expect(abs(interval.memberTimeout.seconds - 5 * 270.336) < 1e-6)
        interval.isSender = true
        #expect(interval.seconds == 8.192)
        #expect(abs(interval.memberTimeout.seconds - 5 * 270.336) < 1e-6)
        // More than a quarter sends: everybody shares everything.
        interval.senders = 251
        #expect(interval.seconds == 204.8)
        interval.members = 2
        interval.senders = 1
        #expect(interval.seconds == 5)
        interval.isInitial = true
        #expect(interval.seconds == 2.5)
        interval.minimum = ControlInterval.reducedMinimum(for: .kilobitsPerSecond(100))
        #expect(interval.seconds == 1.8)
    }

    @Test func `reconsideration and its compensation leave the mean interval as computed`() {
        var randomness = stream(7)
        var schedule = ControlSchedule(
            sessionBandwidth: .kilobitsPerSecond(64), firstSize: 100, members: 100, at: .zero,
            randomness: &randomness)
        var reports = 0
        while reports < 4000 {
            let now = schedule.next
            if schedule.expire(at: now, isSender: false, randomness: &randomness) { reports += 1 }
        }
        // 99 receivers share 75 % of 400 bytes/s; the standard error is below half a per cent.
        let mean = schedule.next.seconds / 4000
        #expect(abs(mean / (99 * 128 / 300) - 1) < 0.03)
    }

    @Test func `a crowd that joins at once does not flood the session`() {
        let count = 200
        var randomness = stream(8)
        var schedules = (0..<count).map { _ in
            ControlSchedule(
                sessionBandwidth: .kilobitsPerSecond(64), firstSize: 100, members: 1, at: .zero,
                randomness: &randomness)
        }
        var hasReported = [Bool](repeating: false, count: count)
        var sent = 0
        while let next = schedules.indices.min(by: { schedules[$0].next < schedules[$1].next }),
            schedules[next].next < .zero + .seconds(10)
        {
            guard
                schedules[next].expire(
                    at: schedules[next].next, isSender: false, randomness: &randomness)
            else { continue }
            sent += 1
            guard !hasReported[next] else { continue }
            hasReported[next] = true
            for other in schedules.indices where other != next { schedules[other].join() }
        }
        // 10 s of 300 bytes/s are 23 packets of 128 bytes; unreconsidered, all 200 would report.
        #expect(sent > 10 && sent < 100)
    }

    @Test func `members who leave bring the timer forward in proportion`() {
        var randomness = stream(9)
        var schedule = ControlSchedule(
            sessionBandwidth: .kilobitsPerSecond(8), firstSize: 100, members: 100, at: .zero,
            randomness: &randomness)
        let before = schedule.next
        let now = SimTime.zero + .seconds(1)
        schedule.leave(count: 90, at: now)
        #expect(schedule.members == 10)
        let expected = (before - now).seconds / 10
        #expect(abs((schedule.next - now).seconds - expected) < 1e-6)
        schedule.join(count: 5)
        let unchanged = schedule.next
        schedule.leave(count: 5, at: now)
        #expect(schedule.next == unchanged)
    }

    @Test func `a goodbye is prompt in a small session and waits in a large one`() {
        var randomness = stream(10)
        var small = ControlSchedule(
            sessionBandwidth: .kilobitsPerSecond(24), firstSize: 100, members: 50, at: .zero,
            randomness: &randomness)
        #expect(small.beginGoodbye(byteCount: 40, at: .zero, randomness: &randomness))
        var large = ControlSchedule(
            sessionBandwidth: .kilobitsPerSecond(24), firstSize: 100, members: 51, at: .zero,
            randomness: &randomness)
        let now = SimTime.zero + .seconds(1)
        #expect(!large.beginGoodbye(byteCount: 40, at: now, randomness: &randomness))
        #expect(large.members == 1)
        #expect((1.02..<3.1).contains((large.next - now).seconds))
        // 500 goodbyes of others before one's own: their share of 150 bytes/s takes minutes.
        large.join(count: 500)
        #expect(!large.expire(at: large.next, isSender: false, randomness: &randomness))
        #expect((large.next - now).seconds > 50)
    }

    @Test func `who was a sender stays one for two reports`() {
        var activity = SenderActivity()
        #expect(!activity.isSender(packetCount: 0))
        #expect(activity.isSender(packetCount: 5))
        activity.noteReport(packetCount: 5)
        #expect(activity.isSender(packetCount: 5))
        activity.noteReport(packetCount: 5)
        #expect(!activity.isSender(packetCount: 5))
        #expect(activity.isSender(packetCount: 6))
    }
}
