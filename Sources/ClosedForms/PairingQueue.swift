/// The queue that pairs its customers with each other at once, everyone with anyone, with any law
/// of patience: at most one ever waits. Poisson arrivals at λ.
///
/// It begins anew each time that it empties. One comes after 1/λ, and waits until the next arrival
/// or the end of the patience D, whichever is first: (1 − φ)/λ on average, where φ = E[exp(−λD)] is
/// the chance that patience ends first. With exponential patience it is ``SingleClassQueue``.
public struct PairingQueue: Hashable, Sendable {
    /// The share of time in which one waits, the mean number waiting: (1 − φ)/(2 − φ).
    public let waitProbabilityInTime: Double
    /// The share of arrivals who leave unpaired, φ/(2 − φ).
    public let abandonmentProbability: Double
    /// The mean wait of all arrivals, (1 − φ)/(λ(2 − φ)), in seconds.
    public let meanWait: Double
    /// The mean wait of those who are paired, half of whom wait for nothing:
    /// ((1 − φ)/λ − E[D·exp(−λD)]) ÷ (2(1 − φ)), in seconds.
    public let meanWaitMatched: Double

    /// The queue with arrivals at `arrivalRate` per second.
    ///
    /// - Parameters:
    ///   - leavingChance: φ = E[exp(−λD)], 0..<1.
    ///   - weightedPatience: E[D·exp(−λD)], in seconds, ≥ 0.
    public init(arrivalRate: Double, leavingChance: Double, weightedPatience: Double) {
        precondition(arrivalRate > 0, "a queue needs arrivals")
        precondition(leavingChance >= 0 && leavingChance < 1, "some have to be paired")
        let staying = 1 - leavingChance
        waitProbabilityInTime = staying / (1 + staying)
        abandonmentProbability = leavingChance / (1 + staying)
        meanWait = waitProbabilityInTime / arrivalRate
        meanWaitMatched = (staying / arrivalRate - weightedPatience) / (2 * staying)
    }
}
