/// Why a text is not JSON, and where.
public struct MalformedJSON: Error, Hashable, Sendable {
    /// The line, from 1.
    public var line: Int
    /// The byte within the line, from 1.
    public var column: Int
    /// What is wrong there.
    public var reason: Reason

    /// The fault `reason` at that place.
    public init(line: Int, column: Int, reason: Reason) {
        self.line = line
        self.column = column
        self.reason = reason
    }

    /// What can be wrong.
    public enum Reason: Hashable, Sendable {
        /// The text ends inside a value.
        case unexpectedEnd
        /// A byte that cannot stand there.
        case unexpectedByte(UInt8)
        /// A number that JSON does not have.
        case malformedNumber
        /// An escape that JSON does not have, or half a surrogate pair.
        case malformedEscape
        /// Bytes that are not UTF-8.
        case notUTF8
        /// A key for the second time in one object.
        case duplicateKey
        /// Lists and objects inside each other beyond ``JSONReader/greatestDepth``.
        case tooDeep
        /// Something after the value.
        case trailingBytes
    }
}

/// Reads JSON texts (RFC 8259) without ever trapping, whatever the bytes.
public struct JSONReader {
    /// How deep lists and objects may nest: result files need six, and the stack is finite.
    public static let greatestDepth = 64

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0

    private init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The value that `bytes` write; throws where they write none.
    public static func read(_ bytes: [UInt8]) throws(MalformedJSON) -> JSONValue {
        var reader = JSONReader(bytes)
        let value = try reader.value()
        reader.skipSpace()
        guard reader.position == bytes.count else { throw reader.malformed(.trailingBytes) }
        return value
    }

    private func malformed(_ reason: MalformedJSON.Reason) -> MalformedJSON {
        var (line, column) = (1, 1)
        for byte in bytes[..<min(position, bytes.count)] {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
        return MalformedJSON(line: line, column: column, reason: reason)
    }

    private mutating func skipSpace() {
        while position < bytes.count, [0x20, 0x0A, 0x0D, 0x09].contains(bytes[position]) {
            position += 1
        }
    }

    /// The next byte that is not white space, not taken yet.
    private mutating func peek() throws(MalformedJSON) -> UInt8 {
        skipSpace()
        guard position < bytes.count else { throw malformed(.unexpectedEnd) }
        return bytes[position]
    }

    private mutating func value() throws(MalformedJSON) -> JSONValue {
        let byte = try peek()
        switch byte {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try list()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw malformed(.unexpectedByte(byte))
        }
    }

    private mutating func word(
        _ text: StaticString, _ value: JSONValue
    ) throws(MalformedJSON) -> JSONValue {
        for index in 0..<text.utf8CodeUnitCount {
            guard position < bytes.count else { throw malformed(.unexpectedEnd) }
            guard bytes[position] == text.utf8Start[index] else {
                throw malformed(.unexpectedByte(bytes[position]))
            }
            position += 1
        }
        return value
    }

    private mutating func enter() throws(MalformedJSON) {
        depth += 1
        guard depth <= Self.greatestDepth else { throw malformed(.tooDeep) }
        position += 1
    }

    /// After an element: true when a comma follows, false at `end`, which is taken.
    private mutating func another(until end: UInt8) throws(MalformedJSON) -> Bool {
        let byte = try peek()
        position += 1
        if byte == UInt8(ascii: ",") { return true }
        if byte == end {
            depth -= 1
            return false
        }
        position -= 1
        throw malformed(.unexpectedByte(byte))
    }

    private mutating func list() throws(MalformedJSON) -> JSONValue {
        try enter()
        var values: [JSONValue] = []
        if try peek() == UInt8(ascii: "]") {
            depth -= 1
            position += 1
            return .array(values)
        }
        repeat { values.append(try value()) } while try another(until: UInt8(ascii: "]"))
        return .array(values)
    }

    private mutating func object() throws(MalformedJSON) -> JSONValue {
        try enter()
        var members: [JSONValue.Member] = []
        var keys: Set<String> = []
        if try peek() == UInt8(ascii: "}") {
            depth -= 1
            position += 1
            return .object(members)
        }
        repeat {
            let quote = try peek()
            guard quote == UInt8(ascii: "\"") else { throw malformed(.unexpectedByte(quote)) }
            let key = try string()
            guard keys.insert(key).inserted else { throw malformed(.duplicateKey) }
            let colon = try peek()
            guard colon == UInt8(ascii: ":") else { throw malformed(.unexpectedByte(colon)) }
            position += 1
            members.append(.init(key, try value()))
        } while try another(until: UInt8(ascii: "}"))
        return .object(members)
    }

    private mutating func digits() throws(MalformedJSON) {
        let start = position
        while position < bytes.count, (0x30...0x39).contains(bytes[position]) { position += 1 }
        if position == start { throw malformed(.malformedNumber) }
    }

    private mutating func number() throws(MalformedJSON) -> JSONValue {
        let start = position
        if bytes[position] == UInt8(ascii: "-") { position += 1 }
        let first = position
        try digits()
        if bytes[first] == UInt8(ascii: "0") && position > first + 1 {
            throw malformed(.malformedNumber)
        }
        var isWhole = true
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            isWhole = false
            position += 1
            try digits()
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            position += 1
            if position < bytes.count, [0x2B, 0x2D].contains(bytes[position]) { position += 1 }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let value = Int64(text) { return .integer(value) }
        if isWhole, let value = UInt64(text) { return .unsigned(value) }
        guard let value = Double(text), value.isFinite else { throw malformed(.malformedNumber) }
        return .number(value)
    }

    private mutating func string() throws(MalformedJSON) -> String {
        position += 1
        var text: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else {
                    throw malformed(.notUTF8)
                }
                position += 1
                return string
            case UInt8(ascii: "\\"):
                position += 1
                text += Array(String(try escape()).utf8)
            case 0..<0x20: throw malformed(.unexpectedByte(byte))
            default:
                text.append(byte)
                position += 1
            }
        }
        throw malformed(.unexpectedEnd)
    }

    private mutating func escape() throws(MalformedJSON) -> Unicode.Scalar {
        guard position < bytes.count else { throw malformed(.unexpectedEnd) }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return .init(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw malformed(.malformedEscape)
        }
    }

    private mutating func unicodeEscape() throws(MalformedJSON) -> Unicode.Scalar {
        let first = try hexadecimal()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { throw malformed(.malformedEscape) }
        position += 2
        let second = try hexadecimal()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
        else { throw malformed(.malformedEscape) }
        return scalar
    }

    private mutating func hexadecimal() throws(MalformedJSON) -> UInt32 {
        guard position + 4 <= bytes.count else { throw malformed(.unexpectedEnd) }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw malformed(.malformedEscape)
            }
            value = value << 4 | UInt32(digit)
        }
        position += 4
        return value
    }
}
