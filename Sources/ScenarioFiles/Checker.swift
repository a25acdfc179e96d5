import NetworkModel
import ScenarioModel

/// Holds a tree against the tables of keys, fills in defaults, and notes all that is wrong.
struct Checker {
    /// What has been found wrong so far.
    var flaws: [Flaw] = []

    /// Shares that sum to 1 may miss it by that much: sums of decimal fractions do.
    static let shareTolerance = 1e-9

    mutating func note(_ location: Location, _ problem: Problem) {
        flaws.append(Flaw(location, problem))
    }

    /// The checked value of `tree`, or nil after noting why there is none.
    ///
    /// - Parameters:
    ///   - path: What the place is called in messages, such as `general`.
    ///   - name: The key of the place in a map of the writer's own names.
    mutating func check(
        _ tree: Tree, _ shape: Shape, path: String, name: String = ""
    ) -> Checked? {
        switch shape {
        case .text, .name, .fileName, .boolean, .integer, .number, .quantity, .choice:
            return checkScalar(tree, shape)
        case .object(let keys, let whole, _):
            return checkObject(tree, keys, whole: whole, path: path, name: name)
        case .exactlyOne(let keys):
            return checkExactlyOne(tree, keys, path: path)
        case .distribution:
            return checkExactlyOne(tree, Format.distributions, path: path)
        case .distributionOr(let keys):
            return checkExactlyOne(tree, Format.distributions + keys, path: path)
        case .component: return checkComponent(tree, path: path)
        case .shares(let names): return checkShares(tree, names, path: path)
        case .named(let inner, let limit):
            return checkNamed(tree, inner, limit: limit, path: path)
        case .thresholds: return checkThresholds(tree, path: path)
        case .list(let inner, let counts, let shareKey):
            return checkList(tree, inner, counts, shareKey: shareKey, path: path)
        case .tuple(let shapes): return checkTuple(tree, shapes, path: path)
        case .emptyMap: return checkEmpty(tree, path: path)
        }
    }

    /// The entries of a map, or nil after noting that it is none.
    mutating func entries(of tree: Tree, expected: String) -> [Tree.Entry]? {
        guard case .map(let entries) = tree.content else {
            note(tree.location, .wrongKind(found: tree.kindText, expected: expected))
            return nil
        }
        return entries
    }

    private mutating func checkList(
        _ tree: Tree, _ inner: Shape, _ counts: ClosedRange<Int>, shareKey: String?, path: String
    ) -> Checked? {
        guard case .list(let elements) = tree.content else {
            note(tree.location, .wrongKind(found: tree.kindText, expected: "a list"))
            return nil
        }
        guard counts.contains(elements.count) else {
            let accepted =
                elements.count < counts.lowerBound
                ? "at least \(counts.lowerBound)" : "at most \(counts.upperBound)"
            note(tree.location, .wrongCount(found: elements.count, accepted: accepted))
            return nil
        }
        let checked = elements.indices.compactMap { index in
            check(elements[index], inner, path: "\(path).\(index)")
        }
        guard checked.count == elements.count else { return nil }
        if let shareKey {
            checkSum(checked.map { $0[shareKey] }, at: tree.location)
        }
        return Checked(.list(checked), at: tree.location)
    }

    private mutating func checkTuple(
        _ tree: Tree, _ shapes: [Shape], path: String
    ) -> Checked? {
        guard case .list(let elements) = tree.content else {
            note(tree.location, .wrongKind(found: tree.kindText, expected: "a list"))
            return nil
        }
        guard elements.count == shapes.count else {
            note(
                tree.location,
                .wrongCount(found: elements.count, accepted: "exactly \(shapes.count)"))
            return nil
        }
        let checked = zip(elements, shapes).compactMap { check($0, $1, path: path) }
        guard checked.count == elements.count else { return nil }
        return Checked(.list(checked), at: tree.location)
    }

    private mutating func checkEmpty(_ tree: Tree, path: String) -> Checked? {
        guard case .map(let entries) = tree.content else {
            note(tree.location, .wrongKind(found: tree.kindText, expected: "a map"))
            return nil
        }
        guard let first = entries.first else { return Checked(.map([]), at: tree.location) }
        note(first.keyLocation, .notSupported(.key("\(path).\(first.key)")))
        return nil
    }

    /// Notes shares that do not sum to 1, at the overridden one if there is one.
    mutating func checkSum(_ shares: [Checked], at location: Location) {
        let sum = shares.reduce(0) { $0 + $1.number }
        guard abs(sum - 1) > Self.shareTolerance else { return }
        let overridden = shares.first { $0.location.isOverride }
        note(overridden?.location ?? location, .sharesSum(sum))
    }
}
