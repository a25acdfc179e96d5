import NetworkModel
import ScenarioModel

extension Checker {
    /// A map with fixed keys; those left out get their defaults.
    mutating func checkObject(
        _ tree: Tree, _ keys: [Key], whole: Bool, path: String, name: String
    ) -> Checked? {
        let names = keys.map(\.name)
        let expected = "a map with keys among \(names.joined(separator: ", "))"
        guard let entries = entries(of: tree, expected: expected) else { return nil }
        noteUnknown(entries, names, path: path)
        let before = flaws.count
        var checked: [Checked.Entry] = []
        for key in keys {
            let given = entries.first { $0.key == key.name }
            let inner = join(path, key.name)
            if let given {
                if let value = checkSupported(given, key, path: inner) {
                    checked.append(
                        .init(key: key.name, keyLocation: given.keyLocation, value: value))
                }
            } else if let text = defaultText(key, checked, name: name) {
                let value = checkDefault(text, key.shape, path: inner)
                checked.append(.init(key: key.name, keyLocation: tree.location, value: value))
            } else if case .required = key.fallback {
                note(tree.location, .missingKey(key.name, in: path))
            }
        }
        guard flaws.count == before || checked.count == keys.count else { return nil }
        if whole { checkSum(checked.map(\.value), at: tree.location) }
        return Checked(.map(checked), at: tree.location)
    }

    private func join(_ path: String, _ key: String) -> String {
        path.isEmpty ? key : "\(path).\(key)"
    }

    /// Checks a given value, and that this version can run it.
    private mutating func checkSupported(
        _ given: Tree.Entry, _ key: Key, path: String
    ) -> Checked? {
        let value = check(given.value, key.shape, path: path)
        switch key.later {
        case nil: break
        case .key: note(given.keyLocation, .notSupported(.key(path)))
        case .unlessZero:
            if let value, value.number != 0 {
                let zero = Checked(.quantity(key.dimension, 0), at: .builtIn).written
                note(
                    value.location, .notSupported(.value(given.value.text ?? "", accepted: zero)))
            }
        }
        return value
    }

    /// The default of a key that is left out, as a file would write it.
    private func defaultText(
        _ key: Key, _ siblings: [Checked.Entry], name: String
    ) -> String? {
        switch key.fallback {
        case .required, .derived, .first: return nil
        case .value(let text): return text
        case .ownName(let cases, let otherwise):
            return cases.first { $0.0 == name }?.1 ?? otherwise
        case .sibling(let key, let cases, let otherwise):
            let value = siblings.first { $0.key == key }?.value.text
            return cases.first { $0.0 == value }?.1 ?? otherwise
        }
    }

    /// A default; one that does not fit its own shape is a mistake in the tables.
    func checkDefault(
        _ text: String, _ shape: Shape, path: String, name: String = ""
    ) -> Checked {
        var checker = Checker()
        guard let tree = try? TreeParser.tree(of: SourceText(text, at: .builtIn)),
            let checked = checker.check(tree, shape, path: path, name: name),
            checker.flaws.isEmpty
        else { preconditionFailure("the default \(text) of \(path): \(checker.flaws)") }
        return checked
    }

    private mutating func noteUnknown(
        _ entries: [Tree.Entry], _ names: [String], path: String
    ) {
        // More of them in one map are not told anyway.
        let unknown = entries.lazy.filter { !names.contains($0.key) }
        for entry in unknown.prefix(ScenarioError.issueLimit) {
            note(
                entry.keyLocation,
                .unknownKey(
                    entry.key, in: path, nearest: Nearest.to(entry.key, among: names),
                    valid: names))
        }
    }

    /// A map with one key that says what the rest is.
    mutating func checkExactlyOne(_ tree: Tree, _ keys: [Key], path: String) -> Checked? {
        let names = keys.map(\.name)
        let expected = "a map with one key of \(names.joined(separator: ", "))"
        guard let entries = entries(of: tree, expected: expected) else { return nil }
        let before = flaws.count
        noteUnknown(entries, names, path: path)
        guard flaws.count == before else { return nil }
        guard entries.count == 1, let given = entries.first,
            let key = keys.first(where: { $0.name == given.key })
        else {
            let place = entries.count > 1 ? entries[1].keyLocation : tree.location
            note(place, .notExactlyOne(found: entries.map(\.key), of: names, in: path))
            return nil
        }
        guard let value = checkSupported(given, key, path: join(path, key.name)) else {
            return nil
        }
        return Checked(
            .map([.init(key: key.name, keyLocation: given.keyLocation, value: value)]),
            at: tree.location)
    }

