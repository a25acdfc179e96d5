import Addressing
import ICE
import Quantities
import RandomStreams
import STUN

/// Two agents that know each other, and what they have sent so far.
private struct AgentWorld {
    var agents: [Agent]
    var sent: [[UInt8]] = []
    static let addresses = (0..<2).map {
        TransportAddress(IPAddress(v4: 0xC0A8_0001 + UInt32($0)), port: 5000)
    }

    init() {
        agents = (0..<2).map { number in
            Agent(
                configuration: AgentConfiguration(hidesHostAddresses: false),
                role: number == 0 ? .controlling : .controlled,
                localAddresses: [Self.addresses[number]],
                randomness: Target.stream(2, 0, UInt64(number)))
        }
        let credentials = agents.map(\.localCredentials)
        for number in 0..<2 {
            agents[number].startGathering(at: .zero)
            agents[number].setRemoteCredentials(credentials[1 - number], at: .zero)
        }
        for number in 0..<2 {
            while let event = agents[number].pollEvent() {
                if case .localCandidate(let candidate) = event {
                    agents[1 - number].addRemoteCandidate(candidate, at: .zero)
                }
            }
        }
        for step in 0..<40 {
            let now = SimTime.zero + .milliseconds(Int64(5 * step))
            for number in 0..<2 { pass(number, at: now) }
        }
    }

    private mutating func pass(_ number: Int, at now: SimTime) {
        if let due = agents[number].nextTimeout, due <= now {
            agents[number].handleTimeout(at: now)
        }
        while let transmit = agents[number].pollTransmit() {
            sent.append(transmit.payload)
            _ = agents[1 - number].handle(
                transmit.payload, from: transmit.source, to: transmit.destination,
                transport: .udp, at: now)
        }
    }
}

/// A check with valid integrity for `agent`, and whatever else.
private func check(_ mutator: inout Mutator, for agent: Agent, from other: Agent) -> [UInt8] {
    var builder = MessageBuilder(
        .request, mutator.chance(0.9) ? .binding : .allocate,
        id: TransactionID(using: &mutator.stream))
    if mutator.chance(0.9) {
        builder.add(
            .username,
            agent.localCredentials.usernameFragment + [UInt8(ascii: ":")]
                + other.localCredentials.usernameFragment)
    }
    if mutator.chance(0.8) {
        builder.add(.priority, UInt32(truncatingIfNeeded: mutator.stream.nextUInt64()))
    }
    if mutator.chance(0.5) { builder.add(.useCandidate) }
    if mutator.chance(0.5) { builder.add(.iceControlling, mutator.stream.nextUInt64()) }
    if mutator.chance(0.3) { builder.add(.iceControlled, mutator.stream.nextUInt64()) }
    for _ in 0..<mutator.below(3) { StunCorpus.addAttribute(&mutator, &builder) }
    return builder.finish(
        integrity: IntegrityKey(shortTermPassword: agent.localCredentials.password),
        fingerprint: mutator.chance(0.9))
}

func agentTargets() -> [Target] {
    let world = AgentWorld()
    demand(world.sent.count > 4, "the agents talk")
    let candidates = [
        "candidate:1 1 udp 2113937151 192.0.2.1 54400 typ host",
        "candidate:842163049 1 udp 1677729535 203.0.113.7 6000 typ srflx raddr 0.0.0.0 rport 9",
        "candidate:3 1 tcp 1518280447 2001:db8::1 9 typ relay raddr 2001:db8::2 rport 3478",
        "candidate:4 1 UDP 99 4d2b1c11-7f3a-4b3a-9d2e-0a1b2c3d4e5f.local 5 typ host generation 0",
    ]
    return [
        Target("ice-agent") { mutator in
            var pair = world.agents
            let number = mutator.below(2)
            var now = SimTime.zero + .milliseconds(200)
            for _ in 0...mutator.below(10) {
                now = now + .milliseconds(Int64(mutator.below(mutator.any(of: [3, 100, 9000]))))
                let input =
                    mutator.chance(0.5)
                    ? check(&mutator, for: pair[number], from: pair[1 - number])
                    : mutator.input(from: world.sent + StunCorpus.messages)
                Evidence.note(input)
                var source = AgentWorld.addresses[1 - number]
                if mutator.chance(0.3) { source.port = UInt16(5000 + mutator.below(40)) }
                _ = pair[number].handle(
                    input, from: source, to: AgentWorld.addresses[number],
                    transport: mutator.chance(0.95) ? .udp : .tcp, at: now)
                if let due = pair[number].nextTimeout, due <= now {
                    pair[number].handleTimeout(at: now)
                }
                while pair[number].pollTransmit() != nil {}
                while pair[number].pollEvent() != nil {}
            }
        },
        Target("candidate-text", corpus: candidates.map { Array($0.utf8) }) { input in
            guard let candidate = try? Candidate(text: input) else { return }
            let text = candidate.text
            demand((try? Candidate(text: text)) == candidate, "a candidate reads otherwise again")
        },
    ]
}
