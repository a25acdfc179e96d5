/// Servers without a queue at which customers arrive with Erlang-distributed gaps and stay an
/// exponential time (Eₖ/M/c/c, a case of GI/M/c/c).
///
/// A queue that pairs every second of its Poisson arrivals hands its pairs over with gaps of two
/// stages, so that the relay server of such a platform blocks less than Erlang's formula says.
///
/// L. Takács, "Introduction to the Theory of Queues", 1962, chapter 4.
public enum RenewalLoss {
    /// The share of arrivals that find all servers busy, 0…1:
    /// 1/B = Σₖ (c over k) ∏ⱼ (1 − φ(jμ))/φ(jμ), k ≤ c, 1 ≤ j ≤ k, where φ is the Laplace
    /// transform of the gap between arrivals.
    ///
    /// With m stages (1 − φ)/φ = (1 + j/(m·a))ᵐ − 1 is a sum of positive terms, as is the whole,
    /// which is nested from its end: a relative error below c·m·2^-50. One stage is Erlang's loss
    /// formula. Below 10^-308 the share is 0.
    ///
    /// - Parameters:
    ///   - servers: c ≥ 0.
    ///   - load: the mean number of arrivals in a mean time of stay, a ≥ 0.
    ///   - stages: m ≥ 1; the gaps' coefficient of variation is 1/√m.
    /// - Complexity: O(`servers` · `stages`).
    public static func blocking(servers: Int, load: Double, stages: Int) -> Double {
        precondition(servers >= 0 && load >= 0, "servers and load are never negative")
        precondition(stages >= 1, "a gap has a stage")
        guard load > 0 else { return servers == 0 ? 1 : 0 }
        var inverse = 1.0
        for free in 0..<servers {
            let busy = servers - free
            let step = Double(busy) / (Double(stages) * load)
            // (1 + x)ᵐ − 1 = x·Σ(1 + x)ⁱ, i < m.
            var sum = 0.0
            for _ in 0..<stages { sum = sum * (1 + step) + 1 }
            inverse = 1 + Double(free + 1) / Double(busy) * (step * sum) * inverse
        }
        return 1 / inverse
    }

    /// The mean number of busy servers, a(1 − B).
    ///
    /// - Precondition: as for ``blocking(servers:load:stages:)``.
    public static func meanBusy(servers: Int, load: Double, stages: Int) -> Double {
        load * (1 - blocking(servers: servers, load: load, stages: stages))
    }
}
