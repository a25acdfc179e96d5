import KnowledgeLedger
import Quantities

/// Turns checked values into a profile: no cell is without its source, and none is left out.
struct ProfileBuilder {
    private let root: Checked
    private let documents: [ProfileDocument]
    private(set) var flaws: [Flaw] = []
    /// Documents that a cell rests on.
    private var cited: Set<String> = []

    init(_ root: Checked) {
        self.root = root
        documents = root["documents"].entries.map { entry in
            ProfileDocument(
                name: entry.key, title: entry.value["title"].text, date: entry.value["date"].text,
                address: entry.value["address"].text)
        }
    }

    private mutating func note(_ location: Location, _ problem: Problem) {
        flaws.append(Flaw(location, problem))
    }

    /// The profile, if no flaws were noted.
    mutating func profile(called name: String) -> ServiceProfile? {
        for entry in root["documents"].entries {
            for key in ["title", "date", "address"] { demandText(entry.value[key]) }
        }
        for key in ["profile", "read"] { demandText(root[key]) }
        let absentObservers = absences("observers")
        let absentItems = absences("items")
        var rows: [ProfileObserver: [ProfileItem: ProfileCell]] = [:]
        for observer in ProfileObserver.allCases {
            rows[observer] = row(observer, absentObservers, absentItems)
        }
        for entry in root["documents"].entries where !cited.contains(entry.key) {
            note(entry.keyLocation, .unused(entry.key, kind: .document))
        }
        guard flaws.isEmpty else { return nil }
        return ServiceProfile(
            name: name, title: root["profile"].text, read: root["read"].text,
            about: root["about"].text, documents: documents
        ) { rows[$0]![$1]! }
    }

    private mutating func demandText(_ value: Checked) {
        if value.text.isEmpty { note(value.location, .textLength(0, limit: 1)) }
    }

    // MARK: What is not there

    private mutating func absences(_ kind: String) -> [String: ProfileCell] {
        var absences: [String: ProfileCell] = [:]
        for entry in root["absent"][kind].entries {
            demandText(entry.value["why"])
            guard let source = source(entry.value) else { continue }
            absences[entry.key] = .absent(entry.value["why"].text, source)
        }
        return absences
    }

    private func isAbsent(_ name: String, _ kind: String) -> Bool {
        root["absent"][kind].find(name) != nil
    }

    // MARK: Cells

    /// The cells of an observer; some are missing only where a flaw is noted.
    private mutating func row(
        _ observer: ProfileObserver, _ absentObservers: [String: ProfileCell],
        _ absentItems: [String: ProfileCell]
    ) -> [ProfileItem: ProfileCell] {
        var row: [ProfileItem: ProfileCell] = [:]
        let given = root["observers"].find(observer.name)
        if isAbsent(observer.name, "observers") {
            if let given { note(given.location, .contradiction(.absentAndThere(observer.name))) }
            for item in ProfileItem.allCases { row[item] = absentObservers[observer.name] }
            return row
        }
        guard let given else {
            note(root["observers"].location, .missingKey(observer.name, in: "observers"))
            return row
        }
        let path = "observers.\(observer.name)"
        let rest = otherwise(given, path: "\(path).\(Format.otherwise)")
        var missing: ProfileItem?
        for item in ProfileItem.allCases {
            let cell = given.find(item.name)
            if isAbsent(item.name, "items") {
                if let cell { note(cell.location, .contradiction(.absentAndThere(item.name))) }
                row[item] = absentItems[item.name]
            } else if let cell {
                row[item] = self.cell(cell, path: "\(path).\(item.name)")
            } else if given.find(Format.otherwise) != nil {
                row[item] = rest
            } else if missing == nil {
                missing = item
            }
        }
        if let missing { note(given.location, .missingKey(missing.name, in: path)) }
        return row
    }

    private mutating func otherwise(_ given: Checked, path: String) -> ProfileCell? {
        guard let entry = given.find(Format.otherwise) else { return nil }
        let accepted = ["never", "unknown"]
        guard accepted.contains(entry["known"].text) else {
            note(
                entry["known"].location,
                .notAChoice(entry["known"].text, nearest: nil, valid: accepted))
            return nil
        }
        return cell(entry, path: path)
    }

    /// The keys of a cell beside `known`, by what that says.
    private static let keys: [(known: String, keys: [String])] = [
        ("always", ["stays", "source", "section"]),
        ("conditional", ["when", "stays", "source", "section"]),
        ("never", ["source", "section"]), ("unknown", ["why"]),
    ]

    private mutating func cell(_ entry: Checked, path: String) -> ProfileCell? {
        let known = entry["known"].text
        guard let keys = Self.keys.first(where: { $0.known == known })?.keys else {
            preconditionFailure("no keys for \(known)")
        }
        let before = flaws.count
        for given in entry.entries where given.key != "known" {
            if keys.contains(given.key) {
                demandText(given.value)
            } else {
                note(
                    given.keyLocation,
                    .contradiction(.notOfCell(key: given.key, known: known, accepted: keys)))
            }
        }
        if let missing = keys.first(where: { entry.find($0) == nil }) {
            note(entry.location, .missingKey(missing, in: path))
        }
        guard flaws.count == before else { return nil }
        if known == "unknown" { return .unknown(entry["why"].text) }
        guard let source = source(entry) else { return nil }
        if known == "never" { return .never(source) }
        guard let stay = stay(entry["stays"]) else { return nil }
        return known == "always"
            ? .always(stay, source) : .conditional(entry["when"].text, stay, source)
    }

    private mutating func source(_ entry: Checked) -> ProfileSource? {
        let name = entry["source"]
        demandText(entry["section"])
        guard let document = documents.first(where: { $0.name == name.text }) else {
            let valid = documents.map(\.name)
            note(
                name.location,
                .unknownName(
                    name.text, kind: .document, nearest: Nearest.to(name.text, among: valid),
                    valid: valid))
            return nil
        }
        cited.insert(document.name)
        return ProfileSource(document, section: entry["section"].text)
    }

    private mutating func stay(_ value: Checked) -> ProfileStay? {
        switch value.text {
        case "while serving": return .whileServing
        case "for good": return .forGood
        case "unknown": return .unknown
        default: break
        }
        do throws(Problem) {
            let seconds = try Dimension.duration.read(
                value.text, within: .above(0, to: 10 * Format.longest))
            return .atMost(SimDuration(seconds: seconds))
        } catch {
            note(
                value.location,
                .notAQuantity(
                    value.text,
                    expected: "'while serving', 'for good', 'unknown' or a time such as '24 h'"))
            return nil
        }
    }
}
