public import PrivacyDatabase
public import PrivacyStores
public import Results

/// What came of keeping everything in a database, too.
public struct DatabaseFindings: Hashable, Sendable {
    /// What was found in its bytes.
    public let canaries: CanaryFindings
    /// Records that it had ever kept.
    public let kept: Int
    /// Those that it held in the end.
    public let standing: Int
    /// How often all its contents were held against those in memory; they were equal.
    public let comparisons: Int
    /// Where its access log ends.
    public let anchor: AuditAnchor

    init(
        canaries: CanaryFindings, kept: Int, standing: Int, comparisons: Int,
        anchor: AuditAnchor = .empty
    ) {
        self.canaries = canaries
        self.kept = kept
        self.standing = standing
        self.comparisons = comparisons
        self.anchor = anchor
    }

    /// The findings for a terminal.
    public var text: String {
        let total = canaries.total
        var lines = [
            "a database went through the same: \(kept) records were kept, \(standing) are left; "
                + "all it held was the same as in memory, \(comparisons) times",
            "  \(canaries.bytes) bytes of it were searched for \(total.expired) expired canaries: "
                + "\(total.expiredFound) found; of \(total.standing) that stand \(total.standingFound)",
        ]
        for kind in RecordKind.allCases {
            let count = canaries[kind]
            lines.append(
                "  " + Audit.padded(Audit.name(kind), 22) + Self.canaries(of: kind)
                    + ": \(count.expiredFound) of \(count.expired) expired found, "
                    + "\(count.standingFound) of \(count.standing) standing")
        }
        lines.append("  its access log ends at \(anchor)")
        lines.append("  whoever keeps that apart can have it verified: --access-log and --anchor")
        return lines.joined(separator: "\n")
    }

    private static func canaries(of kind: RecordKind) -> String {
        switch kind {
        case .reports: "halves of device identifiers"
        case .signaling: "addresses in messages"
        case .relayLog: "addresses of clients and peers"
        }
    }

    /// The findings as a part of an audit's file.
    public var json: JSONValue {
        .object([
            .init("records_kept", .integer(Int64(kept))),
            .init("records_standing", .integer(Int64(standing))),
            .init("access_log_anchor", .string(anchor.description)),
            .init("comparisons", .integer(Int64(comparisons))),
            .init("bytes_searched", .integer(Int64(canaries.bytes))),
            .init(
                "canaries",
                .object(RecordKind.allCases.map { .init(Self.key($0), json(of: canaries[$0])) })),
        ])
    }

    /// A kind's name in files.
    static func key(_ kind: RecordKind) -> String {
        switch kind {
        case .reports: "reports"
        case .signaling: "messages"
        case .relayLog: "relay_log"
        }
    }

    private func json(of count: CanaryCount) -> JSONValue {
        .object([
            .init("expired", .integer(Int64(count.expired))),
            .init("expired_found", .integer(Int64(count.expiredFound))),
            .init("standing", .integer(Int64(count.standing))),
            .init("standing_found", .integer(Int64(count.standingFound))),
        ])
    }
}
