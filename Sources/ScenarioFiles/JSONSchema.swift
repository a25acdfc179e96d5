import Measurement
import NetworkModel
import ScenarioModel

/// The JSON Schema (draft 2020-12) of the scenario format, for editors and stock validators.
///
/// It accepts what `validate` accepts, and rejects what is structurally wrong: unknown keys, wrong
/// types, words, units and names, missing keys, two kinds of one thing. Ranges of quantities, sums
/// of shares and values that do not go together are left to `validate`.
public enum ScenarioSchema {
    /// The schema as JSON text.
    public static var text: String {
        let entries: [(String, JSONText)] =
            [
                ("$schema", .text("https://json-schema.org/draft/2020-12/schema")),
                ("title", .text("VoiceSim scenario")),
            ] + members(Format.root) + [("$defs", .object(definitions))]
        return JSONText.object(entries).written() + "\n"
    }

    private static var definitions: [(String, JSONText)] {
        let quantities = Dimension.allCases.map { dimension in
            (dimension.rawValue, JSONText.object(quantity(dimension)))
        }
        let named: [(String, JSONText)] = [
            ("name", .object([("type", .text("string")), ("pattern", .text(namePattern))])),
            ("distribution", .object(exactlyOne(Format.distributions))),
            ("component", .object(component)),
            ("limit", .object([("type", .text("string")), ("pattern", .text(limitPattern))])),
        ]
        return quantities + named
    }

    private static let namePattern = "^[A-Za-z][A-Za-z0-9_-]{0,\(Format.nameLimit - 1)}$"
    private static let numberPattern = "(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?"
    private static let limitPattern = "^(<=|>=|<|>) *\(numberPattern) *[^ ]* *$"

    private static func reference(_ name: String) -> [(String, JSONText)] {
        [("$ref", .text("#/$defs/\(name)"))]
    }

    private static func quantity(_ dimension: Dimension) -> [(String, JSONText)] {
        let units = dimension.units.map { escaped($0.name) }.joined(separator: "|")
        let unit = "(\(units))" + (dimension.allowsBareNumber ? "?" : "")
        let sign = dimension.isSigned ? "-?" : ""
        let text: [(String, JSONText)] = [
            ("type", .text("string")),
            ("pattern", .text("^ *\(sign)\(numberPattern) *\(unit) *$")),
        ]
        guard dimension.allowsBareNumber else { return text }
        let bare: [(String, JSONText)] = [
            ("type", .text("number")), ("minimum", .number("0")), ("maximum", .number("1")),
        ]
        return [("anyOf", .array([.object(bare), .object(text)]))]
    }

    private static func escaped(_ unit: String) -> String {
        unit.replacing("/", with: "\\/")
    }

    private static var component: [(String, JSONText)] {
        let weight = (Format.weight.name, property(Format.weight))
        let kinds = Format.distributions.map { ($0.name, property($0)) }
        let alternatives = Format.distributions.map {
            JSONText.object([("required", .array([.text(Format.weight.name), .text($0.name)]))])
        }
        return [
            ("type", .text("object")), ("properties", .object([weight] + kinds)),
            ("additionalProperties", .boolean(false)), ("oneOf", .array(alternatives)),
        ]
    }

    private static func exactlyOne(_ keys: [Key]) -> [(String, JSONText)] {
        let supported = keys.filter { !$0.isLater }
        return [
            ("type", .text("object")),
            ("properties", .object(supported.map { ($0.name, property($0)) })),
            ("additionalProperties", .boolean(false)), ("minProperties", .number("1")),
            ("maxProperties", .number("1")),
        ]
    }

    private static func object(
        _ keys: [Key], oneOf alternatives: [String] = []
    ) -> [(String, JSONText)] {
        let supported = keys.filter { !$0.isLater }
        var members: [(String, JSONText)] = [
            ("type", .text("object")),
            ("properties", .object(supported.map { ($0.name, property($0)) })),
            ("additionalProperties", .boolean(false)),
        ]
        let required = supported.filter(\.isRequired).map { JSONText.text($0.name) }
        if !required.isEmpty { members.append(("required", .array(required))) }
        if !alternatives.isEmpty {
            let each = alternatives.map {
                JSONText.object([("required", .array([.text($0)]))])
            }
            members.append(("oneOf", .array(each)))
        }
        return members
    }

    /// The schema of a key's value, with its text and default.
    private static func property(_ key: Key) -> JSONText {
        var members: [(String, JSONText)] = [("description", .text(key.text))]
        if case .value(let text) = key.fallback {
            members.append(
                ("default", Checker().checkDefault(text, key.shape, path: key.name).json))
        }
        switch key.later {
        case .unlessZero: members += zero(key.dimension)
        case .key, nil: members += self.members(key.shape)
        }
        return .object(members)
    }

