public import Quantities
import RandomStreams

/// A rate over time, in pieces that each rise or fall throughout and whose integral is known.
///
/// The highest rate of each piece bounds it. Over a straight line that is at most twice the mean
/// rate, over a day of ``diurnal(mean:amplitude:peakAt:start:)`` at most 1.1 times, over the fall
/// of ``flashCrowd(base:factor:at:rise:decay:)`` at most 1.4 times.
public struct RateCurve: Hashable, Sendable {
    /// One stretch of the curve.
    struct Piece: Hashable, Sendable, BitwiseCopyable {
        /// Where it begins in its cycle.
        let start: SimDuration
        /// Where the next one begins.
        let end: SimDuration
        let form: RateForm
        /// No rate in the piece is higher.
        let bound: Double
        /// 1/`bound`, in seconds.
        let meanGap: Double

        init(_ start: SimDuration, _ end: SimDuration, _ form: RateForm) {
            self.start = start
            self.end = end
            self.form = form
            let length = end == .max ? .infinity : (end - start).seconds
            bound = max(form.rate(at: 0), form.rate(at: length))
            meanGap = 1 / bound
        }
    }

    /// In order and without gaps, from the beginning of a cycle to its end.
    let pieces: [Piece]
    /// The length of a cycle; nil where there is one cycle that never ends.
    let period: SimDuration?
    /// Where the cycle begins that time zero is in.
    let firstCycle: SimTime

    /// Stretches of constant rate that follow each other are joined: how a constant is written
    /// down does not change what is drawn.
    init(_ pieces: [Piece], period: SimDuration? = nil, firstCycle: SimTime = .zero) {
        var joined: [Piece] = []
        for piece in pieces where piece.start < piece.end {
            if let last = joined.last, case .constant(let rate) = last.form,
                piece.form == .constant(rate)
            {
                joined[joined.count - 1] = Piece(last.start, piece.end, last.form)
            } else {
                joined.append(piece)
            }
        }
        self.pieces = joined
        self.period = period
        self.firstCycle = firstCycle
    }

    /// People per second at `time`.
    ///
    /// - Precondition: `time` is not negative.
    public func rate(at time: SimTime) -> Double {
        var place = Place(of: self)
        place.move(to: time, on: self)
        let piece = pieces[place.index]
        return piece.form.rate(at: (time - (place.cycle + piece.start)).seconds)
    }

    /// How many people come on average in [`from`, `to`): the integral of the rate.
    ///
    /// - Precondition: `from` ≤ `to`, neither negative.
    /// - Complexity: O(pieces between).
    public func integral(from: SimTime, to: SimTime) -> Double {
        precondition(.zero <= from && from <= to, "a window begins before it ends")
        var place = Place(of: self)
        place.move(to: from, on: self)
        var sum = 0.0
        var time = from
        while time < to {
            let piece = pieces[place.index]
            let origin = place.cycle + piece.start
            let end = min(place.end(on: self), to)
            sum += piece.form.integral(
                from: (time - origin).seconds, to: (end - origin).seconds)
            time = end
            place.move(to: time, on: self)
        }
        return sum
    }

    /// A position on the curve, which only ever moves on.
    struct Place: Hashable, Sendable, BitwiseCopyable {
        /// The piece.
        var index = 0
        /// Where the piece's cycle begins.
        var cycle: SimTime

        init(of curve: RateCurve) { cycle = curve.firstCycle }

        /// Where the piece ends.
        func end(on curve: RateCurve) -> SimTime { cycle + curve.pieces[index].end }

        /// Moves on to the piece that `time` is in.
        mutating func move(to time: SimTime, on curve: RateCurve) {
            while time >= end(on: curve) {
                index += 1
                guard index == curve.pieces.count else { continue }
                index = 0
                // Without a period the last piece has no end.
                cycle += curve.period!
            }
        }
    }
}

/// How the rate goes within a piece; times are in seconds from the piece's beginning.
enum RateForm: Hashable, Sendable, BitwiseCopyable {
    /// The same all along.
    case constant(Double)
    /// `from` at the beginning, and so much more each second.
    case line(from: Double, slope: Double)
    /// mean + swing·cos 2π(turn + t/86,400 s).
    case cosine(mean: Double, swing: Double, turn: Double)
    /// base + excess·exp(−t/decay).
    case fall(base: Double, excess: Double, decay: Double)

    static let day = 86_400.0
    private static let twoPi = 0x1.921fb54442d18p+2

    /// People per second at `time`.
    func rate(at time: Double) -> Double {
        switch self {
        case .constant(let rate): rate
        case .line(let from, let slope): max(0, from + slope * time)
        case .cosine(let mean, let swing, let turn):
            mean + swing * Elementary.cos2pi(turn + time / Self.day)
        case .fall(let base, let excess, let decay):
            base + excess * Elementary.exp(-time / decay)
        }
    }

    /// The integral over [`from`, `to`].
    func integral(from: Double, to: Double) -> Double {
        switch self {
        case .constant(let rate): rate * (to - from)
        case .line: 0.5 * (rate(at: from) + rate(at: to)) * (to - from)
        case .cosine(let mean, let swing, let turn):
            mean * (to - from) + swing * Self.day / Self.twoPi
                * (Elementary.sin2pi(turn + to / Self.day)
                    - Elementary.sin2pi(turn + from / Self.day))
        case .fall(let base, let excess, let decay):
            base * (to - from) + excess * decay
                * (Elementary.exp(-from / decay) - Elementary.exp(-to / decay))
        }
    }
}
