import Addressing
import ICE
import NetworkModel
import Quantities
import STUN
import Testing

@Suite struct AgentTests {
    @Test(arguments: [Role.controlling, .controlled], ConnectivityTests.profiles)
    func `two agents in one role settle who controls`(role: Role, timing: TimingProfile) {
        for seed in 0..<8 as Range<UInt64> {
            var meeting = Meeting(
                Side("port_restricted"), Side("port_restricted"), timing: timing, seed: seed,
                offererRole: role, answererRole: role)
            meeting.run()
            #expect(meeting.isDirect, "seed \(seed)")
            #expect(meeting.agents[0].role == meeting.agents[1].role.opposite)
            #expect(meeting.agents.map(\.counters.roleConflicts).reduce(0, +) > 0)
        }
    }

    @Test func `behind mDNS no local address is told`() {
        var meeting = Meeting(Side("port_restricted"), Side("symmetric"))
        meeting.run()
        for side in 0...1 {
            let candidates = meeting.signalled[side]
            #expect(candidates.map(\.type) == [.host, .serverReflexive, .relayed])
            guard case .mdns = candidates[0].address else {
                Issue.record("the host candidate shows \(candidates[0].address)")
                continue
            }
            #expect(candidates[1].related == Candidate.concealed(.v4))
            let own = meeting.network.localAddress(of: meeting.hosts[side])
            #expect(!candidates.contains { $0.address.transportAddress?.ip == own })
            #expect(meeting.agents[side].counters.unresolvableCandidates == 1)
        }
    }

    @Test(arguments: ConnectivityTests.profiles)
    func `an agent that may only relay tells and uses nothing else`(timing: TimingProfile) {
        var first = Side("port_restricted")
        first.policy = .relay
        var meeting = Meeting(first, Side(.public), timing: timing)
        meeting.run()
        #expect(meeting.signalled[0].map(\.type) == [.relayed])
        #expect(meeting.signalled[0][0].related == Candidate.concealed(.v4))
        #expect(meeting.path(of: 0)?.first == .relayed)
        let home = meeting.network.publicAddress(of: meeting.hosts[0])
        #expect(!meeting.delivered[1].contains { $0.from.ip == home })
        #expect(meeting.server.allocationCount == 1)
    }

    @Test func `data takes the direct path and arrives whole`() {
        var meeting = Meeting(Side("port_restricted"), Side("restricted_cone"))
        let early = meeting.agents[0].send([0x80], at: .zero)
        #expect(!early)
        meeting.run()
        exchange(&meeting)
        #expect(meeting.received == [[payload(1)], [payload(0)]])
    }

    @Test func `data over a relay takes the channel and arrives whole`() {
        var meeting = Meeting(Side("port_restricted"), Side("symmetric"))
        meeting.run()
        let owner = meeting.path(of: 0)?.first == .relayed ? 0 : 1
        exchange(&meeting)
        #expect(meeting.received == [[payload(1)], [payload(0)]])
        let wrapped = meeting.delivered[owner].last!
        #expect(DatagramKind.classify(wrapped.bytes) == .turnChannel)
        #expect(wrapped.bytes.count == payload(0).count + 4)
    }

    private func payload(_ side: Int) -> [UInt8] {
        [0x80, UInt8(side)] + [UInt8](repeating: 7, count: 98)
    }

    private func exchange(_ meeting: inout Meeting) {
        for side in 0...1 {
            let isSent = meeting.agents[side].send(payload(side), at: meeting.now)
            #expect(isSent)
            meeting.collect(side)
        }
        meeting.step(until: meeting.now + .milliseconds(200))
    }

    @Test(arguments: ConnectivityTests.profiles)
    func `when the peer is gone consent runs out`(timing: TimingProfile) {
        var meeting = Meeting(Side(.public), Side(.public), timing: timing)
        meeting.run()
        meeting.step(until: meeting.now + .seconds(120))
        #expect(meeting.failures == [nil, nil])
        let checks = meeting.agents[0].counters.checksSent
        let gone = meeting.now
        meeting.network.detach(meeting.hosts[1])
        meeting.step(until: gone + .seconds(60)) { !$0.tidings[0].isEmpty }
        #expect(meeting.tidings[0].map(\.event) == [.consentLost])
        let wait = (meeting.now - gone).seconds
        #expect(wait > 24 - 1 && wait <= 30)
        let lost = meeting.now
        meeting.step(until: lost + .seconds(60)) { $0.failures[0] != nil }
        #expect(meeting.failures[0] == .consentLost)
        #expect(meeting.now - lost == timing.restartPatience)
        #expect(meeting.agents[0].counters.checksSent > checks)
        #expect(meeting.agents[0].nextTimeout == nil)
    }

