import MediaPipeline
import MediaSecurity
import OpusCodec
import Quantities
import RTP
import Testing
import VoiceQuality

@Suite struct MediaEndpointTests {
    @Test(arguments: [SRTPProfile.aeadAES128GCM, .aes128CMSHA1])
    func `both sides agree on keys, hear each other and account for every packet`(
        profile: SRTPProfile
    ) throws {
        var settings = CallPair.Settings()
        settings.configuration.profiles = [profile]
        // No flight is repeated only because its answer is still on its way.
        settings.configuration.firstTimeout = .milliseconds(500)
        let pair = try CallPair(settings)
        pair.run(for: .seconds(10))
        #expect(pair.time(fromFirst: true) { $0 == .secured(profile) } != nil)
        #expect(pair.time(fromFirst: false) { $0 == .secured(profile) } != nil)
        #expect(pair.time(fromFirst: true) { $0 == .heard } != nil)
        #expect(pair.time(fromFirst: false) { $0 == .heard } != nil)
        let (ours, theirs) = pair.close()
        for (sent, received) in [(ours, theirs), (theirs, ours)] {
            // What left in the last 30 ms is still on its way.
            #expect(sent.mediaSent.datagrams - received.mediaReceived.datagrams <= 2)
            #expect(received.packetsLost == 0 && received.playout.late == 0)
            #expect(received.playout.concealed == 0 && received.playout.recovered == 0)
            #expect(received.rejected == RejectionCounts())
            #expect(received.undecodable == 0)
            #expect(sent.framesWithheld > 50)
            #expect(received.jitter.mean == .zero)
            #expect(received.controlReceived.datagrams >= 1)
        }
    }

