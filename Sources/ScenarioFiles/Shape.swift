/// What may stand at one place of a scenario.
///
/// The tables of keys are made of shapes, and everything else follows from them: the checks, the
/// defaults, the JSON Schema and the reference.
indirect enum Shape: Sendable {
    /// A text of at most that many characters.
    case text(limit: Int)
    /// A name: a letter, then letters, digits, `-` and `_`.
    case name
    /// The name of a file beside the scenario.
    case fileName
    /// `true` or `false`.
    case boolean
    /// A whole number.
    case integer(ClosedRange<UInt64>)
    /// A number without a unit.
    case number(Interval)
    /// A number with a unit.
    case quantity(Dimension, Interval)
    /// One of some words.
    case choice([Choice])
    /// A map with these keys; with `whole`, its values are shares that sum to 1; of the keys
    /// `oneOf`, if there are any, exactly one is given.
    case object([Key], whole: Bool = false, oneOf: [String] = [])
    /// A map with exactly one of these keys.
    case exactlyOne([Key])
    /// A distribution of times.
    case distribution
    /// A distribution of times, or a map with one of these keys.
    case distributionOr([Key])
    /// A part of a mixture: a weight and a distribution.
    case component
    /// Shares by name that sum to 1.
    case shares(ShareNames)
    /// A map from names of the writer's choice.
    case named(Shape, limit: Int)
    /// A map from metrics to limits.
    case thresholds
    /// A list of that many.
    case list(Shape, ClosedRange<Int>, sharesOf: String? = nil)
    /// A list of exactly these.
    case tuple([Shape])
    /// A map that has to be empty as yet.
    case emptyMap
}

/// One word of an enumeration.
struct Choice: Sendable {
    let name: String
    let text: String
    /// Whether this version can run it.
    var isSupported = true
}

/// What the names in a map of shares are.
enum ShareNames: Sendable {
    /// Names of the writer's choice.
    case any
    /// NAT classes and their older names.
    case nat
}

/// One key of a map.
struct Key: Sendable {
    let name: String
    let shape: Shape
    let fallback: Fallback
    /// One or two sentences for the reference.
    let text: String
    /// What this version cannot run.
    var later: Later?

    init(
        _ name: String, _ shape: Shape, _ fallback: Fallback, _ text: String, later: Later? = nil
    ) {
        self.name = name
        self.shape = shape
        self.fallback = fallback
        self.text = text
        self.later = later
    }
}

/// What holds where a key is left out.
enum Fallback: Sendable, ExpressibleByStringLiteral {
    /// The key must be there.
    case required
    /// This value, as a file would write it.
    case value(String)
    /// Follows from the rest of the file, as the text says.
    case derived(String)
    /// As in the first entry of the list that the map is in; there, this value.
    case first(String)
    /// Depends on the value of another key of the map.
    case sibling(String, [(String, String)], otherwise: String)
    /// Depends on what the map itself is called.
    case ownName([(String, String)], otherwise: String)

    init(stringLiteral value: String) {
        self = .value(value)
    }
}

/// What this version cannot run.
enum Later: Sendable {
    /// The key at all.
    case key
    /// Anything but zero.
    case unlessZero
}

/// A range of numbers in base units.
struct Interval: Sendable {
    var lower: Double
    var upper: Double
    /// Whether `lower` itself is outside.
    var isOpenBelow = false
    /// Whether `upper` itself is outside.
    var isOpenAbove = false

    static func from(_ lower: Double, to upper: Double) -> Interval {
        Interval(lower: lower, upper: upper)
    }

    static func above(_ lower: Double, to upper: Double) -> Interval {
        Interval(lower: lower, upper: upper, isOpenBelow: true)
    }

    static func from(_ lower: Double, below upper: Double) -> Interval {
        Interval(lower: lower, upper: upper, isOpenAbove: true)
    }

    /// 0…1.
    static let share = Interval(lower: 0, upper: 1)

    func contains(_ value: Double) -> Bool {
        (isOpenBelow ? value > lower : value >= lower)
            && (isOpenAbove ? value < upper : value <= upper)
    }

    /// The range in words, such as `more than 0 s, at most 1 d`.
    func text(_ write: (Double) -> String) -> String {
        let low = "\(isOpenBelow ? "more than" : "at least") \(write(lower))"
        let high = "\(isOpenAbove ? "less than" : "at most") \(write(upper))"
        return "\(low), \(high)"
    }
}
