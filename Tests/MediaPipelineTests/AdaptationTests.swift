import Quantities
import RandomStreams
import Testing

@testable import MediaPipeline

@Suite struct AdaptationTests {
    @Test(arguments: [Int64(-200), -50, 50, 200])
    func `an hour with a clock that is off loses nothing and keeps the delay`(drift: Int64) {
        var bench = PlayoutBench(drift: drift)
        bench.settings.awaitsRedundancy = false
        bench.run(frames: 180_000)
        let counters = bench.counters
        #expect(counters.concealed == 0 && counters.late == 0 && counters.restarts == 0)
        // 200 ppm of an hour are 720 ms or 36 frames; a fast sender's are left out, a slow one's
        // made up.
        let frames = drift.magnitude * 180_000 / 1_000_000
        let followed = drift > 0 ? counters.trimmed : counters.stretched
        let other = drift > 0 ? counters.stretched : counters.trimmed
        #expect(followed >= Int64(frames) - 3 && followed <= Int64(frames) + 3)
        #expect(other <= 2)
        #expect(bench.delays.dropFirst(5).allSatisfy { (10.0..<75).contains($0) })
    }

    @Test(arguments: [Int64(-200), 200])
    func `jitter and a clock that is off are borne together`(drift: Int64) {
        var randomness = stream(40)
        var bench = PlayoutBench(drift: drift)
        bench.settings.awaitsRedundancy = false
        bench.delay = { _ in randomness.nextExponential(mean: 5) }
        bench.run(frames: 60_000)
        let counters = bench.counters
        // The quantile leaves 3 %; most of those are waited for.
        #expect(Double(counters.concealed) < 0.03 * 60_000)
        #expect(counters.played > 57_000)
        let mean = bench.delays.reduce(0, +) / Double(bench.delays.count)
        // 97 % of exponential delays with mean 5 ms lie within 17.5 ms: the floor and half a frame.
        #expect((20.0..<50).contains(mean))
    }

    @Test func `a spike is waited for, nothing of it is lost, and the delay shrinks again`() {
        var bench = PlayoutBench()
        // 300 ms of standstill: all packets sent in it arrive at its end.
        bench.delay = { $0 >= 500 && $0 < 515 ? Double(515 - $0) * 20 : 0 }
        bench.run(frames: 1500, keepsLetters: true)
        let counters = bench.counters
        #expect(counters.concealed == 0 && counters.late == 0)
        #expect(counters.underruns >= 10 && counters.stretched >= 10)
        #expect(counters.trimmed >= counters.stretched - 2)
        #expect(bench.delays[9] < 70 && bench.delays[10] > 100)
        // Back within a second.
        #expect(bench.delays[11...].allSatisfy { $0 < 90 })
    }

    @Test func `an outage beyond the longest delay costs what is beyond it`() {
        var bench = PlayoutBench()
        bench.settings.maximumDelay = .milliseconds(200)
        // 800 ms of standstill.
        bench.delay = { $0 >= 500 && $0 < 540 ? Double(540 - $0) * 20 : 0 }
        bench.run(frames: 1500)
        let counters = bench.counters
        #expect(counters.late >= 25 && counters.late <= 35)
        #expect(counters.concealed == counters.late)
        #expect(bench.delays.allSatisfy { $0 <= 240 })
        // The quantile remembers 40 late ones of 512 for 10 s.
        #expect(bench.delays[22...].allSatisfy { $0 < 90 })
    }

    @Test func `the target stays within its bounds`() {
        for (minimum, maximum, jitter) in [(0.0, 100.0, 80.0), (50, 500, 1), (0, 60, 300)] {
            var randomness = stream(41)
            var settings = JitterBufferSettings()
            settings.minimumDelay = SimDuration(seconds: minimum / 1000)
            settings.maximumDelay = SimDuration(seconds: maximum / 1000)
            var buffer = JitterBuffer(settings: settings)
            for index: Int64 in 0..<2000 {
                let at =
                    SimTime.zero
                    + SimDuration(
                        seconds: (Double(index) * 20 + randomness.nextExponential(mean: jitter))
                            / 1000)
                _ = buffer.insert(
                    BufferedPacket(
                        slot: PacketSlot(index: 0), payloadOffset: 0, payloadCount: 9,
                        sequence: index, timestamp: index * 960, captured: nil, arrived: at,
                        announcesSilence: false, hasRedundancy: false),
                    at: at)
                let target = buffer.targetDelay.seconds * 1000
                #expect(target >= min(minimum, maximum) - 1e-6 && target <= maximum + 1e-6)
            }
        }
    }

