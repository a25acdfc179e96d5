import Quantities
import ScenarioFiles
import ScenarioModel
import Testing

@Suite struct OverrideTests {
    static let file = """
        general: {stop_time: 20 min}
        population:
          - {persona: talker, share: 97 %, patience: {constant: 30 s}}
          - {persona: harasser, share: 3 %, behaviour: harasser}
        thresholds: {match.latency.p95: <= 5 s}
        """

    private func model(_ overrides: String...) throws -> Scenario {
        try load(Self.file, set: overrides).model
    }

    @Test func `single values are replaced, in order`() throws {
        let model = try model(
            "population.0.share=90%", "population.1.share=0.1", "general.seed=7",
            "general.seed=8", "arrivals.rate=20 /s")
        #expect(model.population.map(\.share) == [0.9, 0.1])
        #expect(model.general.seed == 8)
        #expect(model.arrivals == .rate(20))
    }

    @Test func `keys that the file leaves out are made`() throws {
        let model = try model(
            "media.codec.bitrate=32 kbit/s", "access.fixed.loss.gilbert.loss=1 %",
            "access.fixed.loss.gilbert.mean_burst=3", "population.0.language.es=100 %",
            "population.0.requeue=0.5", "thresholds.relay.share=< 30 %")
        #expect(model.media.codec.bitrate == .kilobitsPerSecond(32))
        #expect(model.access[0].loss.meanBurst == 3)
        #expect(model.access[0].nat == AccessNetwork.fixed.nat)
        #expect(model.languages == ["es"])
        #expect(model.population[0].requeue == 0.5)
        #expect(model.thresholds.count == 2)
    }

    @Test func `a list that the file leaves out begins as its default`() throws {
        let loaded = try load(
            "title: x", set: ["population.0.requeue=10 %", "matchmaking.expansion.1.after=9 s"])
        #expect(loaded.model.population[0].name == "talker")
        #expect(loaded.model.population[0].requeue == 0.1)
        #expect(loaded.model.matchmaking.expansion[1].after == .seconds(9))
    }

    @Test func `whole maps and lists are given in brackets`() throws {
        let model = try model(
            "population.0.patience={exponential: {mean: 20 s}}",
            "thresholds.match.latency.p95=<= 2 s",
            "matchmaking.expansion=[{after: 0 s, require: []}]")
        #expect(model.population[0].patience == .exponential(mean: 20))
        #expect(model.thresholds[0].limit == 2)
        #expect(model.matchmaking.expansion.count == 1)
    }

    @Test(arguments: [
        (
            "population.0.share=3%",
            "--set population.0.share: error: shares sum to 0.06; they have to sum to 1"
        ),
        ("general.seed", "--set general.seed: error: 'general.seed' is not KEY=VALUE"),
        (
            "general.sed=1",
            "--set general.sed: error: unknown key 'sed' in general; did you mean 'seed'? "
                + "(valid keys: seed, warm_up, stop_time, replications, series_step)"
        ),
        (
            "population.2.share=3%",
            "--set population.2.share: error: population has no entry '2'; it has 0 to 1"
        ),
        (
            "population.talker.share=3%",
            "--set population.talker.share: error: population has no entry 'talker'; it has 0 to 1"
        ),
        (
            "general.stop_time.x=1",
            "--set general.stop_time.x: error: general.stop_time is a single value and has nothing "
                + "inside"
        ),
        (
            "general..seed=1",
            "--set general..seed: error: key 'general..seed' has an empty part; write it like "
                + "population.0.share"
        ),
        (
            "general.stop_time=70",
            "--set general.stop_time: error: '70' has no unit; write it as '20 ms', '30 s' or "
                + "'10 min'"
        ),
        (
            "general.stop_time=",
            "--set general.stop_time: error: nothing found, a time such as '20 ms', '30 s' or "
                + "'10 min' expected"
        ),
        (
            "general={seed: [",
            "--set general: error: not YAML: while parsing a flow node, did not find expected node "
                + "content"
        ),
        (
            "title=&a x",
            "--set title: error: YAML anchors (&name) are not accepted; write the value where it "
                + "is used"
        ),
        (
            "general.warm_up=20 min",
            "--set general.warm_up: error: warm_up 20 min has to be less than stop_time 20 min"
        ),
    ]) func `errors point to the option`(override: String, message: String) {
        #expect(errors(Self.file, set: [override]) == [message])
    }
}
