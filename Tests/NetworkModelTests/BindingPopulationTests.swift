import NetworkModel
import RandomStreams
import Testing

@Suite struct BindingPopulationTests {
    /// 40,000 draws: every published share within 4.5 standard errors, a false alarm in fewer
    /// than 1e-5 of runs for each; all draws within the published range.
    @Test(arguments: BindingPopulation.allCases)
    func `draws have the published quantiles and range`(_ population: BindingPopulation) {
        var stream = World.stream(9)
        let n = 40_000
        let draws = (0..<n).map { _ in population.distribution.sample(using: &stream) }
        let points = population.points
        #expect(draws.allSatisfy { $0 >= points[0].seconds && $0 <= points.last!.seconds })
        for point in points.dropFirst().dropLast() {
            let share = Double(draws.count { $0 <= point.seconds }) / Double(n)
            let deviation = (point.share * (1 - point.share) / Double(n)).squareRoot()
            #expect(abs(share - point.share) < 4.5 * deviation, "\(population) \(point.seconds)")
        }
    }

    /// The figures as published, so that no edit of the points goes unnoticed.
    @Test func `medians and bounds are those of the measurements`() {
        func median(_ population: BindingPopulation) -> Double? {
            population.points.first { $0.share == 0.5 }?.seconds
        }
        #expect(median(.fixedCarriers) == 35 && median(.cellularCarriers) == 65)
        for carriers in [BindingPopulation.fixedCarriers, .cellularCarriers] {
            #expect(carriers.points[0].seconds == 10 && carriers.points.last!.seconds == 200)
        }
        #expect(BindingPopulation.fixedCarriers.points.contains { $0 == (60, 0.74) })
        #expect(BindingPopulation.homeGateways.points[0].seconds == 30)
    }
}