    @Test(arguments: [500, 900, 950, 970, 990])
    func `the quantile decides how many are in time`(permille: Int) {
        var randomness = stream(42)
        var settings = JitterBufferSettings()
        settings.minimumDelay = .zero
        settings.awaitsRedundancy = false
        settings.arrivalQuantile = permille
        var buffer = JitterBuffer(settings: settings)
        var within = 0
        let count = 8000
        for index in 0..<Int64(count) {
            let delay = randomness.nextExponential(mean: 30)
            let at = SimTime.zero + SimDuration(seconds: (Double(index) * 20 + delay) / 1000)
            if index >= 512, delay <= buffer.targetDelay.seconds * 1000 { within += 1 }
            _ = buffer.insert(
                BufferedPacket(
                    slot: PacketSlot(index: 0), payloadOffset: 0, payloadCount: 9,
                    sequence: index, timestamp: index * 960, captured: nil, arrived: at,
                    announcesSilence: false, hasRedundancy: false),
                at: at)
        }
        let share = Double(within) / Double(count - 512)
        // Steps of 2 ms of 30 move the share by 3 % at the median, less above.
        #expect(abs(share - Double(permille) / 1000) < 0.045)
    }

    @Test(arguments: [Int64(60), 100, 200])
    func `a path that slows down for good is followed within a second`(step: Int64) {
        var bench = PlayoutBench()
        bench.delay = { $0 < 1000 ? 0 : Double(step) }
        bench.run(frames: 2000)
        #expect(bench.counters.concealed + bench.counters.late <= 2 * step / 20)
        #expect(bench.counters.stretched >= step / 20 - 3)
        // Beyond the fastest packet, which is of the old path for ten seconds more.
        #expect(bench.delays[22] >= Double(step) + 10)
        #expect(bench.delays.last! < 80)
    }

    @Test func `spurts start anew at the target, whatever the delay had grown to`() {
        var buffer = JitterBuffer()
        var spurts: [Double] = []
        var sequence: Int64 = 0
        for frame: Int64 in 0..<1600 {
            let now = SimTime.zero + .milliseconds(10 + frame * 20)
            // A second of speech, a second of silence.
            if frame % 100 < 50 {
                let isLast = frame % 100 == 49
                _ = buffer.insert(
                    BufferedPacket(
                        slot: PacketSlot(index: 0), payloadOffset: 0,
                        payloadCount: isLast ? 1 : 40, sequence: sequence,
                        timestamp: frame * 960, captured: nil, arrived: now,
                        announcesSilence: isLast, hasRedundancy: false),
                    at: now)
                sequence += 1
            }
            _ = buffer.pull(at: now)
            if frame % 100 == 25, let delay = buffer.currentDelay(at: now) {
                spurts.append(delay.seconds * 1000)
            }
        }
        #expect(spurts.count == 16)
        // 20 ms, one frame for the redundancy, and up to a frame more.
        #expect(spurts.dropFirst(2).allSatisfy { (39.0...62).contains($0) })
        let counters = buffer.counters
        #expect(counters.concealed == 0 && counters.late == 0 && counters.underruns <= 2)
    }
}

@Suite struct DarkFrameTests {
    private func bench(
        lost: Set<Int64> = [], late: [Int64: Double] = [:], hasRedundancy: Bool = false,
        awaitsRedundancy: Bool = false, minimum: Int64 = 20
    ) -> PlayoutBench {
        var bench = PlayoutBench()
        bench.hasRedundancy = hasRedundancy
        bench.settings.awaitsRedundancy = awaitsRedundancy
        bench.settings.minimumDelay = .milliseconds(minimum)
        bench.settings.initialDelay = .milliseconds(minimum)
        bench.delay = { lost.contains($0) ? nil : late[$0] ?? 0 }
        bench.run(frames: 200, keepsLetters: true)
        return bench
    }

    @Test func `a lost packet of a short buffer is concealed once and costs no delay`() {
        let bench = bench(lost: [100])
        #expect(bench.counters.concealed == 1 && bench.counters.stretched == 0)
        #expect(bench.counters.played == 198)
        #expect(bench.letters.filter { $0 == "c" }.count == 1)
        #expect(bench.delays.last! < 65)
    }

