import Quantities
import Statistics
import Testing

@testable import Measurement

/// Fairness figures worked out by hand.
@Suite struct QueueFairnessTests {
    /// Waits in whole seconds of those who were paired, and how many left, by language.
    static func record(_ languages: [(waits: [Int64], left: Int)]) -> ReplicationRecord {
        var recorder = RunRecorder(
            replication: 0,
            labels: LabelSpaces(language: languages.indices.map { "l\($0)" }, persona: ["p"]),
            seriesStep: .seconds(1))
        for (index, language) in languages.enumerated() {
            let labels = Labels(language: UInt16(index), persona: 0)
            for wait in language.waits {
                recorder.record(.matchLatency, .seconds(wait), labels)
                recorder.ratio(.abandoned, hit: false, labels)
            }
            for _ in 0..<language.left { recorder.ratio(.abandoned, hit: true, labels) }
        }
        return recorder.finish(at: .zero)
    }

    static func group(_ record: ReplicationRecord, _ metric: Metric, _ label: Int) -> Double? {
        record.store.index(metric, (.language, label), record.layout)
    }

    @Test func `Gini's coefficient is half the mean difference over the mean`() throws {
        // Waits 1 and 3: mean difference over all ordered pairs 1, mean 2, so 1/4.
        let record = Self.record([([1, 3], 0)])
        #expect(abs(try #require(record.value(.matchFairnessGini)) - 0.25) < 2e-3)
        // 0, 0, 0, 4: all in one hand of four, (n − 1)/n.
        let uneven = Self.record([([0, 0, 0, 4], 0)])
        #expect(abs(try #require(uneven.value(.matchFairnessGini)) - 0.75) < 2e-3)
        let even = Self.record([([5, 5, 5], 1)])
        #expect(try #require(even.value(.matchFairnessGini)) == 0)
        #expect(Self.record([([0, 0], 0)]).value(.matchFairnessGini) == nil)
    }

    @Test func `the greatest mean wait is held against the least`() throws {
        let record = Self.record([([2, 4], 0), ([12], 0), ([6], 0)])
        #expect(abs(try #require(record.value(.matchFairnessMaxMin)) - 4) < 1e-9)
        #expect(abs(try #require(Self.group(record, .matchFairnessMaxMin, 2)) - 2) < 1e-9)
        #expect(try #require(Self.group(record, .matchFairnessMaxMin, 0)) == 1)
    }

    /// 48 of 60 against 24 of 40 are 0.8 and 0.6: a ratio of 3/4, below four fifths. Pooled share
    /// 0.72, z = 0.2/√(0.72·0.28·(1/60 + 1/40)) = 2.1822, p = 0.02909.
    @Test func `the four-fifths rule comes with its test`() throws {
        let record = Self.record([
            (Array(repeating: 1, count: 48), 12), (Array(repeating: 1, count: 24), 16),
        ])
        #expect(abs(try #require(record.value(.matchFairnessImpactRatio)) - 0.75) < 1e-12)
        #expect(try #require(Self.group(record, .matchFairnessImpactRatio, 0)) == 1)
        #expect(
            abs(try #require(Self.group(record, .matchFairnessImpactP, 1)) - 0.02909) < 1e-4)
        #expect(Self.group(record, .matchFairnessImpactP, 0) == nil, "the best is not tested")
        #expect(
            abs(try #require(record.value(.matchFairnessImpactP)) - 0.02909) < 1e-4)
    }

    @Test func `several groups at once need more`() throws {
        let record = Self.record([
            (Array(repeating: 1, count: 48), 12), (Array(repeating: 1, count: 24), 16),
            (Array(repeating: 1, count: 24), 16),
        ])
        #expect(
            abs(try #require(record.value(.matchFairnessImpactP)) - 2 * 0.02909) < 2e-4)
    }

    /// The worked example of Holm's procedure: 0.01, 0.04, 0.03 and 0.005 become 0.03, 0.06, 0.06
    /// and 0.02.
    @Test func `Holm's correction steps down`() {
        let adjusted = Holm.adjusted([0.01, 0.04, 0.03, 0.005])
        for (value, expected) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) {
            #expect(abs(value - expected) < 1e-12)
        }
        #expect(Holm.adjusted([]) == [])
        #expect(Holm.adjusted([0.7, 0.9]) == [1, 1])
    }
}
