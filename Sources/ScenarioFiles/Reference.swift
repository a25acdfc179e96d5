import ScenarioModel

/// The reference of every key of the format, as Markdown.
public enum ScenarioReference {
    /// The page: a heading a key with its default, type and text.
    public static var markdown: String {
        var page = Page()
        page.line("# Scenario keys")
        page.line(
            "Every key that a scenario file can have, with what holds where it is left out. "
                + "Quantities carry their unit.")
        if case .object(let keys, _, _) = Format.root { page.keys(keys, path: "", level: 2) }
        page.line("## Distributions")
        page.line("A map with exactly one of these keys.")
        page.keys(Format.distributions, path: "", level: 3, areAlternatives: true)
        page.line("## NAT classes")
        page.line(Format.natNames.map { "`\($0)`" }.joined(separator: ", "))
        return page.text
    }
}

/// A page being written.
private struct Page {
    var text = ""

    mutating func line(_ line: String) {
        if !text.isEmpty { text += "\n" }
        text += line + "\n"
    }

    mutating func item(_ item: String) {
        if !text.hasSuffix("\n\n"), !text.split(separator: "\n").last!.hasPrefix("- ") {
            text += "\n"
        }
        text += "- \(item)\n"
    }

    mutating func keys(
        _ keys: [Key], path: String, level: Int, areAlternatives: Bool = false
    ) {
        for key in keys {
            let name = path.isEmpty ? key.name : "\(path).\(key.name)"
            line("\(String(repeating: "#", count: min(level, 6))) `\(name)`")
            line(key.text)
            item("Type: \(key.shape.typeText)")
            if !areAlternatives { for text in key.fallback.texts { item("Default: \(text)") } }
            if let later = key.later { item(later.text) }
            nested(key.shape, path: name, level: level + 1)
        }
    }

    private mutating func nested(_ shape: Shape, path: String, level: Int) {
        switch shape {
        case .object(let inner, _, _): keys(inner, path: path, level: level)
        case .exactlyOne(let inner), .distributionOr(let inner):
            keys(inner, path: path, level: level, areAlternatives: true)
        case .named(let inner, _): nested(inner, path: "\(path).NAME", level: level)
        case .list(let inner, _, _): nested(inner, path: "\(path).N", level: level)
        case .choice(let choices):
            for choice in choices {
                item(
                    "`\(choice.name)`: \(choice.text)"
                        + (choice.isSupported ? "" : " (not supported yet)"))
            }
        default: break
        }
    }
}

extension Later {
    fileprivate var text: String {
        switch self {
        case .key: "Not supported yet."
        case .unlessZero: "Other values than zero are not supported yet."
        }
    }
}

extension Fallback {
    fileprivate var texts: [String] {
        switch self {
        case .required: ["none; the key is needed"]
        case .value(let text): ["`\(text)`"]
        case .derived(let text): [text]
        case .first(let text): ["as in the first entry of the list; there `\(text)`"]
        case .sibling(let key, let cases, let otherwise):
            ["`\(otherwise)`"] + cases.map { "`\($0.1)` where \(key) is `\($0.0)`" }
        case .ownName(let cases, let otherwise):
            ["`\(otherwise)`"] + cases.map { "`\($0.1)` for `\($0.0)`" }
        }
    }
}

extension Shape {
    /// The type of a key's value in the reference.
    fileprivate var typeText: String {
        switch self {
        case .text(let limit): "text of at most \(limit) characters"
        case .name: "name"
        case .fileName: "file name, relative to the scenario's directory"
        case .boolean: "`true` or `false`"
        case .integer(let range): "whole number, \(range.lowerBound) to \(range.upperBound)"
        case .number(let interval): "number, \(interval.text(Decimal.text))"
        case .quantity(let dimension, let interval):
            "\(dimension.noun) such as \(dimension.examples), \(interval.text(dimension.text))"
        case .choice: "one of the words below"
        case .object(_, let whole, _): whole ? "map of shares that sum to 1" : "map"
        case .exactlyOne: "map with exactly one of the keys below"
        case .distribution: "distribution of times"
        case .distributionOr: "distribution of times, or map with one of the keys below"
        case .component: "map with `weight` and a distribution"
        case .shares(.any): "map from names to shares that sum to 1"
        case .shares(.nat): "map from NAT classes to shares that sum to 1"
        case .named: "map from names to maps"
        case .thresholds: "map from metrics to limits"
        case .list(let inner, let counts, _):
            "list of \(counts.lowerBound) to \(counts.upperBound); each: \(inner.typeText)"
        case .tuple(let shapes): "list of " + shapes.map(\.typeText).joined(separator: "; ")
        case .emptyMap: "empty map"
        }
    }
}
