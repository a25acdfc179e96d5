import ICE
import NetworkModel

/// The outcomes of trials over pairs of NAT classes.
public struct ConnectivityMatrix: Sendable {
    /// The offerers' classes: the rows.
    public let rows: [NATClass]
    /// The answerers' classes: the columns.
    public let columns: [NATClass]
    /// Row by row.
    public let outcomes: [PairOutcome]

    /// Runs a trial for each pair of `rows` × `columns`; `setting` makes each pair's.
    public init(
        rows: [NATClass] = NATClass.allCases, columns: [NATClass] = NATClass.allCases,
        setting: (NATClass, NATClass) -> PairSetting
    ) {
        self.rows = rows
        self.columns = columns
        outcomes = rows.flatMap { row in columns.map { Trial.run(setting(row, $0)) } }
    }

    /// The outcome in `row` and `column`.
    public subscript(row: Int, column: Int) -> PairOutcome {
        outcomes[row * columns.count + column]
    }

    /// Pairs that ended otherwise than the closed form says.
    public var surprises: [PairOutcome] { outcomes.filter { !$0.isAsPredicted } }

    /// Pairs whose path depends on who offers; each once, whichever was looked at first.
    public var asymmetries: [(PairOutcome, PairOutcome)] {
        var found: [(PairOutcome, PairOutcome)] = []
        for (row, a) in rows.enumerated() {
            for (column, b) in columns.enumerated() {
                guard let backRow = rows.firstIndex(of: b),
                    let backColumn = columns.firstIndex(of: a),
                    (row, column) < (backRow, backColumn)
                else { continue }
                let (there, back) = (self[row, column], self[backRow, backColumn])
                if there.path != back.path || there.allocations != back.allocations {
                    found.append((there, back))
                }
            }
        }
        return found
    }
}
