import Measurement
import Quantities
import ScenarioModel
import SimulationRunner
import Statistics
import Testing

/// What happens to what was created inside the measured window adds up.
@Suite struct AccountTests {
    /// A scenario with something in flight at both ends of the window, and with abusers.
    private static func busyScenario() -> Scenario {
        var scenario = smallScenario()
        scenario.general.warmUp = .seconds(30)
        // So that a minute's reports set somebody apart.
        scenario.risk.safeguards = []
        var harasser = Persona()
        harasser.name = "harasser"
        harasser.share = 0.3
        harasser.behaviour = .harasser
        harasser.requeue = 0.9
        scenario.population[0].share = 0.7
        scenario.population[0].reportPropensity = 1
        scenario.population.append(harasser)
        for index in scenario.population.indices {
            scenario.population[index].conversation = .exponential(mean: 10)
            scenario.population[index].patience = .exponential(mean: 5)
        }
        return scenario
    }

    private func total(_ summary: RunSummary, _ metric: Metric) -> Int64 {
        guard case .value(let figures) = summary.figures(metric)?.figures, let total = figures.total
        else {
            return -1
        }
        return total
    }

    private func ratio(_ summary: RunSummary, _ metric: Metric) -> RatioFigures {
        guard case .ratio(let figures) = summary.figures(metric)?.figures else {
            fatalError("no ratio")
        }
        return figures
    }

    private func count(_ summary: RunSummary, _ metric: Metric) -> Int64 {
        guard case .distribution(let figures) = summary.figures(metric)?.figures else { return -1 }
        return figures.count
    }

    @Test(arguments: [ScenarioModel.ICE.Setup.packets, .modelled])
    func `what was measured has ended one way or is unfinished`(
        _ setup: ScenarioModel.ICE.Setup
    ) async {
        var scenario = Self.busyScenario()
        scenario.ice.setup = setup
        let summary = summary(await outcomes(scenario, replications: [0, 1]))
        let abandoned = ratio(summary, .abandoned)
        #expect(total(summary, .ticketsUnfinished) > 0)
        #expect(total(summary, .callsUnfinished) > 0)
        #expect(
            total(summary, .tickets)
                == abandoned.denominator + total(summary, .ticketsUnfinished))
        #expect(
            count(summary, .matchLatency) == abandoned.denominator - abandoned.numerator)
        #expect(
            total(summary, .matches)
                == ratio(summary, .connectFailed).numerator + count(summary, .callDuration)
                + total(summary, .callsUnfinished))
        #expect(total(summary, .calls) == ratio(summary, .relayShare).denominator)
    }

    @Test func `nothing of the warm-up is counted`() async {
        var scenario = Self.busyScenario()
        let whole = summary(await outcomes(scenario, replications: [0]))
        #expect(count(whole, .riskContainmentCalls) > 0)
        #expect(ratio(whole, .riskFalseContainment).denominator > 0)
        // All of the same but the last instants are now the warm-up.
        scenario.general.warmUp = scenario.general.stopTime - .milliseconds(1)
        scenario.general.seriesStep = .milliseconds(1)
        let nothing = summary(await outcomes(scenario, replications: [0]))
        for metric in MetricCatalogue.all {
            switch nothing.figures(metric.metric)?.figures {
            case .distribution(let figures): #expect(figures.count == 0, "\(metric.name)")
            case .ratio(let figures): #expect(figures.denominator == 0, "\(metric.name)")
            case .value(let figures):
                // Calls of the warm-up go on in the last instant, and relays carry them.
                let goesOn = [.relayEgress, .relayCost].contains(metric.metric)
                #expect(goesOn || figures.total ?? 0 == 0, "\(metric.name)")
            default: break
            }
        }
    }
}
