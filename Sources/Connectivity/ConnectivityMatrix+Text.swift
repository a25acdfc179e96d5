import ICE
import NetworkModel
import Results

extension CandidateType {
    /// The name in JSON, such as `server_reflexive`.
    var name: String {
        switch self {
        case .host: "host"
        case .serverReflexive: "server_reflexive"
        case .peerReflexive: "peer_reflexive"
        case .relayed: "relayed"
        }
    }

    /// One letter: h, s, p or r.
    fileprivate var letter: String { String(name.prefix(1)) }
}

extension PairOutcome {
    /// `{"a":…,"b":…,"path":…,"local":…,"remote":…,"allocations":…}`; candidate types are null
    /// where no path was found.
    public var json: JSONValue {
        .object([
            .init("a", .string(setting.nat.a.description)),
            .init("b", .string(setting.nat.b.description)),
            .init("path", .string(path.rawValue)),
            .init("local", local.map { .string($0.name) } ?? .null),
            .init("remote", remote.map { .string($0.name) } ?? .null),
            .init("allocations", .integer(Int64(allocations))),
        ])
    }

    /// Path and candidate types in a few letters, such as `D s-p` or `R1 r-p`.
    var cell: String {
        let types = (local?.letter ?? "") + "-" + (remote?.letter ?? "")
        return switch path {
        case .direct: "D " + types
        case .relay: "R\(allocations) " + types
        case .none: "none"
        }
    }
}

extension ConnectivityMatrix {
    /// All outcomes in a list, row by row.
    public var json: JSONValue { .array(outcomes.map(\.json)) }

    /// The table, what its letters mean, and whether it is as the closed form says.
    public var text: String {
        let names = rows.map(\.description)
        let margin = (names.map(\.count).max() ?? 0) + 2
        let headers = columns.map(\.description)
        let widths = columns.indices.map { column in
            max(headers[column].count, rows.indices.map { self[$0, column].cell.count }.max() ?? 0)
                + 2
        }
        func pad(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        func line(_ parts: [String]) -> String {
            var text = parts.joined()
            while text.last == " " { text.removeLast() }
            return text
        }
        var lines = [
            line([pad("a \\ b", margin)] + columns.indices.map { pad(headers[$0], widths[$0]) })
        ]
        for row in rows.indices {
            lines.append(
                line(
                    [pad(names[row], margin)]
                        + columns.indices.map { pad(self[row, $0].cell, widths[$0]) }))
        }
        return (lines + [""] + legend + [""] + verdicts).joined(separator: "\n") + "\n"
    }

    private var legend: [String] {
        [
            "D direct, R relay with the allocations that remain; a's own candidate of its selected",
            "pair, then its peer's: h host, s server-reflexive, p peer-reflexive, r relayed.",
        ]
    }

    private var verdicts: [String] {
        let direct = outcomes.count { $0.path == .direct }
        let relayed = outcomes.count { $0.path == .relay }
        var lines = [
            "\(outcomes.count) pairs: \(direct) direct, \(relayed) relayed, "
                + "\(outcomes.count - direct - relayed) without a path"
        ]
        for pair in surprises {
            lines.append(
                "NOT AS THE RULES SAY: \(pair.setting.nat.a) x \(pair.setting.nat.b): \(pair.cell)")
        }
        for (there, back) in asymmetries {
            lines.append(
                "NOT SYMMETRIC: \(there.setting.nat.a) x \(there.setting.nat.b): \(there.cell), "
                    + "the other way round \(back.cell)")
        }
        if surprises.isEmpty { lines.append("all as the rules of RFC 4787 and RFC 8445 say") }
        return lines
    }
}

extension PairOutcome {
    /// One line: path, candidate types, allocations, set-up time.
    public var text: String {
        let names = "\(setting.nat.a) x \(setting.nat.b): "
        guard path != .none, let local, let remote, let a = connectedAfter.a,
            let b = connectedAfter.b
        else { return names + "no path" }
        let time = Double(max(a, b).nanoseconds / 1000) / 1000
        return names
            + "\(path.rawValue), \(local.name) to \(remote.name), \(allocations) allocations, "
            + "both connected after \(time) ms, \(datagramCount) datagrams"
    }
}
