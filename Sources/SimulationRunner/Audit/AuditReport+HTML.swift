import KnowledgeLedger
import Quantities

extension AuditReport {
    /// The report as one page that needs nothing else: who knows what as a table, the promises with evidence and the commands
    /// that replay them, and what a thief, the operator and an earlier audit say.
    public func html() -> String {
        var page = Markup()
        page.raw("<!DOCTYPE html>\n<html lang=\"en\">\n")
        page.element("head") { head in
            head.raw("<meta charset=\"utf-8\">\n")
            head.raw("<meta name=\"viewport\" content=\"width=device-width\">\n")
            head.element("title", "Audit: \(audit.title)")
            head.raw(Self.style)
        }
        page.element("body") { body in
            body.element("h1", audit.title)
            body.element("p", summary)
            matrix(&body)
            section(
                "What follows from that",
                audit.inferenceLines.dropFirst(2).joined(separator: "\n"), &body)
            promises(&body)
            section("For how long", audit.recoverableLines.joined(separator: "\n"), &body)
            section(
                "Processors", audit.processorLines.dropFirst().joined(separator: "\n"), &body)
            section("Planning", audit.planningLines.joined(separator: "\n"), &body)
            section("A thief", audit.breach.text, &body)
            if let database = audit.database { section("The database", database.text, &body) }
            for answer in audit.answers { section("What the operator answers", answer.text, &body) }
            if let comparison { section("Against the earlier audit", comparison.text, &body) }
        }
        page.raw("</html>\n")
        return page.text
    }

    private static let style: StaticString = """
        <style>
        body { font: 15px/1.45 system-ui, sans-serif; margin: 2em auto; max-width: 80em; padding: 0 1em; }
        table { border-collapse: collapse; display: block; overflow-x: auto; }
        th, td { border: 1px solid #bbb; padding: .3em .5em; text-align: left; vertical-align: top; }
        td.known { background: #fdf0d5; }
        td.nothing { color: #888; }
        small { display: block; color: #444; white-space: nowrap; }
        .promise { border-left: .4em solid #bbb; margin: 1em 0; padding-left: .8em; }
        .kept { border-color: #2a7f3b; }
        .broken { border-color: #b3261e; }
        .conditional { border-color: #c77700; }
        pre, code { background: #f4f4f4; display: block; overflow-x: auto; padding: .4em .6em; }
        @media (prefers-color-scheme: dark) {
        body { background: #181818; color: #ddd; } small { color: #aaa; }
        td.known { background: #4a3a12; } pre, code { background: #262626; }
        }
        </style>

        """

    private var summary: String {
        "Who came to know what of \(audit.knowledge.subjects) people in \(audit.knowledge.calls) "
            + "calls: seed \(audit.seed), replication \(audit.replication). "
            + audit.oracleLine + "."
    }

    /// Observers by items; only items of which somebody knows something.
    private func matrix(_ body: inout Markup) {
        let labels = audit.knowledge.labels
        let items = Item.allCases.filter { item in
            Observer.allCases.contains { !labels[$0, item].isEmpty }
        }
        body.element("h2", "Who knows what")
        body.element("table") { table in
            table.element("tr") { row in
                row.element("th", "")
                for item in items { row.element("th", Audit.words(item.name)) }
            }
            for observer in Observer.allCases {
                table.element("tr") { row in
                    row.element("th", Audit.words(observer.name))
                    for item in items { cell(labels[observer, item], of: observer, &row) }
                }
            }
        }
    }

    private func cell(_ known: Knowledge, of observer: Observer, _ row: inout Markup) {
        guard !known.isEmpty else { return row.element("td", class: "nothing", "–") }
        row.element("td", class: "known") { cell in
            cell.element("small", "\(known.subjects.count) people")
            if known.calls.count > 0 {
                let calls =
                    observer == .thief
                    ? audit.knowledge.callsBeforeBreach : audit.knowledge.calls
                cell.element("small", "\(Audit.share(known.calls.count, calls)) of calls")
            }
            let word = observer == .thief ? "oldest" : "at most"
            cell.element(
                "small",
                known.longestResidence == .max
                    ? "for good" : "\(word) \(Audit.text(known.longestResidence))")
        }
    }

    private func promises(_ body: inout Markup) {
        body.element("h2", "Promises")
        for finding in audit.findings {
            let kind =
                switch finding.verdict {
                case .kept: "promise kept"
                case .untried: "promise"
                case .broken: "promise broken"
                case .keptOnlyIf: "promise conditional"
                }
            body.element("div", class: kind) { promise in
                let lines = Audit.text(finding, command).map { $0.trimmingPrefix { $0 == " " } }
                for (index, line) in lines.enumerated() {
                    if index == 0 {
                        promise.element("h3", String(line))
                    } else {
                        promise.element(line.hasPrefix(command) ? "code" : "p", String(line))
                    }
                }
            }
        }
    }

    private func section(_ title: String, _ text: String, _ body: inout Markup) {
        body.element("h2", title)
        body.element("pre", text)
    }
}
