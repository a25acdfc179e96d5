public import Quantities

/// The clock by which records are stamped and deleted.
///
/// It takes over what the machine's clock reads when the service starts, and from then on counts the time that passes. So
/// nobody who sets the machine's clock, ahead or back, prolongs a lifetime while the service runs. Without it a clock that is
/// ahead for longer than it is ahead by stamps records that are taken for that much younger afterwards, and one that is
/// behind deletes that much later.
///
/// When the service starts again it goes on from what the clock reads or from the last moment that it wrote anything down,
/// whichever is later: so it is never set back. Where it starts by a clock that is ahead, records go early by as much; by one
/// that is behind, late by what passed since it last wrote.
public struct RetentionClock: Hashable, Sendable, BitwiseCopyable {
    /// What it reads beyond the time that has passed.
    private var lead: SimDuration

    /// The service starts when its machine's clock reads `clock`.
    ///
    /// - Parameter steady: the time that has passed since some moment; whatever it is set to, it never jumps.
    public init(reading clock: SimTime, steady: SimTime) { lead = clock - steady }

    /// What it reads when so much time has passed.
    public func time(steady: SimTime) -> SimTime { steady + lead }

    /// The service starts again when its machine's clock reads `clock`, and has written something down last when this one
    /// read `written`.
    public mutating func restart(reading clock: SimTime, written: SimTime, steady: SimTime) {
        lead = max(clock, written) - steady
    }
}
