import ArrivalProcesses
import Quantities
import RandomStreams

/// The stream of one of many repetitions.
func stream(_ entity: UInt64) -> RandomStream {
    RandomStream(
        StreamName(
            seed: 20, replication: 0, purpose: StreamPurpose(rawValue: 1), entity: entity))
}

/// All arrivals before `end`.
func arrivals(
    of process: ArrivalProcess, before end: SimTime, _ entity: UInt64 = 0
) -> [SimTime] {
    var (process, stream) = (process, stream(entity))
    var times: [SimTime] = []
    while let time = process.next(after: times.last ?? .zero, before: end, using: &stream) {
        times.append(time)
    }
    return times
}

extension ArrivalProcess {
    /// A Poisson process along `curve`.
    static func along(_ curve: RateCurve) -> ArrivalProcess {
        .varying(VaryingPoissonProcess(curve))
    }
}

extension SimTime {
    static func at(seconds: Double) -> SimTime { .zero + SimDuration(seconds: seconds) }
}

/// How far the mean and the mean square of numbers that should be exponential with mean 1 are off,
/// and their correlation with the number before, all in standard errors.
func exponentialErrors(_ values: [Double]) -> [Double] {
    let n = Double(values.count)
    let mean = values.reduce(0, +) / n
    let square = values.reduce(0) { $0 + $1 * $1 } / n
    let lagged = zip(values, values.dropFirst()).reduce(0) { $0 + ($1.0 - 1) * ($1.1 - 1) } / n
    // Variances: 1; E[X⁴] − E[X²]² = 24 − 4; 1.
    return [
        (mean - 1) * n.squareRoot(), (square - 2) * (n / 20).squareRoot(), lagged * n.squareRoot(),
    ]
}
