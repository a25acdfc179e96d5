import PlatformModel
import PrivacyStores
import Results

extension Audit {
    /// What planning by the published counts of calls gets wrong, for a terminal.
    var planningLines: [String] {
        guard let published = knowledge.published, published.calls > 0 else {
            return ["no call was counted"]
        }
        return [
            "planning by counts of \(published.calls) calls, by hour of day and duration, against the calls themselves"
                + (published.fillsDays
                    ? "" : " (less than a day: its hours are taken to be empty but for the run)"),
            "  cells under \(PublishedCounts.bound) withheld"
                + " (\(published.withheldCells) of \(published.cells), with "
                + "\(Self.share(published.withheldCalls, published.calls)) of calls): "
                + Self.text(published.withheld),
            "  noise of ε = \(PublishedCounts.loss.epsilon) in each cell: "
                + Self.text(published.noisy),
        ]
    }

    private static func text(_ error: PlanningError) -> String {
        "busiest hour \(signed(error.busiestHour)), all hours wrong by \(perCent(error.overall)) "
            + "of the load, peak \(signed(error.peakAboveBusiest)) beside it"
    }

    private static func perCent(_ share: Double?) -> String {
        share.map { "\(rounded(1000 * $0)) %" } ?? "–"
    }

    private static func signed(_ share: Double?) -> String {
        guard let share else { return "–" }
        return (share >= 0 ? "+" : "−") + perCent(share.magnitude)
    }

    /// Tenths as a number with one decimal.
    private static func rounded(_ tenths: Double) -> String {
        let whole = Int(tenths.rounded())
        return "\(whole / 10).\(whole % 10)"
    }

    /// The same as a file: loads in erlangs by hour of day, errors as shares.
    var planningJSON: JSONValue {
        guard let published = knowledge.published else { return .null }
        return .object([
            .init("calls", Self.number(published.calls)),
            .init("fills_days", .bool(published.fillsDays)),
            .init("cells", Self.number(published.cells)),
            .init("withheld_below", .unsigned(PublishedCounts.bound)),
            .init("withheld_cells", Self.number(published.withheldCells)),
            .init("withheld_calls", Self.number(published.withheldCalls)),
            .init("epsilon", .number(PublishedCounts.loss.epsilon)),
            .init("peak", Self.number(published.withheld.peak)),
            .init("actual", Self.loads(published.withheld.actual)),
            .init("withheld", Self.json(published.withheld)),
            .init("noisy", Self.json(published.noisy)),
        ])
    }

    private static func json(_ error: PlanningError) -> JSONValue {
        .object([
            .init("busiest_hour", JSONValue(error.busiestHour)),
            .init("overall", JSONValue(error.overall)),
            .init("peak_above_busiest", JSONValue(error.peakAboveBusiest)),
            .init("estimated", loads(error.estimated)),
        ])
    }

    private static func loads(_ load: HourlyLoad) -> JSONValue {
        .array(load.erlangs.map { .number($0) })
    }
}
