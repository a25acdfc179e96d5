/// When things happened to subjects that were watched, and when watching ended without: how many
/// of each at each whole time (calls, seconds). Merging adds.
public struct SurvivalRecorder: Hashable, Sendable {
    /// What happened at one time.
    struct Tally: Hashable, Sendable, BitwiseCopyable {
        var events: Int64 = 0
        var censored: Int64 = 0
    }

    private(set) var tallies: [Int64: Tally] = [:]

    /// Nobody watched yet.
    public init() {}

    /// How many subjects were watched.
    public var subjects: Int64 { tallies.values.reduce(0) { $0 + $1.events + $1.censored } }

    /// To how many of them it happened.
    public var events: Int64 { tallies.values.reduce(0) { $0 + $1.events } }

    /// A subject was watched up to `time`, when it happened, or when watching ended without.
    ///
    /// - Precondition: `time` is not negative.
    public mutating func record(_ time: Int64, happened: Bool) {
        precondition(time >= 0, "nobody is watched for a negative time")
        if happened {
            tallies[time, default: Tally()].events += 1
        } else {
            tallies[time, default: Tally()].censored += 1
        }
    }

    /// Takes the subjects of `other` in.
    public mutating func merge(_ other: SurvivalRecorder) {
        for (time, tally) in other.tallies {
            tallies[time, default: Tally()].events += tally.events
            tallies[time, default: Tally()].censored += tally.censored
        }
    }
}

/// The product-limit estimate of the share of subjects to whom it has not happened yet, from
/// observations some of which ended too early to tell (Kaplan and Meier, J. Am. Stat. Assoc. 53,
/// 1958). At equal times, events come before censoring.
public struct KaplanMeier: Hashable, Sendable {
    /// A time at which it happened to somebody.
    public struct Step: Hashable, Sendable, BitwiseCopyable {
        /// The time.
        public var time: Int64
        /// Subjects watched until then or longer.
        public var atRisk: Int64
        /// To how many of them it happened then.
        public var events: Int64
        /// Share to whom it has not happened by then, that time included, 0…1.
        public var survival: Double
        /// Greenwood's estimate of the variance of ``survival``.
        public var variance: Double
    }

    /// The times at which it happened to somebody, ascending.
    public let steps: [Step]

    /// The estimate from what `recorder` saw.
    ///
    /// - Complexity: O(n log n) in the number of different times.
    public init(_ recorder: SurvivalRecorder) {
        var steps: [Step] = []
        var atRisk = recorder.subjects
        var (survival, sum) = (1.0, 0.0)
        for (time, tally) in recorder.tallies.sorted(by: { $0.key < $1.key }) {
            if tally.events > 0 {
                let left = atRisk - tally.events
                survival *= Double(left) / Double(atRisk)
                if left > 0 { sum += Double(tally.events) / (Double(atRisk) * Double(left)) }
                steps.append(
                    Step(
                        time: time, atRisk: atRisk, events: tally.events, survival: survival,
                        variance: survival * survival * sum))
            }
            atRisk -= tally.events + tally.censored
        }
        self.steps = steps
    }

    /// The share to whom it has not happened by `time`.
    ///
    /// - Complexity: O(number of steps).
    public func survival(at time: Int64) -> Double {
        steps.last { $0.time <= time }?.survival ?? 1
    }

    /// The first time by which it has happened to the share `share` or more; nil where the
    /// observations do not reach so far.
    ///
    /// - Complexity: O(number of steps).
    public func quantile(_ share: Double) -> Int64? {
        // What the product falls short by rounding must not put the quantile off by a step.
        steps.first { 1 - $0.survival >= share - 1e-12 }?.time
    }
}