    /// A part of a mixture: a weight beside exactly one kind of distribution.
    mutating func checkComponent(_ tree: Tree, path: String) -> Checked? {
        guard let entries = entries(of: tree, expected: "a map with weight and a distribution")
        else { return nil }
        let rest = entries.filter { $0.key != Format.weight.name }
        guard let given = tree.entry(Format.weight.name) else {
            note(tree.location, .missingKey(Format.weight.name, in: path))
            return nil
        }
        let weight = check(given.value, Format.weight.shape, path: path)
        let inner = Tree(.map(rest), at: tree.location)
        let distribution = check(inner, .distribution, path: path)
        guard let weight, let distribution else { return nil }
        let first = Checked.Entry(
            key: Format.weight.name, keyLocation: given.keyLocation, value: weight)
        return Checked(.map([first] + distribution.entries), at: tree.location)
    }

    /// A map from the writer's own names to maps of one shape.
    mutating func checkNamed(
        _ tree: Tree, _ inner: Shape, limit: Int, path: String
    ) -> Checked? {
        guard let entries = entries(of: tree, expected: "a map from names to maps") else {
            return nil
        }
        guard entries.count <= limit else {
            note(
                tree.location, .wrongCount(found: entries.count, accepted: "at most \(limit)"))
            return nil
        }
        var checked: [Checked.Entry] = []
        for entry in entries {
            guard isName(entry.key, at: entry.keyLocation) else { continue }
            let value = check(entry.value, inner, path: join(path, entry.key), name: entry.key)
            if let value {
                checked.append(
                    .init(key: entry.key, keyLocation: entry.keyLocation, value: value))
            }
        }
        return checked.count == entries.count ? Checked(.map(checked), at: tree.location) : nil
    }

    /// Shares by name.
    mutating func checkShares(_ tree: Tree, _ names: ShareNames, path: String) -> Checked? {
        let expected = "a map from names to shares, such as {en: 60 %, es: 40 %}"
        guard let entries = entries(of: tree, expected: expected) else { return nil }
        guard (1...256).contains(entries.count) else {
            note(tree.location, .wrongCount(found: entries.count, accepted: "1 to 256"))
            return nil
        }
        var checked: [Checked.Entry] = []
        for entry in entries {
            guard let name = shareName(entry, names) else { continue }
            if let twin = checked.first(where: { $0.key == name }) {
                let line = if case .place(let line, _) = twin.keyLocation { line } else { 0 }
                note(entry.keyLocation, .duplicateKey(entry.key, firstLine: line))
            } else if let value = check(entry.value, Format.share, path: join(path, name)) {
                checked.append(.init(key: name, keyLocation: entry.keyLocation, value: value))
            }
        }
        guard checked.count == entries.count else { return nil }
        checkSum(checked.map(\.value), at: tree.location)
        return Checked(.map(checked), at: tree.location)
    }

    /// The canonical name of an entry of a map of shares.
    private mutating func shareName(_ entry: Tree.Entry, _ names: ShareNames) -> String? {
        switch names {
        case .any: return isName(entry.key, at: entry.keyLocation) ? entry.key : nil
        case .nat:
            if let nat = NATClass(entry.key) { return nat.description }
            let valid = Format.natNames
            note(
                entry.keyLocation,
                .unknownKey(
                    entry.key, in: "nat", nearest: Nearest.to(entry.key, among: valid),
                    valid: valid))
            return nil
        }
    }
}

extension Key {
    /// The dimension of a key whose shape is a quantity.
    var dimension: Dimension {
        guard case .quantity(let dimension, _) = shape else {
            preconditionFailure("\(name) is no quantity")
        }
        return dimension
    }
}

extension Format {
    /// NAT classes by name, then their older names.
    static let natNames = NATClass.allCases.map(\.description) + NATClass.aliases.map(\.name)
}
