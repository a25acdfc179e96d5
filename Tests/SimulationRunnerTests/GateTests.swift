import PlatformModel
import Quantities
import Results
import ScenarioModel
import Testing

@testable import SimulationRunner

@Suite struct GateTests {
    static let scenario = ComparisonTests.scenario()

    /// Eight replications as they are, and with pairs every 12 s.
    private static let greedy = ComparisonTests.greedy
    private static let slow = ComparisonTests.batched

    static func baseline(_ outcomes: [ReplicationOutcome]) -> BaselineDocument {
        BaselineDocument(
            outcomes, of: scenario, named: "test", effective: .object([]), seed: 7,
            reason: "begin", toolVersion: "1")
    }

    /// A gate that has looked as often as its verdict took.
    static func gate(
        _ baseline: BaselineDocument, _ outcomes: [ReplicationOutcome], budget: Int = 8
    ) -> Gate {
        var gate = Gate(baseline, scenario, budget: budget)
        for look in gate.looks {
            gate.look(at: Array(outcomes[gate.replications..<look]))
            if gate.verdict != nil { break }
        }
        return gate
    }

    /// The same figures by another way.
    static func othersTrajectories(_ baseline: BaselineDocument) -> BaselineDocument {
        var baseline = baseline
        baseline.fingerprints = baseline.fingerprints.map { "other" + $0 }
        return baseline
    }

    @Test func `an unchanged build passes at the first look`() async {
        let outcomes = await Self.greedy.value
        let gate = Self.gate(Self.baseline(outcomes), outcomes)
        #expect(gate.verdict == .identical)
        #expect(gate.replications == 4)
        #expect(FirstDifference(outcomes[0], against: gate.baseline, Self.scenario) == nil)
    }

    @Test func `other decisions without a loss pass, cell by cell`() async {
        let outcomes = await Self.greedy.value
        let gate = Self.gate(Self.othersTrajectories(Self.baseline(outcomes)), outcomes)
        #expect(gate.verdict == .pass)
        #expect(gate.cells.contains { $0.state == .passed && $0.group == "language=es" })
        #expect(gate.cells.allSatisfy { $0.state == .passed || $0.state == .tooFew })
    }

