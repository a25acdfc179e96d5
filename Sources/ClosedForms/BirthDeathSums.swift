/// Sums over the stationary law of a chain on the whole numbers that moves one step at a time and
/// whose ratios π(n+1)/π(n) never rise with n.
///
/// All the queues here are such chains: the more wait, the more leave. Their laws are log-concave,
/// so the sums begin at the mode, where the weight is set to 1, and multiply ratios in both
/// directions; nothing overflows, every term is positive and nothing cancels. Each multiplication
/// and addition adds at most half a unit in the last place, so that after n states the relative
/// error is at most about n·2^-52, and in practice √n·2^-52.
struct BirthDeathSums: Hashable, Sendable {
    /// How many states are summed at most: a few seconds' work.
    static var stateLimit: Int { 1 << 28 }

    /// One side of state 0.
    struct Side: Hashable, Sendable {
        /// Σ π(n).
        var mass = 0.0
        /// Σ |n|·π(n).
        var moment = 0.0
    }

    /// π(0).
    private(set) var zero = 0.0
    /// The states above 0.
    private(set) var above = Side()
    /// The states below 0.
    private(set) var below = Side()

    /// Σ π(n) over all states, by which to divide the others.
    var total: Double { zero + above.mass + below.mass }

    /// What may be left out of a sum relative to it: an eighth of a rounding.
    private static let negligible = 0x1p-56

    /// Sums from `mode` on, a state that is hardly less likely than any other.
    ///
    /// What is left out of each sum is less than 2^-56 of it, unless it is below 2^-1022 of the
    /// mode's weight, which counts as 0.
    ///
    /// - Parameter ratio: π(n+1)/π(n), never rising with n; infinite where n is not a state and
    ///   n + 1 is.
    /// - Complexity: O(standard deviation + distance from the mode to 0).
    init(from mode: Double, ratio: (Int) -> Double) throws(QueueingError) {
        // Beyond 2^50 neighbouring states would not differ by 1 in the rates.
        guard mode.magnitude < 0x1p50 else { throw .tooManyStates }
        let start = Int(mode)
        var steps = 0
        var state = start
        var weight = 1.0
        add(weight, at: state)
        while true {
            let r = ratio(state)
            if state >= 0, isNegligible(weight, r, state, above) { break }
            weight *= r
            state += 1
            guard weight >= .leastNormalMagnitude else { break }
            add(weight, at: state)
            steps += 1
            guard steps < Self.stateLimit else { throw .tooManyStates }
        }
        state = start
        weight = 1
        while true {
            let r = 1 / ratio(state - 1)
            if state <= 0, isNegligible(weight, r, -state, below) { break }
            weight *= r
            state -= 1
            guard weight >= .leastNormalMagnitude else { break }
            add(weight, at: state)
            steps += 1
            guard steps < Self.stateLimit else { throw .tooManyStates }
        }
    }

    @inline(__always)
    private mutating func add(_ weight: Double, at state: Int) {
        if state > 0 {
            above.mass += weight
            above.moment += weight * Double(state)
        } else if state < 0 {
            below.mass += weight
            below.moment -= weight * Double(state)
        } else {
            zero += weight
        }
    }

    /// Whether all beyond a state of the given weight and distance from 0 can be left out.
    ///
    /// Later ratios are at most r, so their weights are at most weight·r^j, whose sum is
    /// t = weight·r/(1 − r), and whose moment is t·(distance + 1/(1 − r)).
    @inline(__always)
    private func isNegligible(
        _ weight: Double, _ r: Double, _ distance: Int, _ side: Side
    ) -> Bool {
        guard r < 1, weight * r <= Self.negligible * side.mass else { return false }
        let rest = weight * r / (1 - r)
        return rest <= Self.negligible * side.mass
            && rest * (Double(distance) + 1 / (1 - r)) <= Self.negligible * side.moment
    }
}
