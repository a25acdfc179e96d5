import RandomStreams

/// The queue that pairs its customers with each other at once, everyone with anyone: at most one
/// ever waits. Poisson arrivals at λ, each waits an exponential time of rate θ at most.
public struct SingleClassQueue: Hashable, Sendable {
    /// The share of arrivals who find nobody, (λ + θ)/(2λ + θ).
    public let waitProbability: Double
    /// The share of arrivals who leave unpaired, θ/(2λ + θ).
    public let abandonmentProbability: Double
    /// The mean wait of all arrivals, 1/(2λ + θ), in seconds.
    public let meanWait: Double
    /// The mean wait of those who are paired, half of whom wait for nothing and half for the
    /// first of an arrival and the end of their patience: 1/(2(λ + θ)), in seconds.
    public let meanWaitMatched: Double

    /// The queue with arrivals at `arrivalRate` and leaving at `patienceRate`, per second.
    ///
    /// One waits with probability π₁ = λ/(2λ + θ), from λπ₀ = (λ + θ)π₁.
    ///
    /// - Precondition: `arrivalRate` > 0, `patienceRate` ≥ 0.
    public init(arrivalRate: Double, patienceRate: Double) {
        precondition(arrivalRate > 0 && patienceRate >= 0, "a queue needs arrivals")
        let sum = 2 * arrivalRate + patienceRate
        waitProbability = (arrivalRate + patienceRate) / sum
        abandonmentProbability = patienceRate / sum
        meanWait = 1 / sum
        meanWaitMatched = 1 / (2 * (arrivalRate + patienceRate))
    }
}

/// The double-ended queue: two kinds of customers arrive as Poisson streams, and one of each
/// makes a pair at once, so that only one kind ever waits.
///
/// B. R. K. Kashyap, "The double-ended queue with bulk service and limited waiting space",
/// Operations Research 14, 1966; B. W. Conolly, P. R. Parthasarathy and N. Selvaraju,
/// "Double-ended queues with impatience", Computers & Operations Research 29, 2002.
public struct TwoSidedQueue: Hashable, Sendable {
    /// What one side knows of itself.
    public struct Side: Hashable, Sendable {
        /// The mean number waiting.
        public let meanQueue: Double
        /// The share of its arrivals who leave unpaired, 0…1: θE[L]/λ.
        public let abandonmentProbability: Double
        /// The mean wait of all its arrivals, E[L]/λ, in seconds.
        public let meanWait: Double
    }

    /// The share of time in which nobody waits on either side.
    public let emptyProbability: Double
    /// The first side.
    public let one: Side
    /// The second side.
    public let other: Side

    /// The queue with arrivals at λ₁ = `arrivalRate` and λ₂ = `otherArrivalRate`, each waiting an
    /// exponential time of rate θ₁ = `patienceRate` or θ₂ = `otherPatienceRate` at most; all rates
    /// per second.
    ///
    /// With n of the first side waiting πₙ ∝ ∏ λ₁/(λ₂ + kθ₁), k = 1…n; mirrored for the second.
    ///
    /// - Precondition: arrival rates > 0, patience rates ≥ 0.
    /// - Throws: ``QueueingError/unbounded(arrivalRate:otherArrivalRate:)`` if nobody leaves a side
    ///   that arrives at least as fast as the other; ``QueueingError/tooManyStates`` if the sums
    ///   have no end.
    public init(
        arrivalRate: Double, patienceRate: Double, otherArrivalRate: Double,
        otherPatienceRate: Double
    ) throws(QueueingError) {
        precondition(arrivalRate > 0 && otherArrivalRate > 0, "both sides need arrivals")
        precondition(patienceRate >= 0 && otherPatienceRate >= 0, "leaving is a rate")
        guard patienceRate > 0 || arrivalRate < otherArrivalRate else {
            throw .unbounded(arrivalRate: arrivalRate, otherArrivalRate: otherArrivalRate)
        }
        guard otherPatienceRate > 0 || otherArrivalRate < arrivalRate else {
            throw .unbounded(arrivalRate: otherArrivalRate, otherArrivalRate: arrivalRate)
        }
        let surplus = arrivalRate - otherArrivalRate
        let mode =
            surplus == 0
            ? 0
            : surplus > 0
                ? (surplus / patienceRate).rounded(.down)
                : (surplus / otherPatienceRate).rounded(.up)
        // State n is n of the first side, or −n of the other.
        let sums = try BirthDeathSums(from: mode) { n in
            n >= 0
                ? arrivalRate / (otherArrivalRate + Double(n + 1) * patienceRate)
                : (arrivalRate + Double(-n) * otherPatienceRate) / otherArrivalRate
        }
        let total = sums.total
        func side(_ sum: BirthDeathSums.Side, _ rate: Double, _ leaving: Double) -> Side {
            let queue = sum.moment / total
            return Side(
                meanQueue: queue, abandonmentProbability: min(1, leaving * (queue / rate)),
                meanWait: queue / rate)
        }
        emptyProbability = sums.zero / total
        one = side(sums.above, arrivalRate, patienceRate)
        other = side(sums.below, otherArrivalRate, otherPatienceRate)
    }
}

