/// One value given on the command line instead of the file's.
public struct ScenarioOverride: Hashable, Sendable {
    /// Keys and list positions from the top, joined by points: `population.0.share`.
    public let key: String
    /// What a file would write there: a scalar, or a list or map in brackets.
    public let value: String
    /// How messages refer to it, such as `--set population.0.share`.
    public let option: String

    /// Keys in keys: the format itself needs ten.
    static let partLimit = 32

    /// `value` for `key`; `option` is how messages refer to it, by default `--set KEY`.
    public init(key: String, value: String, option: String? = nil) {
        self.key = key
        self.value = value
        self.option = option ?? "--set \(key)"
    }

    /// The override that `KEY=VALUE` means; throws where no key is given.
    public init(assignment: String) throws(ScenarioError) {
        guard let equals = assignment.firstIndex(of: "="), equals != assignment.startIndex else {
            throw ScenarioError([
                ScenarioIssue(
                    file: "", location: .override(option: "--set \(assignment)"),
                    problem: .badPath(.noKey(assignment)))
            ])
        }
        self.init(
            key: String(assignment[..<equals]),
            value: String(assignment[assignment.index(after: equals)...]))
    }

    private var location: Location { .override(option: option) }

    /// Replaces or adds the value in `tree`.
    func apply(to tree: inout Tree) throws(Flaw) {
        let parts = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard parts.count <= Self.partLimit else {
            throw Flaw(location, .badPath(.tooLong(limit: Self.partLimit)))
        }
        guard parts.allSatisfy({ !$0.isEmpty }) else {
            throw Flaw(location, .badPath(.emptyPart(key)))
        }
        let new: Tree
        if value.trimmingSpaces().isEmpty {
            new = Tree(.scalar("", quoted: false), at: location)
        } else {
            new = try TreeParser.tree(of: SourceText(value, at: location))
        }
        try set(new, at: parts[...], in: &tree, shape: Format.root, path: "")
    }

    private func set(
        _ new: Tree, at parts: ArraySlice<String>, in tree: inout Tree, shape: Shape?, path: String
    ) throws(Flaw) {
        guard let part = parts.first else {
            tree = new
            return
        }
        switch tree.content {
        case .scalar: throw Flaw(location, .badPath(.notAContainer(path)))
        case .list(var elements):
            guard let index = Int(part), elements.indices.contains(index) else {
                throw Flaw(
                    location, .badPath(.noEntry(part, list: path, count: elements.count)))
            }
            try set(
                new, at: parts.dropFirst(), in: &elements[index], shape: shape?.element,
                path: join(path, part))
            tree.content = .list(elements)
        case .map(var entries):
            // Metrics have points in their names.
            let isDotted = shape?.hasDottedKeys == true
            let key = isDotted ? parts.joined(separator: ".") : part
            let rest = isDotted ? [] : parts.dropFirst()
            let inner = try innerShape(key, of: shape, path: path)
            let index = entries.firstIndex { $0.key == key } ?? entries.endIndex
            if index == entries.endIndex {
                let value = try start(inner, isLast: rest.isEmpty)
                entries.append(.init(key: key, keyLocation: location, value: value))
            }
            try set(
                new, at: rest, in: &entries[index].value, shape: inner?.shape,
                path: join(path, key))
            tree.content = .map(entries)
        }
    }

    private func join(_ path: String, _ part: String) -> String {
        path.isEmpty ? part : "\(path).\(part)"
    }

    /// The key of that name among those a map can have; nil where names are the writer's choice.
    private func innerShape(
        _ name: String, of shape: Shape?, path: String
    ) throws(Flaw) -> (shape: Shape?, key: Key?)? {
        switch shape {
        case .object(let keys, _, _), .exactlyOne(let keys):
            return try find(name, in: keys, path: path)
        case .distribution: return try find(name, in: Format.distributions, path: path)
        case .distributionOr(let keys):
            return try find(name, in: Format.distributions + keys, path: path)
        case .component:
            return try find(name, in: [Format.weight] + Format.distributions, path: path)
        case .named(let inner, _): return (inner, nil)
        default: return nil
        }
    }

    private func find(
        _ name: String, in keys: [Key], path: String
    ) throws(Flaw) -> (shape: Shape?, key: Key?) {
        guard let key = keys.first(where: { $0.name == name }) else {
            let names = keys.map(\.name)
            throw Flaw(
                location,
                .unknownKey(
                    name, in: path, nearest: Nearest.to(name, among: names), valid: names))
        }
        return (key.shape, key)
    }

    /// What a missing key begins as: the default list, so that its entries can be replaced, else
    /// an empty map.
    private func start(
        _ inner: (shape: Shape?, key: Key?)?, isLast: Bool
    ) throws(Flaw) -> Tree {
        if !isLast, case .list? = inner?.shape, case .value(let text)? = inner?.key?.fallback {
            return try TreeParser.tree(of: SourceText(text, at: .builtIn))
        }
        return Tree(.map([]), at: location)
    }
}

extension Shape {
    /// The shape of a list's entries.
    fileprivate var element: Shape? {
        if case .list(let inner, _, _) = self { inner } else { nil }
    }

    fileprivate var hasDottedKeys: Bool {
        switch self {
        case .thresholds, .emptyMap: true
        default: false
        }
    }
}
