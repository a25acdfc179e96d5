import Quantities
import RandomStreams
import Testing

@testable import MediaPipeline

/// A sender's packet number `index`, of speech.
private func packet(
    _ index: Int64, isSilence: Bool = false, hasRedundancy: Bool = true, at now: SimTime,
    jump: Int64 = 0
) -> BufferedPacket {
    BufferedPacket(
        slot: PacketSlot(index: Int32(truncatingIfNeeded: index) & .max), payloadOffset: 44,
        payloadCount: isSilence ? 1 : 40,
        sequence: 1000 + index, timestamp: 500_000 + 960 * (index + jump), captured: nil,
        arrived: now, announcesSilence: isSilence,
        hasRedundancy: hasRedundancy && !isSilence)
}

private func ms(_ milliseconds: Int64) -> SimTime { .zero + .milliseconds(milliseconds) }

/// Feeds packets at the times given, in ms by index, pulls every 20 ms from 10 ms on, and returns
/// the decisions.
private func decisions(
    _ arrivals: [(index: Int64, at: Int64)], frames: Int,
    settings: JitterBufferSettings = JitterBufferSettings(),
    hasRedundancy: Bool = true
) -> (String, PlayoutCounters) {
    var buffer = JitterBuffer(settings: settings)
    var rest = arrivals[...]
    var letters = ""
    for frame in 0..<frames {
        let now = ms(10 + Int64(frame) * 20)
        while let next = rest.first, ms(next.at) <= now {
            rest.removeFirst()
            _ = buffer.insert(
                packet(next.index, hasRedundancy: hasRedundancy, at: ms(next.at)), at: ms(next.at))
        }
        letters.append(letter(buffer.pull(at: now)))
    }
    return (letters, buffer.counters)
}

@Suite struct JitterBufferTests {
    private func even(_ range: Range<Int64>, without lost: Set<Int64> = []) -> [(Int64, Int64)] {
        range.filter { !lost.contains($0) }.map { ($0, 20 * $0) }
    }

    @Test func `playout starts after the initial delay and goes on without a gap`() {
        let (letters, counters) = decisions(even(0..<40), frames: 30)
        #expect(letters == "iii" + String(repeating: "p", count: 27))
        #expect(counters.played == 27 && counters.concealed == 0)
    }

    @Test func `an isolated loss is recovered from the next packet, a burst but for its last`() {
        let (letters, counters) = decisions(even(0..<40, without: [5, 12, 13, 14]), frames: 30)
        #expect(letters == "iiipppppr" + "pppppp" + "ccr" + String(repeating: "p", count: 12))
        #expect(counters.recovered == 2 && counters.concealed == 2)
        #expect(counters.concealedRuns == 1 && counters.late == 0)
    }

    @Test func `without a redundant copy a loss is concealed`() {
        let (letters, counters) = decisions(
            even(0..<40, without: [5]), frames: 20, hasRedundancy: false)
        #expect(letters == "iiipppppc" + String(repeating: "p", count: 11))
        #expect(counters.recovered == 0 && counters.concealed == 1)
    }

    @Test func `reordered packets are played in order, duplicates once`() {
        var arrivals = even(0..<40)
        arrivals.swapAt(6, 7)
        arrivals.insert(arrivals[10], at: 11)
        let (letters, counters) = decisions(arrivals, frames: 30)
        #expect(!letters.contains("c"))
        #expect(counters.duplicates == 1 && counters.late == 0)
    }

    @Test func `a packet after its playout is late, not lost`() {
        var arrivals = even(0..<40, without: [10])
        arrivals.append((10, 20 * 10 + 130))
        arrivals.sort { $0.1 < $1.1 }
        let (_, counters) = decisions(
            arrivals, frames: 30, hasRedundancy: false)
        #expect(counters.late == 1 && counters.concealed == 1)
    }

    @Test func `silence that is announced is not loss`() {
        var buffer = JitterBuffer()
        var letters = ""
        for frame: Int64 in 0..<60 {
            let now = ms(10 + frame * 20)
            if frame < 10 { _ = buffer.insert(packet(frame, at: now), at: now) }
            if frame == 10 {
                _ = buffer.insert(packet(10, isSilence: true, at: now), at: now)
            }
            if frame >= 40, frame < 50 {
                _ = buffer.insert(packet(frame - 29, at: now, jump: 29), at: now)
            }
            letters.append(letter(buffer.pull(at: now)))
        }
        #expect(buffer.counters.concealed == 0)
        #expect(buffer.counters.played == 21)
        #expect(letters.hasPrefix("iiippppppppppps"))
        #expect(buffer.counters.silent == 60 - 3 - 21 - buffer.counters.stretched - 7)
    }

    @Test func `frames in the dark are told apart when the next packet comes`() {
        // Packets 8 to 11 are lost and nothing follows for a while; then the numbers tell that
        // four packets are missing and the rest of the gap was silence.
        var buffer = JitterBuffer()
        for frame: Int64 in 0..<60 {
            let now = ms(10 + frame * 20)
            if frame < 8 { _ = buffer.insert(packet(frame, at: now), at: now) }
            if frame >= 40 { _ = buffer.insert(packet(frame - 28, at: now, jump: 28), at: now) }
            _ = buffer.pull(at: now)
        }
        #expect(buffer.counters.concealed == 4)
        #expect(buffer.counters.concealedRuns == 1)
        #expect(buffer.counters.silent > 20)
    }

