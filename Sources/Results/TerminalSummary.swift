import Measurement
public import ScenarioModel
import Statistics

/// The summary of a run for a terminal: figures with intervals, targets, and the answer.
public struct TerminalSummary: Sendable {
    /// The scenario's title.
    public var title: String
    /// The scenario's question; empty where it asks nothing.
    public var question: String
    /// The scenario's relay servers; nil where they are not to be spoken of.
    public var relay: Relay?
    /// Remarks on the run, such as which speech was used, one line each.
    public var notes: [String]
    /// Whether to colour with ANSI escapes.
    public var isColoured: Bool

    /// A summary under `title`.
    public init(
        title: String, question: String, relay: Relay? = nil, notes: [String] = [],
        isColoured: Bool = false
    ) {
        self.title = title
        self.question = question
        self.relay = relay
        self.notes = notes
        self.isColoured = isColoured
    }

    /// One line of the table: which figure, and what it means in a few words.
    private static let lines: [(Metric, Threshold.Statistic, String)] = [
        (.arrivals, .value, "people who arrived"),
        (.peersPresent, .peak, "people present, at most"),
        (.matches, .value, "pairs made"),
        (.matchLatency, .mean, "wait for a partner, mean"),
        (.matchLatency, .p95, "wait for a partner, 95 % at most"),
        (.abandoned, .value, "left before being paired"),
        (.matchFairnessJain, .value, "evenness between languages (1 = even)"),
        (.connectLatency, .p95, "paired until both hear, 95 % at most"),
        (.connectFailed, .value, "calls that could not be set up"),
        (.callDuration, .mean, "length of a call, mean"),
        (.callsActive, .peak, "calls at once, at most"),
        (.relayShare, .value, "calls over a relay"),
        (.relayAllocations, .peak, "relay ports in use, at most"),
        (.relayRefused, .value, "relay requests refused"),
        (.relayBitrate, .timeMean, "relay traffic, mean"),
        (.relayBitrate, .peak, "relay traffic, at most"),
        (.relayCost, .value, "price of relay traffic"),
        (.mediaMOS, .mean, "voice quality, MOS 1…5"),
        (.mediaLoss, .value, "voice packets lost"),
        (.riskExposure, .value, "abusive per 1,000 honest call-minutes"),
        (.riskSeparationCalls, .p50, "calls until half of the abusers are contained"),
        (.riskFramed, .value, "people aimed at who were framed"),
    ]

    /// Lines of runs in which a relay crashed under calls.
    private static let recoveryLines: [(Metric, Threshold.Statistic, String)] = [
        (.recoveryCalls, .value, "calls whose relay crashed"),
        (.recoverySilence, .mean, "silent until they had another way, mean"),
        (.recoverySilence, .p95, "silent until they had another way, 95 % at most"),
        (.recoveryHungUp, .value, "hung up meanwhile"),
        (.recoveryFailed, .value, "found no other way"),
        (.recoveryLostTime, .value, "time that calls were silent, in all"),
    ]

    /// The text, with a line feed at the end; at most 100 columns wide where titles and notes are.
    public func text(_ document: SummaryDocument) -> String {
        let summary = document.summary
        let many = summary.replications == 1 ? "" : "s"
        var out = bold(title)
        out += dim(
            "  \(summary.replications) replication\(many), seed \(document.seed), "
                + "fingerprint \(document.fingerprint)")
        out += "\n\n" + table(summary)
        out += unfinished(summary)
        let need = relay.flatMap { RelayNeed($0, summary) }
        if let need { for line in need.lines { out += dim("  " + line) + "\n" } }
        for note in notes { out += dim("  " + note) + "\n" }
        for line in document.warmUp?.lines ?? [] { out += dim("  " + line) + "\n" }
        for line in document.precision?.lines(summary.replications) ?? [] {
            out += dim("  " + line) + "\n"
        }
        if !document.theory.isEmpty { out += "\n" + theory(document) }
        if !document.verdicts.isEmpty { out += "\n" + targets(document) }
        out += "\n"
        if !question.isEmpty { out += question + "\n" }
        return out + bold("→ " + Answer.sentence(document, to: question, need)) + "\n"
    }

    private struct Cells {
        var label: String
        var value: String
        var interval: String
        var key: String
    }

