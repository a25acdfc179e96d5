/// Looks for the greatest rate at which a load is clean: up by half until it is not, then by halves of
/// what is left between the greatest that was and the least that was not.
///
/// A rate that is not clean gets a second try, as a machine that does something else for a moment
/// spoils one.
struct LoadSearch: Hashable, Sendable {
    /// The greatest rate that was clean.
    private(set) var best: Int?
    /// The least that was not, in two tries.
    private(set) var worst: Int?
    /// The rate to try; nil when it is known well enough.
    private(set) var next: Int?
    private var isSecondTry = false
    private let maximum: Int

    /// How near to each other the two are in the end, as a part of the greater.
    static let precision = 0.03

    /// From `first` on, and never above `maximum`.
    init(from first: Int, to maximum: Int) {
        next = first
        self.maximum = maximum
    }

    /// The rate tried was clean, or not.
    ///
    /// - Precondition: ``next`` is not nil.
    mutating func note(isClean: Bool) {
        guard let rate = next else { preconditionFailure("nothing was tried") }
        if isClean {
            best = rate
        } else if isSecondTry {
            worst = rate
        } else {
            isSecondTry = true
            return
        }
        isSecondTry = false
        next = following(rate)
    }

    private func following(_ rate: Int) -> Int? {
        guard let worst else {
            return rate == maximum ? nil : min(maximum, max(rate + 1, rate + rate / 2))
        }
        guard let best else { return rate > 1 ? rate / 2 : nil }
        let middle = best + (worst - best) / 2
        let isNear = Double(worst - best) <= Self.precision * Double(worst)
        return isNear || middle == best ? nil : middle
    }
}
