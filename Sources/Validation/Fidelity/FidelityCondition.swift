import NetworkModel
import Quantities
public import ScenarioModel

/// A scenario whose calls are run in several details.
public struct FidelityCondition: Hashable, Sendable {
    /// What it is called.
    public let name: String
    /// What is run; its shares of fidelity are of no account.
    public let scenario: Scenario
    /// The details, the greatest first.
    public let details: [Detail]

    /// `scenario` in all details.
    public init(_ scenario: Scenario, name: String) {
        self.init(scenario, name: name, details: Detail.allCases)
    }

    private init(_ scenario: Scenario, name: String, details: [Detail]) {
        self.scenario = scenario
        self.name = name
        self.details = details
    }

    /// Loss, jitter and delay of the paths of a grid.
    public struct Path: Hashable, Sendable {
        /// Share of packets lost, in bursts of two on average.
        public let loss: Double
        /// Mean jitter of the path.
        public let jitter: SimDuration
        /// One-way delay without jitter.
        public let delay: SimDuration
    }

    /// The range over which `flow` is held to the packets: loss 0…10 %, mean jitter 0…50 ms, delay
    /// 0…400 ms.
    public static let losses = [0, 0.01, 0.03, 0.1]
    /// Mean jitters in ms.
    public static let jitters: [Int64] = [0, 5, 20, 50]
    /// One-way delays in ms.
    public static let delays: [Int64] = [0, 50, 150, 400]

    /// Conditions over the whole range with the persons and media of `base`, all calls direct, of
    /// half a minute on average; at the corners of loss and jitter in full detail, too.
    public static func grid(_ base: Scenario) -> [FidelityCondition] {
        losses.flatMap { loss in
            jitters.flatMap { jitter in
                delays.map { delay in
                    grid(
                        base,
                        Path(
                            loss: loss, jitter: .milliseconds(jitter),
                            delay: .milliseconds(delay)))
                }
            }
        }
    }

    private static func grid(_ base: Scenario, _ path: Path) -> FidelityCondition {
        var scenario = base
        scenario.general.warmUp = .seconds(10)
        scenario.general.stopTime = .seconds(90)
        scenario.general.seriesStep = .seconds(10)
        scenario.arrivals = .rate(2)
        scenario.regions = Regions()
        scenario.relay = Relay()
        scenario.thresholds = []
        for index in scenario.population.indices {
            scenario.population[index].conversation = .exponential(mean: 60)
            scenario.population[index].requeue = 0
        }
        scenario.access = base.access.map { network in
            // Half of everything on either side.
            AccessNetwork(
                name: network.name,
                nat: [
                    NATShare(.translated(.endpointIndependent, .addressAndPortDependent), 1)
                ],
                delay: .constant(path.delay.seconds / 2),
                jitter: path.jitter > .zero
                    ? .gamma(mean: path.jitter.seconds / 2, shape: 2) : .constant(0),
                loss: path.loss > 0
                    ? GilbertLoss(loss: 1 - (1 - path.loss).squareRoot(), meanBurst: 2)! : .none)
        }
        let isCorner =
            (path.loss == losses.first || path.loss == losses.last)
            && (path.jitter == .milliseconds(jitters.first!)
                || path.jitter == .milliseconds(jitters.last!))
            && path.delay == .milliseconds(delays[2])
        let percent = (path.loss * 100).rounded()
        return FidelityCondition(
            scenario,
            name: "loss \(Int(percent)) %, jitter \(path.jitter), delay \(path.delay)",
            details: isCorner ? Detail.allCases : [.sealed, .flow])
    }
}
