import Measurement
import NetworkModel
import Quantities
import ScenarioModel

/// Calls that all come about, between people who meet by chance.
///
/// That takes a modelled set-up and no call that runs packet by packet; a direct path between any
/// two, or relay servers each of which has ports for far more calls than there can be; and pairs
/// that are picked at random.
struct StationaryCalls {
    private let pairRate: Double
    private let scenario: Scenario
    private let people: [Persona]

    /// The most that the calls which began before the measured window may be short of, as part of
    /// the level.
    private static let greatestDeficit = 1e-3
    /// Longer than any set-up lasts, in seconds: nobody waits longer for one.
    private static let longestSetUp = 60.0
    /// Longer than an ICE restart takes that leaves a relay for a direct path, in seconds: a round
    /// of signalling, and two trips each to the STUN server and the peer (REFERENCE §2.3).
    private static let longestMove = 1.0
    /// The greatest tolerance of a prediction of the time over relays.
    private static let greatestTolerance = 0.02

    /// The calls of `scenario`, whose tickets wait in `queues`; nil unless all of the above holds.
    init?(_ scenario: Scenario, _ queues: IndependentQueues) {
        guard queues.pairsAreRandom, scenario.ice.setup == .modelled,
            scenario.media.fidelity.full == 0, scenario.signaling.disconnect == 0,
            scenario.access.allSatisfy({ $0.household == 1 && $0.carrierNAT.share == 0 })
        else { return nil }
        self.scenario = scenario
        people = scenario.population.filter { $0.share > 0 }
        pairRate = queues.pairRate
        guard scenario.ice.policy == .all && relayedShare == 0 || hasPortsToSpare else {
            return nil
        }
    }

    var predictions: [Prediction] {
        switch scenario.ice.policy {
        case .all: activeCalls + relayShare
        case .relay: activeCalls
        case .relayForStrangers: activeCalls + relayTimeShare
        }
    }

    /// How many calls go on: Little's law.
    private var activeCalls: [Prediction] {
        guard let talk = TalkTime(of: people), talk.mean > 0 else { return [] }
        let deficit = talk.excess(over: scenario.general.warmUp.seconds) / talk.mean
        guard deficit <= Self.greatestDeficit else { return [] }
        return [
            Prediction(
                .callsActive, .timeMean, pairRate * talk.mean, tolerance: deficit,
                by: "Little: pairs/s × mean of the shorter of two conversations, REFERENCE §5")
        ]
    }

    /// The share of calls over a relay, where neither all nor none of them take one.
    private var relayShare: [Prediction] {
        let share = relayedShare
        guard share > 1e-9, share < 1 - 1e-9 else { return [] }
        return [
            Prediction(
                .relayShare, .value, share,
                by: "sum over pairs of NAT classes that do not meet, REFERENCE §1.2")
        ]
    }

    /// The share of the time of calls that goes over relays where strangers begin there, and those
    /// pairs that can meet leave them after some time; people of one kind, so that how long they
    /// talk has nothing to do with their networks.
    private var relayTimeShare: [Prediction] {
        let wait = scenario.ice.strangerTime.seconds
        guard people.count == 1, let talk = TalkTime(of: people), talk.mean > 0 else { return [] }
        let direct = 1 - relayedShare
        let share = 1 - direct * talk.excess(over: wait) / talk.mean
        let most = 1 - direct * talk.excess(over: wait + Self.longestMove) / talk.mean
        guard share > 1e-9, most / share - 1 <= Self.greatestTolerance else { return [] }
        return [
            Prediction(
                .relayTimeShare, .value, share, tolerance: most / share - 1,
                by: "1 - direct pairs x E[max(talk - stranger_time, 0)] / E[talk]")
        ]
    }

    private var relayedShare: Double {
        var kinds: [ConnectivityRules.Kind] = []
        for persona in people {
            for entry in persona.access {
                let network = scenario.access[entry.index]
                for nat in network.nat {
                    let weight = persona.share * entry.share * nat.share
                    for (hasIPv6, share) in [(true, network.ipv6), (false, 1 - network.ipv6)]
                    where weight * share > 0 {
                        kinds.append(
                            ConnectivityRules.Kind(
                                nat.nat, hasIPv6: hasIPv6, weight: weight * share))
                    }
                }
            }
        }
        return ConnectivityRules.relayShare(among: kinds)
    }

    /// Whether each server could hold two ports for every call there is, and ten standard
    /// deviations more.
    private var hasPortsToSpare: Bool {
        let servers = scenario.relay.regions.reduce(0) { $0 + $1.servers }
        let mean = people.reduce(0) { $0 + $1.share * $1.conversation.mean }
        let held = 2 * pairRate * (mean + Self.longestSetUp)
        return servers > 0 && held + 10 * held.squareRoot() <= Double(scenario.relay.ports)
    }
}
