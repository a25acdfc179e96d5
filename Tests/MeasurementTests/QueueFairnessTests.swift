import Quantities
import RandomStreams
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

    /// Waits 1 and 3 and one who leaves: services 1/2, 1/4 and 0, (3/4)² ÷ (3·(1/4 + 1/16)) = 3/5.
    @Test func `Jain's index of tickets falls with waits and with leaving`() throws {
        let record = Self.record([([1, 3], 1), ([2, 2], 0), ([], 2)])
        let own = try #require(Self.group(record, .matchFairnessJainTickets, 0))
        #expect(abs(own - 0.6) < 1e-3)
        #expect(Self.group(record, .matchFairnessJainTickets, 1) == 1)
        #expect(Self.group(record, .matchFairnessJainTickets, 2) == nil, "nobody is served")
        // All: 1/2, 1/4, 1/3, 1/3 and three times 0.
        let all = 17.0 / 12 * (17.0 / 12) / (7 * (0.25 + 0.0625 + 2.0 / 9))
        #expect(abs(try #require(record.value(.matchFairnessJainTickets)) - all) < 1e-3)
    }

    /// Half of the tickets of a single-class queue with an arrival a second wait for nothing, the
    /// others for exponential times of mean 1 s: E[1/(1 + X)] = e·E₁(1) = 0.596347, and
    /// E[1/(1 + X)²] = 1 − e·E₁(1), so (1.596347/2)² ÷ (1.403653/2) = 0.9078.
    @Test func `Jain's index of tickets in the single-class queue is what the catalogue says`()
        throws
    {
        var waits = DistributionRecorder(resolution: 1024)
        let count = 20_000
        waits.record(0, count: Int64(count))
        for index in 0..<count {
            let share = (Double(index) + 0.5) / Double(count)
            waits.record(Int64(-Elementary.log(1 - share) * 1e9))
        }
        #expect(abs(try #require(waits.jainOfService(unit: 1e9, unserved: 0)) - 0.9078) < 1e-3)
        #expect(DistributionRecorder().jainOfService(unit: 1, unserved: 3) == nil)
    }

    /// Languages are served 1/2 each, and interests 3/4·1/(1 + 1) and 1/4·1/(1 + 1):
    /// (1/2)² ÷ (2·(9/64 + 1/64)) = 4/5. Of the four cells one has too few tickets; the others are
    /// served 1/3, 1/6 and 1/6: (2/3)² ÷ (3·(1/9 + 2/36)) = 8/9.
    @Test func `Jain's index is taken over each kind of group`() throws {
        let record = Self.crossed([
            (Self.cell(0, 0), 40, 20), (Self.cell(0, 1), 20, 40), (Self.cell(1, 0), 5, 0),
            (Self.cell(1, 1), 20, 40),
        ])
        #expect(abs(try #require(record.value(.matchFairnessJainCell)) - 8.0 / 9) < 1e-9)
        let even = Self.crossed([
            (Self.cell(0, 0), 45, 15), (Self.cell(0, 1), 15, 45), (Self.cell(1, 0), 45, 15),
            (Self.cell(1, 1), 15, 45),
        ])
        #expect(abs(try #require(even.value(.matchFairnessJain)) - 1) < 1e-12)
        #expect(abs(try #require(even.value(.matchFairnessJainInterest)) - 0.8) < 1e-9)
        #expect(abs(try #require(even.value(.matchFairnessJainCell)) - 0.8) < 1e-9)
        for metric in [Metric.matchFairnessJainPersona, .matchFairnessJainAccess] {
            #expect(even.value(metric) == 1, "there is one group")
        }
        #expect(even.value(.matchFairnessJainTier) == 1, "nobody is in the other tier")
        #expect(Self.record([([1], 0)]).value(.matchFairnessJainCell) == nil)
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

    // MARK: Crossed groups

    /// Tickets of the cells of two languages and two interests: how many were paired after a second,
    /// and how many left.
    static func crossed(_ cells: [(labels: Labels, paired: Int, left: Int)]) -> ReplicationRecord {
        var recorder = RunRecorder(
            replication: 0,
            labels: LabelSpaces(
                language: ["en", "es"], interest: ["music", "games"], persona: ["p"],
                access: ["fixed"], tier: ["clear", "contained"], crossed: true),
            seriesStep: .seconds(1))
        for cell in cells {
            for number in 0..<cell.paired + cell.left {
                recorder.ratio(.abandoned, hit: number < cell.left, cell.labels)
                if number >= cell.left { recorder.record(.matchLatency, .seconds(1), cell.labels) }
            }
        }
        return recorder.finish(at: .zero)
    }

    static func cell(_ language: UInt16, _ interest: UInt16) -> Labels {
        Labels(language: language, interest: interest, persona: 0, access: 0, tier: 0)
    }

    /// Each language and each interest is paired to 72 %, but whoever is of the second of one and the
    /// first of the other is paired to 60 % only: single labels do not show it. 60 of 100 against 84
    /// of 100: ratio 5/7, pooled share 0.72, z = 0.24/√(0.72·0.28·2/100) = 3.7796, p = 0.000157. Three
    /// cells are tested against the first of the best two, so Holm takes it thrice.
    @Test func `what crossed groups show, single labels may hide`() throws {
        let record = Self.crossed([
            (Self.cell(0, 0), 84, 16), (Self.cell(0, 1), 60, 40), (Self.cell(1, 0), 60, 40),
            (Self.cell(1, 1), 84, 16),
        ])
        for label in 0..<2 {
            #expect(Self.group(record, .matchFairnessImpactRatio, label) == 1)
        }
        let spaces = record.layout.spaces
        let number = try #require(spaces.cell(of: Self.cell(1, 0)))
        let ratio = record.store.index(.matchFairnessImpactRatio, (.cell, number), record.layout)
        #expect(abs(try #require(ratio) - 60.0 / 84) < 1e-12)
        let p = record.store.index(.matchFairnessImpactP, (.cell, number), record.layout)
        #expect(abs(try #require(p) - 3 * 0.000157) < 5e-6, "two worse cells and one as good")
        #expect(abs(try #require(record.value(.matchFairnessImpactRatio)) - 60.0 / 84) < 1e-12)
        var builder = RunSummaryBuilder()
        builder.add(record)
        let groups = builder.summary().groups.filter {
            $0.name == "match.latency" && $0.labels.count == 5
        }
        #expect(groups.count == 4)
        #expect(groups[2].dimension == "language/interest/tier/persona/access")
        #expect(groups[2].label == "es/music/clear/p/fixed")
    }

    /// Of 29 all were paired, and of 5 none: too few to be best or worst.
    @Test func `cells of a handful are not held against others`() throws {
        let record = Self.crossed([
            (Self.cell(0, 0), 80, 20), (Self.cell(0, 1), 29, 0), (Self.cell(1, 0), 0, 5),
            (Self.cell(1, 1), 72, 28),
        ])
        let spaces = record.layout.spaces
        func ratio(_ labels: Labels) -> Double? {
            spaces.cell(of: labels).flatMap {
                record.store.index(.matchFairnessImpactRatio, (.cell, $0), record.layout)
            }
        }
        #expect(ratio(Self.cell(0, 0)) == 1)
        #expect(ratio(Self.cell(0, 1)) == nil)
        #expect(ratio(Self.cell(1, 0)) == nil)
        #expect(abs(try #require(ratio(Self.cell(1, 1))) - 0.9) < 1e-12)
    }

    @Test func `cells are numbered one after the other, and lead back to their labels`() {
        let spaces = LabelSpaces(
            language: ["en", "es", "pt"], interest: ["music", "games"], persona: ["p", "q"],
            access: ["fixed", "mobile"], tier: ["clear"], crossed: true)
        #expect(spaces[.cell].count == 24)
        var seen: [Int] = []
        for language in 0..<UInt16(3) {
            for interest in 0..<UInt16(2) {
                for persona in 0..<UInt16(2) {
                    for access in 0..<UInt16(2) {
                        let labels = Labels(
                            language: language, interest: interest, persona: persona,
                            access: access, tier: 0)
                        guard let cell = spaces.cell(of: labels) else { continue }
                        seen.append(cell)
                        let names = spaces.parts(of: cell, in: .cell).map(\.name)
                        #expect(names.joined(separator: "/") == spaces[.cell][cell])
                        #expect(names[0] == spaces[.language][Int(language)])
                        #expect(names[4] == spaces[.access][Int(access)])
                    }
                }
            }
        }
        #expect(seen == Array(0..<24))
        #expect(spaces.cell(of: Labels(language: 1)) == nil)
        #expect(LabelSpaces(language: ["en"]).cell(of: Labels(language: 0)) == nil)
    }
}
