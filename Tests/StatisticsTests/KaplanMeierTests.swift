import Statistics
import Testing

@Suite struct KaplanMeierTests {
    static func estimate(events: [Int64], censored: [Int64]) -> KaplanMeier {
        var recorder = SurvivalRecorder()
        for time in events { recorder.record(time, happened: true) }
        for time in censored { recorder.record(time, happened: false) }
        return KaplanMeier(recorder)
    }

    /// Weeks of remission under 6-mercaptopurine (Freireich et al., Blood 21, 1963), the example of
    /// many textbooks; the estimate and its standard errors as printed in Kleinbaum and Klein,
    /// Survival Analysis, and in Collett, Modelling Survival Data in Medical Research.
    @Test func `remission times under 6-MP give the published estimate`() {
        let estimate = Self.estimate(
            events: [6, 6, 6, 7, 10, 13, 16, 22, 23],
            censored: [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35])
        let published: [(Int64, Int64, Double, Double)] = [
            (6, 21, 0.8571, 0.0764), (7, 17, 0.8067, 0.0869), (10, 15, 0.7529, 0.0963),
            (13, 12, 0.6902, 0.1068), (16, 11, 0.6275, 0.1141), (22, 7, 0.5378, 0.1282),
            (23, 6, 0.4482, 0.1346),
        ]
        #expect(estimate.steps.count == published.count)
        for (step, (time, atRisk, survival, error)) in zip(estimate.steps, published) {
            #expect(step.time == time && step.atRisk == atRisk)
            #expect(abs(step.survival - survival) < 5.1e-5)
            #expect(abs(step.variance.squareRoot() - error) < 5.1e-5)
        }
        #expect(estimate.quantile(0.5) == 23)
        #expect(estimate.quantile(0.25) == 13)
        #expect(estimate.quantile(0.75) == nil, "the observations do not reach so far")
    }

    /// The same trial's placebo group, in which nobody was censored: the share still in remission.
    @Test func `without censoring the estimate is the share that is left`() {
        let times: [Int64] = [
            1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23,
        ]
        let estimate = Self.estimate(events: times, censored: [])
        for time in Int64(0)...25 {
            let left = Double(times.count { $0 > time }) / 21
            #expect(abs(estimate.survival(at: time) - left) < 1e-12)
        }
        #expect(estimate.quantile(0.5) == 8 && estimate.quantile(1) == 23)
    }

    @Test func `an estimate by hand`() {
        // 5 watched: an event at 1; censored at 2; events at 3 (of 3 at risk) and 4 (of 2).
        let estimate = Self.estimate(events: [1, 3, 4], censored: [2, 4])
        #expect(estimate.steps.map(\.atRisk) == [5, 3, 2])
        for (step, survival) in zip(estimate.steps, [4.0 / 5, 8.0 / 15, 4.0 / 15]) {
            #expect(abs(step.survival - survival) < 1e-15)
        }
        #expect(estimate.survival(at: 0) == 1 && estimate.quantile(0.4) == 3)
    }

    @Test func `nobody, and nobody to whom it happened`() {
        #expect(Self.estimate(events: [], censored: []).quantile(0.1) == nil)
        let censored = Self.estimate(events: [], censored: [3, 4])
        #expect(censored.steps.isEmpty && censored.survival(at: 10) == 1)
    }

    @Test func `parts merged in any order give the whole`() {
        var parts = (0..<3).map { _ in SurvivalRecorder() }
        var whole = SurvivalRecorder()
        for n in Int64(0)..<90 {
            parts[Int(n % 3)].record(n * 7 % 13, happened: n % 4 == 0)
            whole.record(n * 7 % 13, happened: n % 4 == 0)
        }
        var (one, other) = (parts[0], parts[2])
        one.merge(parts[1])
        one.merge(parts[2])
        other.merge(parts[1])
        other.merge(parts[0])
        #expect(one == whole && other == whole)
        #expect(whole.subjects == 90 && whole.events == 23)
    }
}
