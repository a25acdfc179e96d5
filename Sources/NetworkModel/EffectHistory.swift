import Quantities

/// What a link did to packets at each moment: ``FluidLink/Effect`` as a step function of time, and
/// its integrals.
///
/// It grows at its end and is forgotten at its beginning. Copies share their storage, so what is
/// handed to others costs nothing until the next change.
public struct EffectHistory: Sendable {
    private struct Step: BitwiseCopyable {
        let since: SimTime
        let effect: FluidLink.Effect
    }

    /// Delays that differ by no more than this are taken to be the same, unless the loss differs.
    public static let resolution = SimDuration.microseconds(1)

    /// Ascending in time; never empty.
    private var steps = [Step(since: .zero, effect: .none)]
    private var lossIntegral = 0.0
    private var delayIntegral = 0.0

    /// The history of a link that has been idle since the beginning of time.
    public init() {}

    /// What the link does now.
    public var current: FluidLink.Effect { steps[steps.count - 1].effect }

    /// How many steps are remembered.
    public var stepCount: Int { steps.count }

    /// From `now` on the link has `effect`; a change below ``resolution`` is left out.
    ///
    /// - Precondition: `now` is not before the latest change.
    public mutating func change(to effect: FluidLink.Effect, at now: SimTime) {
        let last = steps[steps.count - 1]
        precondition(now >= last.since, "a history is written forward")
        let difference = effect.delay - last.effect.delay
        guard
            effect.loss != last.effect.loss || difference > Self.resolution
                || -difference > Self.resolution
        else { return }
        let span = (now - last.since).seconds
        lossIntegral += last.effect.loss * span
        delayIntegral += last.effect.delay.seconds * span
        if last.since == now { steps.removeLast() }
        steps.append(Step(since: now, effect: effect))
    }

    /// What the link did to a packet at `time`; before what is remembered, as at its beginning.
    ///
    /// - Complexity: O(log ``stepCount``).
    public func effect(at time: SimTime) -> FluidLink.Effect {
        var (low, high) = (0, steps.count - 1)
        while low < high {
            let middle = (low + high + 1) / 2
            if steps[middle].since <= time { low = middle } else { high = middle - 1 }
        }
        return steps[low].effect
    }

    /// Forgets what was before `time`, but for what was then in force.
    public mutating func forget(before time: SimTime) {
        var keep = 0
        while keep + 1 < steps.count, steps[keep + 1].since <= time { keep += 1 }
        if keep > 0 { steps.removeFirst(keep) }
    }

    /// The integrals of loss, in seconds, and of delay, in seconds squared, from the beginning of
    /// time until `now`, which is not before the latest change.
    public func integrals(until now: SimTime) -> (loss: Double, delay: Double) {
        let last = steps[steps.count - 1]
        let span = (now - last.since).seconds
        return (
            lossIntegral + last.effect.loss * span,
            delayIntegral + last.effect.delay.seconds * span
        )
    }
}
