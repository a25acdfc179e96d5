import Quantities
import RandomStreams
import Testing

@testable import PrivacyStores

@Suite struct AggregateTests {
    /// Calls at random; at most an hour and a half each.
    static func trace(_ count: Int, seed: UInt64, days: Int64 = 3) -> [TracedCall] {
        var random = stream(seed)
        return (0..<count).map { _ in
            TracedCall(
                start: SimTime(
                    nanoseconds: Int64(
                        random.nextInteger(
                            below: UInt64(SimDuration.days(days).nanoseconds)))),
                duration: SimDuration(
                    seconds: min(5400, random.nextExponential(mean: 300))))
        }
    }

    static func aggregates(_ trace: some Sequence<TracedCall>) -> CallAggregates {
        var counts = CallAggregates()
        for call in trace {
            counts.count(
                CallCell(
                    hour: HourOfDay(of: call.start + call.duration),
                    duration: DurationBin(of: call.duration)))
        }
        return counts
    }

    @Test func `taking one call out of a run changes one cell by one`() {
        let trace = Self.trace(300, seed: 1)
        let all = Self.aggregates(trace)
        #expect(all.total == 300)
        for removed in trace.indices {
            var rest = trace
            rest.remove(at: removed)
            let without = Self.aggregates(rest)
            let changed = CallAggregates.cells.filter { all[$0] != without[$0] }
            #expect(changed.count == 1 && all[changed[0]] == without[changed[0]] + 1)
        }
    }

    @Test func `cells are numbered one to one`() {
        #expect(CallAggregates.cells.map(\.index) == Array(0..<CallCell.count))
        #expect(CallCell(index: CallCell.count) == nil && CallCell(index: -1) == nil)
        #expect(HourOfDay(rawValue: 24) == nil)
    }

    @Test func `no time finer than an hour is left`() {
        let hours = (0..<96).map { HourOfDay(of: at(.hours(Int64($0)))).rawValue }
        #expect(hours == (0..<96).map { UInt8($0 % 24) })
        #expect(HourOfDay(of: at(.hours(1) - .nanoseconds(1))).rawValue == 0)
        #expect(HourOfDay(of: at(.hours(3)), start: .hours(22)).rawValue == 1)
        #expect(HourOfDay(of: at(.minutes(29)), start: .minutes(30)).rawValue == 0)
        #expect(HourOfDay(of: at(.minutes(30)), start: .minutes(30)).rawValue == 1)
        // Equal but for what is finer than hour and bin: equal aggregates.
        let one = TracedCall(start: at(.hours(5)), duration: .seconds(61))
        let other = TracedCall(start: at(.hours(5) + .minutes(50)), duration: .seconds(119))
        #expect(Self.aggregates([one]) == Self.aggregates([other]))
    }

    @Test func `bins meet without a gap`() {
        for index in 0..<DurationBin.count {
            let bin = DurationBin(index: index)!
            #expect(DurationBin(of: bin.lowerBound) == bin)
            guard let end = bin.upperBound else { continue }
            #expect(DurationBin(of: end - .nanoseconds(1)) == bin)
            #expect(DurationBin(of: end).index == index + 1)
            #expect(bin.typicalSeconds > bin.lowerBound.seconds && bin.typicalSeconds < end.seconds)
        }
        #expect(DurationBin(of: .days(4)).index == DurationBin.count - 1)
        #expect(DurationBin(of: .zero).index == 0)
    }

    @Test(arguments: [1, 2, 5, 20] as [UInt64])
    func `counts below k are withheld, zero too`(k: UInt64) {
        let counts = Self.aggregates(Self.trace(1000, seed: 2))
        let published = counts.suppressed(below: k)
        for cell in CallAggregates.cells {
            #expect(published[cell] == (counts[cell] >= k ? Int64(counts[cell]) : nil))
        }
        #expect(published.counts.contains(nil))
        #expect(published.counts.contains { $0 != nil })
    }

    // MARK: Noise

    @Test func `noise has the two-sided geometric distribution`() throws {
        // χ² of 14 classes: 13 degrees of freedom, above 44.0 with probability 3·10⁻⁵ each.
        for (seed, fraction) in [(1, 1), (1, 2), (7, 5), (1, 5)].enumerated() {
            let loss = try #require(PrivacyLoss(UInt64(fraction.0), UInt64(fraction.1)))
            var random = stream(40 + UInt64(seed))
            let draws = 20_000
            var counts = [Int](repeating: 0, count: 14)
            for _ in 0..<draws {
                let z = random.nextTwoSidedGeometric(loss)
                counts[Int(max(-7, min(6, z))) + 7] += 1
            }
            let alpha = Elementary.exp(-loss.epsilon)
            var chi = 0.0
            for (index, count) in counts.enumerated() {
                let z = Double(abs(index - 7))
                // Everything beyond an end belongs to it: a geometric tail.
                let mass =
                    index == 0 || index == 13
                    ? Elementary.pow(alpha, z) / (1 + alpha)
                    : (1 - alpha) / (1 + alpha) * Elementary.pow(alpha, z)
                let expected = mass * Double(draws)
                chi += (Double(count) - expected) * (Double(count) - expected) / expected
            }
            #expect(chi < 44, "ε = \(loss.epsilon): χ² = \(chi)")
        }
    }

