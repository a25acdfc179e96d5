public import KnowledgeLedger
public import Results

/// Profiles of services side by side.
public struct ProfileTable: Sendable {
    /// The profiles, as columns from the left.
    public let profiles: [ServiceProfile]

    /// The table of `profiles`.
    public init(_ profiles: [ServiceProfile]) { self.profiles = profiles }

    /// The table for a terminal: a block for each observer with a line for each item, and below it what each number
    /// stands for. Items are left out that nobody says to be known and at most one of several profiles rules out.
    public func text() -> String {
        var notes = profiles.map { _ in Notes() }
        var lines = [
            "who comes to know what, as public documents say: always, if (on a condition), never,",
            "? (it cannot be known), - (there is no such observer or item); numbers stand below",
        ]
        let width = max(12, (profiles.map(\.name.count).max() ?? 0) + 2)
        for observer in ProfileObserver.allCases {
            let items = ProfileItem.allCases.filter { isSpoken(of: observer, $0) }
            let names = profiles.map { Audit.padded($0.name, width) }.joined()
            lines += ["", Audit.padded(Audit.words(observer.name), 24) + Self.trimmed(names)]
            if items.isEmpty { lines.append("  nothing is said to be known") }
            for item in items {
                let cells = profiles.indices.map { index in
                    let cell = profiles[index][observer, item]
                    return Audit.padded("\(Self.word(cell)) \(notes[index].number(cell))", width)
                }
                lines.append(
                    Audit.padded("  " + Audit.words(item.name), 24)
                        + Self.trimmed(cells.joined()))
            }
        }
        for (profile, notes) in zip(profiles, notes) {
            lines += ["", "\(profile.name): \(profile.title); documents read \(profile.read)"]
            if !profile.about.isEmpty { lines.append("  \(profile.about)") }
            lines += notes.lines
            lines += profile.documents.map {
                "  \($0.name): \($0.title), \($0.date), \($0.address)"
            }
        }
        return lines.joined(separator: "\n")
    }

    private func isSpoken(of observer: ProfileObserver, _ item: ProfileItem) -> Bool {
        let cells = profiles.map { $0[observer, item] }
        let ruledOut = cells.count { if case .never = $0 { true } else { false } }
        return cells.contains(where: \.isKnown) || ruledOut >= min(2, cells.count)
    }

    private static func trimmed(_ text: String) -> String {
        String(text.reversed().drop { $0 == " " }.reversed())
    }

    private static func word(_ cell: ProfileCell) -> String {
        switch cell {
        case .always: "always"
        case .conditional: "if"
        case .never: "never"
        case .unknown: "?"
        case .absent: "-"
        }
    }

    /// Numbers for the cells of a profile, equal ones for cells that say the same.
    private struct Notes {
        private var cells: [ProfileCell] = []
        private var numbers: [ProfileCell: Int] = [:]

        mutating func number(_ cell: ProfileCell) -> Int {
            if let number = numbers[cell] { return number }
            cells.append(cell)
            numbers[cell] = cells.count
            return cells.count
        }

        var lines: [String] {
            zip(1..., cells).map { number, cell in
                let parts = [
                    cell.words.map { (cell.isKnown ? "if " : "") + $0 },
                    cell.stay?.text,
                    cell.source.map { "[\($0.document.name), \($0.section)]" },
                ]
                return "  \(Audit.aligned("\(number)", 3))  "
                    + parts.compactMap { $0 }.joined(separator: "; ")
            }
        }
    }
}

extension ProfileStay {
    /// How long, in words.
    var text: String {
        switch self {
        case .whileServing: "until what it serves is over"
        case .atMost(let span): "at most " + Audit.text(span)
        case .forGood: "for good"
        case .unknown: "nobody says how long"
        }
    }
}

// MARK: JSON

extension ProfileTable {
    /// The table as a file, with every cell: `voicesim.profiles/1`; times in seconds.
    public var json: JSONValue {
        .object([
            .init("schema", .string("voicesim.profiles/1")),
            .init("profiles", .array(profiles.map(\.json))),
        ])
    }
}

extension ServiceProfile {
    fileprivate var json: JSONValue {
        .object([
            .init("name", .string(name)), .init("title", .string(title)),
            .init("read", .string(read)), .init("about", .string(about)),
            .init(
                "documents",
                .array(
                    documents.map {
                        .object([
                            .init("name", .string($0.name)), .init("title", .string($0.title)),
                            .init("date", .string($0.date)),
                            .init("address", .string($0.address)),
                        ])
                    })),
            .init("observers", .array(ProfileObserver.allCases.map(json))),
        ])
    }

    private func json(_ observer: ProfileObserver) -> JSONValue {
        .object([
            .init("observer", .string(observer.name)),
            .init(
                "items",
                .array(
                    ProfileItem.allCases.map { item in
                        .object(
                            [.init("item", .string(item.name))] + self[observer, item].members)
                    })),
        ])
    }
}

extension ProfileCell {
    fileprivate var members: [JSONValue.Member] {
        let longest: JSONValue =
            if case .atMost(let span)? = stay { .number(span.seconds) } else { .null }
        return [
            .init("known", .string(name)),
            .init(isKnown ? "when" : "why", words.map { .string($0) } ?? .null),
            .init("stays", stay.map { .string($0.text) } ?? .null),
            .init("longest_residence", longest),
            .init("document", source.map { .string($0.document.name) } ?? .null),
            .init("section", source.map { .string($0.section) } ?? .null),
        ]
    }
}
