/// A JSON text as a value that keeps the order of its keys, so that equal results give equal bytes.
public enum JSONValue: Hashable, Sendable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A whole number.
    case integer(Int64)
    /// A whole number beyond the range of `integer`, such as a seed.
    case unsigned(UInt64)
    /// A number with a fraction or an exponent; written as `null` when it is not finite.
    case number(Double)
    /// A text.
    case string(String)
    /// A list.
    case array([JSONValue])
    /// Keys and values in writing order.
    case object([Member])

    /// One key of an object with its value.
    public struct Member: Hashable, Sendable {
        /// The key.
        public var key: String
        /// The value.
        public var value: JSONValue

        /// `"key": value`.
        public init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// `value`, or `null` without one.
    public init(_ value: Double?) {
        self = value.map { .number($0) } ?? .null
    }

    /// The value under `key` of an object; nil for other values and missing keys.
    ///
    /// - Complexity: O(number of keys).
    public subscript(_ key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }

    /// A whole number; nil for anything else and out of range.
    public var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .unsigned(let value): Int64(exactly: value)
        case .number(let value): Int64(exactly: value)
        default: nil
        }
    }

    /// A whole number that is not negative; nil for anything else and out of range.
    public var unsigned: UInt64? {
        switch self {
        case .integer(let value): UInt64(exactly: value)
        case .unsigned(let value): value
        case .number(let value): UInt64(exactly: value)
        default: nil
        }
    }

    /// A number; nil for anything else.
    public var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .unsigned(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// A text; nil for anything else.
    public var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    /// A list; nil for anything else.
    public var array: [JSONValue]? {
        guard case .array(let value) = self else { return nil }
        return value
    }

    /// Keys and values; nil for anything else.
    public var members: [Member]? {
        guard case .object(let value) = self else { return nil }
        return value
    }
}

extension JSONValue {
    /// Lines up to this many columns keep a list or object together.
    private static let lineWidth = 100

    /// The text of the value, indented by two spaces, with a line feed at the end.
    ///
    /// A number is the shortest decimal that reads back as the same 64 bits. Equal values give
    /// equal bytes on every machine.
    public func text() -> String {
        var out = ""
        write(to: &out, indent: 0, column: 0)
        out += "\n"
        return out
    }

    /// The text of the value on one line without an end.
    public func compactText() -> String {
        var out = ""
        writeCompact(to: &out)
        return out
    }

    private func write(to out: inout String, indent: Int, column: Int) {
        let compact = compactText()
        if column + compact.count <= Self.lineWidth {
            out += compact
            return
        }
        let inner = indent + 2
        let margin = String(repeating: " ", count: inner)
        switch self {
        case .array(let values) where !values.isEmpty:
            out += "[\n"
            for (index, value) in values.enumerated() {
                out += margin
                value.write(to: &out, indent: inner, column: inner + 1)
                out += index + 1 < values.count ? ",\n" : "\n"
            }
            out += String(repeating: " ", count: indent) + "]"
        case .object(let members) where !members.isEmpty:
            out += "{\n"
            for (index, member) in members.enumerated() {
                out += margin
                Self.write(string: member.key, to: &out)
                out += ": "
                let column = inner + member.key.count + 5
                member.value.write(to: &out, indent: inner, column: column)
                out += index + 1 < members.count ? ",\n" : "\n"
            }
            out += String(repeating: " ", count: indent) + "}"
        default: out += compact
        }
    }

    private func writeCompact(to out: inout String) {
        switch self {
        case .null: out += "null"
        case .bool(let value): out += value ? "true" : "false"
        case .integer(let value): out += String(value)
        case .unsigned(let value): out += String(value)
        case .number(let value): out += Self.text(of: value)
        case .string(let value): Self.write(string: value, to: &out)
        case .array(let values):
            out += "["
            for (index, value) in values.enumerated() {
                if index > 0 { out += ", " }
                value.writeCompact(to: &out)
            }
            out += "]"
        case .object(let members):
            out += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { out += ", " }
                Self.write(string: member.key, to: &out)
                out += ": "
                member.value.writeCompact(to: &out)
            }
            out += "}"
        }
    }

    /// The shortest decimal that reads back as `value`; whole numbers without a fraction.
    static func text(of value: Double) -> String {
        guard value.isFinite else { return "null" }
        if value == 0 { return "0" }
        let text = value.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// RFC 8259 §7: quotation mark, reverse solidus and control characters are escaped.
    private static func write(string: String, to out: inout String) {
        out += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\u{00}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        out += "\""
    }
}
