public import PrivacyStores
public import Quantities

/// How old the records of the stores have become, by true time, as somebody saw who looked before each sweep and at the end.
public struct StoreAges: Hashable, Sendable {
    /// How often it was looked.
    public internal(set) var looks = 0
    /// How many records of each kind sweeps deleted, by the kinds' numbers.
    private var gone = [Int](repeating: 0, count: RecordKind.allCases.count)
    private var greatest = [SimDuration](repeating: .zero, count: RecordKind.allCases.count)

    /// The greatest age that was seen of a kind; zero without a record.
    public internal(set) subscript(kind: RecordKind) -> SimDuration {
        get { greatest[Int(kind.rawValue)] }
        set { greatest[Int(kind.rawValue)] = newValue }
    }

    /// Nobody looked.
    public init() {}

    /// How many records of a kind sweeps have deleted; none where no record became old enough.
    public func deleted(_ kind: RecordKind) -> Int { gone[Int(kind.rawValue)] }

    /// A sweep has deleted what `outcome` says.
    mutating func note(_ outcome: SweepOutcome) {
        for kind in RecordKind.allCases { gone[Int(kind.rawValue)] += outcome[kind].count }
    }
}
