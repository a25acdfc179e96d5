import RandomStreams

/// How patience D competes with arrivals at some rate s: φ(s) = E[exp(−sD)], the chance that it
/// ends first, and E[D·exp(−sD)] = −φ'(s).
struct LeavingTransform {
    var chance = 0.0
    var weighted = 0.0

    /// Of patience drawn from a mix; nil where a part of it has no transform in closed form.
    init?(of mix: [(weight: Double, patience: Distribution)], rate: Double) {
        let total = mix.reduce(0) { $0 + $1.weight }
        for (weight, patience) in mix {
            guard let part = Self(of: patience, rate: rate) else { return nil }
            add(part, weight / total)
        }
    }

    private init(_ chance: Double, _ weighted: Double) {
        self.chance = chance
        self.weighted = weighted
    }

    private mutating func add(_ part: LeavingTransform, _ weight: Double) {
        chance += weight * part.chance
        weighted += weight * part.weighted
    }

    private init?(of patience: Distribution, rate s: Double) {
        switch patience {
        case .constant(let value):
            let none = Elementary.exp(-s * value)
            self.init(none, value * none)
        case .exponential(let mean):
            let scale = 1 / (1 + s * mean)
            self.init(scale, mean * scale * scale)
        case .uniform(let low, let high):
            guard high > low else {
                self.init(of: .constant(low), rate: s)
                return
            }
            let (atLow, atHigh) = (Elementary.exp(-s * low), Elementary.exp(-s * high))
            let chance = (atLow - atHigh) / (s * (high - low))
            self.init(chance, ((low * atLow - high * atHigh) / (high - low) + chance) / s)
        case .gamma(let mean, let shape):
            let scale = 1 / (1 + s * mean / shape)
            let chance = Elementary.pow(scale, shape)
            self.init(chance, mean * chance * scale)
        case .mixture(let parts):
            self.init(of: parts.map { ($0.weight, $0.distribution) }, rate: s)
        case .empirical(let sample):
            let values = sample.values
            self.init(
                of: values.indices.map { (sample.share(at: $0), .constant(values[$0])) }, rate: s)
        case .lognormal, .weibull, .logLogistic:
            return nil
        }
    }
}
