import NIOCore
import Quantities

/// Real time as the protocol machines see it: the monotonic clock, from zero on.
///
/// The only place where a clock meets the machines; they get what it shows as an argument.
struct WallClock: Sendable {
    private let origin = NIODeadline.now()

    /// Time since the clock was made.
    var now: SimTime { SimTime(nanoseconds: (NIODeadline.now() - origin).nanoseconds) }

    /// The event loop's word for `time`; never beyond a year, so that no sum overflows.
    func deadline(of time: SimTime) -> NIODeadline {
        origin + .nanoseconds(min(time.nanoseconds, SimDuration.hours(24 * 365).nanoseconds))
    }
}
