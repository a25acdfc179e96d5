public import Quantities

extension Distribution {
    /// The longest span that ``sampleDuration(using:)`` returns: no simulated life is longer, and
    /// adding it to any time of a run stays far from overflow.
    public static let longestDuration = SimDuration.days(36_525)

    /// A draw. Equal streams give equal draws on every machine.
    ///
    /// All cases but gamma and mixture grow with the one word they take, so equal streams under two
    /// settings give comparable draws.
    public func sample(using stream: inout RandomStream) -> Double {
        switch self {
        case .constant(let value): value
        case .exponential(let mean): stream.nextExponential(mean: mean)
        case .uniform(let min, let max): min + (max - min) * stream.nextUnit()
        case .lognormal(let median, let sigma):
            median * Elementary.exp(sigma * stream.nextNormal())
        case .weibull(let scale, let shape):
            scale * Elementary.pow(-Elementary.log(stream.nextOpenUnit()), 1 / shape)
        case .logLogistic(let median, let shape):
            median * Self.oddsPower(stream.nextOpenUnit(), 1 / shape)
        case .gamma(let mean, let shape): stream.nextGamma(mean: mean, shape: shape)
        case .mixture(let components): Self.draw(from: components, using: &stream)
        case .empirical(let sample): sample.draw(using: &stream)
        }
    }

    /// A draw in seconds as a span: rounded to the nanosecond, at least 0 and at most
    /// ``longestDuration``.
    public func sampleDuration(using stream: inout RandomStream) -> SimDuration {
        let nanoseconds = sample(using: &stream) * 1e9
        let longest = Double(Self.longestDuration.nanoseconds)
        guard nanoseconds > 0 else { return .zero }
        guard nanoseconds < longest else { return Self.longestDuration }
        // From 2^51 ns (26 days) on the rounding of the product already left at most halves.
        return SimDuration(
            nanoseconds: Int64(
                nanoseconds < 0x1p51
                    ? Elementary.nearestInteger(nanoseconds)
                    : nanoseconds.rounded(.toNearestOrEven)))
    }

    /// (u/(1−u))^power.
    private static func oddsPower(_ u: Double, _ power: Double) -> Double {
        Elementary.pow(u / (1 - u), power)
    }

    private static func draw(
        from components: [Component], using stream: inout RandomStream
    ) -> Double {
        var rest = stream.nextUnit()
        for component in components.dropLast() {
            if rest < component.weight { return component.distribution.sample(using: &stream) }
            rest -= component.weight
        }
        return components[components.count - 1].distribution.sample(using: &stream)
    }
}
