import Addressing
import ICE
import NetworkModel
import Quantities
import Testing

@Suite struct ConnectivityTests {
    static let profiles: [TimingProfile] = [.browser, .rfc8445]

    @Test(arguments: profiles)
    func `two port-restricted NATs connect server-reflexive to server-reflexive`(
        timing: TimingProfile
    ) {
        var meeting = Meeting(Side("port_restricted"), Side("port_restricted"), timing: timing)
        meeting.run()
        #expect(meeting.path(of: 0) == [.serverReflexive, .serverReflexive])
        #expect(meeting.path(of: 1) == [.serverReflexive, .serverReflexive])
        #expect(meeting.server.allocationCount == 0)
        #expect(meeting.released == [1, 1])
    }

    @Test(arguments: profiles, [false, true])
    func `port-restricted and symmetric relay over one allocation`(
        timing: TimingProfile, swapped: Bool
    ) {
        let sides = [Side("port_restricted"), Side("symmetric")]
        var meeting = Meeting(sides[swapped ? 1 : 0], sides[swapped ? 0 : 1], timing: timing)
        meeting.run()
        #expect(meeting.isSettled && meeting.failures == [nil, nil])
        let paths = [meeting.path(of: 0), meeting.path(of: 1)]
        let relayed = paths.map { $0?.first == .relayed }
        #expect(relayed.count(where: { $0 }) == 1, "\(paths)")
        #expect(meeting.agents.allSatisfy { $0.selectedPair?.isRelayed == true }, "\(paths)")
        #expect(meeting.server.allocationCount == 1)
        #expect(meeting.agents.map(\.allocationCount).reduce(0, +) == 1)
    }

    @Test(arguments: profiles, [false, true])
    func `restricted and symmetric connect through a peer-reflexive candidate`(
        timing: TimingProfile, swapped: Bool
    ) {
        let sides = [Side("restricted_cone"), Side("symmetric")]
        var meeting = Meeting(sides[swapped ? 1 : 0], sides[swapped ? 0 : 1], timing: timing)
        meeting.run()
        let restricted = swapped ? 1 : 0
        #expect(meeting.path(of: restricted) == [.serverReflexive, .peerReflexive])
        #expect(meeting.path(of: 1 - restricted) == [.peerReflexive, .serverReflexive])
        #expect(meeting.server.allocationCount == 0)
    }

    @Test(arguments: profiles, ["public", "port_restricted", "symmetric", "udp_blocked"])
    func `a host without UDP relays over TCP`(timing: TimingProfile, other: String) {
        var meeting = Meeting(Side("udp_blocked"), Side(other), timing: timing)
        meeting.run()
        #expect(meeting.path(of: 0)?.first == .relayed)
        #expect(meeting.failures == [nil, nil])
        #expect(meeting.server.allocationCount == (other == "udp_blocked" ? 2 : 1))
        // Nobody waits for a direct pair that cannot be.
        #expect(meeting.connectedAt.allSatisfy { $0!.seconds < 1.4 })
        #expect(meeting.gathered == [true, true])
        let both = meeting.agents.allSatisfy { $0.selectedPair?.isRelayed == true }
        #expect(both)
    }

    @Test func `a host without UDP relays over TLS where the server offers that`() {
        var meeting = Meeting(
            Side("udp_blocked"), Side("symmetric"), transports: [.udp, .tls])
        meeting.run()
        #expect(meeting.path(of: 0)?.first == .relayed)
        #expect(meeting.delivered[0].allSatisfy { $0.from.port == 5349 })
        #expect(meeting.failures == [nil, nil])
    }

