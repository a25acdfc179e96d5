/// Why a queue has no stationary law that could be given.
public enum QueueingError: Error, Hashable, Sendable {
    /// The offered load reaches the number of servers and nobody leaves: the queue grows for ever.
    case overloaded(load: Double, servers: Int)
    /// One side of a two-sided queue comes at least as fast as the other and never leaves.
    case unbounded(arrivalRate: Double, otherArrivalRate: Double)
    /// More than 2^28 lengths of the queue matter, too many to sum.
    case tooManyStates
}

extension QueueingError: CustomStringConvertible {
    /// What is wrong, in a sentence without an end.
    public var description: String {
        switch self {
        case .overloaded(let load, let servers):
            "unstable: a load of \(Self.text(load)) needs more than \(Self.text(load)) servers; with "
                + "\(servers) and nobody leaving the queue grows without bound"
        case .unbounded(let rate, let other) where rate == other:
            "unstable: nobody leaves a side whose arrivals at \(Self.text(rate)) /s just match the other's; "
                + "the queue has no mean"
        case .unbounded(let rate, let other):
            "unstable: nobody leaves a side whose arrivals at \(Self.text(rate)) /s outrun the other's at "
                + "\(Self.text(other)) /s; its queue grows without bound"
        case .tooManyStates:
            "the queue spreads over more than \(BirthDeathSums.stateLimit) lengths, too many to "
                + "sum; use larger patience rates, a lower load or a "
                + "larger compatibility"
        }
    }

    /// The shortest text of `value`, without a needless `.0`.
    private static func text(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? "\(Int64(value))" : "\(value)"
    }
}
