import Measurement
import Results
import Statistics

extension Comparison {
    /// The comparison for a terminal: metrics that differ, then who gained and who paid.
    public var text: String {
        var lines = ["\(replications) paired replications, second less first"]
        lines += ["", "metric" + Self.pad("first", 36) + Self.pad("second", 14) + "  difference"]
        for entry in metrics {
            guard let first = entry.first, let second = entry.second, let mean = entry.change.mean,
                first != second || mean != 0
            else { continue }
            let description = entry.metric.description
            let unit = description.unit == .one ? "" : " \(description.unit.rawValue)"
            let name = description.name + unit
            lines.append(
                name + Self.pad(Self.figure(first), max(1, 42 - name.count))
                    + Self.pad(Self.figure(second), 14) + "  " + Self.text(entry.change))
        }
        lines += ["", "first tickets: the same people with the same patience, second less first"]
        lines += groups.map(Self.line)
        lines += [
            "", "later tickets: of people who queued again, which the policy itself brings about",
        ]
        for (index, run) in ["first run", "second run"].enumerated() {
            lines.append(
                "  \(run): \(requeued.counts[index]) tickets, waited "
                    + "\(requeued.meanWaits[index].map(Self.figure) ?? "–") s on average, paired "
                    + "\(requeued.pairedShares[index].map(Self.figure) ?? "–")")
        }
        lines.append(Self.line(requeued.matched))
        return lines.joined(separator: "\n")
    }

    private static func line(_ group: GroupChange) -> String {
        let name = group.dimension.map { "\($0.name) \(group.label)" } ?? group.label
        var line = "  " + name + pad("\(group.tickets) tickets", max(1, 36 - name.count))
        line += ": wait \(text(group.wait)) s\(holm(group.adjustedWaitP))"
        line += ", paired \(text(group.paired))\(holm(group.adjustedPairedP))"
        line += "; \(group.gained) gained, \(group.paid) paid, \(group.newlyPaired) newly paired, "
        return line + "\(group.newlyUnpaired) no longer"
    }

    private static func holm(_ p: Double?) -> String {
        p.map { " (p \(figure($0)) after Holm)" } ?? ""
    }

    private static func text(_ change: Change) -> String {
        guard let mean = change.mean else { return "–" }
        guard let interval = change.interval else { return figure(mean) }
        return "\(figure(mean)) [\(figure(interval.low)), \(figure(interval.high))]"
    }

    private static func figure(_ value: Double) -> String {
        SignificantDigits.compared.text(value)
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(1, width - text.count)) + text
    }

    /// The comparison as a result file has it.
    public var json: JSONValue {
        .object([
            .init("schema", .string("voicesim.comparison/1")),
            .init("replications", .integer(Int64(replications))),
            .init(
                "metrics",
                .object(
                    metrics.map {
                        .init(
                            $0.metric.description.name,
                            .object(
                                [
                                    .init("unit", .string($0.metric.description.unit.rawValue)),
                                    .init("first", JSONValue($0.first)),
                                    .init("second", JSONValue($0.second)),
                                ] + Self.members($0.change)))
                    })),
            .init("first_tickets", .array(groups.map(Self.json))),
            .init(
                "later_tickets",
                .object([
                    .init("counts", .array(requeued.counts.map { .integer(Int64($0)) })),
                    .init("mean_waits", .array(requeued.meanWaits.map { JSONValue($0) })),
                    .init("paired", .array(requeued.pairedShares.map { JSONValue($0) })),
                    .init("matched", Self.json(requeued.matched)),
                ])),
        ])
    }

    private static func members(_ change: Change) -> [JSONValue.Member] {
        [
            .init("difference", JSONValue(change.mean)),
            .init(
                "ci95",
                change.interval.map { .array([.number($0.low), .number($0.high)]) } ?? .null),
            .init("p", JSONValue(change.p)),
        ]
    }

    private static func json(_ group: GroupChange) -> JSONValue {
        .object([
            .init(
                "labels",
                .object(group.dimension.map { [.init($0.name, .string(group.label))] } ?? [])),
            .init("tickets", .integer(Int64(group.tickets))),
            .init("gained", .integer(Int64(group.gained))),
            .init("paid", .integer(Int64(group.paid))),
            .init("newly_paired", .integer(Int64(group.newlyPaired))),
            .init("no_longer_paired", .integer(Int64(group.newlyUnpaired))),
            .init(
                "wait",
                .object(members(group.wait) + [.init("p_holm", JSONValue(group.adjustedWaitP))])),
            .init(
                "paired",
                .object(
                    members(group.paired) + [.init("p_holm", JSONValue(group.adjustedPairedP))])),
        ])
    }
}
