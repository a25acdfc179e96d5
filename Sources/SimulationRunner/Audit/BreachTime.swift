public import Quantities

/// When a thief copies the stores.
public enum BreachTime: Hashable, Sendable {
    /// At the end of the run.
    case end
    /// So long after its beginning.
    case at(SimDuration)
    /// When the stores tell of most pairs that were in a call.
    case worst
    /// So many times, drawn at random; the audit looks at the one that tells of most pairs.
    case random(Int)

    /// The most copies: each is read whole.
    public static let maximumCopies = 1000

    /// The name in audits.
    public var name: String {
        switch self {
        case .end: "end"
        case .at: "at"
        case .worst: "worst"
        case .random(let count): "random:\(count)"
        }
    }

    /// The time in a run of `length`; nil where the run itself has to tell.
    public func time(in length: SimDuration) -> SimDuration? {
        switch self {
        case .end: length
        case .at(let time): time
        case .worst, .random: nil
        }
    }
}
