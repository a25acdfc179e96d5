import ClosedForms
import Measurement
import NetworkModel
import Quantities
import RandomStreams
import ScenarioModel

/// A relay server whose ports are all that calls compete for: every call needs one of them, and
/// those that find none fail.
///
/// That takes one queue in which nobody runs out of patience, so that every second arrival makes a
/// pair and gaps between pairs have two exponential stages; one server, on which one side of each
/// call holds a port; exponential conversations; and a modelled set-up that is short beside them
/// and takes equally long for all: constant delays, no loss, and no faults.
struct RelayLosses {
    private let ports: Int
    private let pairRate: Double
    /// Mean of a conversation in seconds.
    private let talk: Double
    /// What is missing of the calls that began before the measured window, relative to all.
    private let deficit: Double

    /// Longer than a port is held before the talk begins, in seconds: half a second of patience for
    /// a direct path, and a dozen trips between a client and its relay (REFERENCE §2.3).
    private static let setUp = 2.0
    /// The longest one-way delay of an access network, and of a signalling message, with which a
    /// set-up is that short, in seconds.
    private static let longestDelay = 0.02
    private static let longestSignal = 0.1
    /// The greatest tolerance of a prediction.
    private static let greatestTolerance = 0.01

    /// The relay of `scenario`, whose tickets wait in `queues`; nil unless all of the above holds.
    init?(_ scenario: Scenario, _ queues: IndependentQueues) {
        let people = scenario.population.filter { $0.share > 0 }
        guard scenario.faults.isEmpty, queues.cells.count == 1,
            1 - 2 * queues.pairRate / queues.rate < 1e-9,
            Self.isShortAndSteady(scenario, people),
            scenario.relay.regions.reduce(0, { $0 + $1.servers }) == 1,
            let talk = TalkTime(of: people), let mean = talk.exponentialMean
        else { return nil }
        ports = scenario.relay.ports
        pairRate = queues.pairRate
        self.talk = mean
        deficit = talk.excess(over: scenario.general.warmUp.seconds) / mean
    }

    /// Whether all calls are set up alike, with a port on one side.
    private static func isShortAndSteady(_ scenario: Scenario, _ people: [Persona]) -> Bool {
        let access = people.flatMap { $0.access.filter { $0.share > 0 }.map(\.index) }
            .map { scenario.access[$0] }
        let classes = access.flatMap { network in
            network.nat.filter { $0.share > 0 }.map { (nat: $0.nat, weight: $0.share) }
        }
        guard case .constant(let signal) = scenario.signaling.latency, signal <= longestSignal,
            case .constant(let delay) = access[0].delay, delay <= longestDelay
        else { return false }
        return scenario.ice.setup == .modelled && scenario.ice.policy == .all
            && scenario.signaling.disconnect == 0
            && access.allSatisfy { $0.household == 1 && $0.carrierNAT.share == 0 }
            && scenario.ice.timing == .browser
            && scenario.ice.relayGathering == .single && scenario.media.fidelity.full == 0
            && scenario.regions.names.count == 1
            && access.allSatisfy { $0.delay == access[0].delay && $0.loss.loss == 0 }
            && classes.allSatisfy { $0.nat != .udpBlocked }
            && ConnectivityRules.relayShare(between: classes, and: classes) > 1 - 1e-12
    }

    private func blocking(holding time: Double) -> Double {
        RenewalLoss.blocking(servers: ports, load: pairRate * time, stages: 2)
    }

    var predictions: [Prediction] {
        let blocked = blocking(holding: talk)
        // The time before the talk is part of the load; the formula is for exponential times alone.
        let most = blocking(holding: talk + Self.setUp)
        guard blocked > 1e-9, most / blocked - 1 + deficit <= Self.greatestTolerance else {
            return []
        }
        let formula = "GI/M/c/c with Erlang-2 arrivals (Takács 1962)"
        return [
            Prediction(
                .connectFailed, .value, blocked, tolerance: most / blocked - 1 + deficit,
                by: formula),
            Prediction(
                .relayAllocations, .timeMean, pairRate * (1 - blocked) * talk,
                tolerance: Self.setUp / talk + deficit, by: formula),
        ]
    }
}
