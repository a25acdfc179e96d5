import Addressing
import Quantities
import RandomStreams
import STUN
import Testing

@testable import ICE

/// Two agents on a network of two families: IPv6 end to end, IPv4 behind NATs that map and let in
/// endpoint-independently; 20 ms everywhere, and no loss but of a whole family.
struct TwoFamilies {
    var agents: [Agent] = []
    var broken: IPAddress.Family?
    var connected: [SelectedPair?] = [nil, nil]
    var failures: [AgentFailure?] = [nil, nil]
    var signalled: [[Candidate]] = [[], []]
    var now = SimTime.zero
    private var flights:
        [(at: SimTime, from: TransportAddress, to: TransportAddress, bytes: [UInt8])] = []

    static let stun = [
        TransportAddress(IPAddress(v4: 0xC633_6401), port: 3478),
        TransportAddress(IPAddress(v6High: 0x2001_0DB8_0000_00FF, low: 1), port: 3478),
    ]

    static func v4(_ side: Int) -> TransportAddress {
        TransportAddress(IPAddress(v4: 0x0A00_0001 + UInt32(side)), port: 5000)
    }

    static func v6(_ side: Int) -> TransportAddress {
        TransportAddress(
            IPAddress(v6High: 0x2001_0DB8_0000_0001 + UInt64(side), low: 9), port: 5000)
    }

    init(_ addresses: [[TransportAddress]], hides: Bool = false, timing: TimingProfile = .browser) {
        for side in 0...1 {
            var configuration = AgentConfiguration(timing: timing, hidesHostAddresses: hides)
            configuration.stunServers = Self.stun
            agents.append(
                Agent(
                    configuration: configuration, role: side == 0 ? .controlling : .controlled,
                    localAddresses: addresses[side],
                    randomness: RandomStream(
                        StreamName(
                            seed: 1, replication: 0, purpose: StreamPurpose(rawValue: 9),
                            entity: UInt64(side)))))
        }
    }

    mutating func run(until end: SimTime) {
        for side in 0...1 {
            agents[side].startGathering(at: now)
            agents[side].setRemoteCredentials(agents[1 - side].localCredentials, at: now)
        }
        for side in 0...1 { collect(side) }
        while now < end, connected.contains(nil), failures.contains(nil) {
            var next = flights.map(\.at).min() ?? .distantFuture
            for agent in agents { next = min(next, agent.nextTimeout ?? .distantFuture) }
            guard next < .distantFuture else { return }
            now = next
            for side in 0...1 where (agents[side].nextTimeout ?? .distantFuture) <= now {
                agents[side].handleTimeout(at: now)
                collect(side)
            }
            while let place = flights.firstIndex(where: { $0.at <= now }) {
                arrive(flights.remove(at: place))
            }
        }
    }

    /// Outside its NAT an IPv4 host is 203.0.113.x, on the same port.
    private static func outside(_ address: TransportAddress) -> TransportAddress {
        guard let bits = address.ip.v4Bits, bits >> 24 == 10 else { return address }
        return TransportAddress(IPAddress(v4: 0xCB00_7100 | bits & 0xFF), port: address.port)
    }

    private mutating func arrive(
        _ flight: (at: SimTime, from: TransportAddress, to: TransportAddress, bytes: [UInt8])
    ) {
        let source = Self.outside(flight.from)
        if Self.stun.contains(flight.to) {
            guard let request = try? MessageView(flight.bytes) else { return }
            var builder = MessageBuilder(.success, answering: request)
            builder.add(.xorMappedAddress, source)
            flights.append((now + .milliseconds(20), flight.to, source, builder.finish()))
            return
        }
        for side in 0...1 {
            for base in [Self.v4(side), Self.v6(side)] where Self.outside(base) == flight.to {
                _ = agents[side].handle(
                    flight.bytes, from: source, to: base, transport: .udp, at: now)
                collect(side)
            }
        }
    }

    private mutating func collect(_ side: Int) {
        while let transmit = agents[side].pollTransmit() {
            if transmit.destination.ip.family == broken { continue }
            #expect(transmit.source.ip.family == transmit.destination.ip.family)
            flights.append(
                (now + .milliseconds(20), transmit.source, transmit.destination, transmit.payload))
        }
        while let event = agents[side].pollEvent() {
            switch event {
            case .localCandidate(let candidate):
                signalled[side].append(candidate)
                agents[1 - side].addRemoteCandidate(candidate, at: now)
            case .gatheringComplete: agents[1 - side].endOfRemoteCandidates(at: now)
            case .connected(let pair): connected[side] = pair
            case .failed(let reason): failures[side] = reason
            default: break
            }
        }
    }
}

