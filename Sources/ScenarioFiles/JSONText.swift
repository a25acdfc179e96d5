/// A JSON value with ordered keys, written always alike.
indirect enum JSONText {
    case text(String)
    /// Written as it is.
    case number(String)
    case boolean(Bool)
    case array([JSONText])
    case object([(String, JSONText)])

    /// The value over several lines, two spaces a level; arrays of plain values in one line.
    func written(indent: Int = 0) -> String {
        let inner = String(repeating: " ", count: indent + 2)
        let outer = String(repeating: " ", count: indent)
        switch self {
        case .text(let text): return Self.quoted(text)
        case .number(let number): return number
        case .boolean(let truth): return "\(truth)"
        case .array(let elements):
            if elements.allSatisfy(\.isPlain) {
                return "[" + elements.map { $0.written() }.joined(separator: ", ") + "]"
            }
            let lines = elements.map { inner + $0.written(indent: indent + 2) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(outer)]"
        case .object(let entries):
            if entries.isEmpty { return "{}" }
            let lines = entries.map {
                "\(inner)\(Self.quoted($0.0)): \($0.1.written(indent: indent + 2))"
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
        }
    }

    private var isPlain: Bool {
        switch self {
        case .text, .number, .boolean: true
        case .array(let elements): elements.allSatisfy(\.isPlain)
        case .object: false
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            // JSON allows DEL, NEL and the line separators; YAML reads the last two as breaks.
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}", "\u{FEFF}":
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

extension Checked {
    /// The value with all defaults, as JSON that is a scenario again.
    var json: JSONText {
        switch value {
        case .text(let text): .text(text)
        case .file(let name): .text(name.lastPathComponent)
        case .boolean(let truth): .boolean(truth)
        case .integer, .number, .quantity(.share, _): .number(written)
        case .quantity, .limit: .text(written)
        case .list(let elements): .array(elements.map(\.json))
        case .map(let entries): .object(entries.map { ($0.key, $0.value.json) })
        }
    }
}
