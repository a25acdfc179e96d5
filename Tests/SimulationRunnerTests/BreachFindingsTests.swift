import Quantities
import Testing

@testable import PlatformModel
@testable import SimulationRunner

/// Intervals of what a copy gives, over people.
@Suite struct BreachFindingsTests {
    private static func counts(frames: Int64?, seconds: Double) -> BreachCounts {
        BreachCounts(
            pairsFound: 3, pairsMade: 4, byAddress: LinkedPairs(), bySession: LinkedPairs(),
            byCertificate: LinkedPairs(), decryptableFrames: frames,
            exposure: Int128(seconds * 1e9))
    }

    private static func findings(_ whole: BreachCounts, _ parts: [BreachCounts]) -> BreachFindings {
        BreachFindings(
            .end,
            copy: BreachMeasures(
                time: .zero + .seconds(60), records: 1, counts: whole, leftOut: parts,
                keysSearched: 1, keysFound: 1, people: 40, excess: [],
                scorer: ScorerExtent(devices: 0, reports: 0, reporters: 0)))
    }

    /// 400 seconds of 20 equal groups; 400 frames, of calls between and within all of them alike.
    private static let whole = counts(frames: 400, seconds: 400)

    @Test func `totals of people who are all alike have no spread`() throws {
        // Without a group 19 of 20 people are left, and 19² of 20² pairs of groups.
        let parts = (0..<20).map { _ in Self.counts(frames: 361, seconds: 380) }
        let findings = Self.findings(Self.whole, parts)
        let seconds = try #require(findings.overPeople(.personSeconds))
        #expect(abs(seconds.low - 400) < 1e-6 && abs(seconds.high - 400) < 1e-6)
        let frames = try #require(findings.overPeople(.decryptableFrames))
        #expect(abs(frames.low - 400) < 1e-6 && abs(frames.high - 400) < 1e-6)
        let recall = try #require(findings.overPeople(.pairRecall))
        #expect(recall.low == 0.75 && recall.high == 0.75)
    }

    @Test func `a total that one group has more of spreads by what that comes to for all`() throws {
        // One group has 40 s, one none, the others 20 s each: whole less part, by 20/19, is off by 400/19 · (2, 1, 0)/20 …
        let parts = [360.0, 400] + [Double](repeating: 380, count: 18)
        let findings = Self.findings(
            Self.whole, parts.map { Self.counts(frames: nil, seconds: $0) })
        let interval = try #require(findings.overPeople(.personSeconds))
        // … so that the variance is 19/20 · 2 · (20/19 · 20)², and t(0.975, 19) = 2.0930.
        let half = 2.0930 * (19.0 / 20 * 2).squareRoot() * 400 / 19
        #expect(abs((interval.high - interval.low) / 2 - half) < 1e-3 * half)
        #expect(abs(interval.middle - 400) < 1e-6)
        // Where there were no keys, there is nothing to give an interval of.
        #expect(findings.overPeople(.decryptableFrames) == nil)
    }
}
