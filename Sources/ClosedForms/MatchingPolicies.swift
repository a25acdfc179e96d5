import RandomStreams

/// The queue that pairs its customers, everyone with anyone, at every multiple of an interval; nobody
/// leaves. Poisson arrivals at λ.
///
/// All who are there when the time has come are paired but one, if they are an odd number. Whether
/// they are has been forgotten after a few intervals: then one is left over every second time.
public struct TickQueue: Hashable, Sendable {
    /// The mean number waiting, λΔ/2 + 1/2.
    public let meanQueue: Double
    /// The mean wait of all, Δ/2 + 1/(2λ), in seconds: half an interval until the next decision, and
    /// what ``SingleClassQueue`` costs for being odd.
    public let meanWait: Double

    /// The queue with arrivals at λ = `arrivalRate` per second and decisions every Δ = `interval`
    /// seconds.
    ///
    /// - Precondition: both > 0.
    public init(arrivalRate: Double, interval: Double) {
        precondition(arrivalRate > 0 && interval > 0, "a queue needs arrivals and decisions")
        meanWait = interval / 2 + 1 / (2 * arrivalRate)
        meanQueue = arrivalRate * meanWait
    }
}

/// A market in which each two suit each other with probability p, independently, and that pairs an
/// arrival at once with somebody who suits: Poisson arrivals at λ, and patience exponential of rate θ.
///
/// M. Akbarpour, S. Li and S. Oveis Gharan, "Thickness and information in dynamic matching markets",
/// Journal of Political Economy 128, 2020. Where all suit each other (p = 1) it is
/// ``SingleClassQueue``, where nobody leaves (θ = 0) it is ``RandomCompatibilityQueue``.
public struct GreedyMarket: Hashable, Sendable {
    /// The mean number waiting.
    public let meanQueue: Double
    /// The share of arrivals who leave unpaired, θE[N]/λ; at least 1/(2d + 1), where d = λp/θ suit
    /// one of those who come while one stays.
    public let abandonmentProbability: Double
    /// The mean wait of all arrivals, E[N]/λ, in seconds.
    public let meanWait: Double

    /// The market with λ = `arrivalRate` and θ = `patienceRate` per second and p = `compatibility`.
    ///
    /// Those who wait do not suit each other, and nothing is known of whether an arrival suits them:
    /// with n waiting it stays with probability (1 − p)ⁿ, and nθ leave each second, so
    /// π(n+1)/π(n) = λ(1 − p)ⁿ ÷ (λ(1 − (1 − p)ⁿ⁺¹) + (n + 1)θ).
    ///
    /// - Precondition: `arrivalRate` > 0, `patienceRate` > 0, 0 < `compatibility` < 1.
    /// - Throws: ``QueueingError/tooManyStates`` for a compatibility too small to sum.
    /// - Complexity: O(mean number waiting).
    public init(
        arrivalRate: Double, patienceRate: Double, compatibility: Double
    ) throws(QueueingError) {
        let market = MarketRates(arrivalRate, patienceRate, compatibility)
        func ratio(_ n: Int) -> Double {
            guard n >= 0 else { return .infinity }
            return arrivalRate * market.unsuited(n)
                / (arrivalRate * market.suited(n + 1) + Double(n + 1) * patienceRate)
        }
        var mode = 0
        while ratio(mode) > 1 {
            mode += 1
            guard mode < BirthDeathSums.stateLimit else { throw .tooManyStates }
        }
        let sums = try BirthDeathSums(from: Double(mode), ratio: ratio)
        meanQueue = sums.above.moment / sums.total
        meanWait = meanQueue / arrivalRate
        abandonmentProbability = patienceRate * meanWait
    }
}

/// The same market under the policy that knows when each will leave, and pairs somebody just before
/// that, with anybody who suits, and nobody else.
///
/// The same source, where those who lose their patience are called critical.
public struct PatientMarket: Hashable, Sendable {
    /// The mean number waiting.
    public let meanQueue: Double
    /// The share of arrivals who leave unpaired, θE[N(1 − p)ᴺ⁻¹]/λ.
    public let abandonmentProbability: Double
    /// The mean wait of all arrivals, E[N]/λ, in seconds.
    public let meanWait: Double

    /// The market with λ = `arrivalRate` and θ = `patienceRate` per second and p = `compatibility`.
    ///
    /// Whether two suit each other is asked when one of them is about to leave, and not again: of n
    /// who wait nθ do each second, and find one of the n − 1 others with probability 1 − (1 − p)ⁿ⁻¹.
    /// As many go up from n as come down past it,
    ///
    ///     λπ(n) = (n + 1)θπ(n+1) + (n + 2)θ(1 − (1 − p)ⁿ⁺¹)π(n+2),
    ///
    /// which is summed from a number downwards that all but never wait: no more do than would if nobody
    /// were paired, a Poisson number of mean λ/θ. Every term is positive, so nothing cancels.
    ///
    /// - Precondition: `arrivalRate` > 0, `patienceRate` > 0, 0 < `compatibility` < 1.
    /// - Throws: ``QueueingError/tooManyStates`` if more than 2^28 come while one stays.
    /// - Complexity: O(λ/θ).
    public init(
        arrivalRate: Double, patienceRate: Double, compatibility: Double
    ) throws(QueueingError) {
        let market = MarketRates(arrivalRate, patienceRate, compatibility)
        let mean = arrivalRate / patienceRate
        guard mean < Double(BirthDeathSums.stateLimit) else { throw .tooManyStates }
        // Twelve standard deviations and twice a dozen leave out less than a rounding.
        let most = Int(mean + 12 * mean.squareRoot() + 24)
        var (total, moment, lost) = (0.0, 0.0, 0.0)
        // The weights of n + 1 and n + 2, n to be next.
        var (one, two) = (1.0, 0.0)
        func take(_ weight: Double, at n: Int) {
            total += weight
            moment += weight * Double(n)
            if n > 0 { lost += weight * Double(n) * market.unsuited(n - 1) }
        }
        take(one, at: most)
        for n in (0..<most).reversed() {
            let weight =
                (Double(n + 1) * one + Double(n + 2) * market.suited(n + 1) * two) / mean
            (one, two) = (weight, one)
            take(weight, at: n)
            if total > 0x1p512 {
                // Weights rise by far more than a number can hold.
                (one, two) = (one * 0x1p-512, two * 0x1p-512)
                (total, moment, lost) = (total * 0x1p-512, moment * 0x1p-512, lost * 0x1p-512)
            }
        }
        meanQueue = moment / total
        meanWait = meanQueue / arrivalRate
        abandonmentProbability = lost / total / mean
    }
}

/// What the chains of both policies ask of a market.
private struct MarketRates {
    private let logUnsuited: Double

    init(_ arrivalRate: Double, _ patienceRate: Double, _ compatibility: Double) {
        precondition(arrivalRate > 0 && patienceRate > 0, "a market needs arrivals who leave")
        precondition(compatibility > 0 && compatibility < 1, "some suit each other, not all")
        logUnsuited = Accurate.logOfOnePlus(-compatibility)
    }

    /// The chance that none of n suits.
    func unsuited(_ n: Int) -> Double { Elementary.exp(Double(n) * logUnsuited) }

    /// The chance that one of n suits at least.
    func suited(_ n: Int) -> Double { -Accurate.expMinusOne(Double(n) * logUnsuited) }
}
