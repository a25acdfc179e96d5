import Addressing
import ICE
import NetworkModel
import Quantities
import RandomStreams
import STUN
import TURN
import Testing

@Suite struct RestartTests {
    /// A call to restart: who is where, and who begins.
    struct Case: Sendable, CustomTestStringConvertible {
        var first: NATClass
        var second: NATClass
        var offerer: Int

        init(_ first: String, _ second: String, offerer: Int) {
            self.first = NATClass(first)!
            self.second = NATClass(second)!
            self.offerer = offerer
        }

        var testDescription: String { "\(first)–\(second), \(offerer) restarts" }
    }

    static let cases = [
        Case("public", "public", offerer: 0),
        Case("port_restricted", "restricted_cone", offerer: 1),
        Case("full_cone", "symmetric", offerer: 0),
        Case("port_restricted", "symmetric", offerer: 0),
        Case("port_restricted", "symmetric", offerer: 1),
        Case("symmetric", "symmetric", offerer: 1), Case("udp_blocked", "symmetric", offerer: 0),
        Case("udp_blocked", "udp_blocked", offerer: 1),
    ]

    @Test(arguments: cases, ConnectivityTests.profiles)
    func `a restart keeps the roles, changes the credentials and loses no packet`(
        of setting: Case, timing: TimingProfile
    ) {
        var meeting = Meeting(Side(setting.first), Side(setting.second), timing: timing)
        meeting.run()
        let before = meeting.agents
        meeting.restart(setting.offerer)
        meeting.talk(for: .seconds(8))
        for side in 0...1 {
            let agent = meeting.agents[side]
            #expect(meeting.restartedAt[side] != nil)
            #expect(agent.isConnected && agent.generation == 1)
            #expect(agent.role == before[side].role)
            #expect(agent.localCredentials != before[side].localCredentials)
            #expect(agent.counters.restarts == 1)
            #expect(meeting.received[side].count == meeting.said)
        }
        #expect(meeting.isDirect == (before[0].selectedPair?.isRelayed == false))
        #expect(
            meeting.server.allocationCount == before[0].allocationCount + before[1].allocationCount)
    }

    @Test func `a direct call allocates for its restart and gives it back`() {
        var meeting = Meeting(Side("port_restricted"), Side("restricted_cone"))
        meeting.run()
        #expect(meeting.released == [1, 1])
        meeting.restart(0)
        meeting.step(until: meeting.now + .seconds(5))
        #expect(meeting.isDirect)
        #expect(meeting.released == [2, 2])
        #expect(meeting.server.allocationCount == 0)
    }

    @Test func `a relayed call restarts on the allocation it has`() {
        var meeting = Meeting(Side("port_restricted"), Side("symmetric"))
        meeting.run()
        let owner = meeting.path(of: 0)?.first == .relayed ? 0 : 1
        let base = meeting.agents[owner].selectedPair?.base
        meeting.restart(owner)
        meeting.step(until: meeting.now + .seconds(5))
        #expect(meeting.signalled[owner].count { $0.address.transportAddress == base } == 2)
        #expect(meeting.server.allocationCount == 1)
    }

    @Test func `when the relay crashes the call goes on over another`() {
        var meeting = Meeting(Side("port_restricted"), Side("symmetric"), noticesSilence: true)
        meeting.run()
        meeting.isServerDown = true
        let crash = meeting.now
        meeting.step(until: crash + .seconds(10)) { !$0.tidings[0].isEmpty }
        #expect(meeting.tidings[0].map(\.event) == [.disconnected])
        let silence = (meeting.now - crash).seconds
        #expect(silence > 2.5 && silence < 4.5)
        meeting.changeRelay()
        meeting.restart(0)
        meeting.step(until: meeting.now + .seconds(10)) {
            $0.restartedAt[0] != nil && $0.restartedAt[1] != nil
        }
        #expect((meeting.now - crash).seconds < 6)
        let heard = meeting.received
        meeting.talk(for: .seconds(20))
        for side in 0...1 {
            #expect(meeting.failures[side] == nil)
            #expect(meeting.received[side].count - heard[side].count == meeting.said)
        }
        #expect(meeting.backup.allocationCount == 1)
        #expect(meeting.agents.reduce(0) { $0 + $1.allocationCount } == 1)
    }

    @Test(arguments: ConnectivityTests.profiles)
    func `after the loss of consent a restart still helps`(timing: TimingProfile) {
        var meeting = Meeting(Side("port_restricted"), Side("symmetric"), timing: timing)
        meeting.run()
        meeting.isServerDown = true
        meeting.step(until: meeting.now + .seconds(35))
        for side in 0...1 {
            #expect(meeting.tidings[side].map(\.event) == [.consentLost])
            #expect(!meeting.agents[side].isConnected)
            let isSent = meeting.agents[side].send([0x80], at: meeting.now)
            #expect(!isSent)
        }
        meeting.changeRelay()
        meeting.restart(1)
        meeting.step(until: meeting.now + .seconds(10))
        meeting.talk(for: .seconds(1))
        #expect(meeting.received.map(\.count) == [meeting.said, meeting.said])
        meeting.step(until: meeting.now + .minutes(2))
        #expect(meeting.failures == [nil, nil])
    }

    @Test func `a restart that nobody answers fails when there is no path`() {
        var meeting = Meeting(Side(.public), Side(.public))
        meeting.run()
        meeting.network.detach(meeting.hosts[1])
        meeting.step(until: meeting.now + .seconds(40)) { !$0.tidings[0].isEmpty }
        meeting.agents[0].restart(at: meeting.now)
        meeting.collect(0)
        let begin = meeting.now
        meeting.step(until: begin + .seconds(60)) { $0.failures[0] != nil }
        #expect(meeting.failures[0] == .timeout)
        #expect(meeting.now - begin == TimingProfile.browser.restartPatience)
        let again = meeting.agents[0].restart(at: meeting.now)
        #expect(!again)
    }

    @Test func `a restart that nobody answers leaves a living call where it is`() {
        var meeting = Meeting(Side("port_restricted"), Side("symmetric"))
        meeting.run()
        let pair = meeting.agents[0].selectedPair
        meeting.agents[0].restart(at: meeting.now)
        meeting.collect(0)
        meeting.talk(for: .seconds(120))
        #expect(meeting.tidings[0].map(\.event) == [.restartFailed])
        #expect(meeting.agents[0].selectedPair == pair)
        #expect(meeting.failures == [nil, nil])
        #expect(meeting.received.map(\.count) == [meeting.said, meeting.said])
        meeting.restart(1)
        meeting.talk(for: .seconds(8))
        #expect(meeting.restartedAt.allSatisfy { $0 != nil })
        #expect(meeting.received.map(\.count) == [meeting.said, meeting.said])
        #expect(meeting.server.allocationCount == 1)
    }

    @Test(arguments: cases)
    func `both may restart at once; the answer to one offer joins them`(of setting: Case) {
        var meeting = Meeting(Side(setting.first), Side(setting.second))
        meeting.run()
        for side in 0...1 {
            meeting.agents[side].restart(at: meeting.now)
            meeting.collect(side)
        }
        // The other side's own offer is taken back.
        let offerer = setting.offerer
        meeting.signal(.offer(meeting.agents[offerer].localCredentials), to: 1 - offerer)
        meeting.talk(for: .seconds(8))
        #expect(meeting.restartedAt.allSatisfy { $0 != nil })
        #expect(meeting.agents.allSatisfy { $0.generation == 1 })
        #expect(meeting.received.map(\.count) == [meeting.said, meeting.said])
    }

    @Test func `candidates of an old generation are dropped, early ones wait`() throws {
        var meeting = Meeting(Side(.public), Side(.public))
        meeting.run()
        let old = meeting.agents[1].localCredentials
        let late = try Candidate(text: "candidate:1 1 udp 5 192.0.2.1 7 typ host".utf8)
        meeting.agents[0].restart(at: meeting.now)
        var stale: UInt64 = 0
        func give(_ fragment: [UInt8]?, isStale: Bool) {
            meeting.agents[0].addRemoteCandidate(
                late, usernameFragment: fragment, at: meeting.now)
            meeting.agents[0].endOfRemoteCandidates(usernameFragment: fragment, at: meeting.now)
            if isStale { stale += 2 }
            #expect(meeting.agents[0].counters.staleCandidates == stale)
        }
        give(nil, isStale: true)
        give(Array("next".utf8), isStale: false)
        give(old.usernameFragment, isStale: false)
        let new = try Credentials(
            usernameFragment: Array("next".utf8), password: [UInt8](repeating: 65, count: 22))
        meeting.agents[0].setRemoteCredentials(new, at: meeting.now)
        stale += 2
        #expect(meeting.agents[0].counters.staleCandidates == stale)
        give(old.usernameFragment, isStale: true)
        var targets: Set<TransportAddress> = []
        while let transmit = meeting.agents[0].pollTransmit() {
            targets.insert(transmit.destination)
        }
        #expect(targets.contains(late.address.transportAddress!))
    }

    @Test func `the old credentials open the old path only as long as it lasts`() {
        var (meeting, requests, _) = HostileDatagramTests.connected()
        let peer = meeting.agents[0].selectedPair!.remoteAddress
        func give() -> Received {
            meeting.deliver(requests[0], from: peer, to: meeting.base(0), side: 0)
        }
        meeting.restart(0)
        #expect(give() == .consumed)
        meeting.step(until: meeting.now + .seconds(6))
        #expect(meeting.restartedAt[0] != nil)
        #expect(give() == .rejected(.unknownUsername))
        // The path of the generation between is a former one now, and takes its own name only.
        meeting.restart(0)
        #expect(give() == .rejected(.unknownUsername))
    }

    @Test func `moving to another network takes a restart with its addresses`() {
        var meeting = Meeting(Side("port_restricted"), Side(.public))
        meeting.run()
        let moved = TransportAddress(
            meeting.network.localAddress(of: meeting.hosts[0]), port: 51_000)
        meeting.restart(0, localAddresses: [moved])
        meeting.talk(for: .seconds(8))
        #expect(meeting.agents[0].selectedPair?.base == moved)
        #expect(meeting.received.map(\.count) == [meeting.said, meeting.said])
    }

    @Test func `silence is told on a former path that a vain restart left in use`() {
        var meeting = Meeting(Side("port_restricted"), Side("symmetric"), noticesSilence: true)
        meeting.run()
        meeting.agents[0].restart(at: meeting.now)
        meeting.collect(0)
        meeting.talk(for: .seconds(32))
        #expect(meeting.tidings[0].map(\.event) == [.restartFailed])
        meeting.isServerDown = true
        meeting.talk(for: .seconds(5))
        #expect(meeting.tidings[0].map(\.event) == [.restartFailed, .disconnected])
        meeting.isServerDown = false
        meeting.talk(for: .seconds(3))
        #expect(
            meeting.tidings[0].map(\.event) == [.restartFailed, .disconnected, .reconnected])
    }

    @Test func `many quick restarts leave nothing behind`() {
        var meeting = Meeting(Side("port_restricted"), Side("symmetric"))
        meeting.run()
        for number in 0..<12 {
            if number % 3 == 0 { meeting.changeRelay() }
            meeting.restart(number % 2)
            meeting.talk(for: .milliseconds(Int64(40 + 90 * number)))
        }
        meeting.step(until: meeting.now + .seconds(10))
        meeting.talk(for: .seconds(1))
        #expect(meeting.received.map(\.count) == [meeting.said, meeting.said])
        #expect(meeting.agents[0].counters.restarts == meeting.agents[1].counters.restarts)
        for side in 0...1 {
            meeting.agents[side].close(at: meeting.now)
            meeting.collect(side)
        }
        meeting.step(until: meeting.now + .minutes(11))
        #expect(meeting.server.allocationCount == 0 && meeting.backup.allocationCount == 0)
        #expect(meeting.agents.allSatisfy { $0.nextTimeout == nil })
    }
}

extension Meeting {
    /// Side `side` restarts and offers.
    mutating func restart(_ side: Int, localAddresses: [TransportAddress]? = nil) {
        restartedAt = [nil, nil]
        agents[side].restart(with: next[side], localAddresses: localAddresses, at: now)
        signal(.offer(agents[side].localCredentials), to: 1 - side)
        collect(side)
    }

    /// From its next restart on each side uses the backup relay.
    mutating func changeRelay() {
        for side in 0...1 {
            var configuration = agents[side].configuration
            configuration.stunServer?.ip = Self.backupIP
            configuration.turnServer?.address.ip = Self.backupIP
            next[side] = configuration
        }
    }

    /// Both sides say something every 20 ms.
    mutating func talk(for duration: SimDuration) {
        let end = now + duration
        while now < end {
            said += 1
            for side in 0...1 {
                let isSent = agents[side].send(
                    [0x80, UInt8(side), UInt8(said >> 8), UInt8(said & 255)], at: now)
                #expect(isSent)
                collect(side)
            }
            step(until: now + .milliseconds(20))
        }
        step(until: now + .milliseconds(300))
    }
}
