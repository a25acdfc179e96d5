/// The queue of impatient customers, Erlang A or Palm's model: Poisson arrivals, exponential
/// service and patience, c servers, order of arrival (M/M/c+M).
///
/// C. Palm, "Research on telephone traffic carried by full availability groups", Tele 1, 1957;
/// A. Mandelbaum and S. Zeltyn, "The Palm/Erlang-A queue, with applications to call centers",
/// 2004.
public struct ErlangA: Hashable, Sendable {
    /// The share of arrivals that find no free server, 0…1.
    public let waitProbability: Double
    /// The share of arrivals that leave without being served, 0…1.
    public let abandonmentProbability: Double
    /// The mean wait of all arrivals, whether it ends in service or leaving, in seconds.
    public let meanWait: Double
    /// The mean number waiting.
    public let meanQueue: Double
    /// The mean share of servers that are busy, 0…1.
    public let utilisation: Double

    /// The queue with arrivals at λ = `arrivalRate`, service at μ = `serviceRate` in each of c =
    /// `servers` and leaving at θ = `patienceRate` by each who waits, all per second.
    ///
    /// The number present is a birth–death chain with birth rate λ and death rate min(n, c)·μ +
    /// max(n − c, 0)·θ. P(wait) = P(N ≥ c), since Poisson arrivals see time averages; P(leave) =
    /// θ·E[Q]/λ; E[W] = E[Q]/λ.
    ///
    /// - Precondition: `arrivalRate` > 0, `servers` ≥ 1, `serviceRate` > 0, `patienceRate` ≥ 0.
    /// - Throws: ``QueueingError/overloaded(load:servers:)`` if nobody leaves (θ = 0) and λ ≥ cμ;
    ///   ``QueueingError/tooManyStates`` if patience is so long that the sums have no end.
    public init(
        arrivalRate: Double, servers: Int, serviceRate: Double, patienceRate: Double
    ) throws(QueueingError) {
        precondition(arrivalRate > 0 && servers >= 1, "a queue needs arrivals and a server")
        precondition(serviceRate > 0 && patienceRate >= 0, "service ends, and leaving is a rate")
        let load = arrivalRate / serviceRate
        let count = Double(servers)
        guard patienceRate > 0 else {
            let patient = try ErlangC(servers: servers, load: load)
            waitProbability = patient.waitProbability
            abandonmentProbability = 0
            meanWait = patient.meanWait / serviceRate
            meanQueue = meanWait * arrivalRate
            utilisation = load / count
            return
        }
        // State n is c + n customers.
        let capacity = count * serviceRate
        let mode =
            arrivalRate >= capacity
            ? ((arrivalRate - capacity) / patienceRate).rounded(.down)
            : load.rounded(.down) - count
        let sums = try BirthDeathSums(from: mode) { n in
            let next = Double(n + 1)
            let deaths =
                next <= 0 ? (count + next) * serviceRate : capacity + next * patienceRate
            return arrivalRate / deaths
        }
        let total = sums.total
        waitProbability = (sums.zero + sums.above.mass) / total
        meanQueue = sums.above.moment / total
        meanWait = meanQueue / arrivalRate
        abandonmentProbability = min(1, patienceRate * meanWait)
        // The same figure twice; each cancels where the other does not.
        utilisation =
            abandonmentProbability < 0.5
            ? load * (1 - abandonmentProbability) / count
            : 1 - sums.below.moment / total / count
    }
}
