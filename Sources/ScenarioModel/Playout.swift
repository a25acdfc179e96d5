import Quantities
import RandomStreams

/// How received packets wait for their playout.
public struct JitterBufferModel: Hashable, Sendable, BitwiseCopyable {
    /// Share of packets that shall arrive in time, 0.5…0.999; browsers aim at 95 to 97 %.
    public var quantile: Double
    /// The least delay beyond the fastest packet.
    public var minimum: SimDuration
    /// The longest delay beyond the fastest packet, up to 1 s.
    public var maximum: SimDuration
    /// The least delay in the first second of a call.
    public var initial: SimDuration

    /// The given waiting.
    public init(
        quantile: Double = 0.97, minimum: SimDuration = .milliseconds(20),
        maximum: SimDuration = .milliseconds(500), initial: SimDuration = .milliseconds(60)
    ) {
        self.quantile = quantile
        self.minimum = minimum
        self.maximum = maximum
        self.initial = initial
    }
}

/// How far the clocks of peers' devices are off, in ppm: a clock at +50 ppm shows 180 ms too much
/// after an hour.
public enum ClockDrift: Hashable, Sendable, BitwiseCopyable {
    /// All by the same.
    case constant(Double)
    /// Any error between the bounds.
    case uniform(min: Double, max: Double)
    /// Normal with this mean and standard deviation.
    case normal(mean: Double, sigma: Double)

    /// The most that a clock can be off, in ppm.
    public static var limit: Double { 1000 }

    /// A peer's error in ppm, within ±``limit``. Equal streams give equal draws on every machine.
    public func sample(using stream: inout RandomStream) -> Double {
        switch self {
        case .constant(let error): error
        case .uniform(let min, let max): min + (max - min) * stream.nextUnit()
        case .normal(let mean, let sigma):
            max(-Self.limit, min(Self.limit, mean + sigma * stream.nextNormal()))
        }
    }
}
