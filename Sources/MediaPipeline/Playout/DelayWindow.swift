/// Arrival delays of the latest packets as a sliding histogram, with their least value and one
/// quantile kept up to date.
///
/// Delays are in ticks of the media clock relative to the first packet's; the histogram has steps
/// of 2 ms and tells delays from 0.5 s before to 1.5 s after it, beyond which they are clamped.
struct DelayWindow: Sendable {
    /// Ticks of one step, 2 ms at 48 kHz.
    static var step: Int64 { 96 }
    private static var stepCount: Int { 1024 }
    private static var origin: Int64 { 256 }

    private let permille: Int
    private var counts: [UInt16]
    private var steps: [UInt16]
    private var next = 0
    private(set) var count = 0
    private var least = 0
    private var quantileStep = 0
    /// Delays in steps above `quantileStep`.
    private var above = 0

    /// An empty window of `capacity` packets that keeps the `permille`-quantile.
    init(capacity: Int, permille: Int) {
        precondition(capacity > 0 && capacity <= 4096, "a delay window has 1 to 4096 packets")
        precondition((1...1000).contains(permille), "a quantile is 1 to 1000 per mille")
        self.permille = permille
        counts = [UInt16](repeating: 0, count: Self.stepCount)
        steps = [UInt16](repeating: 0, count: capacity)
    }

    /// The least delay, in ticks, rounded down to the step.
    var minimum: Int64 { (Int64(least) - Self.origin) * Self.step }

    /// The quantile, in ticks, rounded up to the step.
    var quantile: Int64 { (Int64(quantileStep) + 1 - Self.origin) * Self.step }

    /// Takes in a packet's delay in ticks; the oldest one leaves a full window.
    mutating func insert(_ delay: Int64) {
        let exact = (delay + Self.origin * Self.step) / Self.step
        let step = Int(min(max(exact, 0), Int64(Self.stepCount - 1)))
        if count == steps.count {
            let oldest = Int(steps[next])
            counts[oldest] -= 1
            if oldest > quantileStep { above -= 1 }
        } else {
            count += 1
        }
        steps[next] = UInt16(step)
        next = next + 1 == steps.count ? 0 : next + 1
        counts[step] += 1
        if count == 1 {
            (least, quantileStep, above) = (step, step, 0)
        } else {
            if step > quantileStep { above += 1 }
            if step < least { least = step }
        }
        while counts[least] == 0 { least += 1 }
        settleQuantile()
    }

    /// Moves the quantile to the least step with at most `allowed` delays above it.
    private mutating func settleQuantile() {
        let allowed = count * (1000 - permille) / 1000
        while above > allowed {
            quantileStep += 1
            above -= Int(counts[quantileStep])
        }
        while quantileStep > least, above + Int(counts[quantileStep]) <= allowed {
            above += Int(counts[quantileStep])
            quantileStep -= 1
        }
    }
}
