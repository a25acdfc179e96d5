import RandomStreams
import ScenarioModel

/// How long calls last: the shorter of the wishes of two people picked at random.
struct TalkTime {
    private enum Wish {
        case constant(Double)
        case exponential(mean: Double)
    }

    private var wishes: [(weight: Double, wish: Wish)] = []

    /// The talks of `people`; nil where a wish is anything but constant, exponential or a mixture
    /// of these, whose minimum has no short form.
    init?(of people: [Persona]) {
        for persona in people where persona.share > 0 {
            guard take(persona.conversation, weight: persona.share) else { return nil }
        }
    }

    private mutating func take(_ wish: Distribution, weight: Double) -> Bool {
        switch wish {
        case .constant(let value): wishes.append((weight, .constant(value)))
        case .exponential(let mean): wishes.append((weight, .exponential(mean: mean)))
        case .mixture(let parts):
            return parts.allSatisfy { take($0.distribution, weight: weight * $0.weight) }
        default: return false
        }
        return true
    }

    /// The mean of a call, in seconds.
    var mean: Double { excess(over: 0) }

    /// The mean of a call where all wishes are exponential with one mean; nil elsewhere.
    var exponentialMean: Double? {
        guard case .exponential(let mean)? = wishes.first?.wish else { return nil }
        let isOne = wishes.allSatisfy {
            guard case .exponential(let other) = $0.wish else { return false }
            return other == mean
        }
        return isOne ? mean / 2 : nil
    }

    /// E[max(talk − t, 0)], in seconds: the integral of the share of calls longer than `t` and on.
    func excess(over t: Double) -> Double {
        var sum = 0.0
        for (weight, a) in wishes {
            for (other, b) in wishes { sum += weight * other * Self.excess(of: a, b, over: t) }
        }
        return sum
    }

    private static func excess(of a: Wish, _ b: Wish, over t: Double) -> Double {
        switch (a, b) {
        case (.constant(let c), .constant(let d)):
            return max(min(c, d) - t, 0)
        case (.exponential(let m), .exponential(let n)):
            let rate = 1 / m + 1 / n
            return Elementary.exp(-rate * t) / rate
        case (.exponential(let m), .constant(let c)), (.constant(let c), .exponential(let m)):
            return c <= t ? 0 : m * (Elementary.exp(-t / m) - Elementary.exp(-c / m))
        }
    }
}
