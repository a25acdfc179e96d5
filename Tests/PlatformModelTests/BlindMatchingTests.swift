import EventEngine
import Measurement
import MediaPipeline
import NetworkModel
import Quantities
import ScenarioModel
import Testing

@testable import Matchmaking
@testable import PlatformModel

/// Whatever the matchmaker must not see may change, and it decides the same to the bit.
@Suite struct BlindMatchingTests {
    /// What is changed of everybody, while who comes, what they speak and like, and how long they
    /// would wait stay the same.
    enum Unseen: CaseIterable, Sendable {
        case access
        case nat
        case region
        case addresses
        case deviceSignals
        case persona
        case everything
    }

    /// A minute without coming back, as what a call was like decides when somebody comes back; tiers
    /// are worked out and not looked at.
    private static func scenario(_ policy: ScenarioModel.Matchmaking.Policy) -> Scenario {
        var scenario = PairingInvariantTests.scenario(policy)
        scenario.matchmaking.tiers = .ignore
        scenario.risk.enabled = true
        scenario.population[0].requeue = 0
        scenario.population[0].share = 0.7
        var others = scenario.population[0]
        others.name = "others"
        others.behaviour = .harasser
        others.share = 0.3
        scenario.population.append(others)
        scenario.regions = Regions(
            names: ["eu", "us"],
            delay: [
                [.milliseconds(5), .milliseconds(45)], [.milliseconds(45), .milliseconds(5)],
            ])
        scenario.relay.regions = [
            RelayRegion(region: 0, servers: 1), RelayRegion(region: 1, servers: 1),
        ]
        return scenario
    }

    private static func change(_ unseen: Unseen, of scenario: inout Scenario) {
        let all = unseen == .everything
        for index in scenario.population.indices {
            if all || unseen == .access {
                scenario.population[index].access = [NamedShare(index: 1, share: 1)]
            }
            if all || unseen == .deviceSignals {
                scenario.population[index].fingerprint = FingerprintModel(
                    entropy: 3, drift: 1, common: 1, commonEntropy: 2)
            }
        }
        for index in scenario.access.indices {
            if all || unseen == .nat {
                scenario.access[index].nat = [
                    NATShare(
                        .translated(.addressAndPortDependent, .addressAndPortDependent), 0.5),
                    NATShare(.udpBlocked, 0.5),
                ]
            }
            if all || unseen == .region {
                scenario.access[index].region = [NamedShare(index: 1, share: 1)]
            }
            if all || unseen == .addresses {
                scenario.access[index].mdns = 0
                scenario.access[index].ipv6 = 1
                scenario.access[index].household = 4
            }
        }
        if all || unseen == .persona {
            scenario.population[0].behaviour = .deviceHopper
            scenario.population[0].deviceSwitch = 0.5
            scenario.population[1].behaviour = .regular
            let shares = scenario.population.map(\.share)
            scenario.population[0].share = shares[1]
            scenario.population[1].share = shares[0]
        }
    }

    /// Everything that was decided about tickets, in the order of their creation, and what shows
    /// that the rest of the run was another one.
    private static func run(
        _ scenario: Scenario
    ) -> (decisions: [TicketLife], others: Set<String>) {
        var platform = Platform(
            scenario: scenario, seed: 3, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, keepingTickets: true)
        var engine = Engine<PlatformEvent>()
        platform.start(&engine)
        var others: Set<String> = []
        for second in 1...60 {
            engine.run(until: .zero + .seconds(Int64(second)), in: &platform)
            for handle in platform.peers.handles(where: { _ in true }) {
                let peer = platform.peers[handle]
                others.insert("\(peer.serial) \(peer.attributes) \(peer.signals)")
            }
        }
        let broken = platform.invariants.first
        #expect(broken == nil)
        let decisions = platform.lives.tickets.map { ticket in
            var decided = ticket
            // What the log keeps of what the matchmaker is not shown or does not look at.
            decided.persona = 0
            decided.access = 0
            decided.tier = RiskTier(rawValue: 0)
            return decided
        }
        return (decisions, others)
    }

    @Test(arguments: ScenarioModel.Matchmaking.Policy.allCases)
    func `what the matchmaker must not see changes no decision`(
        policy: ScenarioModel.Matchmaking.Policy
    ) {
        let plain = Self.run(Self.scenario(policy))
        #expect(plain.decisions.count > 80)
        #expect(plain.decisions.count { $0.end == .paired } > 20)
        for unseen in Unseen.allCases {
            var scenario = Self.scenario(policy)
            Self.change(unseen, of: &scenario)
            let changed = Self.run(scenario)
            #expect(changed.decisions == plain.decisions, "\(unseen)")
            #expect(changed.others != plain.others, "\(unseen) changes nothing")
        }
    }
}