    @Test func `waits 10 % longer of one language are told by that language's name`() async throws {
        let outcomes = await Self.greedy.value
        var baseline = Self.othersTrajectories(Self.baseline(outcomes))
        let place = try #require(
            baseline.cells.firstIndex { $0.measure == "wait" && $0.group == "language=es" })
        // Of mean waits alone, without room for rounding: more cells take more replications.
        baseline.margins[0].absolute = 0
        baseline.cells[place].values = baseline.cells[place].values.map { $0.map { $0 / 1.1 } }
        baseline.cells.removeAll { $0.measure != "wait" }
        let gate = Self.gate(baseline, outcomes)
        #expect(gate.verdict == .regression)
        #expect(gate.cells.filter { $0.state == .regressed }.map(\.name) == ["wait of language=es"])
    }

    @Test func `whoever pairs every 12 s is told, with the first decision that differs`()
        async throws
    {
        let (greedy, batch) = (await Self.greedy.value, await Self.slow.value)
        let slow = ComparisonTests.slow(Self.scenario)
        let gate = Self.gate(Self.baseline(greedy), batch)
        #expect(gate.verdict == .regression)
        #expect(gate.cells.contains { $0.state == .regressed && $0.name == "wait of all" })
        let difference = try #require(FirstDifference(batch[0], against: gate.baseline, slow))
        #expect(difference.number == 0)
        let before = try #require(difference.baseline)
        #expect(difference.time.sinceStart.nanoseconds == before.time, "greedy decides first")
        let choice = try #require(
            difference.choices.first { $0.ticket.number == before.tickets[0] })
        #expect(choice.candidates.contains { $0.number == before.tickets[1] })
        let report = GateReport(
            gate: gate, scenario: slow, file: "a.yaml", lines: ["matchmaking": 9], policies: [],
            difference: difference, targets: [])
        #expect(report.text.contains("wait of all"))
        #expect(report.text.contains("first decision to differ: number 0"))
        #expect(report.junit.contains("<failure"))
        #expect(report.markdown.contains("| wait of all | regressed |"))
        let sarif = report.sarif(toolVersion: "1")
        let results = try #require(sarif["runs"]?.array?.first?["results"]?.array)
        #expect(results.contains { $0["ruleId"]?.string == "regression" })
        #expect(results.first.map { "\($0)".contains("startLine") } == true)
    }

    @Test func `what became better for somebody and worse for nobody is an improvement`() async {
        var baseline = Self.baseline(await Self.slow.value)
        // Early pairs leave fewer to pair with: of these shares nothing is asked here.
        baseline.cells.removeAll { $0.measure != "wait" || $0.group.contains("interest=") }
        let gate = Self.gate(baseline, await Self.greedy.value)
        #expect(gate.verdict == .improvement)
    }

    @Test func `too small a budget decides nothing`() async {
        let outcomes = await Self.greedy.value
        var baseline = Self.othersTrajectories(Self.baseline(outcomes))
        for cell in baseline.cells.indices {
            for (index, factor) in [0.4, 1.7].enumerated() {
                baseline.cells[cell].values[index] = baseline.cells[cell].values[index].map {
                    $0 * factor + 0.1 * factor
                }
            }
        }
        let gate = Self.gate(baseline, outcomes, budget: 2)
        #expect(gate.looks == [2])
        #expect(gate.verdict == .inconclusive)
    }

    @Test func `nothing passes for lack of tickets`() async {
        let outcomes = await Self.greedy.value
        var baseline = Self.othersTrajectories(Self.baseline(outcomes))
        baseline.leastTickets = 1e9
        #expect(Self.gate(baseline, outcomes).verdict == .inconclusive)
    }

    @Test func `an update keeps margins and reasons`() async {
        let outcomes = await Self.greedy.value
        var earlier = Self.baseline(outcomes)
        earlier.margins[0].relative = 0.2
        earlier.leastTickets = 7
        let later = BaselineDocument(
            outcomes, of: Self.scenario, named: "test", effective: .object([]), seed: 7,
            reason: "again", toolVersion: "2", after: earlier)
        #expect(later.margins[0].relative == 0.2)
        #expect(later.leastTickets == 7)
        #expect(later.history.map(\.reason) == ["begin", "again"])
    }

    @Test func `only policies may differ`() {
        func scenario(_ seed: Int64, _ policy: String, _ title: String) -> JSONValue {
            .object([
                .init("title", .string(title)),
                .init("general", .object([.init("seed", .integer(seed))])),
                .init("matchmaking", .object([.init("policy", .string(policy))])),
            ])
        }
        let same = Comparability(scenario(1, "greedy", "a"), scenario(1, "batch", "b"))
        #expect(same.world.isEmpty)
        #expect(same.policies.map(\.key) == ["matchmaking.policy"])
        let other = Comparability(scenario(1, "greedy", "a"), scenario(2, "greedy", "a"))
        #expect(other.world.map(\.key) == ["general.seed"])
        #expect(other.world.map(\.now) == ["2"])
        #expect(other.obstacles.isEmpty, "two runs can take one seed")
    }

    @Test func `whoever cannot be told in the other run is in the way of a comparison`() throws {
        func scenario(_ change: (inout String) -> Void = { _ in }) throws -> JSONValue {
            var text = """
                {"general": {"warm_up": "2 s", "stop_time": "40 s"},
                 "population": [
                   {"persona": "a", "language": {"en": 0.7, "es": 0.3}, "interest": {"any": 1}},
                   {"persona": "b", "language": {"fr": 1}, "interest": {"any": 1}}],
                 "access": {"fixed": {}, "mobile": {"delay": "9 ms"}}}
                """
            change(&text)
            return try JSONReader.read(Array(text.utf8))
        }
        func obstacles(_ one: String, _ other: String) throws -> [String] {
            let changed = try scenario {
                #expect($0.contains(one))
                $0 = String(
                    $0.split(separator: one, omittingEmptySubsequences: false)
                        .joined(separator: other))
            }
            let comparability = Comparability(try scenario(), changed)
            #expect(!comparability.world.isEmpty)
            return comparability.obstacles.map(\.key)
        }
        #expect(Comparability(try scenario(), try scenario()).world.isEmpty)
        #expect(try obstacles("\"40 s\"", "\"50 s\"") == ["general.stop_time"])
        #expect(try obstacles("\"2 s\"", "\"0 s\"") == ["general.warm_up"])
        #expect(try obstacles("\"a\"", "\"c\"") == ["the names of persona"])
        #expect(try obstacles("\"any\"", "\"all\"") == ["the names of interest"])
        #expect(try obstacles("\"fixed\"", "\"cable\"") == ["the names of access"])
        let (usual, turned) = ("\"en\": 0.7, \"es\": 0.3", "\"es\": 0.3, \"en\": 0.7")
        #expect(try obstacles(usual, turned) == ["the names of language"])
        // Whoever stays the same but is fewer, or further away, can be compared.
        #expect(try obstacles("0.7", "0.6") == [])
        #expect(try obstacles("9 ms", "99 ms") == [])
    }
}
