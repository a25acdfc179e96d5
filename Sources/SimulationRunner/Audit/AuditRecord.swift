public import Results

/// An audit as its file tells it (`voicesim.audit/1`), for later ones to be held against.
public struct AuditRecord: Hashable, Sendable {
    /// What the file names as its format.
    public static let schema = "voicesim.audit/1"

    /// The title of the scenario.
    public var title: String
    /// The seed of all streams.
    public var seed: UInt64
    /// The replication's number.
    public var replication: UInt64
    /// How many people came.
    public var subjects: Int64
    /// When the stores were copied, in seconds since the start; nil where they were not.
    public var breach: Double?
    /// How that moment was chosen, by ``BreachTime/name``; nil where the file does not say so.
    public var breachMode: String?
    /// The items that were looked at; nil where the file does not say so, as the first ones do not.
    public var items: [String]?
    /// Who came to know what, in the order of the file.
    public var observers: [Observed]
    /// What became of the promises, in the order of the file.
    public var promises: [Promised]
    /// What follows from what they know, for observers and coalitions that can conclude something, and what the thief's copy
    /// comes to; nil where the file does not say so, as the first ones do not.
    public var conclusions: [Observed]?

    /// What one observer came to know.
    public struct Observed: Hashable, Sendable {
        /// The observer's name.
        public var name: String
        /// What is not here it came to know of nobody.
        public var cells: [Cell]
    }

    /// What an observer came to know of one item.
    public struct Cell: Hashable, Sendable {
        /// The item's name.
        public var item: String
        /// Of how many people.
        public var subjects: Int64
        /// In which share of the calls, 0…1; nil where there were none.
        public var callShare: Double?
        /// The longest that it stays there, in seconds; infinite where it stays for good.
        public var residence: Double
    }

    /// What became of a promise.
    public struct Promised: Hashable, Sendable {
        /// Its name.
        public var name: String
        /// What it says.
        public var statement: String
        /// The verdict's name.
        public var verdict: String
        /// The setting with which it is kept, if there is one.
        public var condition: String?
    }
}

extension AuditRecord {
    /// The audit that `bytes` write.
    public init(reading bytes: [UInt8]) throws(UnreadableDocument) {
        try self.init(json: try JSONReader.read(bytes, schema: Self.schema))
    }

    /// The audit that `json` tells.
    public init(json: JSONValue) throws(UnreadableDocument) {
        title = try Self.value(json, "title", "a text", \.string)
        seed = try Self.value(json, "seed", "a whole number", \.unsigned)
        replication = try Self.value(json, "replication", "a whole number", \.unsigned)
        subjects = try Self.value(json, "subjects", "a whole number from 0 on") {
            $0.integer.flatMap { $0 >= 0 ? $0 : nil }
        }
        breach = json["breach_at"]?.number
        breachMode = json["breach"]?["mode"]?.string
        items = try json["items"].map {
            (_: JSONValue) throws(UnreadableDocument) -> [String] in
            try Self.list(json, "items", "texts", \.string)
        }
        observers = try Self.list(
            json, "observers", "observers with what they know", Observed.init(json:))
        promises = try Self.list(
            json, "promises", "promises with statement and verdict", Promised.init(json:))
        conclusions = Self.conclusions(json)
    }

