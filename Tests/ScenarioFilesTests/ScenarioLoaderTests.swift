import Quantities
import RandomStreams
import ScenarioFiles
import ScenarioModel
import Testing

@Suite struct ScenarioLoaderTests {
    @Test func `a file that sets only a title means the model's defaults`() throws {
        var expected = Scenario(title: "Nothing")
        expected.signaling = Signaling()
        #expect(try load("title: Nothing\n").model == expected)
    }

    @Test func `six lines are a scenario`() throws {
        let loaded = try load(
            """
            title: Six lines
            arrivals: {rate: 2 /s}
            general:
              stop_time: 30 s
              replications: 2
            thresholds: {match.latency.p95: <= 5 s}
            """)
        #expect(loaded.model.arrivals == .rate(2))
        #expect(loaded.model.general.warmUp == .seconds(3))
        #expect(loaded.model.general.seriesStep == .milliseconds(2700))
        #expect(
            loaded.model.thresholds == [
                Threshold(
                    metric: "match.latency", statistic: .p95, comparison: .atMost, limit: 5)
            ])
        #expect(loaded.warnings.isEmpty)
    }

    @Test(arguments: ["smoke", "evening-peak"])
    func `the effective scenario of a shipped file is a scenario that means the same`(
        name: String
    ) throws {
        let loaded = try ScenarioLoader.load(path: "\(scenarioDirectory)/\(name).yaml")
        #expect(loaded.name == name)
        #expect(loaded.warnings.isEmpty)
        let again = try load(loaded.effectiveText)
        #expect(again.model == loaded.model)
        #expect(again.effectiveText == loaded.effectiveText)
    }

    @Test func `names are numbered in the order of their first mention`() throws {
        let model = try load(
            """
            population:
              - persona: a
                share: 25 %
                language: {pt: 50 %, en: 50 %}
                access: {office: 100 %}
              - persona: b
                share: 0.75
                behaviour: harasser
                language: {en: 30 %, "no": 70 %}
                access: {mobile: 100 %}
            access:
              office: {region: {us: 1.0}, delay: {constant: 5 ms}}
              mobile: {region: {eu: 100 %}}
            regions: {delay: [[us, eu, 45 ms], [eu, eu, 5 ms]]}
            """
        ).model
        #expect(model.languages == ["pt", "en", "no"])
        #expect(
            model.population[1].language
                == [NamedShare(index: 1, share: 0.3), NamedShare(index: 2, share: 0.7)])
        #expect(model.access.map(\.name) == ["office", "mobile"])
        #expect(model.access[0].nat == AccessNetwork.fixed.nat)
        #expect(model.access[0].delay == .constant(0.005))
        #expect(model.access[1].nat == AccessNetwork.mobile.nat)
        #expect(model.regions.names == ["us", "eu"])
        #expect(
            model.regions.delay == [
                [Regions.delayWithin, .milliseconds(45)], [.milliseconds(45), .milliseconds(5)],
            ])
        #expect(model.relay.regions.map(\.region) == [0, 1])
        #expect(model.population[1].requeue == 0.9)
    }

    @Test func `equal scenarios have equal effective texts whatever their files look like`() throws
    {
        let a = try load("general: {stop_time: 600 s}\narrivals: {rate: 300 /min}\n")
        let b = try load("# the same\narrivals:\n  rate: '5 /s'\ngeneral:\n  seed: 1\n")
        #expect(a.effectiveText == b.effectiveText)
        #expect(a.sourceHash != b.sourceHash)
        #expect(a.sourceHash.count == 64)
    }

    @Test func `every distribution is read`() throws {
        func patience(_ text: String) throws -> Distribution {
            try load("population: [{persona: p, patience: \(text)}]").model.population[0].patience
        }
        #expect(try patience("{constant: 30 s}") == .constant(30))
        #expect(try patience("{uniform: {min: 1 s, max: 3 s}}") == .uniform(min: 1, max: 3))
        #expect(
            try patience("{lognormal: {median: 20 s, sigma: 1.0}}")
                == .lognormal(median: 20, sigma: 1))
        #expect(
            try patience("{weibull: {scale: 30 s, shape: 0.8}}") == .weibull(scale: 30, shape: 0.8))
        #expect(
            try patience("{log_logistic: {median: 150 s, shape: 1.5}}")
                == .logLogistic(median: 150, shape: 1.5))
        #expect(
            try patience("{gamma: {mean: 4 ms, shape: 2}}") == .gamma(mean: 0.004, shape: 2))
        #expect(
            try patience(
                "{mixture: [{weight: 60 %, constant: 1 s}, {weight: 40 %, constant: 2 s}]}")
                == .mixture([
                    .init(weight: 0.6, distribution: .constant(1)),
                    .init(weight: 0.4, distribution: .constant(2)),
                ]))
    }

    @Test func `built-in networks in files are those of the model`() throws {
        #expect(
            try load("access: {mobile: {mdns: 50 %}}").model.access[1].nat
                == AccessNetwork.mobile.nat)
        let changed = try load("access: {mobile: {mdns: 50 %}}").model.access
        #expect(changed[1].mdns == 0.5)
        #expect(changed[2] == .enterprise)
    }

    @Test func `what nobody uses is told and does not hinder`() throws {
        let loaded = try load("access: {satellite: {mdns: 50 %}}")
        #expect(
            loaded.warnings.map(\.description) == [
                "x.yaml:1:10: warning: access network 'satellite' is not used by anybody"
            ])
    }
}
