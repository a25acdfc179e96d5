/// What later versions are held to: how each group fared in each replication, and what may be lost.
///
/// The file is canonical: equal contents give equal bytes, and each cell has a line of its own, so that
/// version control merges it.
public struct BaselineDocument: Hashable, Sendable {
    /// The name and version of the file's format.
    public static let schema = "voicesim.baseline/1"

    /// How much worse a measure may become in any group.
    public struct Margin: Hashable, Sendable {
        /// The measure, such as `wait`.
        public var measure: String
        /// As a share of the baseline's value, ≥ 0.
        public var relative: Double
        /// On top of it, in the measure's unit, ≥ 0.
        public var absolute: Double

        /// The given allowance.
        public init(_ measure: String, relative: Double, absolute: Double) {
            self.measure = measure
            self.relative = relative
            self.absolute = absolute
        }
    }

    /// One measure of one group.
    public struct Cell: Hashable, Sendable {
        /// The measure.
        public var measure: String
        /// The group, such as `language=en interest=music`; `all` for everybody.
        public var group: String
        /// Tickets of the group in each replication, on average.
        public var tickets: Double
        /// The value in each replication, in the order of their numbers; nil where nobody had one.
        public var values: [Double?]

        /// The given values.
        public init(measure: String, group: String, tickets: Double, values: [Double?]) {
            self.measure = measure
            self.group = group
            self.tickets = tickets
            self.values = values
        }
    }

    /// A pair that the matchmaker made, in replication 0.
    public struct Decision: Hashable, Sendable {
        /// When, in nanoseconds.
        public var time: Int64
        /// The numbers of the tickets in the order of creation, the older first.
        public var tickets: [UInt32]
        /// On which step of the expansion each of them was.
        public var steps: [UInt8]

        /// The given pair.
        public init(time: Int64, tickets: [UInt32], steps: [UInt8]) {
            self.time = time
            self.tickets = tickets
            self.steps = steps
        }
    }

    /// Why the file says what it says.
    public struct Entry: Hashable, Sendable {
        /// The reason given.
        public var reason: String
        /// The version that wrote it.
        public var toolVersion: String
        /// The fingerprint of replication 0 from then on.
        public var fingerprint: String

        /// The given reason.
        public init(reason: String, toolVersion: String, fingerprint: String) {
            self.reason = reason
            self.toolVersion = toolVersion
            self.fingerprint = fingerprint
        }
    }

    /// The scenario's name.
    public var scenario: String
    /// The scenario with every default and override filled in.
    public var effectiveScenario: JSONValue
    /// The seed.
    public var seed: UInt64
    /// The trajectory fingerprint of each replication, in the order of their numbers from 0.
    public var fingerprints: [String]
    /// The probability of a wrong verdict, for passing and for regressions each.
    public var error: Double
    /// Groups with fewer tickets a replication are shown and not judged.
    public var leastTickets: Double
    /// What may be lost, by measure.
    public var margins: [Margin]
    /// The measures of the groups.
    public var cells: [Cell]
    /// The first decisions of replication 0.
    public var decisions: [Decision]
    /// All reasons, the latest last.
    public var history: [Entry]

    /// The given contents.
    public init(
        scenario: String, effectiveScenario: JSONValue, seed: UInt64, fingerprints: [String],
        error: Double, leastTickets: Double, margins: [Margin], cells: [Cell],
        decisions: [Decision], history: [Entry]
    ) {
        self.scenario = scenario
        self.effectiveScenario = effectiveScenario
        self.seed = seed
        self.fingerprints = fingerprints
        self.error = error
        self.leastTickets = leastTickets
        self.margins = margins
        self.cells = cells
        self.decisions = decisions
        self.history = history
    }

    /// How many replications it holds.
    public var replications: Int { fingerprints.count }

    /// The file's text.
    ///
    /// Values keep ``SignificantDigits/stored``.
    public var text: String {
        let head: [JSONValue.Member] = [
            .init("schema", .string(Self.schema)), .init("scenario", .string(scenario)),
            .init("seed", .unsigned(seed)), .init("error", .number(error)),
            .init("least_tickets", .number(leastTickets)),
        ]
        var lines = head.map { "  \"\($0.key)\": \($0.value.compactText())" }
        lines.append(Self.block("margins", margins.map(\.json)))
        lines.append(Self.block("history", history.map(\.json)))
        lines.append(Self.block("fingerprints", fingerprints.map { .string($0) }))
        lines.append("  \"effective_scenario\": \(effectiveScenario.compactText())")
        lines.append(Self.block("cells", cells.map(\.json)))
        lines.append(Self.block("decisions", decisions.map(\.json)))
        return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
    }

    private static func block(_ key: String, _ values: [JSONValue]) -> String {
        guard !values.isEmpty else { return "  \"\(key)\": []" }
        return "  \"\(key)\": [\n"
            + values.map { "    " + $0.compactText() }.joined(separator: ",\n") + "\n  ]"
    }
}

extension BaselineDocument.Margin {
    fileprivate var json: JSONValue {
        .object([
            .init("measure", .string(measure)), .init("relative", .number(relative)),
            .init("absolute", .number(absolute)),
        ])
    }
}

extension BaselineDocument.Entry {
    fileprivate var json: JSONValue {
        .object([
            .init("reason", .string(reason)), .init("version", .string(toolVersion)),
            .init("fingerprint", .string(fingerprint)),
        ])
    }
}

extension BaselineDocument.Cell {
    fileprivate var json: JSONValue {
        .object([
            .init("measure", .string(measure)), .init("group", .string(group)),
            .init("tickets", .number(SignificantDigits.stored.rounded(tickets))),
            .init(
                "values",
                .array(values.map { JSONValue($0.map(SignificantDigits.stored.rounded)) })),
        ])
    }
}

extension BaselineDocument.Decision {
    fileprivate var json: JSONValue {
        .array(
            [.integer(time)] + tickets.map { .integer(Int64($0)) }
                + steps.map { .integer(Int64($0)) })
    }
}