    @Test func `a late packet turns the loss into lateness, and its frame stays concealed`() {
        // Wait of two frames; the packet comes after three.
        let bench = bench(late: [100: 75], minimum: 40)
        #expect(bench.counters.concealed == 1 && bench.counters.late == 1)
        #expect(bench.counters.concealedRuns == 1)
    }

    @Test func `a packet late by less than the buffer is nothing at all`() {
        let bench = bench(late: [100: 30], minimum: 40)
        #expect(bench.counters.concealed == 0 && bench.counters.late == 0)
        #expect(bench.counters.stretched == 0)
    }

    @Test func `a recovered frame's own packet is late as well`() {
        let bench = bench(late: [100: 75], hasRedundancy: true, minimum: 40)
        #expect(bench.counters.recovered == 1 && bench.counters.late == 1)
        #expect(bench.counters.concealed == 0)
    }

    @Test func `a packet that comes twice is late once and a duplicate once`() {
        var buffer = JitterBuffer()
        func feed(_ index: Int64, at now: SimTime) -> InsertOutcome {
            buffer.insert(
                BufferedPacket(
                    slot: PacketSlot(index: 0), payloadOffset: 0, payloadCount: 40,
                    sequence: index, timestamp: index * 960, captured: nil, arrived: now,
                    announcesSilence: false, hasRedundancy: false),
                at: now)
        }
        for frame: Int64 in 0..<40 {
            let now = SimTime.zero + .milliseconds(10 + frame * 20)
            if frame != 20 { _ = feed(frame, at: now) }
            _ = buffer.pull(at: now)
        }
        let now = SimTime.zero + .milliseconds(810)
        #expect(feed(20, at: now) == .late)
        #expect(feed(20, at: now) == .duplicate)
        #expect(feed(19, at: now) == .duplicate)
        let counters = buffer.counters
        #expect(counters.late == 1 && counters.duplicates == 2 && counters.concealed == 1)
    }

    @Test
    func `the last frame of a burst is recovered where waiting has cost no more than a frame`() {
        let bench = bench(lost: [100, 101], hasRedundancy: true)
        #expect(bench.counters.recovered == 1 && bench.counters.concealed == 1)
    }

    @Test func `silence in the dark is silence, whatever was lost before it`() {
        var buffer = JitterBuffer()
        // 20 packets, then 3 lost ones and 30 frames of silence, then speech again.
        var letters = ""
        for frame: Int64 in 0..<120 {
            let now = SimTime.zero + .milliseconds(10 + frame * 20)
            let sequence: Int64? = frame < 20 ? frame : frame >= 53 ? frame - 30 : nil
            if let sequence {
                _ = buffer.insert(
                    BufferedPacket(
                        slot: PacketSlot(index: 0), payloadOffset: 0, payloadCount: 40,
                        sequence: sequence, timestamp: frame * 960, captured: nil, arrived: now,
                        announcesSilence: false, hasRedundancy: false),
                    at: now)
            }
            letters.append(letter(buffer.pull(at: now)))
        }
        buffer.finish()
        let counters = buffer.counters
        #expect(counters.concealed == 3 && counters.concealedRuns == 1)
        #expect(counters.silent >= 28 && counters.stretched <= 3)
        #expect(letters.suffix(40).allSatisfy { $0 == "p" })
    }

    @Test func `the lost head of a spurt is counted though nobody could know it was due`() {
        var buffer = JitterBuffer()
        for frame: Int64 in 0..<120 {
            let now = SimTime.zero + .milliseconds(10 + frame * 20)
            let sequence: Int64? = frame <= 20 ? frame : frame >= 62 ? frame - 39 : nil
            if let sequence {
                _ = buffer.insert(
                    BufferedPacket(
                        slot: PacketSlot(index: 0), payloadOffset: 0,
                        payloadCount: frame == 20 ? 1 : 40, sequence: sequence,
                        timestamp: frame * 960, captured: nil, arrived: now,
                        announcesSilence: frame == 20, hasRedundancy: false),
                    at: now)
            }
            _ = buffer.pull(at: now)
        }
        // Packets 21 and 22 were the first two of the second spurt.
        #expect(buffer.counters.concealed == 2 && buffer.counters.late == 0)
    }
}