    /// Zero, the only accepted value as yet.
    private static func zero(_ dimension: Dimension) -> [(String, JSONText)] {
        let units = dimension.units.map { escaped($0.name) }.joined(separator: "|")
        let unit = "(\(units))" + (dimension.allowsBareNumber ? "?" : "")
        let text: [(String, JSONText)] = [
            ("type", .text("string")), ("pattern", .text("^ *0(\\.0+)? *\(unit) *$")),
        ]
        guard dimension.allowsBareNumber else { return text }
        return [("anyOf", .array([.object([("const", .number("0"))]), .object(text)]))]
    }

    private static func map(
        names: JSONText?, of values: [(String, JSONText)], atLeast: Int, atMost: Int
    ) -> [(String, JSONText)] {
        var members: [(String, JSONText)] = [("type", .text("object"))]
        if let names { members.append(("propertyNames", names)) }
        return members + [
            ("additionalProperties", .object(values)), ("minProperties", .number("\(atLeast)")),
            ("maxProperties", .number("\(atMost)")),
        ]
    }

    private static func list(
        _ items: JSONText, _ counts: ClosedRange<Int>
    ) -> [(String, JSONText)] {
        [
            ("type", .text("array")), ("items", items),
            ("minItems", .number("\(counts.lowerBound)")),
            ("maxItems", .number("\(counts.upperBound)")),
        ]
    }

    /// What a shape is in JSON Schema.
    private static func members(_ shape: Shape) -> [(String, JSONText)] {
        let natNames = JSONText.object([("enum", .array(Format.natNames.map(JSONText.text)))])
        let metricNames = JSONText.object([
            ("enum", .array(MetricCatalogue.all.flatMap(\.thresholdKeys).map(JSONText.text)))
        ])
        switch shape {
        case .text(let limit):
            return [("type", .text("string")), ("maxLength", .number("\(limit)"))]
        case .name: return reference("name")
        case .fileName:
            return [("type", .text("string")), ("minLength", .number("1"))]
        case .boolean: return [("type", .text("boolean"))]
        case .integer(let range):
            return [
                ("type", .text("integer")), ("minimum", .number("\(range.lowerBound)")),
                ("maximum", .number("\(range.upperBound)")),
            ]
        case .number(let interval): return bounded(interval)
        case .quantity(let dimension, _): return reference(dimension.rawValue)
        case .choice(let choices):
            return [("enum", .array(choices.filter(\.isSupported).map { .text($0.name) }))]
        case .object(let keys, _, let alternatives): return object(keys, oneOf: alternatives)
        case .exactlyOne(let keys): return exactlyOne(keys)
        case .distribution: return reference("distribution")
        case .distributionOr(let keys): return exactlyOne(Format.distributions + keys)
        case .component: return reference("component")
        case .shares(.any):
            return map(
                names: .object(reference("name")), of: reference("share"), atLeast: 1, atMost: 256)
        case .shares(.nat):
            return map(names: natNames, of: reference("share"), atLeast: 1, atMost: 256)
        case .named(let inner, let limit):
            return map(
                names: .object(reference("name")), of: members(inner), atLeast: 0, atMost: limit)
        case .thresholds:
            return map(
                names: metricNames, of: reference("limit"), atLeast: 0,
                atMost: Format.thresholdLimit)
        case .list(let inner, let counts, _): return list(.object(members(inner)), counts)
        case .tuple(let shapes):
            return [
                ("type", .text("array")),
                ("prefixItems", .array(shapes.map { .object(members($0)) })),
                ("minItems", .number("\(shapes.count)")),
                ("maxItems", .number("\(shapes.count)")),
            ]
        case .emptyMap: return [("type", .text("object")), ("maxProperties", .number("0"))]
        }
    }

    /// A number within bounds; as a string it is checked by its pattern alone.
    private static func bounded(_ interval: Interval) -> [(String, JSONText)] {
        let bare: [(String, JSONText)] = [
            ("type", .text("number")),
            (
                interval.isOpenBelow ? "exclusiveMinimum" : "minimum",
                .number(Decimal.text(interval.lower))
            ),
            (
                interval.isOpenAbove ? "exclusiveMaximum" : "maximum",
                .number(Decimal.text(interval.upper))
            ),
        ]
        let text: [(String, JSONText)] = [
            ("type", .text("string")), ("pattern", .text("^ *\(numberPattern) *$")),
        ]
        return [("anyOf", .array([.object(bare), .object(text)]))]
    }
}

extension Key {
    /// Whether this version refuses the key whatever its value.
    var isLater: Bool {
        if case .key = later { true } else { false }
    }

    var isRequired: Bool {
        if case .required = fallback { true } else { false }
    }
}
