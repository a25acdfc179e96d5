import Addressing
import Quantities
import RandomStreams
import Testing

@testable import ICE

@Suite struct ChecklistTests {
    /// An agent with two bases on one interface address and the given remote candidates.
    func agent(_ timing: TimingProfile, foundations: [String]) -> Agent {
        var agent = Agent(
            configuration: AgentConfiguration(timing: timing), role: .controlling,
            localAddresses: [TransportAddress(IPAddress(v4: 0x0A00_0001), port: 5000)],
            randomness: RandomStream(
                StreamName(
                    seed: 1, replication: 0, purpose: StreamPurpose(rawValue: 9), entity: 1)))
        agent.startGathering(at: .zero)
        for (number, foundation) in foundations.enumerated() {
            agent.addRemoteCandidate(
                Candidate(
                    foundation: Foundation(bytes: Array(foundation.utf8))!,
                    priority: 1000 - UInt32(number),
                    address: .ip(
                        TransportAddress(IPAddress(v4: 0xC000_0200), port: 9 + UInt16(number))),
                    type: .host),
                at: .zero)
        }
        return agent
    }

    /// RFC 8445 §6.1.2.6.
    @Test func `of each foundation one pair waits and the others are frozen`() {
        let agent = agent(.rfc8445, foundations: ["a", "b", "a", "b", "c"])
        #expect(agent.pairs.map(\.state) == [.waiting, .waiting, .frozen, .frozen, .waiting])
    }

    @Test func `browsers freeze nothing`() {
        let agent = agent(.browser, foundations: ["a", "a", "a"])
        #expect(agent.pairs.allSatisfy { $0.state == .waiting })
    }

    /// RFC 8445 §7.2.5.3.3 and §6.1.4.2.
    @Test func `success frees the like, and so does an idle checklist`() {
        var agent = agent(.rfc8445, foundations: ["a", "a", "b", "b", "b"])
        #expect(agent.bestUnfreezable() == nil)
        agent.pairs[0].state = .succeeded
        agent.unfreeze(like: 0)
        #expect(agent.pairs.map(\.state) == [.succeeded, .waiting, .waiting, .frozen, .frozen])
        agent.pairs[2].state = .failed
        #expect(agent.bestUnfreezable() == 3)
    }

    @Test func `a change of role turns the priorities round`() {
        var agent = agent(.browser, foundations: ["a"])
        let ours = agent.locals[0].priority
        #expect(agent.pairs[0].priority == Priority.pair(controlling: ours, controlled: 1000))
        agent.switchRole()
        #expect(agent.pairs[0].priority == Priority.pair(controlling: 1000, controlled: ours))
    }

    @Test func `a signalled candidate takes the place of the one learnt`() {
        var agent = agent(.browser, foundations: [])
        let address = TransportAddress(IPAddress(v4: 0xC000_0201), port: 9)
        _ = agent.addRemote(
            RemoteCandidate(
                address: address, type: .peerReflexive, priority: 77,
                foundation: Foundation(reflexive: 1), learntAt: 0),
            at: .zero)
        #expect(!agent.isIdentified(0))
        agent.addRemoteCandidate(
            Candidate(
                foundation: Foundation(bytes: Array("r".utf8))!, priority: 5, address: .ip(address),
                type: .relayed),
            at: .zero)
        #expect(agent.remotes.count == 1 && agent.remotes[0].type == .relayed)
        #expect(agent.isIdentified(0) && !agent.isDirect(agent.pairs[0]))
        #expect(
            agent.pairs[0].priority
                == Priority.pair(controlling: agent.locals[0].priority, controlled: 5))
    }
}
