import Addressing
import NetworkModel
import Quantities
import TURN
import Testing

@testable import ICE

/// Relayed candidates of both families (RFC 8656 §7.1, RFC 8421).
@Suite struct RelayedFamiliesTests {
    /// Behind an IPv4 NAT; behind an IPv6 firewall; both.
    static func four(_ name: String = "port_restricted", relay: Bool = true) -> Side {
        var side = Side(name)
        side.gathersRelay = relay
        return side
    }

    static func six(relay: Bool = true, blocked: Bool = false) -> Side {
        var side = Side(blocked ? .udpBlocked : .public)
        side.hasIPv4 = false
        side.ipv6 = IPv6Access()
        side.gathersRelay = relay
        return side
    }

    static func both(_ name: String = "port_restricted") -> Side {
        var side = Side(name)
        side.ipv6 = IPv6Access()
        return side
    }

    static func meeting(
        _ first: Side, _ second: Side, _ families: RelayedFamilies,
        timing: TimingProfile = .browser
    ) -> Meeting {
        Meeting(first, second, timing: timing, isDualStack: true, relaying: families)
    }

    @Test(arguments: ConnectivityTests.profiles, [false, true])
    func `a peer with IPv6 alone is reached over the other's relay, whoever offers`(
        _ timing: TimingProfile, _ isSwapped: Bool
    ) throws {
        let sides = [Self.four(), Self.six(relay: false)]
        let (first, second) = isSwapped ? (sides[1], sides[0]) : (sides[0], sides[1])
        var meeting = Self.meeting(first, second, .both, timing: timing)
        meeting.run()
        let owner = isSwapped ? 1 : 0
        let pair = try #require(meeting.agents[owner].selectedPair)
        #expect(pair.local.type == .relayed && pair.base.ip == Meeting.serverIPv6)
        #expect(pair.remoteAddress.ip.family == .v6)
        #expect(meeting.server.allocationCount == 1)
        #expect(meeting.agents.map(\.allocationCount) == (isSwapped ? [0, 1] : [1, 0]))
        meeting.talk(for: .seconds(2))
        #expect(meeting.received.map(\.count) == [meeting.said, meeting.said])
        // Past the lives of permission (5 min), allocation and channel (10 min).
        meeting.step(until: meeting.now + .minutes(21))
        meeting.talk(for: .seconds(1))
        #expect(meeting.received.map(\.count) == [meeting.said, meeting.said])
        for side in 0...1 {
            meeting.agents[side].close(at: meeting.now)
            meeting.collect(side)
        }
        meeting.step(until: meeting.now + .seconds(2))
        #expect(meeting.server.allocationCount == 0 && meeting.server.counters.expired == 0)
        #expect(meeting.released.reduce(0, +) == 1)

        // The same two with IPv4 relayed alone have nothing to pair.
        var without = Self.meeting(first, second, .v4, timing: timing)
        without.run()
        #expect(!without.failures.contains(nil))
        #expect(without.server.allocationCount == 0)
    }

    @Test func `both relayed candidates are told, IPv6 first, unlike in priority and foundation`()
        throws
    {
        var meeting = Self.meeting(Self.both(), Self.four("symmetric"), .both)
        meeting.run()
        for side in 0...1 {
            let relayed = meeting.signalled[side].filter { $0.type == .relayed }
            #expect(relayed.map { $0.address.transportAddress?.ip.family } == [.v6, .v4])
            #expect(relayed[0].priority > relayed[1].priority)
            #expect(relayed[0].related == relayed[1].related)
            let all = meeting.signalled[side]
            #expect(Set(all.map(\.priority)).count == all.count)
            #expect(Set(all.map(\.foundation)).count == all.count)
        }
        #expect(meeting.server.counters.created == 2)
        #expect(meeting.server.allocationCount == 1)
        // No pair has two families.
        for agent in meeting.agents {
            for pair in agent.pairs {
                #expect(
                    agent.locals[pair.local].address.ip.family
                        == agent.remotes[pair.remote].address.ip.family)
            }
        }
    }

    @Test(arguments: [
        (RelayedFamilies.v4, 2), (.both, 1), (.v6, 1),
    ])
    func
        `a peer of IPv6 reaches what a UDP-blocked one has relayed there, which saves an allocation`(
            _ families: RelayedFamilies, _ allocations: Int
        )
    {
        for isSwapped in [false, true] {
            let (blocked, open) = (Self.four("udp_blocked"), Self.six())
            var meeting = Self.meeting(
                isSwapped ? open : blocked, isSwapped ? blocked : open, families)
            meeting.run()
            #expect(meeting.failures == [nil, nil] && !meeting.isDirect)
            #expect(meeting.server.allocationCount == allocations)
            meeting.talk(for: .seconds(1))
            #expect(meeting.received.map(\.count) == [meeting.said, meeting.said])
        }
    }

    @Test func `a server without IPv6 gives IPv4, and the call goes on with that`() {
        var meeting = Meeting(Self.four(), Self.four("symmetric"), relaying: .both)
        meeting.run()
        #expect(meeting.signalled.allSatisfy { $0.count { $0.type == .relayed } == 1 })
        #expect(!meeting.isDirect && meeting.server.allocationCount == 1)
        #expect(meeting.refusals.isEmpty)
    }

    @Test func `a restart goes on with both relayed addresses of the allocation`() throws {
        var meeting = Self.meeting(Self.four(), Self.six(relay: false), .both)
        meeting.run()
        let before = try #require(meeting.agents[0].selectedPair?.base)
        meeting.restart(0)
        meeting.talk(for: .seconds(8))
        #expect(meeting.restartedAt.allSatisfy { $0 != nil })
        #expect(meeting.agents[0].selectedPair?.base == before)
        #expect(meeting.signalled[0].count { $0.type == .relayed } == 4)
        #expect(meeting.server.counters.created == 1 && meeting.server.allocationCount == 1)
        #expect(meeting.received.map(\.count) == [meeting.said, meeting.said])
    }

    @Test func `with the loss of the allocation both relayed addresses are lost`() {
        var meeting = Self.meeting(Self.four(), Self.six(relay: false), .both)
        meeting.run()
        meeting.isServerDown = true
        meeting.step(until: meeting.now + .seconds(35))
        #expect(meeting.tidings[0].map(\.event) == [.consentLost])
        #expect(!meeting.agents[0].isConnected)
    }
}
