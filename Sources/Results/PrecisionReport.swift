public import ScenarioModel

/// What became of a run that added replications until its figures were as precise as asked for.
public struct PrecisionReport: Hashable, Sendable {
    /// One figure.
    public struct Figure: Hashable, Sendable {
        /// The metric's name.
        public var metric: String
        /// Which of its figures.
        public var statistic: Threshold.Statistic
        /// Half the width of the 95 % interval over the replications' own figures, in the metric's
        /// unit; nil where fewer than two replications observed anything.
        public var halfWidth: Double?
        /// That relative to the mean of the replications' own figures; nil where the mean is 0 and
        /// the width is not.
        public var relative: Double?
        /// Whether it is as narrow as asked for.
        public var isReached: Bool
        /// How many replications it would take in all, as far as can be told: n·(h/h*)²; nil where
        /// it is reached and where no number would do.
        public var needed: Int?

        /// The given outcome.
        public init(
            metric: String, statistic: Threshold.Statistic, halfWidth: Double?, relative: Double?,
            isReached: Bool, needed: Int?
        ) {
            self.metric = metric
            self.statistic = statistic
            self.halfWidth = halfWidth
            self.relative = relative
            self.isReached = isReached
            self.needed = needed
        }

        /// The figure's key, such as `match.latency.p95`.
        public var key: String {
            statistic == .value ? metric : "\(metric).\(statistic.rawValue)"
        }
    }

    /// The relative half-width asked for, > 0.
    public var goal: Double
    /// Replications in a wave; the figures are looked at after each.
    public var wave: Int
    /// The most replications that were allowed.
    public var limit: Int
    /// The figures held to it, in order.
    public var figures: [Figure]
    /// Keys of targets that are not, because replications have no figure of them that could be
    /// averaged: extremes.
    public var leftOut: [String]

    /// The given outcome.
    public init(goal: Double, wave: Int, limit: Int, figures: [Figure], leftOut: [String]) {
        self.goal = goal
        self.wave = wave
        self.limit = limit
        self.figures = figures
        self.leftOut = leftOut
    }

    /// Whether every figure is as narrow as asked for.
    public var isReached: Bool { figures.allSatisfy(\.isReached) }

    /// How many replications the neediest figure would take in all; nil where all are reached, or
    /// where no number would do.
    public var needed: Int? {
        let open = figures.filter { !$0.isReached }
        guard open.allSatisfy({ $0.needed != nil }) else { return nil }
        return open.compactMap(\.needed).max()
    }

    /// What came of it, for a person, one line each; `count` replications were made.
    func lines(_ count: Int) -> [String] {
        let wanted = "precision ±\(HumanFigure.limit(goal, .share))"
        var lines: [String] = []
        if isReached {
            let widest = figures.compactMap { figure in
                figure.relative.map { ($0, figure.key) }
            }.max { $0.0 < $1.0 }
            let detail = widest.map { "; widest: \($0.1) ±\(HumanFigure.text($0.0, .share))" }
            lines.append("\(wanted) reached with \(count) replications\(detail ?? "")")
        } else {
            lines.append("\(wanted) not reached with \(count) replications:")
            lines += figures.filter { !$0.isReached }.map { figure in
                "  \(figure.key) \(Self.want(of: figure, count))"
            }
        }
        if !leftOut.isEmpty {
            lines.append(
                "  not held to it, as an extreme has no mean: "
                    + leftOut.joined(separator: ", "))
        }
        return lines
    }

    private static func want(of figure: Figure, _ count: Int) -> String {
        guard figure.halfWidth != nil else { return "was observed in fewer than two of them" }
        guard let relative = figure.relative else {
            return "has mean 0, beside which no width is narrow"
        }
        let width = "is ±\(HumanFigure.text(relative, .share))"
        guard let needed = figure.needed else { return width }
        return width + " and would need about \(HumanFigure.text(Double(needed), .plain)) "
            + "(\(HumanFigure.text(Double(max(needed - count, 1)), .plain)) more)"
    }
}
