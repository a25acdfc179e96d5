import MediaSecurity
import OpusCodec
import Quantities
import RTP
import Testing

@testable import MediaPipeline

/// A million hostile datagrams in all, among the genuine ones of live calls; a fifth of them in builds
/// without optimisation, where each takes ten times as long. `make sanitize` sends them all.
@Suite struct HostileFloodTests {
    /// What a call came to.
    private struct Outcome {
        var heard: [Int16] = []
        var report = MediaReport()
        var injected: Int64 = 0
        var slotsLeft = 0
    }

    private static let seconds: Int64 = 12
    private static let step = SimDuration.milliseconds(10)
    private static let steps = Int(seconds * 100)
    #if DEBUG
        private static let share = 5
    #else
        private static let share = 1
    #endif
    /// Hostile packets in each step, to a side and to an endpoint.
    private static let (perSide, perEndpoint) = (350 / share, 300 / share)
    /// The attack begins when the call has settled.
    private static let quietSteps = 200

    // MARK: A side behind its handshake

    private func sideCall(_ profile: SRTPProfile, perStep: Int) throws -> Outcome {
        var settings = SidePair.Settings()
        settings.isRecorded = false
        settings.profile = profile
        let pair = try SidePair(settings)
        pair.watches = true
        let attack = Attack(
            seed: UInt64(perStep), strangers: try strangers(profile),
            insiders: try Attack.insiders(
                TestKeys.keys(profile, .first, seed: settings.seed), profile),
            limit: pair.arena.slotByteCount - PacketArena.headroom)
        var outcome = Outcome()
        var looked = 0
        var sentAt: [SimTime] = []
        for step in 0..<Self.steps {
            let ticks = pair.ticks.1
            pair.run(for: Self.step)
            if pair.ticks.1 != ticks { outcome.heard += pair.second.heard }
            for seen in pair.seen[looked...] where seen.fromFirst {
                attack.learn(seen.bytes)
                sentAt.append(seen.time)
            }
            looked = pair.seen.count
            while attack.arrivedCount < sentAt.count,
                sentAt[attack.arrivedCount] + settings.delay <= pair.now
            {
                attack.arrivedCount += 1
            }
            guard step >= Self.quietSteps else { continue }
            for _ in 0..<perStep {
                let packet = pair.arena.take(copying: attack.next(), isControl: false)
                pair.second.receive(packet, at: pair.now, in: &pair.arena)
            }
        }
        outcome.injected = attack.made
        outcome.report = pair.close().second
        outcome.slotsLeft = pair.arena.takenCount
        return outcome
    }

    /// Packets of another call.
    private func strangers(_ profile: SRTPProfile) throws -> [[UInt8]] {
        var settings = SidePair.Settings()
        settings.seed = 99
        settings.profile = profile
        let pair = try SidePair(settings)
        pair.watches = true
        pair.run(for: .seconds(4))
        _ = pair.close()
        return pair.seen.map(\.bytes)
    }

    @Test(arguments: SRTPProfile.allCases)
    func `a side counts each hostile packet once, and hears what it would have heard`(
        profile: SRTPProfile
    ) throws {
        let calm = try sideCall(profile, perStep: 0)
        let stormy = try sideCall(profile, perStep: Self.perSide)
        expectUnmoved(calm, stormy)
        #expect(stormy.injected == Int64(Self.perSide * (Self.steps - Self.quietSteps)))
        for reason in [
            RejectionReason.authentication, .replay, .malformedProtection, .unknownKind, .source,
            .payloadType, .malformedPacket, .malformedControl, .size,
        ] {
            #expect(stormy.report.rejected[reason] > 0, "\(reason)")
        }
        #expect(stormy.slotsLeft == 0)
    }

    // MARK: An endpoint with its handshake

    private func endpointCall(perStep: Int) throws -> Outcome {
        let pair = try CallPair()
        let attack = Attack(
            seed: 7, strangers: try strangers(.aeadAES128GCM), limit: MediaEndpoint.datagramLimit,
            hasHandshake: true)
        var outcome = Outcome()
        var looked = 0
        var sentAt: [SimTime] = []
        for step in 0..<Self.steps {
            pair.run(for: Self.step)
            for seen in pair.seen[looked...] where seen.fromFirst {
                attack.learn(seen.bytes)
                if seen.bytes[0] >> 6 == 2 { sentAt.append(seen.time) }
            }
            looked = pair.seen.count
            while attack.arrivedCount < sentAt.count,
                sentAt[attack.arrivedCount] + .milliseconds(30) <= pair.now
            {
                attack.arrivedCount += 1
            }
            guard step >= Self.quietSteps else { continue }
            for _ in 0..<perStep { pair.second.handle(Array(attack.next()), at: pair.now) }
        }
        outcome.injected = attack.made
        outcome.report = pair.close().second
        outcome.heard = pair.secondHeard
        return outcome
    }

    @Test func `an endpoint counts each hostile datagram once, and hears what it would have heard`()
        throws
    {
        let calm = try endpointCall(perStep: 0)
        let stormy = try endpointCall(perStep: Self.perEndpoint)
        expectUnmoved(calm, stormy)
        #expect(stormy.injected == Int64(Self.perEndpoint * (Self.steps - Self.quietSteps)))
        for reason in [
            RejectionReason.size, .unknownKind, .malformedHandshake, .untimelyHandshake,
            .authentication, .replay, .malformedProtection,
        ] {
            #expect(stormy.report.rejected[reason] > 0, "\(reason)")
        }
    }

    @Test func `together they are a million`() {
        let rounds = Self.steps - Self.quietSteps
        let each = SRTPProfile.allCases.count * Self.perSide + Self.perEndpoint
        #expect(Self.share * rounds * each >= 1_000_000)
    }

    /// The reasons of all hostile packets add up to their number, and nothing else has changed.
    private func expectUnmoved(_ calm: Outcome, _ stormy: Outcome) {
        let isSameSound = calm.heard == stormy.heard
        #expect(isSameSound && calm.heard.count > 100_000)
        #expect(calm.heard.contains { $0.magnitude > 1000 })
        #expect(
            stormy.report.rejected.total - calm.report.rejected.total == stormy.injected)
        #expect(stormy.report.mediaReceived == calm.report.mediaReceived)
        #expect(stormy.report.controlReceived == calm.report.controlReceived)
        #expect(stormy.report.playout == calm.report.playout)
        #expect(stormy.report.packetsLost == calm.report.packetsLost)
    }
}
