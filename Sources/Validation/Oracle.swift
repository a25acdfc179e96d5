/// A figure of a simulation, and the closed form it has to meet.
public struct Oracle: Hashable, Sendable {
    /// What kind of figure it is, which says how narrow its interval has to be.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A mean, count or level.
        case mean
        /// A share of cases or of time.
        case probability
        /// The mean squared deviation of counts from their expectation, relative to it.
        case dispersion
        /// The figure of one policy relative to that of another which is said to do as well.
        case likeness

        /// The widest half-width that a 95 % interval may have, relative to the closed form.
        public var widestHalfWidth: Double {
            switch self {
            case .mean, .likeness: 0.02
            case .probability, .dispersion: 0.1
            }
        }

        /// How far the true figure may be off what is expected, relative to it. Where it may be, whole
        /// intervals have to lie within that: not to find a difference is no proof of likeness
        /// (D. J. Schuirmann, Journal of Pharmacokinetics and Biopharmaceutics 15, 1987).
        public var tolerance: Double {
            switch self {
            case .mean, .probability, .dispersion: 0
            case .likeness: 0.02
            }
        }
    }

    /// The figure's name within its study, such as `match.latency.mean`.
    public let figure: String
    /// What kind of figure it is.
    public let kind: Kind
    /// What the closed form says.
    public let expected: Double
    /// The closed form and its source, in a few words.
    public let formula: String

    /// The figure called `figure` has to be `expected`, by `formula`.
    public init(_ figure: String, _ kind: Kind, _ expected: Double, by formula: String) {
        self.figure = figure
        self.kind = kind
        self.expected = expected
        self.formula = formula
    }

    /// The same figure held against another value: what a wrong formula would say.
    public func expecting(_ value: Double) -> Oracle {
        Oracle(figure, kind, value, by: formula)
    }
}