    @Test func `noise is the same on every machine`() throws {
        let loss = try #require(PrivacyLoss(1, 2))
        var random = stream(7)
        let draws = (0..<16).map { _ in random.nextTwoSidedGeometric(loss) }
        #expect(draws == [-2, 1, 3, 12, -8, -2, 0, 5, -2, -1, -5, 0, -2, -2, -7, 1])
    }

    @Test func `every cell gets noise of its own, empty ones too`() throws {
        let counts = Self.aggregates(Self.trace(500, seed: 3))
        var random = stream(8)
        let loss = try #require(PrivacyLoss(1, 10))
        let published = counts.noisy(loss, using: &random)
        let noise = CallAggregates.cells.map { published[$0]! - Int64(counts[$0]) }
        #expect(published.method == .noisy(loss))
        let changed = zip(noise, CallAggregates.cells).filter { $0.0 != 0 }
        #expect(changed.contains { counts[$0.1] == 0 } && changed.contains { counts[$0.1] > 0 })
        // Variance 2α/(1 − α)² = 199.8; that of its mean over 288 cells with kurtosis 6: ± 20 % thrice.
        let variance = noise.reduce(0.0) { $0 + Double($1 * $1) } / Double(noise.count)
        #expect(variance > 80 && variance < 320)
    }

    @Test func `a privacy loss is a fraction within limits`() {
        #expect(PrivacyLoss(0, 1) == nil && PrivacyLoss(1, 0) == nil)
        #expect(PrivacyLoss(1, PrivacyLoss.limit + 1) == nil)
        #expect(PrivacyLoss(3, 4)?.epsilon == 0.75)
    }

    // MARK: Planning

    @Test func `a full trace loads the hours in which calls last`() {
        let trace = [
            TracedCall(start: at(.hours(9) + .minutes(30)), duration: .hours(2)),
            TracedCall(start: at(.days(1) + .hours(23) + .minutes(45)), duration: .minutes(30)),
        ]
        let load = HourlyLoad(trace, days: 2)
        var expected = [Double](repeating: 0, count: 24)
        (expected[9], expected[10], expected[11]) = (0.25, 0.5, 0.25)
        (expected[23], expected[0]) = (0.125, 0.125)
        #expect(load.erlangs == expected)
        let shifted = HourlyLoad(trace, days: 2, start: .minutes(30))
        #expect(shifted.erlangs[10] == 0.5 && shifted.erlangs[11] == 0.5)
    }

    @Test func `the planning error is what aggregation lost`() throws {
        // Calls of exactly a bin's typical length that do not cross an hour: nothing is lost.
        let typical = SimDuration(seconds: DurationBin(index: 5)!.typicalSeconds)
        let tame = (0..<48).map {
            TracedCall(start: at(.hours($0) + .minutes(2)), duration: typical)
        }
        let exact = PlanningError(
            of: Self.aggregates(tame).suppressed(below: 1), against: tame, days: 2)
        #expect(try #require(exact.overall) < 1e-9)
        #expect(try #require(exact.busiestHour).magnitude < 1e-9)
        // With k above what any cell has, all is withheld, and so all load is missing.
        let blind = PlanningError(
            of: Self.aggregates(tame).suppressed(below: 3), against: tame, days: 2)
        #expect(blind.overall == 1 && blind.busiestHour == -1 && blind.peakAboveBusiest == nil)
        // A usual evening: off by a few per cent.
        let trace = Self.trace(20_000, seed: 5)
        let usual = PlanningError(
            of: Self.aggregates(trace).suppressed(below: 5), against: trace, days: 3)
        #expect(try #require(usual.overall) < 0.1)
        #expect(try #require(usual.busiestHour).magnitude < 0.1)
        #expect(try #require(usual.peakAboveBusiest) > 0)
        #expect(
            PlanningError(of: CallAggregates().suppressed(below: 1), against: [], days: 1).overall
                == nil)
    }

    @Test func `the peak is the most calls at once`() {
        let calls = [(0, 10), (5, 10), (10, 5), (14, 1), (15, 5)].map {
            TracedCall(start: at(.seconds($0.0)), duration: .seconds($0.1))
        }
        let error = PlanningError(
            of: Self.aggregates(calls).suppressed(below: 1), against: calls, days: 1)
        #expect(error.peak == 3)
    }
}
