import Addressing
import ICE
import Quantities
import RandomStreams
import STUN
import Testing

/// A lone agent whose peer never answers, watched on the wire.
@Suite struct TimingTests {
    struct Lone {
        var agent: Agent
        var sent: [(at: SimTime, bytes: [UInt8], to: TransportAddress)] = []

        init(_ timing: TimingProfile, addresses: Int = 1, remotes: Int) throws {
            let stream = RandomStream(
                StreamName(seed: 1, replication: 0, purpose: StreamPurpose(rawValue: 9), entity: 1))
            agent = Agent(
                configuration: AgentConfiguration(timing: timing), role: .controlling,
                localAddresses: (0..<addresses).map {
                    TransportAddress(IPAddress(v4: 0x0A00_0001 + UInt32($0)), port: 5000)
                },
                randomness: stream)
            agent.startGathering(at: .zero)
            for number in 0..<remotes {
                agent.addRemoteCandidate(
                    Candidate(
                        foundation: Foundation(bytes: Array("f\(number)".utf8))!,
                        priority: UInt32(1000 + number),
                        address: .ip(
                            TransportAddress(IPAddress(v4: 0xC000_0200 + UInt32(number)), port: 9)),
                        type: .host),
                    at: .zero)
            }
            agent.setRemoteCredentials(
                try Credentials(
                    usernameFragment: Array("abcd".utf8),
                    password: [UInt8](repeating: 65, count: 22)),
                at: .zero)
            collect(at: .zero)
        }

        mutating func collect(at now: SimTime) {
            while let transmit = agent.pollTransmit() {
                sent.append((now, transmit.payload, transmit.destination))
            }
        }

        mutating func run(until end: SimTime) {
            while let next = agent.nextTimeout, next <= end {
                agent.handleTimeout(at: next)
                collect(at: next)
            }
        }
    }

    /// RFC 8489 §6.2.1 with RTO = 500 ms.
    @Test func `by the RFC a check is sent seven times, the same bytes at doubling intervals`()
        throws
    {
        var lone = try Lone(.rfc8445, remotes: 1)
        lone.run(until: .zero + .minutes(2))
        #expect(lone.sent.map { $0.at.seconds } == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5])
        #expect(Set(lone.sent.map(\.bytes)).count == 1)
        var failure: AgentFailure?
        while let event = lone.agent.pollEvent() {
            if case .failed(let reason) = event { failure = reason }
        }
        #expect(failure == .timeout)
        #expect(lone.agent.nextTimeout == nil)
    }

    /// RFC 8445 §14.2 and §14.3: Ta apart; with 12 pairs RTO = 12 · 50 ms.
    @Test
    func
        `by the RFC new checks go out Ta apart, the best pair first, and RTO grows with their number`()
        throws
    {
        var lone = try Lone(.rfc8445, remotes: 12)
        lone.run(until: .zero + .milliseconds(599))
        #expect(lone.sent.map { $0.at.sinceStart.milliseconds } == (0..<12).map { Double($0) * 50 })
        #expect(lone.sent.map { $0.to.ip.low & 0xFF } == (0..<12).reversed().map { UInt64($0) })
        lone.run(until: .zero + .milliseconds(600))
        #expect(lone.sent.count == 13)
        #expect(lone.sent[12].bytes == lone.sent[0].bytes)
    }

    @Test func `as browsers do it, pairs take turns every 48 ms with new checks`() throws {
        var lone = try Lone(.browser, remotes: 3)
        lone.run(until: .zero + .milliseconds(48 * 8))
        #expect(
            lone.sent.map { $0.at.sinceStart.milliseconds } == (0..<9).map { Double($0) * 48 })
        #expect(lone.sent.map { $0.to.ip.low & 0xFF } == [2, 1, 0, 2, 1, 0, 2, 1, 0])
        #expect(Set(lone.sent.map(\.bytes)).count == 9)
    }

    @Test func `a check carries what it must`() throws {
        let lone = try Lone(.browser, remotes: 1)
        let check = try MessageView(lone.sent[0].bytes)
        #expect(lone.sent[0].bytes.count == 88)
        #expect(check.text(of: .username)!.hasPrefix("abcd:"))
        #expect(
            check.priority == Priority.candidate(type: .peerReflexive, localPreference: 65535))
        #expect(check.has(.iceControlling) && !check.has(.iceControlled))
        #expect(!check.has(.useCandidate) && check.has(.fingerprint))
        #expect(
            check.isAuthentic(
                under: IntegrityKey(shortTermPassword: [UInt8](repeating: 65, count: 22))))
    }

    @Test func `a checklist has its hundred pairs and no more`() throws {
        var lone = try Lone(.browser, addresses: 4, remotes: 32)
        #expect(lone.agent.counters.discardedPairs == 28)
        lone.run(until: .zero + .seconds(20))
        // Candidates came worst first: the 28 worst pairs gave way, the best hundred were checked.
        let checked = Set(lone.sent.map(\.to))
        #expect(checked.count < 32 && checked.count >= 25)
        #expect(lone.agent.nextTimeout == nil)
    }
}
