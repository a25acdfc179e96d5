import Quantities
import Testing

@testable import ArrivalProcesses

@Suite struct RateCurveTests {
    static let profile = [
        RatePoint(at: .at(seconds: 60), rate: 5), RatePoint(at: .at(seconds: 600), rate: 40),
        RatePoint(at: .at(seconds: 700), rate: 0), RatePoint(at: .at(seconds: 900), rate: 0),
        RatePoint(at: .at(seconds: 1000), rate: 10),
    ]
    static let linear = RateCurve.profile(.linear, through: profile)
    static let step = RateCurve.profile(.step, through: profile)
    static let diurnal = RateCurve.diurnal(
        mean: 0.5, amplitude: 1, peakAt: .hours(3), start: .hours(20))
    static let flashCrowd = RateCurve.flashCrowd(
        base: 2, factor: 8, at: .minutes(5), rise: .minutes(1), decay: .minutes(4))
    static let all = [linear, step, diurnal, flashCrowd]

    /// The rate and what it is at the time, by hand.
    @Test func `a profile is constant outside of its points`() {
        for curve in [Self.linear, Self.step] {
            #expect(curve.rate(at: .zero) == 5)
            #expect(curve.rate(at: .at(seconds: 59)) == 5)
            #expect(curve.rate(at: .at(seconds: 800)) == 0)
            #expect(curve.rate(at: .at(seconds: 1e6)) == 10)
        }
        #expect(Self.linear.rate(at: .at(seconds: 330)) == 22.5)
        #expect(Self.linear.rate(at: .at(seconds: 950)) == 5)
        #expect(Self.step.rate(at: .at(seconds: 330)) == 5)
        #expect(Self.step.rate(at: .at(seconds: 600)) == 40)
        #expect(Self.step.rate(at: .at(seconds: 950)) == 0)
    }

    @Test func `the cosine has its peak at its hour of every day`() {
        for day in 0..<3 as Range<Int64> {
            let peak = SimTime.zero + .hours(7) + .days(day)
            #expect(Self.diurnal.rate(at: peak) == 1)
            #expect(Self.diurnal.rate(at: peak + .hours(12)).magnitude < 1e-15)
            #expect((Self.diurnal.rate(at: peak + .hours(6)) - 0.5).magnitude < 1e-15)
        }
        let before = RateCurve.diurnal(
            mean: 1, amplitude: 0.5, peakAt: .hours(9), start: .hours(10))
        #expect(before.rate(at: .zero + .hours(23)) == 1.5)
        let now = RateCurve.diurnal(mean: 1, amplitude: 0.5, peakAt: .hours(9), start: .hours(9))
        #expect(now.rate(at: .zero) == 1.5)
    }

    @Test func `a flash crowd rises in a straight line and falls exponentially`() {
        let curve = Self.flashCrowd
        #expect(curve.rate(at: .at(seconds: 299)) == 2)
        #expect((curve.rate(at: .at(seconds: 330)) - 9).magnitude < 1e-12)
        #expect((curve.rate(at: .at(seconds: 360)) - 16).magnitude < 1e-12)
        // e^-1 and e^-20.
        #expect((curve.rate(at: .at(seconds: 600)) - 7.150312176199899).magnitude < 1e-9)
        #expect((curve.rate(at: .at(seconds: 5160)) - 2.0000000288561).magnitude < 1e-9)
    }

    @Test(arguments: all) func `the integral is that of the rate`(curve: RateCurve) {
        for (from, to) in [(0.0, 50.0), (10, 400), (299, 2000), (650, 850), (3000, 200_000)] {
            // Simpson's rule between the corners, a little inside so that jumps do not count.
            let corners = [60.0, 300, 360, 600, 700, 900, 1000].filter { from < $0 && $0 < to }
            var expected = 0.0
            for (a, b) in zip([from] + corners, corners + [to]) {
                let n = 2000
                let width = (b - a - 2e-9) / Double(n)
                for i in 0...n {
                    let weight = i == 0 || i == n ? 1.0 : i % 2 == 1 ? 4 : 2
                    let time = SimTime.at(seconds: a + 1e-9 + Double(i) * width)
                    expected += weight * curve.rate(at: time) * width / 3
                }
            }
            let found = curve.integral(from: .at(seconds: from), to: .at(seconds: to))
            #expect((found - expected).magnitude <= 1e-6 * max(expected, 1))
        }
        #expect(curve.integral(from: .at(seconds: 777), to: .at(seconds: 777)) == 0)
    }

    @Test func `a day of the cosine has its mean`() {
        let found = Self.diurnal.integral(from: .at(seconds: 12_345), to: .at(seconds: 98_745))
        #expect((found - 43_200).magnitude < 1e-6)
    }

    @Test(arguments: all) func `no rate is above its piece's bound`(curve: RateCurve) {
        for piece in curve.pieces {
            let length = min(piece.end - piece.start, .hours(3)).seconds
            for i in 0...100 {
                let rate = piece.form.rate(at: length * Double(i) / 100)
                #expect(rate <= piece.bound * (1 + 1e-15))
                #expect(rate >= 0)
            }
        }
    }

    /// What all bounds integrate to, in multiples of the rate's integral.
    private func cost(_ pieces: ArraySlice<RateCurve.Piece>) -> Double {
        let lengths = pieces.map { ($0.end - $0.start).seconds }
        let bounds = zip(pieces, lengths).reduce(0) { $0 + $1.0.bound * $1.1 }
        return bounds
            / zip(pieces, lengths).reduce(0) { $0 + $1.0.form.integral(from: 0, to: $1.1) }
    }

    @Test func `candidates are as few as promised`() {
        #expect(cost(Self.diurnal.pieces[...]) < 1.09)
        #expect(cost(Self.linear.pieces.filter { $0.bound > 0 }.dropLast()[...]) < 2)
        // The fall, from the peak of a thousand times the base.
        let flood = RateCurve.flashCrowd(
            base: 1, factor: 1000, at: .zero, rise: .seconds(1), decay: .hours(1))
        #expect(flood.pieces.count <= 20)
        #expect(cost(flood.pieces[1..<(flood.pieces.count - 1)]) < 1.39)
        #expect(flood.pieces.last!.bound < 1.07)
    }

    @Test func `the way a constant is written down makes no difference`() {
        let points = (0..<5).map { RatePoint(at: .at(seconds: Double($0) * 10), rate: 3) }
        #expect(RateCurve.profile(.linear, through: points).pieces.count == 1)
        #expect(
            RateCurve.profile(.step, through: points)
                == RateCurve.profile(.linear, through: [points[2]]))
        let still = RateCurve.flashCrowd(
            base: 3, factor: 1, at: .seconds(9), rise: .seconds(1), decay: .seconds(1))
        #expect(still.integral(from: .zero, to: .at(seconds: 100)) == 300)
    }
}
