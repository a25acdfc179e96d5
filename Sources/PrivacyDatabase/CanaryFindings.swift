public import PrivacyStores

/// How many canaries of one kind of records there are, and how many of them were found.
public struct CanaryCount: Hashable, Sendable {
    /// Of records that have gone alone.
    public internal(set) var expired = 0
    /// Those of them that were found: none, unless something is left.
    public internal(set) var expiredFound = 0
    /// Of records that stand.
    public internal(set) var standing = 0
    /// Those of them that were found: all, if the search sees.
    public internal(set) var standingFound = 0

    /// Nothing.
    public init() {}
}

/// What a search of a database's bytes came to.
public struct CanaryFindings: Hashable, Sendable {
    /// Bytes that were searched.
    public internal(set) var bytes = 0
    private var counts = [CanaryCount](repeating: CanaryCount(), count: RecordKind.allCases.count)

    /// Nothing was searched.
    public init() {}

    /// The canaries of one kind: of reports two words of each device identifier, of messages the addresses that they name, of the
    /// relay log the addresses of clients and permitted peers.
    public internal(set) subscript(kind: RecordKind) -> CanaryCount {
        get { counts[Int(kind.rawValue)] }
        set { counts[Int(kind.rawValue)] = newValue }
    }

    /// The canaries of all kinds.
    public var total: CanaryCount {
        counts.reduce(into: CanaryCount()) { sum, count in
            sum.expired += count.expired
            sum.expiredFound += count.expiredFound
            sum.standing += count.standing
            sum.standingFound += count.standingFound
        }
    }
}