    @Test func `the delay grows when the path slows down, then nothing is late any more`() {
        var arrivals = even(0..<100)
        arrivals += (100..<400).map { ($0, 20 * $0 + 150) }
        let (letters, counters) = decisions(arrivals, frames: 390)
        #expect(counters.late < 10 && counters.concealed < 10)
        #expect(counters.stretched > 0)
        #expect(letters.suffix(150).allSatisfy { $0 == "p" })
    }

    @Test func `the delay shrinks frame by frame when the path speeds up`() {
        var arrivals: [(Int64, Int64)] = (0..<100).map { ($0, 20 * $0 + 150) }
        arrivals += (100..<1200).map { ($0, max(20 * $0, 20 * 99 + 150)) }
        let (letters, counters) = decisions(arrivals, frames: 1150)
        #expect(counters.trimmed >= 4 && counters.trimmed <= 8)
        #expect(counters.concealed == 0)
        #expect(letters.suffix(200).allSatisfy { $0 == "p" })
    }

    @Test func `a stream that jumps beyond the buffer starts it anew`() {
        var buffer = JitterBuffer()
        #expect(buffer.insert(packet(0, at: .zero), at: .zero) == .stored)
        #expect(buffer.insert(packet(500, at: .zero), at: .zero) == .restarted)
        #expect(buffer.insert(packet(500, at: .zero), at: .zero) == .duplicate)
        #expect(buffer.insert(packet(1, at: .zero), at: .zero) != .restarted)
        #expect(buffer.counters.restarts == 1)
    }

    @Test func `a source that restarts with other numbers is played on`() {
        var buffer = JitterBuffer()
        var letters = ""
        for frame: Int64 in 0..<60 {
            let now = ms(10 + frame * 20)
            if frame == 30 { buffer.reset() }
            let index = frame < 30 ? frame : frame - 900
            #expect(buffer.insert(packet(index, at: now), at: now) == .stored)
            letters.append(letter(buffer.pull(at: now)))
        }
        #expect(letters.prefix(30).suffix(20).allSatisfy { $0 == "p" })
        #expect(letters.suffix(20).allSatisfy { $0 == "p" })
        #expect(letters.dropFirst(30).prefix(3) == "sss")
        #expect(buffer.counters.restarts == 1 && buffer.counters.late == 0)
    }

    @Test(arguments: [0.0, 2, 5, 10, 20])
    func `about 97 per cent are in time whatever the jitter, and the rest is late`(mean: Double) {
        var randomness = stream(30)
        var settings = JitterBufferSettings()
        settings.awaitsRedundancy = false
        let count: Int64 = 4000
        let arrivals = (0..<count).map { index in
            (index, 20 * index + Int64(randomness.nextExponential(mean: 1) * mean))
        }.sorted { $0.1 < $1.1 }
        let (_, counters) = decisions(
            arrivals, frames: Int(count) - 20, settings: settings,
            hasRedundancy: false)
        #expect(Double(counters.late) / Double(count) < 0.035)
        #expect(counters.late + counters.played + counters.trimmed >= count - 60)
    }

    @Test func `random arrivals of every kind never break the account`() {
        for seed: UInt64 in 0..<60 {
            var randomness = stream(31, seed)
            var buffer = JitterBuffer()
            var waiting: [(index: Int64, at: Int64, jump: Int64)] = []
            var jump: Int64 = 0
            for index: Int64 in 0..<300 {
                if randomness.nextBool(probability: 0.05) {
                    jump += Int64(randomness.nextInteger(below: 40))
                }
                if randomness.nextBool(probability: 0.2) { continue }
                let delay = Int64(randomness.nextExponential(mean: 40))
                let copies = randomness.nextBool(probability: 0.05) ? 2 : 1
                for _ in 0..<copies { waiting.append((index, 20 * (index + jump) + delay, jump)) }
            }
            waiting.sort { $0.at < $1.at }
            var pulls: Int64 = 0
            var idle: Int64 = 0
            var now: Int64 = 0
            var rest = waiting[...]
            while now < 20 * (300 + jump) + 2000 {
                while let next = rest.first, next.at <= now {
                    rest.removeFirst()
                    _ = buffer.insert(
                        packet(next.index, at: ms(now), jump: next.jump), at: ms(now))
                }
                if case .idle = buffer.pull(at: ms(now)) { idle += 1 }
                pulls += 1
                now += 20
            }
            buffer.finish()
            let c = buffer.counters
            #expect(
                c.played + c.recovered + c.concealed + c.stretched + c.silent + idle == pulls,
                "seed \(seed): \(c)")
            #expect(c.played + c.late + c.duplicates + c.trimmed <= Int64(waiting.count))
            #expect(buffer.storedCount == 0, "seed \(seed)")
        }
    }
}
