import Quantities
import RandomStreams
import Statistics
import Testing

@Suite struct MSER5Tests {
    private func noise(_ count: Int, around level: Int64, seed: UInt64 = 1) -> [Int64] {
        var stream = RandomStream(
            StreamName(
                seed: seed, replication: 0, purpose: StreamPurpose(rawValue: 904), entity: 0))
        return (0..<count).map { _ in level + Int64(stream.nextInteger(below: 21)) - 10 }
    }

    /// The definition, cut by cut, on the means of batches.
    private func definition(_ values: [Int64]) -> Int {
        let means = (0..<values.count / 5).map { batch in
            Double(values[batch * 5..<batch * 5 + 5].reduce(0, +)) / 5
        }
        let errors = (0...means.count - MSER5.leastRest).map { cut -> Double in
            let rest = means[cut...]
            let n = Double(rest.count)
            let mean = rest.reduce(0, +) / n
            return rest.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (n * n)
        }
        return 5 * errors.firstIndex(of: errors.min()!)!
    }

    @Test(arguments: 0..<40)
    func `the cut is that of the definition`(seed: UInt64) throws {
        let count = 50 + Int(seed) * 7
        var values = noise(count, around: 100, seed: seed)
        for index in 0..<Int(seed) * 2 where index < count { values[index] -= Int64(60 - index) }
        let found = try #require(MSER5(values))
        #expect(found.truncation == definition(values))
        #expect(found.batchCount == count / 5)
    }

    @Test func `a beginning with nobody there is cut off, and little more than it`() throws {
        let values = [Int64](repeating: 0, count: 40) + noise(400, around: 1000)
        let found = try #require(MSER5(values))
        #expect((40...100).contains(found.truncation))
        #expect(found.isConclusive)
    }

    @Test func `a level that never changes needs no cut`() throws {
        let found = try #require(MSER5([Int64](repeating: 7, count: 200)))
        #expect(found.truncation == 0)
        #expect(found.isConclusive)
    }

    @Test func `a level that rises all the time is too short a series`() throws {
        let found = try #require(MSER5((0..<500).map { Int64($0) * 1000 }))
        #expect(!found.isConclusive)
    }

    @Test func `nine batches tell nothing, ten do`() {
        #expect(MSER5(noise(49, around: 0)) == nil)
        #expect(MSER5(noise(50, around: 0)) != nil)
    }

    @Test func `large values lose nothing`() throws {
        let values = noise(300, around: 100)
        let offset = Int64(1) << 39
        let moved = try #require(MSER5(values.map { $0 + offset }))
        #expect(moved == MSER5(values))
    }
}

@Suite struct ConfidenceIntervalTests {
    @Test func `an interval of a share is cut where shares end`() {
        let interval = ConfidenceInterval(low: -0.2, high: 1.3)
        #expect(interval.clamped(to: 0...1) == ConfidenceInterval(low: 0, high: 1))
        let inner = ConfidenceInterval(low: 0.2, high: 0.3)
        #expect(inner.clamped(to: 0...1) == inner)
    }
}