    @Test(arguments: ConnectivityTests.profiles)
    func `without consent checks a direct call needs nothing more`(timing: TimingProfile) {
        var meeting = Meeting(Side(.public), Side("symmetric"), timing: timing, consent: false)
        meeting.run()
        #expect(meeting.isDirect)
        #expect(meeting.agents[0].nextTimeout == nil)
        #expect(meeting.agents[1].nextTimeout == nil)
    }

    /// A mean of 25 checks in 120 s at 5 s × U(0.8, 1.2); five standard deviations are less than 2.
    @Test func `consent checks come every five seconds or so`() {
        var meeting = Meeting(Side(.public), Side(.public), timing: .rfc8445)
        meeting.run()
        let before = meeting.agents[0].counters.checksSent
        meeting.step(until: meeting.now + .seconds(120))
        let sent = meeting.agents[0].counters.checksSent - before
        #expect((22...26).contains(sent))
    }

    @Test func `closing gives the allocation back`() {
        var meeting = Meeting(Side("port_restricted"), Side("symmetric"))
        meeting.run()
        #expect(meeting.server.allocationCount == 1)
        for side in 0...1 {
            meeting.agents[side].close(at: meeting.now)
            meeting.collect(side)
        }
        meeting.step(until: meeting.now + .seconds(1))
        #expect(meeting.server.allocationCount == 0)
        #expect(meeting.released.reduce(0, +) == 2)
        #expect(meeting.agents.allSatisfy { $0.nextTimeout == nil })
        let late = meeting.agents[0].send([0x80], at: meeting.now)
        #expect(!late)
        let outcome = meeting.deliver(
            [0x80], from: Meeting.somebody, to: meeting.base(0), side: 0)
        #expect(outcome == .rejected(.closed))
    }

    @Test func `closing while gathering leaves no allocation behind`() {
        for milliseconds in stride(from: Int64(0), to: 400, by: 5) {
            var meeting = Meeting(Side("udp_blocked"), Side("symmetric"))
            meeting.agents[0].startGathering(at: .zero)
            meeting.collect(0)
            meeting.step(until: .zero + .milliseconds(milliseconds))
            meeting.agents[0].close(at: meeting.now)
            meeting.collect(0)
            meeting.step(until: meeting.now + .seconds(60))
            #expect(meeting.server.allocationCount == 0, "closed after \(milliseconds) ms")
            #expect(meeting.agents[0].nextTimeout == nil)
        }
    }

    @Test func `a relay without a free port refuses, and one allocation still does`() {
        var meeting = Meeting(Side("port_restricted"), Side("symmetric"), ports: 1)
        meeting.run()
        #expect(meeting.refusals == [508])
        #expect(meeting.failures == [nil, nil])
        #expect(meeting.server.allocationCount == 1)
    }

    @Test(arguments: ConnectivityTests.profiles)
    func `without a path both sides fail in time`(timing: TimingProfile) {
        var sides = [Side("port_restricted"), Side("symmetric")]
        for index in 0...1 { sides[index].gathersRelay = false }
        var meeting = Meeting(sides[0], sides[1], timing: timing)
        meeting.run(limit: .seconds(100))
        for side in 0...1 {
            #expect(meeting.failures[side] == .timeout || meeting.failures[side] == .allPairsFailed)
            #expect(meeting.agents[side].nextTimeout == nil)
        }
        let limit = timing.connectivityTimeout.seconds
        #expect(meeting.now.seconds < limit + 2)
        #expect(meeting.now.seconds > limit - 1)
    }

    @Test func `a relay that has forgotten the allocation ends the call`() {
        var meeting = Meeting(Side("port_restricted"), Side("symmetric"))
        let fresh = meeting.server
        meeting.run()
        let owner = meeting.path(of: 0)?.first == .relayed ? 0 : 1
        meeting.server = fresh
        meeting.step(until: meeting.now + .minutes(11)) { $0.failures[owner] != nil }
        #expect(meeting.failures[owner] == .relayLost || meeting.failures[owner] == .consentLost)
    }

    @Test func `a long relayed call keeps its allocation`() {
        var meeting = Meeting(Side("port_restricted"), Side("symmetric"))
        meeting.run()
        meeting.step(until: meeting.now + .minutes(35))
        #expect(meeting.failures == [nil, nil])
        #expect(meeting.server.allocationCount == 1)
        exchange(&meeting)
        #expect(meeting.received == [[payload(1)], [payload(0)]])
    }
}

extension Meeting {
    /// Nobody's address.
    static let somebody = TransportAddress(IPAddress(v4: 0x0101_0101), port: 99)

    /// The base of a side's agent.
    func base(_ side: Int) -> TransportAddress {
        TransportAddress(network.localAddress(of: hosts[side]), port: 50_000 + UInt16(side))
    }
}
