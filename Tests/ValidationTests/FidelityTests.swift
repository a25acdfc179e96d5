import Measurement
import MediaPipeline
import Quantities
import ScenarioModel
import Testing

@testable import Validation

/// Whether calls in different detail come to the same.
@Suite struct FidelityTests {
    private func agreement(_ greater: [Double?], _ lesser: [Double?]) -> Agreement {
        Agreement(
            AgreementRule(metric: .mediaLoss, absolute: 0.001, relative: 0.1), .sealed, greater,
            .flow, lesser)
    }

    @Test func `a verdict needs the whole interval`() {
        let values = [0.010, 0.014, 0.008, 0.012]
        #expect(agreement(values, values.map { $0 + 0.0005 }).verdict == .agrees)
        #expect(agreement(values, values.map { $0 + 0.005 }).verdict == .differs)
        #expect(agreement(values, values.map { $0 - 0.005 }).verdict == .differs)
        #expect(agreement(values, [0.008, 0.016, 0.005, 0.015]).verdict == .undecided)
        #expect(agreement([0.01], [0.01]).verdict == .undecided)
        #expect(agreement([nil, nil, 0.01], [0.01, 0.01, 0.01]).verdict == .undecided)
        #expect(agreement([0, 0, 0], [0, 0, 0]).verdict == .agrees)
    }

    /// Of many comparisons some are beyond by chance: what alone would differ is undecided among them.
    @Test func `a difference is believed only if it is more than the chance of many`() throws {
        let values = [0.010, 0.014, 0.008, 0.012]
        // 0.0016, error 0.0001, where 0.0011 are allowed: t of 4.6 with 3 degrees of freedom, p 0.0095.
        let slight = agreement(values, [0.0117, 0.0158, 0.0093, 0.0136])
        let equal = agreement(values, values)
        #expect(slight.verdict == .differs)
        #expect(try #require(slight.probability) < 0.05)
        #expect(equal.probability == 1)
        let many = Agreement.corrected([slight] + Array(repeating: equal, count: 9))
        #expect(many[0].verdict == .undecided)
        #expect(many[0].adjustedProbability == slight.probability.map { $0 * 10 })
        #expect(many[0].probability == slight.probability)
        #expect(many.dropFirst().allSatisfy { $0.verdict == .agrees })
        // What is far beyond is seen among hundreds.
        let great = agreement(values, [0.0150, 0.0191, 0.0129, 0.0170])
        let hundreds = Agreement.corrected([great] + Array(repeating: equal, count: 449))
        #expect(hundreds[0].verdict == .differs)
    }

    @Test func `the tolerance is the wider of both, by the greater detail`() {
        #expect(agreement([0.5, 0.5], [0.5, 0.5]).tolerance == 0.05)
        #expect(agreement([0.002, 0.002], [0.5, 0.5]).tolerance == 0.001)
    }

    @Test func `the grid spans loss, jitter and delay, with all details at its corners`() {
        let grid = FidelityCondition.grid(Scenario(title: "Base"))
        #expect(grid.count == 64)
        #expect(Set(grid.map(\.name)).count == 64)
        #expect(grid.count { $0.details == Detail.allCases } == 4)
        #expect(grid.last?.name == "loss 10 %, jitter 50.0 ms, delay 400.0 ms")
        #expect(grid.allSatisfy { $0.scenario.population.allSatisfy { $0.requeue == 0 } })
    }

    @Test func `flows agree with sealed calls over a path that loses and delays`() async throws {
        var scenario = Scenario(title: "Base")
        scenario.ice.setup = .modelled
        let condition = try #require(
            FidelityCondition.grid(scenario).first {
                $0.name == "loss 3 %, jitter 20.0 ms, delay 50.0 ms"
            })
        let study = FidelityStudy(
            [condition], replications: 3, seed: 3, speech: SyntheticSpeech.material())
        let report = try await study.run(threads: 2)
        let agreements = try #require(report.conditions.first).agreements
        #expect(agreements.count == AgreementRule.all.count)
        #expect(report.passes)
        // Late packets and delay are told by few calls.
        #expect(report.count(.agrees) >= 2, "\(report.table)")
        for agreement in agreements
        where ![.mediaLate, .dtlsLatency].contains(agreement.rule.metric) {
            let (sealed, flow) = (agreement.greaterValue ?? .nan, agreement.lesserValue ?? .nan)
            #expect(abs(flow / sealed - 1) < 0.4, "\(agreement.rule.metric.description.name)")
        }
        #expect(report.json.text().contains("voicesim.fidelity/1"))
        #expect(report.comparisons.split(separator: "\n").count == 1 + agreements.count)
    }
}
