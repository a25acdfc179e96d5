extension BaselineDocument {
    /// The document that `bytes` write.
    public init(reading bytes: [UInt8]) throws(UnreadableDocument) {
        let json = try JSONReader.read(bytes, schema: Self.schema)
        let reader = BaselineReader(json: json)
        let fingerprints = try reader.list("fingerprints", "a list of texts", \.string)
        guard fingerprints.count >= 2 else {
            throw .unexpected(path: "fingerprints", expected: "those of two replications or more")
        }
        let error = try reader.number("error", "a number between 0 and 1") { 0 < $0 && $0 < 1 }
        self.init(
            scenario: try reader.value("scenario", "a text", \.string),
            effectiveScenario: try reader.value("effective_scenario", "an object") {
                $0.members == nil ? nil : $0
            },
            seed: try reader.value("seed", "a whole number", \.unsigned),
            fingerprints: fingerprints, error: error,
            leastTickets: try reader.number("least_tickets", "a number from 0 on") { $0 >= 0 },
            margins: try reader.list(
                "margins", "measures with relative and absolute from 0 on", Margin.init(json:)),
            cells: try reader.list(
                "cells", "measures and groups with \(fingerprints.count) values each"
            ) { Cell(json: $0, count: fingerprints.count) },
            decisions: try reader.list(
                "decisions", "lists of a time, two tickets and two steps", Decision.init(json:)),
            history: try reader.list("history", "reasons", Entry.init(json:)))
    }
}

private struct BaselineReader {
    let json: JSONValue

    func value<Value>(
        _ key: String, _ expected: String, _ read: (JSONValue) -> Value?
    ) throws(UnreadableDocument) -> Value {
        guard let value = json[key].flatMap(read) else {
            throw .unexpected(path: key, expected: expected)
        }
        return value
    }

    func number(
        _ key: String, _ expected: String, _ isRight: (Double) -> Bool
    ) throws(UnreadableDocument) -> Double {
        try value(key, expected) { $0.number.flatMap { isRight($0) ? $0 : nil } }
    }

    func list<Value>(
        _ key: String, _ expected: String, _ read: (JSONValue) -> Value?
    ) throws(UnreadableDocument) -> [Value] {
        let entries = try value(key, "a list", \.array)
        var values: [Value] = []
        for (index, entry) in entries.enumerated() {
            guard let value = read(entry) else {
                throw .unexpected(path: "\(key)[\(index)]", expected: expected)
            }
            values.append(value)
        }
        return values
    }
}

extension BaselineDocument.Margin {
    fileprivate init?(json: JSONValue) {
        guard let measure = json["measure"]?.string, let relative = json["relative"]?.number,
            let absolute = json["absolute"]?.number, relative >= 0, absolute >= 0
        else { return nil }
        self.init(measure, relative: relative, absolute: absolute)
    }
}

extension BaselineDocument.Entry {
    fileprivate init?(json: JSONValue) {
        guard let reason = json["reason"]?.string, let version = json["version"]?.string,
            let fingerprint = json["fingerprint"]?.string
        else { return nil }
        self.init(reason: reason, toolVersion: version, fingerprint: fingerprint)
    }
}

extension BaselineDocument.Cell {
    fileprivate init?(json: JSONValue, count: Int) {
        guard let measure = json["measure"]?.string, let group = json["group"]?.string,
            let tickets = json["tickets"]?.number, let values = json["values"]?.array,
            values.count == count, values.allSatisfy({ $0 == .null || $0.number != nil })
        else { return nil }
        self.init(
            measure: measure, group: group, tickets: tickets, values: values.map(\.number))
    }
}

extension BaselineDocument.Decision {
    fileprivate init?(json: JSONValue) {
        guard let fields = json.array?.map(\.integer), fields.count == 5,
            let time = fields[0], let older = fields[1].flatMap(UInt32.init(exactly:)),
            let younger = fields[2].flatMap(UInt32.init(exactly:)),
            let first = fields[3].flatMap(UInt8.init(exactly:)),
            let second = fields[4].flatMap(UInt8.init(exactly:))
        else { return nil }
        self.init(time: time, tickets: [older, younger], steps: [first, second])
    }
}