/// The queue that pairs an arrival at once with a waiting customer who suits, where each two suit
/// each other with probability p, independently; nobody leaves.
///
/// R. Anderson, I. Ashlagi, D. Gamarnik and Y. Kanoria, "Efficient dynamic barter exchange",
/// Operations Research 65, 2017; M. Akbarpour, S. Li and S. Oveis Gharan, "Thickness and
/// information in dynamic matching markets", Journal of Political Economy 128, 2020.
public struct RandomCompatibilityQueue: Hashable, Sendable {
    /// The mean number waiting; about ln 2/p for small p.
    public let meanQueue: Double
    /// The mean wait of all, E[N]/λ, in seconds.
    public let meanWait: Double

    /// The queue with arrivals at λ = `arrivalRate` per second.
    ///
    /// With n waiting an arrival stays with probability (1 − p)ⁿ and takes one away otherwise:
    /// π(n+1)/π(n) = (1 − p)ⁿ ÷ (1 − (1 − p)ⁿ⁺¹).
    ///
    /// - Precondition: `arrivalRate` > 0, 0 < `compatibility` ≤ 1.
    /// - Throws: ``QueueingError/tooManyStates`` for a compatibility too small to sum.
    /// - Complexity: O(1/√p).
    public init(arrivalRate: Double, compatibility: Double) throws(QueueingError) {
        precondition(arrivalRate > 0, "a queue needs arrivals")
        precondition(compatibility > 0 && compatibility <= 1, "some have to suit each other")
        guard compatibility < 1 else {
            // One at most waits, half of the time.
            meanQueue = 0.5
            meanWait = 0.5 / arrivalRate
            return
        }
        let logUnsuited = Accurate.logOfOnePlus(-compatibility)
        // As many as are suited by one of them with probability one half.
        let mode = (Elementary.log(0.5) / logUnsuited).rounded(.down)
        let sums = try BirthDeathSums(from: mode) { n in
            guard n >= 0 else { return .infinity }
            return Elementary.exp(Double(n) * logUnsuited)
                / -Accurate.expMinusOne(Double(n + 1) * logUnsuited)
        }
        meanQueue = sums.above.moment / sums.total
        meanWait = meanQueue / arrivalRate
    }
}

/// Functions near the points where the plain ones cancel, after W. Kahan.
enum Accurate {
    /// ln(1 + x) for |x| < 1: the rounding of 1 + x spoils its logarithm and its difference from
    /// 1 alike.
    static func logOfOnePlus(_ x: Double) -> Double {
        let sum = 1 + x
        return sum == 1 ? x : Elementary.log(sum) * (x / (sum - 1))
    }

    /// eˣ − 1: the rounding of eˣ spoils its logarithm and its difference from 1 alike.
    static func expMinusOne(_ x: Double) -> Double {
        let power = Elementary.exp(x)
        if power == 1 { return x }
        let difference = power - 1
        return difference == -1 ? -1 : difference * (x / Elementary.log(power))
    }
}
