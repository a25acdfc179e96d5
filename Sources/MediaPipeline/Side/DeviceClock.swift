import Quantities

/// The clock of one side's devices, which drives capture and playout and may run fast or slow.
public struct DeviceClock: Sendable, BitwiseCopyable {
    /// Steps of the fractions kept.
    private static var unit: Double { 4_294_967_296 }

    /// When the two clocks showed the same.
    private let origin: SimTime
    /// What it gains in a nanosecond, in units of 2^-32 ns; 0 for a true clock.
    private let gain: Int64
    /// A frame's true span: whole nanoseconds and units of 2^-32 ns.
    private let frame: Int64
    private let frameFraction: UInt32
    private var fraction: UInt32 = 0

    /// A clock that shows the time at `origin` and is `drift` ppm fast, or slow if negative.
    ///
    /// - Precondition: `drift` is within ±100,000 ppm.
    public init(frame: SimDuration, drift: Double, origin: SimTime) {
        precondition(abs(drift) <= 100_000, "a clock drifts by up to 10 %, not \(drift) ppm")
        self.origin = origin
        gain = Int64((drift * 1e-6 * Self.unit).rounded())
        let span = Double(frame.nanoseconds) / (1 + drift * 1e-6)
        let whole = span.rounded(.down)
        self.frame = Int64(whole)
        frameFraction = UInt32(
            truncatingIfNeeded: Int64(((span - whole) * Self.unit).rounded(.down)))
    }

    /// When the frame after the one at `tick` is complete.
    public mutating func next(after tick: SimTime) -> SimTime {
        let (sum, carries) = fraction.addingReportingOverflow(frameFraction)
        fraction = sum
        return SimTime(nanoseconds: tick.nanoseconds + frame + (carries ? 1 : 0))
    }

    /// What the clock shows at `now`.
    @inline(__always)
    public func reading(at now: SimTime) -> SimTime {
        guard gain != 0 else { return now }
        let elapsed = Int128((now - origin).nanoseconds)
        return SimTime(nanoseconds: now.nanoseconds + Int64((elapsed * Int128(gain)) >> 32))
    }
}
