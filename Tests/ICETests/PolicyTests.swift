import Addressing
import ICE
import NetworkModel
import Quantities
import STUN
import Testing

@Suite struct PolicyTests {
    static func strangers(
        _ first: String, _ second: String, timing: TimingProfile = .browser
    ) -> Meeting {
        var sides = [Side(first), Side(second)]
        for side in 0...1 { sides[side].policy = .relayForStrangers }
        return Meeting(sides[0], sides[1], timing: timing)
    }

    @Test(
        arguments: [
            ("public", "public"), ("port_restricted", "restricted_cone"),
            ("full_cone", "symmetric"),
        ], ConnectivityTests.profiles)
    func `strangers relay; once permitted they go direct without a gap`(
        sides: (String, String), timing: TimingProfile
    ) {
        var meeting = Self.strangers(sides.0, sides.1, timing: timing)
        meeting.run()
        for side in 0...1 {
            #expect(meeting.signalled[side].allSatisfy { $0.type == .relayed })
            #expect(meeting.signalled[side].allSatisfy { $0.related == Candidate.concealed(.v4) })
            #expect(meeting.agents[side].selectedPair?.isRelayed == true)
        }
        meeting.permit(0)
        meeting.permit(1)
        meeting.talk(for: .seconds(8))
        #expect(meeting.isDirect)
        #expect(meeting.received.map(\.count) == [meeting.said, meeting.said])
        #expect(meeting.agents.allSatisfy { $0.generation == 1 })
        #expect(meeting.server.allocationCount == 0)
    }

    @Test func `whichever side permits first, both go direct`() {
        for milliseconds in stride(from: Int64(-600), through: 600, by: 60) {
            var meeting = Self.strangers("port_restricted", "restricted_cone")
            meeting.run()
            let first = milliseconds < 0 ? 1 : 0
            meeting.permit(first)
            meeting.talk(for: .milliseconds(abs(milliseconds)))
            meeting.permit(1 - first)
            meeting.talk(for: .seconds(8))
            #expect(meeting.isDirect, "\(milliseconds) ms apart")
            #expect(meeting.received.map(\.count) == [meeting.said, meeting.said])
            #expect(meeting.server.allocationCount == 0)
        }
    }

    @Test func `after an earlier restart both offer, and either offer serves`() {
        for heeded in 0...1 {
            var meeting = Self.strangers("port_restricted", "restricted_cone")
            meeting.run()
            meeting.restart(0)
            meeting.talk(for: .seconds(4))
            #expect(meeting.agents.allSatisfy { $0.generation == 1 })
            let offers = (0...1).map { meeting.agents[$0].permitDirect(at: meeting.now) }
            #expect(offers == [true, true])
            let credentials = meeting.agents[heeded].localCredentials
            meeting.signal(.offer(credentials), to: 1 - heeded)
            for side in 0...1 { meeting.collect(side) }
            meeting.talk(for: .seconds(8))
            #expect(meeting.isDirect)
            #expect(meeting.received.map(\.count) == [meeting.said, meeting.said])
            #expect(meeting.agents.allSatisfy { $0.generation == 2 })
            #expect(meeting.server.allocationCount == 0)
        }
    }

    @Test func `where no direct path exists the call stays on its relay`() {
        var meeting = Self.strangers("port_restricted", "symmetric")
        meeting.run()
        meeting.permit(0)
        meeting.permit(1)
        meeting.talk(for: .seconds(10))
        #expect(meeting.agents[0].selectedPair?.isRelayed == true)
        #expect(meeting.received.map(\.count) == [meeting.said, meeting.said])
        #expect(meeting.server.allocationCount == 1)
    }

    @Test func `permission changes nothing under other policies, nor twice`() {
        var meeting = Meeting(Side(.public), Side(.public))
        meeting.run()
        let other = meeting.agents[0].permitDirect(at: meeting.now)
        #expect(!other)
        meeting = Self.strangers("public", "public")
        meeting.run()
        let first = meeting.agents[0].permitDirect(at: meeting.now)
        let second = meeting.agents[0].permitDirect(at: meeting.now)
        #expect(first && !second)
    }

    @Test func `before permission no datagram of a stranger's reaches the peer but by a relay`() {
        var meeting = Self.strangers("public", "port_restricted")
        meeting.run()
        meeting.talk(for: .seconds(5))
        for side in 0...1 {
            let home = meeting.network.publicAddress(of: meeting.hosts[1 - side])
            #expect(!meeting.delivered[side].contains { $0.from.ip == home })
        }
    }
}

extension Meeting {
    /// Side `side` permits direct paths and offers if it is its turn.
    mutating func permit(_ side: Int) {
        if agents[side].permitDirect(at: now) {
            signal(.offer(agents[side].localCredentials), to: 1 - side)
        }
        collect(side)
    }
}