    /// The conclusions of each observer and coalition, by the rules' names, and of the copy which share of the pairs it
    /// shows and how well it links visits.
    private static func conclusions(_ json: JSONValue) -> [Observed]? {
        guard let inferred = json["inferred"]?.array, let coalitions = json["coalitions"]?.array
        else { return nil }
        var found: [Observed] = []
        for entry in inferred {
            guard let name = entry["observer"]?.string, let cell = Cell(inferred: entry) else {
                continue
            }
            if let place = found.firstIndex(where: { $0.name == name }) {
                found[place].cells.append(cell)
            } else {
                found.append(Observed(name: name, cells: [cell]))
            }
        }
        for entry in coalitions {
            let members = entry["members"]?.array?.compactMap(\.string) ?? []
            found.append(
                Observed(
                    name: entry["name"]?.string ?? members.joined(separator: " + "),
                    cells: entry["inferred"]?.array?.compactMap(Cell.init(inferred:)) ?? []))
        }
        guard let copy = json["breach"], let people = copy["people"]?.integer else { return found }
        let measures: [(name: String, value: Double?)] = [
            ("pairs_shown", measure(.pairRecall, in: copy)),
            ("visits_linked", measure(.advantage, in: copy)),
        ]
        found.append(
            Observed(
                name: "copy_of_the_stores",
                cells: measures.map {
                    Cell(
                        item: $0.name, subjects: people, callShare: max(0, $0.value ?? 0),
                        residence: 0)
                }))
        return found
    }

    private static func measure(
        _ measure: BreachFindings.Measure, in copy: JSONValue
    ) -> Double? {
        copy["measures"]?[measure.rawValue]?["value"]?.number
    }

    private static func value<Value>(
        _ json: JSONValue, _ key: String, _ expected: String, _ read: (JSONValue) -> Value?
    ) throws(UnreadableDocument) -> Value {
        guard let value = json[key].flatMap(read) else {
            throw .unexpected(path: key, expected: expected)
        }
        return value
    }

    private static func list<Value>(
        _ json: JSONValue, _ key: String, _ expected: String, _ read: (JSONValue) -> Value?
    ) throws(UnreadableDocument) -> [Value] {
        var values: [Value] = []
        for (index, entry) in try value(json, key, "a list", \.array).enumerated() {
            guard let value = read(entry) else {
                throw .unexpected(path: "\(key)[\(index)]", expected: expected)
            }
            values.append(value)
        }
        return values
    }
}

extension AuditRecord.Observed {
    fileprivate init?(json: JSONValue) {
        guard let name = json["observer"]?.string, let items = json["items"]?.array else {
            return nil
        }
        let cells = items.compactMap(AuditRecord.Cell.init(json:))
        guard cells.count == items.count else { return nil }
        self.init(name: name, cells: cells)
    }

    /// What is known of `item`; nil for nothing.
    func cell(_ item: String) -> AuditRecord.Cell? { cells.first { $0.item == item } }
}

extension AuditRecord.Cell {
    fileprivate init?(json: JSONValue) {
        guard let item = json["item"]?.string, let subjects = json["subjects"]?.integer,
            let residence = json["longest_residence"], subjects >= 0
        else { return nil }
        guard residence == .null || residence.number != nil else { return nil }
        self.init(
            item: item, subjects: subjects, callShare: json["call_share"]?.number,
            residence: residence.number ?? .infinity)
    }

    /// What follows by a rule, as audits write it.
    fileprivate init?(inferred json: JSONValue) {
        guard let rule = json["rule"]?.string, let subjects = json["subjects"]?.integer,
            let residence = json["residence"], subjects >= 0
        else { return nil }
        self.init(
            item: "concludes_" + rule, subjects: subjects, callShare: json["call_share"]?.number,
            residence: residence.number ?? .infinity)
    }

    /// The cell as audits write it.
    var json: JSONValue {
        .object([
            .init("subjects", .integer(subjects)), .init("call_share", JSONValue(callShare)),
            .init("longest_residence", residence.isFinite ? .number(residence) : .null),
        ])
    }
}

extension AuditRecord.Promised {
    fileprivate init?(json: JSONValue) {
        guard let name = json["promise"]?.string, let statement = json["statement"]?.string,
            let verdict = json["verdict"]?.string
        else { return nil }
        self.init(
            name: name, statement: statement, verdict: verdict,
            condition: json["condition"]?.string)
    }

    /// The verdict with its condition, in words.
    var outcome: String { condition.map { "\(verdict) \($0)" } ?? verdict }
}
