public import Quantities
public import RandomStreams

/// A Poisson process whose rate follows a curve, by thinning: P. A. W. Lewis and G. S. Shedler,
/// "Simulation of nonhomogeneous Poisson processes by thinning", Naval Research Logistics 26(3),
/// 1979.
///
/// Candidates come at the bound of the piece of the curve that time is in, not at the highest rate
/// of all, and each is an arrival with probability rate ÷ bound. A piece of constant rate is not
/// thinned: there every candidate is an arrival and takes one 64-bit word, so that a constant
/// curve draws what ``PoissonProcess`` draws. Elsewhere a candidate takes two words, and there are
/// at most two candidates an arrival on average (see ``RateCurve``). What a candidate's draw has
/// left at the end of a piece is used up in the next one, so that ends of pieces cost no draws.
public struct VaryingPoissonProcess: Hashable, Sendable {
    /// The rate over time.
    public let curve: RateCurve
    private var place: RateCurve.Place

    /// The process whose rate is `curve`.
    public init(_ curve: RateCurve) {
        self.curve = curve
        place = RateCurve.Place(of: curve)
    }

    /// The next arrival.
    ///
    /// - Precondition: `now` never goes back.
    public mutating func next(
        after now: SimTime, before end: SimTime, using stream: inout RandomStream
    ) -> SimTime? {
        var time = now
        // How much of the bounds' integral lies before the candidate.
        var distance = stream.nextExponential(mean: 1)
        while time < end {
            place.move(to: time, on: curve)
            let piece = curve.pieces[place.index]
            let limit = min(place.end(on: curve), end)
            let room = piece.bound * (limit - time).seconds
            guard distance < room else {
                distance -= room
                time = limit
                continue
            }
            time = min(time + SimDuration(seconds: distance * piece.meanGap), limit)
            if time < end, isArrival(at: time, piece, using: &stream) { return time }
            distance = stream.nextExponential(mean: 1)
        }
        return nil
    }

    private func isArrival(
        at time: SimTime, _ piece: RateCurve.Piece, using stream: inout RandomStream
    ) -> Bool {
        if case .constant = piece.form { return true }
        let sinceStart = (time - (place.cycle + piece.start)).seconds
        return stream.nextUnit() * piece.bound < piece.form.rate(at: sinceStart)
    }
}
