import CMemoryHints

/// Arrival delays of the latest packets as a sliding histogram, with their least value and one
/// quantile kept up to date.
///
/// Delays are in ticks of the media clock relative to anything; the histogram has steps of 2 ms and
/// tells apart what lies within 2 s. It follows delays that wander away from the first, as those of
/// a sender do whose clock is fast or slow. A packet costs a few steps on average, whatever the
/// window.
struct DelayWindow: ~Copyable, @unchecked Sendable {
    /// Ticks of one step, 2 ms at 48 kHz.
    static var step: Int64 { 96 }
    private static var stepCount: Int { 1024 }
    /// Where the least delay is put when the histogram is laid out: 0.5 s above its lower end.
    private static var leastPosition: Int { 256 }
    /// Delays in a row above the histogram after which all others are forgotten.
    private static var strayLimit: Int { 16 }

    private let permille: Int
    private let capacity: Int
    /// How many delays there are in each step, then the steps of the delays in order of arrival.
    /// Changed by assignment and not in place: the thread sanitizer of Swift 6.3 makes nothing of that.
    private let counts: UnsafeMutablePointer<UInt16>
    private var steps: UnsafeMutablePointer<UInt16> { counts + Self.stepCount }
    private var next = 0
    private(set) var count = 0
    /// The step of delay 0, in steps from the histogram's lower end.
    private var origin: Int64 = 0
    private var least = 0
    private var quantileStep = 0
    /// Delays in steps above `quantileStep`.
    private var above = 0
    /// Delays that may lie above the quantile.
    private var allowed = 0
    /// Delays in a row that lay above the histogram.
    private var strays = 0

    /// An empty window of `capacity` packets that keeps the `permille`-quantile.
    init(capacity: Int, permille: Int) {
        precondition(capacity > 0 && capacity <= 4096, "a delay window has 1 to 4096 packets")
        precondition((1...1000).contains(permille), "a quantile is 1 to 1000 per mille")
        self.permille = permille
        self.capacity = capacity
        counts = .allocate(capacity: Self.stepCount + capacity)
        counts.initialize(repeating: 0, count: Self.stepCount + capacity)
    }

    deinit {
        counts.deallocate()
    }

    /// Memory of the histogram and of the steps in bytes.
    var byteCount: Int { (Self.stepCount + capacity) * MemoryLayout<UInt16>.stride }

    /// Forgets all delays.
    mutating func removeAll() {
        counts.update(repeating: 0, count: Self.stepCount)
        next = 0
        count = 0
        strays = 0
    }

    /// The least delay, in ticks, rounded down to the step.
    var minimum: Int64 { (Int64(least) - origin) * Self.step }

    /// The quantile, in ticks, rounded up to the step.
    var quantile: Int64 { (Int64(quantileStep) + 1 - origin) * Self.step }

    @inline(__always)
    mutating func prefetch() {
        memory_hint_fetch_for_writing(steps + next)
        memory_hint_fetch_for_writing(counts + quantileStep)
        memory_hint_fetch_for_writing(counts + least)
    }

    /// Takes in a packet's delay in ticks; the oldest one leaves a full window.
    mutating func insert(_ delay: Int64) {
        // Rounded down; the bias keeps the dividend positive for any delay of a day.
        let bias = Self.step << 32
        let absolute = (delay + bias) / Self.step - 1 << 32
        if count == 0 { origin = Int64(Self.leastPosition) - absolute }
        var position = absolute + origin
        if position < 0 || position >= Int64(Self.stepCount) {
            position = moved(absolute)
        } else {
            strays = 0
        }
        let step = Int(position)
        if count == capacity {
            let oldest = Int(steps[next])
            counts[oldest] = counts[oldest] - 1
            if oldest > quantileStep { above -= 1 }
        } else {
            count += 1
            allowed = count * (1000 - permille) / 1000
        }
        steps[next] = UInt16(truncatingIfNeeded: step)
        next = next + 1 == capacity ? 0 : next + 1
        counts[step] = counts[step] + 1
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
        while above > allowed {
            quantileStep += 1
            above -= Int(counts[quantileStep])
        }
        while quantileStep > least, above + Int(counts[quantileStep]) <= allowed {
            above += Int(counts[quantileStep])
            quantileStep -= 1
        }
    }

    /// Where the step `absolute`, which the histogram does not reach, goes: the histogram is laid
    /// out anew around the least delay, and what is still above it is clamped, until there were so
    /// many in a row that only they can be believed.
    private mutating func moved(_ absolute: Int64) -> Int64 {
        let lowest = min(absolute + origin, Int64(least))
        if lowest < 0 || lowest > Int64(Self.leastPosition) {
            relocate(by: Int64(Self.leastPosition) - lowest)
        }
        guard absolute + origin >= Int64(Self.stepCount) else { return absolute + origin }
        strays += 1
        guard strays == Self.strayLimit else { return Int64(Self.stepCount - 1) }
        removeAll()
        origin = Int64(Self.leastPosition) - absolute
        return Int64(Self.leastPosition)
    }

    private mutating func relocate(by shift: Int64) {
        origin += shift
        counts.update(repeating: 0, count: Self.stepCount)
        least = Self.stepCount - 1
        for index in 0..<count {
            let step = min(max(Int64(steps[index]) + shift, 0), Int64(Self.stepCount - 1))
            steps[index] = UInt16(step)
            counts[Int(step)] = counts[Int(step)] + 1
            least = min(least, Int(step))
        }
        // All above the lowest: the quantile is found from there.
        quantileStep = least
        above = count - Int(counts[least])
        settleQuantile()
    }
}
