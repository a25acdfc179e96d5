import PrivacyStores
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
    /// What follows from what they know, for observers and coalitions that can conclude something; nil where the file does not
    /// say so, as the first ones do not.
    public var conclusions: [Observed]?
    /// From whose stores it is recoverable who talked with whom; nil where the file does not say so.
    public var recoverable: [Observed]?
    /// What the thief's copy comes to, and how old records have become; of what is not here the file does not tell.
    public var measured: [Observed] = []

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
        /// The settings with which it is kept, if there are any.
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
        recoverable = json["recoverable"]?.array?.compactMap(Observed.init(recoverable:))
        measured = Self.copy(json) + Self.ages(json)
    }

    /// The conclusions of each observer and coalition, by the rules' names.
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
        return found
    }

    /// What the copy comes to, as shares: of the pairs, those it shows; how much better than chance it links calls, in each
    /// way; of the keys, those it holds; of its records, those with something beyond the list. And for how long a person has been in
    /// there, on average.
    private static func copy(_ json: JSONValue) -> [Observed] {
        guard let copy = json["breach"], let people = copy["people"]?.integer else { return [] }
        func measure(_ measure: BreachFindings.Measure) -> Double? {
            copy["measures"]?[measure.rawValue]?["value"]?.number
        }
        func share(_ part: Double?, _ whole: String) -> Double? {
            guard let part, let whole = copy[whole]?.number else { return nil }
            return whole > 0 ? part / whole : 0
        }
        func linked(_ way: String) -> Double? { copy["linked_by_" + way]?["advantage"]?.number }
        let excess = copy["excess"]?.array?.reduce(0) { $0 + ($1["records"]?.number ?? 0) }
        let shares: [(name: String, value: Double?)] = [
            ("pairs_shown", measure(.pairRecall)),
            ("linked_by_address", linked("address")), ("linked_by_session", linked("session")),
            ("linked_by_certificate", linked("certificate")),
            ("keys_found", share(copy["keys_found"]?.number, "keys_searched")),
            ("beyond_the_list", share(excess, "records")),
        ]
        var cells = shares.compactMap { name, value in
            value.map {
                Cell(item: name, subjects: people, callShare: max(0, $0), residence: 0)
            }
        }
        if let seconds = measure(.personSeconds), people > 0 {
            cells.append(
                Cell(
                    item: "time_in_there", subjects: people, callShare: nil,
                    residence: seconds / Double(people)))
        }
        return [Observed(name: "copy_of_the_stores", cells: cells)]
    }

    /// How old the oldest record of each kind was.
    private static func ages(_ json: JSONValue) -> [Observed] {
        let cells = RecordKind.allCases.compactMap { kind in
            json["oldest_records"]?[DatabaseFindings.key(kind)]?.number.map {
                Cell(
                    item: DatabaseFindings.key(kind), subjects: 0, callShare: nil, residence: $0)
            }
        }
        return cells.isEmpty ? [] : [Observed(name: "oldest_record", cells: cells)]
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

    /// From whose stores it is recoverable who talked with whom, as audits write it.
    fileprivate init?(recoverable json: JSONValue) {
        guard let name = json["observer"]?.string, let longest = json["longest"]?.number else {
            return nil
        }
        let cell = AuditRecord.Cell(
            item: "recoverable_partner", subjects: 0, callShare: json["call_share"]?.number,
            residence: longest)
        self.init(name: name, cells: [cell])
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

    /// The settings of the condition, each as KEY=VALUE.
    var settings: Set<String> {
        Set((condition ?? "").split(separator: " and ").map { String($0) })
    }

    /// The verdict with its condition, in words.
    var outcome: String { condition.map { "\(verdict) \($0)" } ?? verdict }
}
