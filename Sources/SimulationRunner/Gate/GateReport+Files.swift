import Results

extension GateReport {
    /// The report as JUnit's XML, a test case for each cell and target.
    ///
    /// A regression is a failure and an undecided cell an error, so that nothing passes for lack of
    /// data.
    public var junit: String {
        var cases: [String] = []
        for cell in gate.cells {
            let name = Self.escaped(cell.name)
            let figures = Self.escaped(cell.figures)
            let start = "    <testcase classname=\"\(Self.escaped(file))\" name=\"\(name)\""
            switch cell.state {
            case _ where verdict == .identical, .passed: cases.append(start + "/>")
            case .regressed:
                cases.append(start + "><failure message=\"\(figures)\"/></testcase>")
            case .undecided:
                cases.append(start + "><error message=\"undecided: \(figures)\"/></testcase>")
            case .tooFew:
                cases.append(start + "><skipped message=\"too few tickets\"/></testcase>")
            }
        }
        for target in targets {
            let start =
                "    <testcase classname=\"\(Self.escaped(file))\" "
                + "name=\"\(Self.escaped(target.key))\""
            cases.append(
                target.isMet || verdict == .identical
                    ? start + "/>"
                    : start
                        + "><failure message=\"\(Self.escaped(Self.text(target)))\"/></testcase>"
            )
        }
        func count(_ part: String) -> Int { cases.count { $0.contains(part) } }
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <testsuites>
              <testsuite name="voicesim check" tests="\(cases.count)" \
            failures="\(count("<failure"))" errors="\(count("<error"))" \
            skipped="\(count("<skipped"))">
            \(cases.joined(separator: "\n"))
                <system-out>\(Self.escaped(headline + "\n" + explanation))</system-out>
              </testsuite>
            </testsuites>

            """
    }

    /// Text inside XML.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.append(character)
            }
        }
        return escaped
    }

    /// The report as SARIF 2.1.0 (OASIS, 2020): a result for each regression, undecided cell and
    /// missed target, at the scenario's line that governs it.
    public func sarif(toolVersion: String) -> JSONValue {
        var results: [JSONValue] = []
        if verdict != .identical {
            for cell in gate.cells where cell.state == .regressed || cell.state == .undecided {
                let isLost = cell.state == .regressed
                results.append(
                    result(
                        isLost ? "regression" : "inconclusive", isLost ? "error" : "warning",
                        "\(cell.name): \(cell.figures)", line(of: cell)))
            }
            for target in targets where !target.isMet {
                results.append(
                    result(
                        "target", "error", Self.text(target),
                        lines["thresholds.\(target.key)"] ?? lines["thresholds"] ?? 1))
            }
        }
        let rules = [
            ("regression", "A group lost more than the margin of its baseline."),
            ("inconclusive", "The replications do not tell whether a group lost more."),
            ("target", "A target of the scenario is missed."),
        ].map { id, text in
            JSONValue.object([
                .init("id", .string(id)),
                .init("shortDescription", .object([.init("text", .string(text))])),
            ])
        }
        let driver = JSONValue.object([
            .init("name", .string("voicesim")), .init("version", .string(toolVersion)),
            .init("rules", .array(rules)),
        ])
        return .object([
            .init("$schema", .string("https://json.schemastore.org/sarif-2.1.0.json")),
            .init("version", .string("2.1.0")),
            .init(
                "runs",
                .array([
                    .object([
                        .init("tool", .object([.init("driver", driver)])),
                        .init("results", .array(results)),
                    ])
                ])),
        ])
    }

    /// The line of the target for the metric that comes nearest, or of the section that rules it.
    private func line(of cell: Gate.CellVerdict) -> Int {
        let metric = cell.measure.metricName
        let target = targets.first { $0.threshold.metric == metric }
        let section = cell.measure.metric == nil ? "matchmaking" : "risk"
        return target.flatMap { lines["thresholds.\($0.key)"] } ?? lines[section] ?? 1
    }

    private func result(_ rule: String, _ level: String, _ text: String, _ line: Int) -> JSONValue {
        let place = JSONValue.object([
            .init("artifactLocation", .object([.init("uri", .string(file))])),
            .init("region", .object([.init("startLine", .integer(Int64(line)))])),
        ])
        return .object([
            .init("ruleId", .string(rule)), .init("level", .string(level)),
            .init("message", .object([.init("text", .string(text))])),
            .init("locations", .array([.object([.init("physicalLocation", place)])])),
        ])
    }
}