    private func table(_ summary: RunSummary) -> String {
        var rows: [Cells] = []
        let hasCrashed = (summary.figures(.recoveryCalls)?.figures.figure(.value) ?? 0) > 0
        for (metric, statistic, label) in Self.lines + (hasCrashed ? Self.recoveryLines : []) {
            guard let figures = summary.figures(metric),
                let value = figures.figures.figure(statistic)
            else { continue }
            let texts = HumanFigure.texts(
                value, figures.figures.interval(statistic), HumanFigure.Quantity(figures),
                signed: metric.description.kind == .contrast)
            let suffix = statistic == .value ? "" : ".\(statistic.rawValue)"
            rows.append(
                Cells(
                    label: label, value: texts.value, interval: texts.interval,
                    key: figures.name + suffix))
        }
        let hasIntervals = rows.contains { !$0.interval.isEmpty }
        let header = Cells(
            label: "", value: "", interval: hasIntervals ? "95 % interval" : "", key: "metric")
        let labels = ([header] + rows).map(\.label.count).max() ?? 0
        let values = ([header] + rows).map(\.value.count).max() ?? 0
        let intervals = ([header] + rows).map(\.interval.count).max() ?? 0
        func line(_ cells: Cells) -> String {
            var line = "  " + padded(cells.label, to: labels) + "  "
            line += padded(cells.value, to: values, right: true)
            if hasIntervals { line += "  " + padded(cells.interval, to: intervals, right: true) }
            return line
        }
        var out = dim(line(header) + "  " + header.key) + "\n"
        for row in rows { out += line(row) + "  " + dim(row.key) + "\n" }
        return out
    }

    private func unfinished(_ summary: RunSummary) -> String {
        func count(_ metric: Metric) -> Double {
            summary.figures(metric)?.figures.figure(.value) ?? 0
        }
        let (tickets, calls) = (count(.ticketsUnfinished), count(.callsUnfinished))
        guard tickets + calls > 0 else { return "" }
        return dim(
            "  unfinished at the end, in no ratio: \(HumanFigure.text(tickets.rounded(), .plain)) "
                + "waiting, \(HumanFigure.text(calls.rounded(), .plain)) calls (per replication)")
            + "\n"
    }

    /// What closed forms say beside what was simulated, and by which formulas.
    private func theory(_ document: SummaryDocument) -> String {
        let rows = document.theory.map { entry -> [String] in
            let quantity = document.summary.figures(entry.metric).map(HumanFigure.Quantity.init)
            let figure = HumanFigure(suiting: entry.value, quantity ?? .plain)
            let decimals = figure.decimals(entry.value, entry.interval)
            let interval = entry.interval.map {
                figure.number($0.low, decimals: decimals) + " … "
                    + figure.text($0.high, decimals: decimals)
            }
            return [
                entry.key, figure.text(entry.value, decimals: decimals),
                entry.simulated.map { figure.text($0, decimals: decimals) } ?? "",
                interval ?? "",
            ]
        }
        let header = ["", "theory", "simulated", "95 % interval"]
        let widths = header.indices.map { column in
            ([header] + rows).map { $0[column].count }.max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            cells.indices.map { padded(cells[$0], to: widths[$0], right: $0 > 0) }
                .joined(separator: "  ")
        }
        var out = bold("Theory") + "\n" + dim("    " + line(header)) + "\n"
        for (entry, cells) in zip(document.theory, rows) {
            out += "  " + (entry.isInside.map(mark) ?? "·") + " " + line(cells) + "\n"
        }
        var formulas: [String] = []
        for entry in document.theory where !formulas.contains(entry.formula) {
            formulas.append(entry.formula)
        }
        for formula in formulas { out += dim("  by: " + formula) + "\n" }
        if document.theory.contains(where: { $0.isInside == false }) {
            out += dim("  ✗ outside its interval, as happens by chance 5 times in 100") + "\n"
        }
        return out
    }

    private func targets(_ document: SummaryDocument) -> String {
        let rows = document.verdicts.map { verdict in
            let quantity = verdict.quantity(in: document.summary)
            let symbol =
                switch verdict.threshold.comparison {
                case .atMost: "≤"
                case .atLeast: "≥"
                case .below: "<"
                case .above: ">"
                }
            return (
                verdict.isMet, verdict.key,
                verdict.value.map { HumanFigure.text($0, quantity) } ?? "no observations",
                symbol + " " + HumanFigure.limit(verdict.threshold.limit, quantity)
            )
        }
        let keys = rows.map(\.1.count).max() ?? 0
        let values = rows.map(\.2.count).max() ?? 0
        var out = bold("Targets") + "\n"
        for (isMet, key, value, limit) in rows {
            out += "  " + mark(isMet) + " " + padded(key, to: keys)
            out += "  " + padded(value, to: values, right: true) + "  " + limit + "\n"
        }
        return out
    }

    private func padded(_ text: String, to width: Int, right: Bool = false) -> String {
        let padding = String(repeating: " ", count: max(width - text.count, 0))
        return right ? padding + text : text + padding
    }

    private func mark(_ isMet: Bool) -> String {
        let symbol = isMet ? "✓" : "✗"
        return isColoured ? "\u{1B}[\(isMet ? 32 : 31)m\(symbol)\u{1B}[0m" : symbol
    }

    private func bold(_ text: String) -> String {
        isColoured ? "\u{1B}[1m\(text)\u{1B}[0m" : text
    }

    private func dim(_ text: String) -> String {
        isColoured ? "\u{1B}[2m\(text)\u{1B}[0m" : text
    }
}
