import Histogram
import Quantities
import RandomStreams
import Statistics
import Testing

private func stream(_ entity: UInt64) -> RandomStream {
    RandomStream(
        StreamName(seed: 3, replication: 0, purpose: StreamPurpose(rawValue: 902), entity: entity))
}

@Suite struct DistributionRecorderTests {
    private func recorder(_ values: [Int64], resolution: UInt64 = 1) -> DistributionRecorder {
        var recorder = DistributionRecorder(resolution: resolution)
        for value in values { recorder.record(value) }
        return recorder
    }

    @Test func `nothing recorded has no figures and takes no memory`() {
        let empty = DistributionRecorder()
        #expect(empty.count == 0)
        #expect(empty.mean == nil)
        #expect(empty.variance == nil)
        #expect(empty.min == nil)
        #expect(empty.max == nil)
        #expect(empty.percentile(50) == nil)
        #expect(empty.footprint == 0)
    }

    @Test func `count, mean, variance and extremes are exact beyond 64 bits`() {
        let far: Int64 = 4_000_000_000_000_000
        let r = recorder([far, far + 2, far + 4])
        #expect(r.mean == Double(far + 2))
        #expect(r.variance == 4)
        #expect(r.min == far)
        #expect(r.max == far + 4)
        #expect(r.sumOfSquares > Int128(Int64.max))
    }

    @Test func `a zero is an observation`() {
        let r = recorder([0, 0, 0, 8_000_000], resolution: 1024)
        #expect(r.percentile(50) == 0)
        #expect(r.min == 0)
        #expect(r.max == 8_000_000)
        #expect(r.percentile(100) == 8_000_000)
    }

    @Test(arguments: [UInt64(1), 1024])
    func `percentiles are within 0.1 percent of the observation of their rank`(resolution: UInt64) {
        var s = stream(resolution)
        let law = Distribution.lognormal(median: 0.5, sigma: 2.5)
        let values = (0..<50_000).map { _ in
            min(law.sampleDuration(using: &s).nanoseconds, 1 << 50)
        }
        let r = recorder(values, resolution: resolution)
        let sorted = values.sorted()
        for percent in [0.1, 1, 10, 50, 90, 95, 99, 99.9] {
            let rank = Int((percent * Double(sorted.count) / 100).rounded(.up)) - 1
            let exact = Double(sorted[rank])
            let found = Double(r.percentile(percent) ?? -1)
            #expect(
                (found - exact).magnitude <= max(0.001 * exact, Double(resolution)),
                "p\(percent): \(found) for \(exact)")
        }
        #expect(r.percentile(0) == sorted.first)
        #expect(r.percentile(100) == sorted.last)
    }

    @Test(arguments: [UInt64(1), 64, 1024])
    func `quantiles fall into the cells of a histogram of that resolution`(resolution: UInt64) {
        var s = stream(500 + resolution)
        for round in 0..<30 {
            let values = (0..<200).map { _ in
                Int64(s.nextInteger(below: UInt64(1) << (1 + s.nextInteger(below: 52))))
            }
            let ours = recorder(values, resolution: resolution)
            var theirs = Histogram<UInt64>(
                lowestDiscernibleValue: resolution, highestTrackableValue: 2 * resolution,
                numberOfSignificantValueDigits: .three)
            theirs.autoResize = true
            for value in values { theirs.record(UInt64(value)) }
            for percent in [0.01, 0.5, 3, 25, 50, 77, 95, 99, 99.7] {
                let cell = theirs.lowestEquivalentForValue(theirs.valueAtPercentile(percent))
                let found = UInt64(ours.percentile(percent)!)
                #expect(
                    theirs.lowestEquivalentForValue(found) == cell,
                    "round \(round), p\(percent): \(found) is not in the cell at \(cell)")
            }
        }
    }

    /// However observations are spread over recorders, however these are grouped and ordered.
    @Test(arguments: 0..<40)
    func `merging is associative and commutative`(round: Int) {
        var s = stream(1000 + UInt64(round))
        let parts: [DistributionRecorder] = (0..<3).map { _ in
            let scale = UInt64(1) << s.nextInteger(below: 50)
            return recorder(
                (0..<s.nextInteger(below: 60)).map { _ in Int64(s.nextInteger(below: scale) + 1) })
        }
        func merged(_ a: DistributionRecorder, _ b: DistributionRecorder) -> DistributionRecorder {
            var result = a
            result.merge(b)
            return result
        }
        let left = merged(merged(parts[0], parts[1]), parts[2])
        let right = merged(parts[0], merged(parts[1], parts[2]))
        let reverse = merged(parts[2], merged(parts[1], parts[0]))
        #expect(left == right)
        #expect(left == reverse)
        for percent in [1, 50, 99.9] {
            #expect(left.percentile(percent) == reverse.percentile(percent))
        }
        #expect(left.variance == reverse.variance)
        #expect(merged(parts[0], DistributionRecorder()) == parts[0])
        #expect(merged(DistributionRecorder(), parts[0]) == parts[0])
    }

    @Test func `one observation counted n times is n observations`() {
        var a = DistributionRecorder()
        a.record(7, count: 5)
        a.record(9, count: 0)
        #expect(a == recorder([7, 7, 7, 7, 7]))
    }

    @Test func `memory grows with the doublings of the greatest observation, not with the count`() {
        var r = DistributionRecorder(resolution: 1024)
        for k in 0..<10_000 { r.record(1000 * Int64(k)) }
        let small = r.footprint
        for k in 0..<10_000 { r.record(1000 * Int64(k)) }
        #expect(r.footprint == small)
        r.record(100_000_000_000)
        #expect(r.footprint < 300_000)
    }

    @Test func `an observation out of range traps`() async {
        await #expect(processExitsWith: .failure) {
            var r = DistributionRecorder()
            r.record(-1)
        }
        await #expect(processExitsWith: .failure) {
            var r = DistributionRecorder()
            r.record(DistributionRecorder.greatestObservation + 1)
        }
    }
}
