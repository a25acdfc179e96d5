import RandomStreams
import ScenarioModel
import Testing

@Suite struct ClockDriftTests {
    private func draws(_ drift: ClockDrift, _ count: Int = 4000) -> [Double] {
        var stream = RandomStream(
            StreamName(
                seed: 3, replication: 0, purpose: StreamPurpose(rawValue: 900), entity: 0))
        return (0..<count).map { _ in drift.sample(using: &stream) }
    }

    @Test func `a constant error is everybody's`() {
        #expect(draws(.constant(-20), 10).allSatisfy { $0 == -20 })
    }

    @Test func `a uniform error is within its bounds, to both sides`() {
        let errors = draws(.uniform(min: -50, max: 100))
        #expect(errors.allSatisfy { (-50.0..<100).contains($0) })
        // The mean of 4,000 has a standard error of 0.7.
        #expect(abs(errors.reduce(0, +) / 4000 - 25) < 5)
    }

    @Test func `a normal error has its mean and deviation, and no clock is off by more than 1000`()
    {
        let errors = draws(.normal(mean: -10, sigma: 30))
        let mean = errors.reduce(0, +) / 4000
        let variance = errors.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4000
        #expect(abs(mean + 10) < 4)
        #expect(abs(variance / 900 - 1) < 0.2)
        #expect(draws(.normal(mean: 0, sigma: 1000)).allSatisfy { $0.magnitude <= 1000 })
        #expect(draws(.normal(mean: 0, sigma: 1000)).contains { $0.magnitude == 1000 })
    }
}
