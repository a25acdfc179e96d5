import MediaSecurity
import OpusCodec
import Quantities
import RTP
import Testing

@testable import MediaPipeline

@Suite struct MediaSideTests {
    /// What holds for every listener, whatever the path did.
    private func expectAccount(
        _ listener: MediaReport, ticks: Int, sent: MediaReport, lost: Int, doubled: Int = 0,
        _ comment: Comment
    ) {
        let playout = listener.playout
        // Every tick has played a frame of some kind, but for those before the first packet.
        let frames =
            playout.played + playout.recovered + playout.concealed + playout.stretched
            + playout.silent
        #expect(frames <= Int64(ticks) && frames >= Int64(ticks) - 20, comment)
        // Every packet sent was received, or lost on the path; copies are refused as replays.
        #expect(
            sent.mediaSent.datagrams == listener.mediaReceived.datagrams + Int64(lost), comment)
        #expect(listener.rejected[.replay] == Int64(doubled), comment)
        #expect(listener.rejected.total == Int64(doubled), comment)
        // Every packet received was played, came late, was left out or is left over at the end.
        let left =
            listener.mediaReceived.datagrams - playout.played - playout.late - playout.trimmed
            - playout.duplicates
        #expect(left >= 0 && left <= 12, comment)
        #expect(playout.played == listener.bufferDelay.count + listener.undecodable, comment)
        #expect(listener.mouthToEar.count == listener.bufferDelay.count, comment)
        #expect(sent.framesWithheld + sent.mediaSent.datagrams >= Int64(ticks) - 1, comment)
    }

    @Test(arguments: [false, true], SRTPProfile.allCases)
    func `over a good path every packet is played and every slot comes back`(
        isRecorded: Bool, profile: SRTPProfile
    ) throws {
        var settings = SidePair.Settings()
        settings.isRecorded = isRecorded
        settings.profile = profile
        let pair = try SidePair(settings)
        pair.run(for: .seconds(16))
        #expect(pair.first.hasAuthenticatedRemote && pair.second.hasAuthenticatedRemote)
        #expect(pair.first.hasHeard && pair.second.hasHeard)
        let ticks = pair.ticks
        #expect(ticks == (800, 800))
        let (ours, theirs) = pair.close()
        expectAccount(ours, ticks: ticks.0, sent: theirs, lost: 0, "\(isRecorded) \(profile)")
        expectAccount(theirs, ticks: ticks.1, sent: ours, lost: 0, "\(isRecorded) \(profile)")
        for report in [ours, theirs] {
            #expect(report.packetsLost == 0 && report.playout.concealed == 0)
            #expect(report.playout.late == 0 && report.undecodable == 0)
            #expect(report.controlReceived.datagrams >= 2 && report.roundTrip.count >= 1)
            #expect(report.framesWithheld > 50)
        }
        #expect(pair.arena.takenCount == 0)
    }

    @Test(arguments: [false, true], 1...2)
    func `over a bad path the counts add up and every slot comes back`(
        isRecorded: Bool, seed: UInt64
    ) throws {
        var settings = SidePair.Settings()
        settings.seed = seed
        settings.isRecorded = isRecorded
        settings.loss = 0.05
        settings.jitter = .milliseconds(12)
        settings.duplication = 0.02
        let pair = try SidePair(settings)
        pair.run(for: .seconds(20))
        let (ticks, lost, doubled) = (pair.ticks, pair.lost, pair.doubled)
        let (ours, theirs) = pair.close()
        expectAccount(
            ours, ticks: ticks.0, sent: theirs, lost: lost.toFirst, doubled: doubled.toFirst,
            "seed \(seed)")
        expectAccount(
            theirs, ticks: ticks.1, sent: ours, lost: lost.toSecond, doubled: doubled.toSecond,
            "seed \(seed)")
        for report in [ours, theirs] {
            #expect(report.packetsLost > 2)
            #expect(report.packetsExpected - report.packetsLost == report.mediaReceived.datagrams)
            #expect(report.playout.concealed + report.playout.recovered > 2)
        }
        #expect(pair.arena.takenCount == 0)
    }

    @Test func `recorded speech is sent frame by frame as the same speech live`() throws {
        // The talkers of a corpus's first conversation, once more in person.
        let codec = OpusSettings()
        let corpus = TestCorpus.short
        var arena = PacketArena(
            slotByteCount: MediaSide.slotByteCount(payload: OpusPayload.maximumFrameBytes))
        for party in [Party.first, .second] {
            func side(_ source: consuming SpeechSource) throws -> MediaSide {
                try MediaSide(
                    MediaConfiguration(codec: codec), source: source, decodes: false,
                    keys: TestKeys.keys(.aeadAES128GCM, party, seed: 1), securedAt: .zero,
                    randomness: stream(80))
            }
            var live = try side(
                try .live(SpeechCorpus.talker(of: TestSpeech.wide, conversation: 0, party), codec))
            var recorded = try side(
                .corpus(corpus, conversation: 0, party: party, offset: corpus.frameCount * 3))
            var packets = 0
            for _ in 0..<corpus.frameCount {
                let now = live.nextTick
                let (one, other) = (
                    live.tick(at: now, in: &arena), recorded.tick(at: now, in: &arena)
                )
                #expect((one == nil) == (other == nil))
                if let one, let other {
                    packets += 1
                    #expect(Array(arena.bytes(of: one)) == Array(arena.bytes(of: other)))
                    arena.give(back: one.slot)
                    arena.give(back: other.slot)
                }
            }
            let (ours, theirs) = (
                live.close(at: live.lastTick, in: &arena),
                recorded.close(at: live.lastTick, in: &arena)
            )
            #expect(ours == theirs)
            #expect(packets > 100 && ours.framesWithheld > 100)
        }
        #expect(arena.takenCount == 0)
    }

    @Test func `the marker is set after every gap, timestamps run on through it, numbers do not`()
        throws
    {
        for seed: UInt64 in [1, Self.seedOfWrap(number: true), Self.seedOfWrap(number: false)] {
            var settings = SidePair.Settings()
            settings.seed = seed
            let pair = try SidePair(settings)
            pair.watches = true
            pair.run(for: .seconds(24))
            let listener = TestKeys.keys(settings.profile, .second, seed: seed)
            var session = try SRTPSession(keys: listener)
            var previous: (header: PacketHeader, time: SimTime)?
            var gaps = 0
            for var packet in pair.seen where packet.fromFirst && !packet.isControl {
                try session.unprotect(&packet.bytes)
                let header = try PacketLayout(parsing: packet.bytes).header
                let frame = packet.time.nanoseconds / 20_000_000
                if let previous {
                    let frames = frame - previous.time.nanoseconds / 20_000_000
                    #expect(header.sequenceNumber == previous.header.sequenceNumber &+ 1)
                    #expect(
                        header.timestamp == previous.header.timestamp &+ UInt32(960 * frames))
                    #expect(header.marker == (frames > 1))
                    gaps += frames > 1 ? 1 : 0
                } else {
                    #expect(header.marker)
                }
                previous = (header, packet.time)
            }
            #expect(gaps > 5)
            let (ours, theirs) = pair.close()
            #expect(theirs.packetsLost == 0 && theirs.rejected.total == 0)
            #expect(theirs.packetsExpected == ours.mediaSent.datagrams)
            #expect(theirs.playout.late == 0 && theirs.playout.restarts == 0)
        }
    }

    /// A seed whose first side's sequence numbers, or timestamps, wrap within its first seconds.
    private static func seedOfWrap(number: Bool) -> UInt64 {
        (2..<1_000_000).first { seed in
            var randomness = stream(74, 0, seed: seed)
            _ = randomness.nextUInt32()
            let sequence = UInt16(truncatingIfNeeded: randomness.nextUInt32())
            let timestamp = randomness.nextUInt32()
            return number ? sequence > 65_435 : timestamp > .max - 48_000 * 8
        }!
    }

    @Test func `a fast clock ticks more often, its listener stays in step`() throws {
        var settings = SidePair.Settings()
        settings.clockDrift = 500
        let pair = try SidePair(settings)
        pair.run(for: .seconds(100))
        #expect(pair.ticks == (5002, 5000))
        let (ours, theirs) = pair.close()
        #expect(ours.rejected.total == 0 && theirs.rejected.total == 0)
        #expect(theirs.mouthToEar.maximum < .milliseconds(250))
        #expect(ours.mouthToEar.maximum < .milliseconds(250))
    }

    @Test func `whatever arrives is counted and its slot comes back`() throws {
        let pair = try SidePair()
        pair.watches = true
        pair.run(for: .seconds(2))
        let taken = pair.arena.takenCount
        pair.inject([], toFirst: false)
        pair.inject([0x80], toFirst: false)
        pair.inject([0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42], toFirst: false)
        pair.inject([22, 0xfe, 0xfd, 0], toFirst: false)
        pair.inject([UInt8](repeating: 0x80, count: 1200), toFirst: false)
        pair.inject([0x80, 200, 0, 6] + [UInt8](repeating: 1, count: 40), toFirst: false)
        #expect(pair.arena.takenCount == taken)
        let rejected = pair.second.reportSoFar.rejected
        #expect(rejected[.size] == 1 && rejected[.unknownKind] == 2)
        #expect(rejected[.malformedProtection] == 2)
        #expect(rejected[.authentication] + rejected[.replay] == 1)
        #expect(rejected.total == 6)
        _ = pair.close()
        pair.inject([0x80, 0x6f] + [UInt8](repeating: 7, count: 60), toFirst: false)
        #expect(pair.second.close(at: pair.now, in: &pair.arena).rejected[.afterClose] == 1)
        #expect(pair.arena.takenCount == 0)
    }

    @Test func `between turns there is comfort noise, not an echo, and speech resumes at once`()
        throws
    {
        var settings = SidePair.Settings()
        settings.isRecorded = false
        let pair = try SidePair(settings)
        // Frames in a row without a sound said.
        var silent = 0
        var (quietFrames, loudFrames, spokenFrames) = (0, 0, 0)
        for _ in 0..<1500 {
            pair.run(for: .milliseconds(20))
            let isSilent = pair.first.spoken.allSatisfy { $0 == 0 }
            silent = isSilent ? silent + 1 : 0
            spokenFrames += isSilent ? 0 : 1
            let level = pair.second.heard.withUnsafeBufferPointer {
                AudioLevel.decibelsBelowFullScale($0)
            }
            loudFrames += level < 50 ? 1 : 0
            if silent > 15 {
                #expect(level > 60)
                quietFrames += 1
            }
        }
        #expect(quietFrames > 100 && spokenFrames > 100)
        #expect(loudFrames > spokenFrames * 8 / 10 && loudFrames < spokenFrames * 12 / 10)
        let report = pair.close().second
        #expect(report.playout.concealed == 0 && report.playout.silent > 300)
    }

    @Test func `after the end nothing is due and nothing is sent`() throws {
        let pair = try SidePair()
        pair.run(for: .seconds(3))
        let goodbye = try #require(pair.first.goodbye(at: pair.now, in: &pair.arena))
        #expect(goodbye.isControl)
        pair.second.receive(goodbye, at: pair.now, in: &pair.arena)
        #expect(pair.second.remoteHasLeft && !pair.first.remoteHasLeft)
        let report = pair.first.close(at: pair.now, in: &pair.arena)
        #expect(pair.first.nextTick == .distantFuture && pair.first.nextReport == .distantFuture)
        #expect(pair.first.goodbye(at: pair.now, in: &pair.arena) == nil)
        #expect(pair.first.report(at: pair.now, in: &pair.arena) == nil)
        #expect(pair.first.close(at: pair.now + .seconds(9), in: &pair.arena) == report)
        #expect(report.talkTime.count == 1 && report.talkTime.maximum == .seconds(3))
    }
}
