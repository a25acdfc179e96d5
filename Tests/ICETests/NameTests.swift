import Addressing
import ICE
import NetworkModel
import Quantities
import STUN
import Testing

@Suite struct NameTests {
    @Test func `names resolve on the same link, and the application sees names only`() {
        var meeting = Meeting(Side(.public), Side(.public))
        meeting.resolvesNames = true
        meeting.run()
        for side in 0...1 {
            let pair = meeting.agents[side].selectedPair!
            #expect(pair.local.type == .host && pair.remote.type == .host)
            #expect(pair.remote.address == meeting.signalled[1 - side][0].address)
            #expect(pair.local.address == meeting.signalled[side][0].address)
            #expect(pair.remoteAddress == meeting.base(1 - side))
            #expect(meeting.agents[side].counters.unresolvableCandidates == 0)
        }
    }

    static func lone() -> Agent {
        var meeting = Meeting(Side(.public), Side(.public))
        meeting.agents[0].startGathering(at: .zero)
        meeting.agents[0].setRemoteCredentials(meeting.agents[1].localCredentials, at: .zero)
        while meeting.agents[0].pollEvent() != nil {}
        while meeting.agents[0].pollTransmit() != nil {}
        return meeting.agents[0]
    }

    static func hidden(_ number: UInt64, port: UInt16 = 7) -> Candidate {
        Candidate(
            foundation: Foundation(bytes: Array("h".utf8))!, priority: 9,
            address: .mdns(MDNSName(high: 1, low: number), port: port), type: .host)
    }

    @Test func `each name is asked for once, and so many and no more`() {
        var agent = Self.lone()
        for number in 0..<20 as Range<UInt64> {
            agent.addRemoteCandidate(Self.hidden(number), at: .zero)
            agent.addRemoteCandidate(Self.hidden(number), at: .zero)
        }
        agent.addRemoteCandidate(Self.hidden(0), at: .zero)
        var asked: [MDNSName] = []
        while let event = agent.pollEvent() {
            if case .resolve(let name) = event { asked.append(name) }
        }
        #expect(asked.count == Agent.maximumNames)
        #expect(Set(asked).count == asked.count)
    }

    @Test func `an answer makes the agent check the address; none is counted`() {
        var agent = Self.lone()
        agent.addRemoteCandidate(Self.hidden(1), at: .zero)
        agent.addRemoteCandidate(Self.hidden(2), at: .zero)
        let later = SimTime.zero + .milliseconds(100)
        agent.resolved(MDNSName(high: 1, low: 1), as: IPAddress(v4: 0x0A00_0009), at: later)
        agent.resolved(MDNSName(high: 1, low: 2), as: nil, at: later)
        agent.resolved(MDNSName(high: 1, low: 3), as: IPAddress(v4: 0x0A00_0008), at: later)
        agent.handleTimeout(at: later + .milliseconds(50))
        var targets: Set<TransportAddress> = []
        while let transmit = agent.pollTransmit() { targets.insert(transmit.destination) }
        #expect(targets.contains(TransportAddress(IPAddress(v4: 0x0A00_0009), port: 7)))
        #expect(!targets.contains { $0.ip == IPAddress(v4: 0x0A00_0008) })
        #expect(agent.counters.unresolvableCandidates == 1)
    }

    @Test func `a restart forgets the names of the generation before`() {
        var agent = Self.lone()
        agent.addRemoteCandidate(Self.hidden(1), at: .zero)
        agent.restart(at: .zero)
        agent.resolved(MDNSName(high: 1, low: 1), as: IPAddress(v4: 0x0A00_0009), at: .zero)
        agent.handleTimeout(at: .zero + .milliseconds(50))
        var targets: Set<TransportAddress> = []
        while let transmit = agent.pollTransmit() { targets.insert(transmit.destination) }
        #expect(!targets.contains { $0.ip == IPAddress(v4: 0x0A00_0009) })
    }
}