    /// Every class with every class, against the closed form of the network model.
    @Test(arguments: NATClass.allCases, NATClass.allCases)
    func `every pair of classes takes the predicted path`(first: NATClass, second: NATClass) {
        var meeting = Meeting(Side(first), Side(second))
        meeting.run()
        #expect(meeting.failures == [nil, nil])
        let predicted = ConnectivityRules.outcome(first, second)
        #expect(
            meeting.isDirect == predicted.isDirect,
            "\(first) with \(second): \(meeting.path(of: 0) ?? []) – \(meeting.path(of: 1) ?? [])")
        if meeting.isDirect {
            #expect(meeting.server.allocationCount == 0)
        } else {
            let bothBlocked = first == .udpBlocked && second == .udpBlocked
            #expect(meeting.server.allocationCount == (bothBlocked ? 2 : 1))
        }
        let waits = meeting.connectedAt.map { $0?.seconds ?? .infinity }
        #expect(waits.max()! < (meeting.isDirect ? 0.6 : 1.5), "\(first) with \(second): \(waits)")
    }

    /// Until its candidates arrive, all that comes from the peer looks peer-reflexive; what comes
    /// over its relay must not pass for direct.
    @Test(arguments: NATClass.allCases, NATClass.allCases)
    func `candidates that come late do not change the path`(first: NATClass, second: NATClass) {
        // Two endpoint-dependent NATs meet by the luck of the order, if at all.
        if first.isEndpointDependent, second.isEndpointDependent { return }
        let predicted = ConnectivityRules.outcome(first, second)
        for lateSide in 0...1 {
            var meeting = Meeting(Side(first), Side(second))
            meeting.candidateDelays[lateSide] = .milliseconds(300)
            meeting.run()
            #expect(meeting.failures == [nil, nil])
            #expect(
                meeting.isDirect == predicted.isDirect,
                "\(first) with \(second): \(meeting.path(of: 0) ?? []) – \(meeting.path(of: 1) ?? [])"
            )
        }
    }

    @Test func `two public hosts that show their addresses connect host to host`() {
        var sides = [Side(.public), Side(.public)]
        for index in 0...1 { sides[index].hidesHostAddresses = false }
        var meeting = Meeting(sides[0], sides[1])
        meeting.run()
        #expect(meeting.path(of: 0) == [.host, .host])
        #expect(meeting.path(of: 1) == [.host, .host])
        #expect(meeting.signalled[0].map(\.type) == [.host, .relayed])
    }

    /// Losses come in bursts; every pair must connect, and hardly any direct one over the relay.
    /// Of 600 calls 572 were direct by the RFC's constants; their bound lies four standard
    /// deviations of 240 calls below that, the browsers' at 95 %.
    @Test(arguments: profiles)
    func `lossy links still connect`(timing: TimingProfile) {
        var direct = 0
        for seed in 0..<240 as Range<UInt64> {
            var sides = [Side("port_restricted"), Side("port_restricted")]
            for index in 0...1 {
                sides[index].loss = GilbertLoss(loss: 0.1, meanBurst: 2)!
            }
            var meeting = Meeting(sides[0], sides[1], timing: timing, seed: seed)
            meeting.run()
            #expect(meeting.failures == [nil, nil], "seed \(seed)")
            if meeting.isDirect { direct += 1 }
        }
        #expect(direct >= (timing.repetition == .roundRobin ? 228 : 216), "\(direct) of 240")
    }

    @Test(arguments: profiles)
    func `a lossy relayed call connects over one allocation`(timing: TimingProfile) {
        for seed in 0..<40 as Range<UInt64> {
            var sides = [Side("port_restricted"), Side("symmetric")]
            for index in 0...1 {
                sides[index].loss = GilbertLoss(loss: 0.1, meanBurst: 2)!
            }
            var meeting = Meeting(sides[0], sides[1], timing: timing, seed: seed)
            meeting.run()
            meeting.step(until: meeting.now + .seconds(20))
            #expect(meeting.failures == [nil, nil], "seed \(seed)")
            #expect(meeting.server.allocationCount <= 2, "seed \(seed)")
            #expect(meeting.agents.allSatisfy { $0.selectedPair?.isRelayed == true })
        }
    }

    @Test(arguments: profiles)
    func `the same seed gives the same bytes, another one others`(timing: TimingProfile) {
        func fingerprint(_ seed: UInt64) -> UInt64 {
            var sides = [Side("port_restricted"), Side("symmetric")]
            sides[0].loss = GilbertLoss(loss: 0.05, meanBurst: 2)!
            var meeting = Meeting(sides[0], sides[1], timing: timing, seed: seed)
            meeting.run()
            return meeting.fingerprint
        }
        #expect(fingerprint(7) == fingerprint(7))
        #expect(fingerprint(7) != fingerprint(8))
    }
}