    @Test func `what is heard is what was said, as much later as was measured`() throws {
        var settings = CallPair.Settings()
        // The delay of the first second is then that of the rest.
        settings.configuration.jitterBuffer.initialDelay = .milliseconds(40)
        let pair = try CallPair(settings)
        pair.run(for: .seconds(8))
        let report = pair.close().second
        // Frames of both sides tick at different phases; the first side's clock leads.
        let shift = try #require(bestShift(of: pair.secondHeard, behind: pair.firstSpoken))
        #expect(shift.correlation > 0.9)
        let first = try #require(pair.time(fromFirst: true) { $0 == .secured(.aeadAES128GCM) })
        let second = try #require(pair.time(fromFirst: false) { $0 == .secured(.aeadAES128GCM) })
        // Sample i of either recording was taken at secured + i/16 kHz, respectively played one
        // frame later; devices are not simulated as sound.
        let delay =
            SimDuration(nanoseconds: Int64(shift.samples) * 62_500) + .milliseconds(20)
            + (second - first)
        let measured = try #require(report.mouthToEar.mean) - .milliseconds(40)
        #expect(
            (delay - measured).nanoseconds.magnitude < 1_500_000,
            "sound says \(delay), packets say \(measured)")
    }

    @Test func `mouth to ear is frame, look-ahead, path, buffer and devices, each once`() throws {
        var settings = CallPair.Settings()
        settings.delay = .milliseconds(80)
        let pair = try CallPair(settings)
        pair.run(for: .seconds(20))
        let report = pair.close().first
        let network = try #require(report.networkDelay.mean)
        let buffer = try #require(report.bufferDelay.mean)
        let whole = try #require(report.mouthToEar.mean)
        #expect((network - .milliseconds(80)).nanoseconds.magnitude < 5_000)
        let expected = network + buffer + .microseconds(26_500) + .milliseconds(40)
        #expect((whole - expected).nanoseconds.magnitude < 500_000)
        #expect(whole < .milliseconds(80 + 27 + 40 + 65))
    }

    @Test func `isolated losses are recovered from redundancy, the rest is concealed`() throws {
        var settings = CallPair.Settings()
        settings.loss = 0.08
        settings.configuration.codec.expectedLossPercentage = 10
        settings.configuration.codec.bitrate = .kilobitsPerSecond(32)
        let pair = try CallPair(settings)
        pair.run(for: .seconds(40))
        let (ours, theirs) = pair.close()
        for report in [ours, theirs] {
            let share = Double(report.packetsLost) / Double(report.packetsExpected)
            #expect(share > 0.05 && share < 0.11)
            let playout = report.playout
            #expect(playout.recovered > 10)
            #expect(playout.concealed > 10)
            // Every lost packet's frame was recovered or concealed, unless it was in silence.
            #expect(playout.recovered + playout.concealed <= report.packetsLost + playout.late)
            #expect(
                playout.recovered + playout.concealed
                    >= (report.packetsLost + playout.late) * 7 / 10)
            #expect(report.playout.effectiveLoss < share)
        }
    }

    @Test func `without redundancy the effective loss is the path's`() throws {
        var settings = CallPair.Settings()
        settings.loss = 0.08
        settings.configuration = MediaConfiguration(
            codec: {
                var codec = OpusSettings()
                codec.hasForwardErrorCorrection = false
                codec.isDiscontinuous = false
                return codec
            }())
        let pair = try CallPair(settings)
        pair.run(for: .seconds(40))
        let report = pair.close().second
        #expect(report.playout.recovered == 0)
        let share = Double(report.packetsLost) / Double(report.packetsExpected)
        #expect(abs(report.playout.effectiveLoss - share) < 0.005)
        #expect(report.playout.burstRatio < 1.2)
        let quality = try #require(report.quality(ie: 8, bpl: 10, scale: .fullband))
        var clean = quality
        clean.loss = 0
        #expect(quality.r < clean.r - 30 && quality.mos < clean.mos)
    }

    @Test func `jitter costs delay, not speech`() throws {
        let calm = try CallPair()
        calm.run(for: .seconds(30))
        var settings = CallPair.Settings()
        settings.jitter = .milliseconds(15)
        let rough = try CallPair(settings)
        rough.run(for: .seconds(30))
        let (before, after) = (calm.close().second, rough.close().second)
        #expect(after.mouthToEar.mean! > before.mouthToEar.mean! + .milliseconds(15))
        #expect(after.packetsLost == 0)
        #expect(Double(after.playout.late) < 0.04 * Double(after.packetsExpected))
        #expect(after.jitter.mean! > .milliseconds(5))
    }

    @Test func `a path that slows down by 200 ms is heard again after a while`() throws {
        var settings = CallPair.Settings()
        settings.step = (at: .seconds(10), by: .milliseconds(200))
        settings.configuration.codec.isDiscontinuous = false
        let pair = try CallPair(settings)
        pair.run(for: .seconds(40))
        let report = pair.close().first
        #expect(report.playout.underruns > 0 && report.playout.stretched > 0)
        #expect(report.mouthToEar.maximum > .milliseconds(300))
        #expect(report.playout.played > report.packetsExpected * 9 / 10)
    }

    @Test func `reports measure the round trip and tell the talker what was lost`() throws {
        var settings = CallPair.Settings()
        settings.delay = .milliseconds(70)
        settings.loss = 0.1
        let pair = try CallPair(settings)
        pair.run(for: .seconds(40))
        let (ours, theirs) = pair.close()
        #expect(ours.roundTrip.count > 3)
        #expect((ours.roundTrip.mean! - .milliseconds(140)).nanoseconds.magnitude < 1_000_000)
        #expect(ours.remoteLost > theirs.packetsLost / 2)
        #expect(theirs.controlReceived.datagrams <= ours.controlSent.datagrams)
        let gaps = ours.controlSent.datagrams
        #expect(gaps >= 7 && gaps <= 16, "reports come about every 5 s, and a goodbye")
    }

    @Test func `lost handshake flights are repeated`() throws {
        var settings = CallPair.Settings()
        settings.loss = 0.3
        settings.losesHandshake = true
        for seed: UInt64 in 1...8 {
            settings.seed = seed
            let pair = try CallPair(settings)
            pair.run(for: .seconds(20))
            #expect(pair.first.phase == .secured && pair.second.phase == .secured, "seed \(seed)")
        }
    }

    @Test func `a stranger's certificate ends the call without a packet of speech`() throws {
        var settings = CallPair.Settings()
        settings.isWrongFingerprint = true
        let pair = try CallPair(settings)
        pair.run(for: .seconds(10))
        let failed = pair.time(fromFirst: true) {
            $0 == .failed(.handshake(.fingerprintMismatch))
        }
        #expect(failed != nil)
        #expect(pair.first.phase == .failed && pair.second.phase == .failed)
        #expect(pair.seen.allSatisfy { (20...63).contains($0.bytes[0]) })
        #expect(pair.close().first.mediaSent.datagrams == 0)
    }

    @Test func `closing in any phase ends everything`() throws {
        for seconds in [0.0, 0.02, 0.2, 3] {
            let pair = try CallPair()
            if seconds > 0 { pair.run(for: SimDuration(seconds: seconds)) }
            let phase = pair.first.phase
            let report = pair.close().first
            #expect(pair.first.phase == .closed && pair.first.nextTimeout == nil)
            #expect((report.talkTime.count == 1) == (phase == .secured))
            let sent = pair.seen.count
            pair.run(for: .seconds(5))
            #expect(pair.seen.count == sent)
        }
    }

    @Test func `redundancy is in the packets that say so, and only if it was asked for`() throws {
        func share(hasRedundancy: Bool) throws -> Double {
            var settings = OpusSettings()
            settings.hasForwardErrorCorrection = hasRedundancy
            settings.expectedLossPercentage = 10
            settings.isDiscontinuous = false
            var encoder = try OpusEncoder(settings: settings, sampleRate: .wideband)
            var output = [UInt8](repeating: 0, count: 1275)
            let clip = TestSpeech.wide.clips[0].samples
            var flagged = 0
            for start in stride(from: 0, through: clip.count - 320, by: 320) {
                let count = try clip[start..<start + 320].withUnsafeBufferPointer { input in
                    try output.withUnsafeMutableBytes { try encoder.encode(input, into: $0) }
                }
                let hasCopy = output[..<count].withUnsafeBytes { OpusPayload.hasRedundancy($0) }
                flagged += hasCopy ? 1 : 0
            }
            return Double(flagged) / Double(clip.count / 320)
        }
        #expect(try share(hasRedundancy: true) > 0.5)
        #expect(try share(hasRedundancy: false) == 0)
    }

    @Test func `reports merge exactly, in any order`() throws {
        var reports: [MediaReport] = []
        for seed: UInt64 in 1...3 {
            var settings = CallPair.Settings()
            settings.seed = seed
            settings.loss = 0.05
            let pair = try CallPair(settings)
            pair.run(for: .seconds(4))
            let (ours, theirs) = pair.close()
            reports += [ours, theirs]
        }
        func merged(_ reports: some Sequence<MediaReport>) -> MediaReport {
            reports.dropFirst().reduce(into: reports.first { _ in true }!) { $0.merge($1) }
        }
        let whole = merged(reports)
        #expect(merged(reports.reversed()) == whole)
        var halves = merged(reports[..<3])
        halves.merge(merged(reports[3...]))
        #expect(halves == whole)
        #expect(whole.calls == 6)
        #expect(whole.mouthToEar.count == reports.map(\.mouthToEar.count).reduce(0, +))
    }

    @Test func `the same streams give the same call, byte for byte`() throws {
        var settings = CallPair.Settings()
        settings.loss = 0.05
        settings.jitter = .milliseconds(5)
        func run(seed: UInt64) throws -> ([[UInt8]], MediaReport, MediaReport) {
            settings.seed = seed
            let pair = try CallPair(settings)
            pair.run(for: .seconds(5))
            let (ours, theirs) = pair.close()
            return (pair.seen.map(\.bytes), ours, theirs)
        }
        let (one, two, other) = (try run(seed: 3), try run(seed: 3), try run(seed: 4))
        #expect(one == two)
        #expect(one.0 != other.0)
    }

    @Test func `full bandwidth at 48 kHz and other frame durations work alike`() throws {
        for frame in [OpusFrameDuration.milliseconds10, .milliseconds40, .milliseconds60] {
            var settings = CallPair.Settings()
            var codec = OpusSettings()
            codec.frame = frame
            codec.bandwidth = .fullband
            settings.configuration = MediaConfiguration(codec: codec)
            settings.material = TestSpeech.full
            let pair = try CallPair(settings)
            pair.run(for: .seconds(5))
            let report = pair.close().second
            #expect(report.playout.played > 20)
            #expect(report.rejected.total == 0 && report.playout.concealed == 0)
        }
    }

    /// Where `later` matches `earlier` best, by normalised correlation over up to 0.4 s.
    private func bestShift(of later: [Int16], behind earlier: [Int16])
        -> (samples: Int, correlation: Double)?
    {
        let count = min(later.count, earlier.count) - 6400
        guard count > 32_000 else { return nil }
        func correlation(_ shift: Int, step: Int) -> Double {
            var (product, a, b) = (0.0, 0.0, 0.0)
            var index = 0
            while index < count {
                let x = Double(earlier[index])
                let y = Double(later[index + shift])
                product += x * y
                a += x * x
                b += y * y
                index += step
            }
            return a > 0 && b > 0 ? product / (a * b).squareRoot() : 0
        }
        let coarse = (0..<6400).max { correlation($0, step: 97) < correlation($1, step: 97) }
        guard let coarse else { return nil }
        let fine = (max(0, coarse - 8)...coarse + 8)
            .max { correlation($0, step: 1) < correlation($1, step: 1) }!
        return (fine, correlation(fine, step: 1))
    }
}
