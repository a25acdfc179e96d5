import Yams

/// Turns text into a `Tree`.
enum TreeParser {
    /// Lists and maps within each other, of either style.
    static let depthLimit = SourceScan.depthLimit

    /// The tree of a scenario's text.
    static func tree(of source: SourceText) throws(Flaw) -> Tree {
        try SourceScan.check(source)
        // The nodes hold their anchors weakly: the parser has to outlive them.
        let parser: Yams.Parser
        let root: Node?
        do {
            parser = try Yams.Parser(yaml: source.text, encoding: .utf8)
            root = try parser.singleRoot()
        } catch let error as YamlError {
            throw flaw(for: error, in: source)
        } catch {
            throw Flaw(source.location(line: 1, column: 1), .notYAML("\(error)"))
        }
        guard let root else { throw Flaw(source.origin ?? .file, .empty) }
        return try withExtendedLifetime(parser) { () throws(Flaw) in
            try tree(of: root, in: source, depth: 1)
        }
    }

    private static func tree(
        of node: Node, in source: SourceText, depth: Int
    ) throws(Flaw) -> Tree {
        let location = place(of: node, in: source)
        guard node.anchor == nil else { throw Flaw(location, .yamlFeature(.anchor)) }
        guard depth <= depthLimit else { throw Flaw(location, .tooDeep(limit: depthLimit)) }
        switch node {
        case .scalar(let scalar):
            let quoted = scalar.style != .plain && scalar.style != .any
            return Tree(.scalar(scalar.string, quoted: quoted), at: location)
        case .sequence(let sequence):
            var elements: [Tree] = []
            for element in sequence {
                elements.append(try tree(of: element, in: source, depth: depth + 1))
            }
            return Tree(.list(elements), at: location)
        case .mapping(let mapping):
            var entries: [Tree.Entry] = []
            for (key, value) in mapping {
                entries.append(try entry(key, value, in: source, depth: depth))
            }
            return Tree(.map(entries), at: location)
        case .alias: throw Flaw(location, .yamlFeature(.alias))
        }
    }

    private static func entry(
        _ key: Node, _ value: Node, in source: SourceText, depth: Int
    ) throws(Flaw) -> Tree.Entry {
        let location = place(of: key, in: source)
        guard key.anchor == nil else { throw Flaw(location, .yamlFeature(.anchor)) }
        guard case .scalar(let scalar) = key else {
            throw Flaw(location, .yamlFeature(.complexKey))
        }
        if scalar.style == .plain {
            if scalar.string == "<<" { throw Flaw(location, .yamlFeature(.mergeKey)) }
            if let reading = PlainReading(scalar.string) {
                throw Flaw(
                    location, .ambiguousWord(scalar.string, readAs: reading.rawValue))
            }
        }
        return Tree.Entry(
            key: scalar.string, keyLocation: location,
            value: try tree(of: value, in: source, depth: depth + 1))
    }

    private static func place(of node: Node, in source: SourceText) -> Location {
        source.location(line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
    }

    private static func flaw(for error: YamlError, in source: SourceText) -> Flaw {
        switch error {
        case .scanner(let context, let problem, let mark, _),
            .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let words = context.map { "\($0.text), \(problem)" } ?? problem
            return Flaw(source.location(line: mark.line, column: mark.column), .notYAML(words))
        case .reader(let problem, let offset, _, let text):
            let before = text.prefix(offset ?? 0)
            let line = before.reduce(1) { $1.isNewline ? $0 + 1 : $0 }
            let lastLine = before.lastIndex(where: \.isNewline).map { before[$0...].dropFirst() }
            let column = (lastLine ?? before).unicodeScalars.count + 1
            return Flaw(source.location(line: line, column: column), .notYAML(problem))
        case .duplicatedKeysInMapping(let duplicates, let context):
            return DuplicateKey.flaw(
                key: duplicates.first ?? "", line: context.mark.line, column: context.mark.column,
                in: source)
        default:
            return Flaw(source.location(line: 1, column: 1), .notYAML("\(error)"))
        }
    }
}

/// What YAML 1.1 reads an unquoted word as, where that is not text.
enum PlainReading: String {
    case nothing = "nothing"
    case boolean = "true or false"
    case number = "a number"
    case date = "a date"

    /// nil for what every YAML parser takes for text.
    init?(_ word: String) {
        switch word.lowercased() {
        case "", "~", "null": self = .nothing
        case "y", "n", "yes", "no", "on", "off", "true", "false": self = .boolean
        default:
            guard let first = word.utf8.first, let reading = Self.numeric(word, first: first)
            else { return nil }
            self = reading
        }
    }

    private static func numeric(_ word: String, first: UInt8) -> PlainReading? {
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard digits.contains(first) || "+-.".utf8.contains(first) else { return nil }
        let lower = word.lowercased()
        if [".inf", "+.inf", "-.inf", ".nan"].contains(lower) { return .number }
        let plain = lower.replacing("_", with: "")
        if Double(plain) != nil, plain.utf8.contains(where: digits.contains) { return .number }
        let parts = plain.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count > 1, parts.allSatisfy({ Double($0) != nil }) { return .number }
        let dashes = plain.split(separator: "-", omittingEmptySubsequences: false)
        let isDate =
            dashes.count >= 3 && dashes[0].count == 4
            && dashes[..<2].allSatisfy {
                $0.utf8.allSatisfy(digits.contains)
            }
        return isDate ? .date : nil
    }
}
