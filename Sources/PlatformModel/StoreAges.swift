public import PrivacyStores
public import Quantities

/// How old the records of the stores have become, by true time, as somebody saw who looked before each sweep and at the end.
public struct StoreAges: Hashable, Sendable {
    /// How often it was looked.
    public internal(set) var looks = 0
    private var greatest = [SimDuration](repeating: .zero, count: RecordKind.allCases.count)

    /// The greatest age that was seen of a kind; zero without a record.
    public internal(set) subscript(kind: RecordKind) -> SimDuration {
        get { greatest[Int(kind.rawValue)] }
        set { greatest[Int(kind.rawValue)] = newValue }
    }

    /// Nobody looked.
    public init() {}
}
