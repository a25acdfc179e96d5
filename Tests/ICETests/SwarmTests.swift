import ICE
import NetworkModel
import Quantities
import RandomStreams
import Testing

/// Meetings of random sides over random networks: whatever happens, the promises hold.
@Suite struct SwarmTests {
    @Test(arguments: 0..<12 as Range<UInt64>)
    func `in any weather a meeting ends clean`(block: UInt64) {
        for seed in block * 25..<(block + 1) * 25 { run(seed) }
    }

    private func run(_ seed: UInt64) {
        var dice = RandomStream(
            StreamName(seed: seed, replication: 0, purpose: StreamPurpose(rawValue: 8), entity: 0))
        func side() -> Side {
            var side = Side(NATClass.allCases[Int(dice.nextInteger(below: 12))])
            side.accessDelay = .milliseconds(Int64(dice.nextInteger(below: 150)))
            side.loss = GilbertLoss(loss: dice.nextUnit() * 0.3, meanBurst: 2)!
            side.hidesHostAddresses = dice.nextBool(probability: 0.7)
            side.gathersRelay = dice.nextBool(probability: 0.8)
            side.policy = dice.nextBool(probability: 0.1) ? .relay : .all
            return side
        }
        func role() -> Role { dice.nextBool(probability: 0.5) ? .controlling : .controlled }
        let timing = dice.nextBool(probability: 0.5) ? TimingProfile.browser : .rfc8445
        var meeting = Meeting(
            side(), side(), timing: timing, seed: seed,
            ports: 1 + Int(dice.nextInteger(below: 3)),
            signalDelay: .milliseconds(Int64(dice.nextInteger(below: 300))),
            transports: [[.udp], [.udp, .tcp], [.tls]][Int(dice.nextInteger(below: 3))],
            offererRole: role(), answererRole: role())
        for late in 0...1 {
            meeting.candidateDelays[late] = .milliseconds(Int64(dice.nextInteger(below: 400)))
        }
        meeting.run(limit: .seconds(90))
        // One side may connect in the last moment and lose its peer's consent soon after.
        #expect(meeting.isSettled, "seed \(seed)")
        check(meeting, seed)
        for side in 0...1 {
            meeting.agents[side].close(at: meeting.now)
            meeting.collect(side)
        }
        meeting.step(until: meeting.now + .minutes(11))
        #expect(meeting.server.allocationCount == 0, "seed \(seed)")
        #expect(meeting.agents.allSatisfy { $0.nextTimeout == nil }, "seed \(seed)")
    }

    private func check(_ meeting: Meeting, _ seed: UInt64) {
        for side in 0...1 {
            let agent = meeting.agents[side]
            if meeting.failures[side] != nil {
                #expect(!agent.isConnected, "seed \(seed)")
            } else if let pair = agent.selectedPair, pair.local.type != .relayed {
                #expect(agent.allocationCount == 0, "seed \(seed)")
            }
        }
        guard meeting.failures == [nil, nil] else { return }
        #expect(meeting.agents[0].role == meeting.agents[1].role.opposite, "seed \(seed)")
        // Both took the same path: each one's remote address is where the other is seen.
        let relays = meeting.agents.map { $0.selectedPair?.local.type == .relayed }
        let remotes = meeting.agents.map { $0.selectedPair?.remoteAddress }
        for side in 0...1 where relays[side] {
            #expect(
                remotes[1 - side] == meeting.agents[side].selectedPair?.base, "seed \(seed)")
        }
    }
}
