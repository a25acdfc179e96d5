/// Looks through a text before the YAML parser sees it, and refuses what scenario files do
/// without: anchors and aliases (which can make a small file mean a huge one), tags, directives,
/// complex keys, further documents, tabs as indentation, and nesting or sizes beyond the limits.
///
/// It follows quotes, comments, block texts and plain scalars as far as it takes to know where a
/// value begins.
struct SourceScan {
    /// Lists and maps in brackets within each other; the format itself needs seven.
    static let depthLimit = 24
    /// Values in a file: the parser behind takes some microseconds for each.
    static let valueLimit = 20_000

    private let source: SourceText
    private var index = 0
    private var line = 1
    private var column = 1
    private var depth = 0
    private var values = 0
    /// Column of the line's first token that is not a list's dash.
    private var nodeColumn = 1
    /// Column of the dash or key whose value is being read: what is indented more belongs to it.
    private var parentColumn = 0
    /// Only dashes and blanks so far in this line.
    private var atLineStart = true
    private var sawContent = false
    private var sawMarker = false

    init(_ source: SourceText) {
        self.source = source
    }

    /// Throws the first thing found that is refused.
    static func check(_ source: SourceText) throws(Flaw) {
        var scan = SourceScan(source)
        while scan.index < source.bytes.count { try scan.step() }
    }

    private func peek(_ ahead: Int = 0) -> UInt8 {
        index + ahead < source.bytes.count ? source.bytes[index + ahead] : 0x0A
    }

    private func isBlank(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    private func flaw(_ problem: Problem) -> Flaw {
        Flaw(source.location(line: line, column: column), problem)
    }

    private mutating func advance() {
        let byte = source.bytes[index]
        index += 1
        if byte == 0x0A {
            line += 1
            column = 1
            atLineStart = true
        } else if byte & 0xC0 != 0x80 {
            column += 1
        }
    }

    private mutating func advance(by count: Int) {
        for _ in 0..<count where index < source.bytes.count { advance() }
    }

    private mutating func skipLine() {
        while index < source.bytes.count, peek() != 0x0A { advance() }
    }

    private mutating func count() throws(Flaw) {
        values += 1
        sawContent = true
        if atLineStart {
            nodeColumn = column
            atLineStart = false
        }
        if values > Self.valueLimit { throw flaw(.tooManyValues(limit: Self.valueLimit)) }
    }

    /// Reads one token; the index stands where one may begin.
    private mutating func step() throws(Flaw) {
        if column == 1, depth == 0, try lineMarker() { return }
        let next = peek(1)
        switch peek() {
        case UInt8(ascii: "\t") where column == 1 || (atLineStart && depth == 0):
            try tab()
        case let byte where isBlank(byte): advance()
        case UInt8(ascii: "#"): skipLine()
        case UInt8(ascii: "\""), UInt8(ascii: "'"):
            try count()
            quoted()
        case UInt8(ascii: "&") where !isBlank(next): throw flaw(.yamlFeature(.anchor))
        case UInt8(ascii: "*") where !isBlank(next): throw flaw(.yamlFeature(.alias))
        case UInt8(ascii: "!"): throw flaw(.yamlFeature(.tag))
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            try count()
            depth += 1
            if depth > Self.depthLimit { throw flaw(.tooDeep(limit: Self.depthLimit)) }
            advance()
        case UInt8(ascii: "]"), UInt8(ascii: "}"):
            depth = Swift.max(0, depth - 1)
            advance()
        case UInt8(ascii: ","): advance()
        case UInt8(ascii: ":"):
            if depth == 0 { parentColumn = nodeColumn }
            advance()
        case UInt8(ascii: "-") where isBlank(next) && depth == 0:
            parentColumn = column
            advance()
        case UInt8(ascii: "?") where isBlank(next): throw flaw(.yamlFeature(.complexKey))
        case UInt8(ascii: "|"), UInt8(ascii: ">"):
            if depth == 0 { try blockText() } else { try plain() }
        default: try plain()
        }
    }

    /// Directives and document markers, which stand at the beginning of a line.
    private mutating func lineMarker() throws(Flaw) -> Bool {
        let dash = UInt8(ascii: "-")
        let dot = UInt8(ascii: ".")
        if peek() == UInt8(ascii: "%") { throw flaw(.yamlFeature(.directive)) }
        let three = (peek(), peek(1), peek(2))
        guard three == (dash, dash, dash) || three == (dot, dot, dot), isBlank(peek(3)) else {
            return false
        }
        if sawContent || sawMarker { throw flaw(.yamlFeature(.secondDocument)) }
        sawMarker = true
        advance(by: 3)
        return true
    }

    /// A tab before the first token of a line, unless the line has none.
    private mutating func tab() throws(Flaw) {
        var ahead = 0
        while peek(ahead) == 0x20 || peek(ahead) == 0x09 || peek(ahead) == 0x0D { ahead += 1 }
        if peek(ahead) != 0x0A, peek(ahead) != UInt8(ascii: "#") {
            throw flaw(.yamlFeature(.tab))
        }
        advance(by: ahead)
    }

    private mutating func quoted() {
        let quote = peek()
        advance()
        while index < source.bytes.count {
            let byte = peek()
            if byte == UInt8(ascii: "\\"), quote == UInt8(ascii: "\"") {
                advance(by: 2)
            } else if byte == quote {
                advance()
                guard quote == UInt8(ascii: "'"), peek() == quote, index < source.bytes.count
                else { return }
                advance()
            } else {
                advance()
            }
        }
    }

    /// A plain scalar, over as many lines as it takes.
    private mutating func plain() throws(Flaw) {
        try count()
        var afterBlank = false
        while index < source.bytes.count {
            let byte = peek()
            if byte == 0x0A, !continuesPlain() { return }
            if byte == UInt8(ascii: "#"), afterBlank { return }
            if byte == UInt8(ascii: ":"), isBlank(peek(1)) || depth > 0 && isFlow(peek(1)) {
                return
            }
            if depth > 0, isFlow(byte) { return }
            afterBlank = isBlank(byte)
            advance()
        }
    }

    /// Whether the next line with something on it goes on with the plain scalar of this one.
    private func continuesPlain() -> Bool {
        var ahead = 1
        var indent = 0
        while index + ahead < source.bytes.count, isBlank(peek(ahead)) {
            indent = peek(ahead) == 0x0A ? 0 : indent + 1
            ahead += 1
        }
        return depth > 0 || indent >= parentColumn && parentColumn > 0
    }

    private func isFlow(_ byte: UInt8) -> Bool {
        [",", "[", "]", "{", "}"].contains { byte == UInt8(ascii: $0) }
    }

    /// A literal or folded text: all further lines that are indented more than its parent.
    private mutating func blockText() throws(Flaw) {
        var ahead = 1
        while "+-123456789".utf8.contains(peek(ahead)) { ahead += 1 }
        while peek(ahead) == 0x20 || peek(ahead) == 0x0D { ahead += 1 }
        guard peek(ahead) == 0x0A || peek(ahead) == UInt8(ascii: "#") else {
            throw flaw(.yamlFeature(.comparison))
        }
        try count()
        skipLine()
        while index < source.bytes.count {
            var indent = 0
            while peek(1 + indent) == 0x20 { indent += 1 }
            let first = peek(1 + indent)
            guard first == 0x0A || first == 0x0D || indent >= parentColumn else { break }
            advance()
            skipLine()
            if index >= source.bytes.count { return }
        }
    }
}