@Suite struct DualStackTests {
    static func address(_ name: Character) -> TransportAddress {
        name == "4"
            ? TransportAddress(IPAddress(v4: 0x0A00_0001), port: 1)
            : TransportAddress(IPAddress(v6High: 0x2001_0DB8 << 32, low: 1), port: 1)
    }

    /// Ranks from 0, the best, in the order the addresses are given. RFC 8421 §4.
    @Test(arguments: [
        ("4", [0]), ("6", [0]), ("44", [0, 1]), ("46", [1, 0]), ("64", [0, 1]),
        ("4466", [2, 3, 0, 1]), ("664", [0, 1, 2]), ("466", [2, 0, 1]), ("6444", [0, 1, 2, 3]),
        ("66664", [0, 1, 2, 3, 4]), ("666644", [0, 1, 2, 4, 3, 5]),
        ("66666644", [0, 1, 2, 3, 5, 6, 4, 7]),
    ])
    func `families are interleaved and IPv6 begins`(families: String, ranks: [UInt16]) {
        let preferences = Agent.localPreferences(of: families.map(Self.address))
        #expect(preferences.map { UInt16.max - $0 } == ranks)
    }

    @Test(arguments: ConnectivityTests.profiles)
    func `with both families the call takes IPv6, with one broken the other`(
        timing: TimingProfile
    ) {
        for broken in [nil, IPAddress.Family.v4, .v6] {
            for isSwapped in [false, true] {
                let addresses = (0...1).map { side in
                    let both = [TwoFamilies.v4(side), TwoFamilies.v6(side)]
                    return isSwapped ? both.reversed() : both
                }
                var world = TwoFamilies(addresses, timing: timing)
                world.broken = broken
                world.run(until: .zero + .seconds(20))
                for side in 0...1 {
                    let family = world.connected[side]?.remoteAddress.ip.family
                    #expect(family == (broken == .v6 ? .v4 : .v6))
                    #expect(world.connected[side]?.base.ip.family == family)
                }
            }
        }
    }

    @Test func `each base asks the server of its family`() {
        var world = TwoFamilies(
            (0...1).map { [TwoFamilies.v6($0), TwoFamilies.v4($0)] }, hides: true)
        world.run(until: .zero + .seconds(5))
        let reflexive = world.signalled[0].filter { $0.type == .serverReflexive }
        #expect(
            Set(reflexive.map(\.address)) == [
                .ip(TwoFamilies.v6(0)),
                .ip(TransportAddress(IPAddress(v4: 0xCB00_7101), port: 5000)),
            ])
        #expect(
            Set(reflexive.map(\.related)) == [Candidate.concealed(.v4), Candidate.concealed(.v6)])
    }

    @Test func `one family each makes no pair`() {
        var world = TwoFamilies([[TwoFamilies.v4(0)], [TwoFamilies.v6(1)]])
        world.run(until: .zero + .seconds(30))
        #expect(world.agents.allSatisfy { $0.pairs.isEmpty })
        #expect(world.failures == [.allPairsFailed, .allPairsFailed])
        #expect(world.agents.allSatisfy { $0.counters.checksSent == 0 })
    }

    @Test func `link-local addresses are paired with their like only, and old kinds not used`() {
        let local = TransportAddress(IPAddress("fe80::1")!, port: 1)
        let global = TransportAddress(IPAddress("2001:db8::1")!, port: 1)
        let old = ["::102:304", "::ffff:102:304", "fec0::1"].map {
            TransportAddress(IPAddress($0)!, port: 1)
        }
        var world = TwoFamilies([old + [local, global], []])
        world.agents[0].startGathering(at: .zero)
        #expect(world.agents[0].locals.map(\.address) == [local, global])
        for (number, text) in ["fe80::2", "2001:db8::2"].enumerated() {
            world.agents[0].addRemoteCandidate(
                Candidate(
                    foundation: Foundation(number: 1), priority: 5 + UInt32(number),
                    address: .ip(TransportAddress(IPAddress(text)!, port: 2)), type: .host),
                at: .zero)
        }
        #expect(world.agents[0].pairs.map { [$0.local, $0.remote] } == [[0, 0], [1, 1]])
    }
}
