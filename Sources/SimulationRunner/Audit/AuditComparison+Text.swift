import KnowledgeLedger
import Quantities
public import Results

extension AuditComparison {
    /// The comparison for a terminal.
    public var text: String {
        var lines = [gains.isEmpty ? "nobody learns more than in the earlier audit" : "learns more"]
        lines += gains.map(Self.line)
        if !losses.isEmpty { lines += ["learns less"] + losses.map(Self.line) }
        if !worse.isEmpty { lines += ["promises kept less"] + worse.flatMap(Self.lines) }
        if !better.isEmpty { lines += ["promises kept better"] + better.flatMap(Self.lines) }
        if !lapsed.isEmpty {
            lines += ["promises not tried this time"] + lapsed.flatMap(Self.lines)
        }
        if !uncompared.isEmpty {
            lines.append(
                "looked at in one of the two only: "
                    + uncompared.map(Audit.words).joined(separator: ", "))
        }
        return lines.joined(separator: "\n")
    }

    private static func line(_ change: Change) -> String {
        let aspects = Aspect.allCases.filter {
            change.more.contains($0) || change.less.contains($0)
        }.map { aspect in
            "\(text(aspect, change.before)) → \(text(aspect, change.now))" + unit(aspect)
        }
        return "  " + Audit.padded(Audit.words(change.observer), 22)
            + Audit.padded(Audit.words(change.item), 20) + aspects.joined(separator: "; ")
    }

    private static func unit(_ aspect: Aspect) -> String {
        switch aspect {
        case .subjects: " people"
        case .calls: " of calls"
        case .residence: ""
        }
    }

    private static func text(_ aspect: Aspect, _ cell: AuditRecord.Cell?) -> String {
        guard let cell else { return aspect == .residence ? "not at all" : "none" }
        switch aspect {
        case .subjects: return "\(cell.subjects)"
        case .calls:
            return cell.callShare.map { Audit.share(Int(($0 * 1e9).rounded()), 1_000_000_000) }
                ?? "none"
        case .residence:
            return cell.residence.isFinite
                ? Audit.text(SimDuration(seconds: cell.residence)) : "for good"
        }
    }

    private static func lines(_ change: PromiseChange) -> [String] {
        ["  \(change.now.statement)", "    \(change.before.outcome) → \(change.now.outcome)"]
    }

    /// The comparison as a part of an audit's file; cells as in the audit, `null` for nothing.
    public var json: JSONValue {
        .object([
            .init("is_worse", .bool(isWorse)),
            .init("more", .array(gains.map(Self.json))),
            .init("less", .array(losses.map(Self.json))),
            .init("promises_worse", .array(worse.map(Self.json))),
            .init("promises_better", .array(better.map(Self.json))),
            .init("promises_untried", .array(lapsed.map(Self.json))),
            .init("uncompared", .array(uncompared.map { .string($0) })),
        ])
    }

    private static func json(_ change: Change) -> JSONValue {
        .object([
            .init("observer", .string(change.observer)), .init("item", .string(change.item)),
            .init("more", .array(change.more.map { .string($0.rawValue) })),
            .init("less", .array(change.less.map { .string($0.rawValue) })),
            .init("before", change.before?.json ?? .null),
            .init("now", change.now?.json ?? .null),
        ])
    }

    private static func json(_ change: PromiseChange) -> JSONValue {
        .object([
            .init("promise", .string(change.now.name)),
            .init("before", .string(change.before.outcome)),
            .init("now", .string(change.now.outcome)),
        ])
    }
}
