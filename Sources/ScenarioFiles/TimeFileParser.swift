import Quantities

/// Takes a file of times apart, line by line; stops at the first flaw.
struct TimeFileParser {
    private(set) var table = TimeTable()
    private let bytes: [UInt8]
    private let kind: TimeFileKind
    /// The columns, once the first line with something in it has said which.
    private var columns: [TimeFileColumn] = []
    /// The unit of times without one.
    private var unit = Dimension.duration.unit("s")!
    private var line = 0
    private var lineStart = 0

    private static let newline = UInt8(ascii: "\n")
    private static let comma = UInt8(ascii: ",")
    private static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
    private static let times = Interval.from(0, to: Format.longest)

    init(_ bytes: [UInt8], _ kind: TimeFileKind) {
        self.bytes = bytes
        self.kind = kind
    }

    mutating func parse() throws(Flaw) {
        var start = bytes.starts(with: Self.byteOrderMark) ? 3 : 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: Self.newline) ?? bytes.count
            (line, lineStart) = (line + 1, start)
            let content = trimmed(start..<end)
            start = end + 1
            if content.isEmpty || bytes[content.lowerBound] == UInt8(ascii: "#") { continue }
            try parse(fields(of: content))
        }
        guard !table.times.isEmpty else { throw Flaw(.file, .inputTable(.noTimes)) }
        if !table.weights.isEmpty, table.weights.allSatisfy({ $0 == 0 }) {
            throw Flaw(.file, .inputTable(.noWeight))
        }
    }

    private mutating func parse(_ fields: [Range<Int>]) throws(Flaw) {
        if columns.isEmpty {
            if let first = bytes[fields[0]].first, isLetter(first) {
                try parseHeading(fields)
                return
            }
            columns = Array(kind.columns.prefix(max(1, fields.count)))
        }
        guard fields.count == columns.count else {
            let extra = fields[min(columns.count, fields.count - 1)]
            throw flaw(extra, .inputTable(.fieldCount(fields.count, expected: columns.count)))
        }
        guard table.times.count < TimeFile.countLimit else {
            throw flaw(fields[0], .inputTable(.tooMany(limit: TimeFile.countLimit)))
        }
        for (field, column) in zip(fields, columns) {
            switch column {
            case .time: table.times.append(try time(field))
            case .weight: table.weights.append(try weight(field))
            }
        }
    }

    private mutating func parseHeading(_ fields: [Range<Int>]) throws(Flaw) {
        for field in fields {
            let text = text(field)
            let name = text.prefix { $0 != "(" && $0 != " " }
            let column = name == "seconds" ? .time : TimeFileColumn(rawValue: String(name))
            guard let column, kind.columns.contains(column) else {
                let valid = kind.columns.map(\.rawValue)
                throw flaw(
                    field,
                    .inputTable(
                        .unknownColumn(
                            text, nearest: Nearest.to(String(name), among: valid), valid: valid)))
            }
            if columns.contains(column) {
                throw flaw(field, .contradiction(.repeated(column.rawValue)))
            }
            columns.append(column)
            try parseUnit(String(text.dropFirst(name.count)).trimmingSpaces(), of: name, field)
        }
        guard columns.contains(.time) else {
            throw flaw(fields[0], .missingKey(TimeFileColumn.time.rawValue, in: ""))
        }
    }

    /// What stands behind a column's name: nothing, or a unit in parentheses.
    private mutating func parseUnit(
        _ rest: String, of name: Substring, _ field: Range<Int>
    ) throws(Flaw) {
        if rest.isEmpty { return }
        let inner = String(rest.dropFirst().dropLast()).trimmingSpaces()
        guard name == "time", rest.first == "(", rest.last == ")",
            let unit = Dimension.duration.unit(inner)
        else {
            throw flaw(
                field,
                .wrongUnit(
                    text(field), unit: rest, accepted: Dimension.duration.units.map(\.name)))
        }
        self.unit = unit
    }

    private func time(_ field: Range<Int>) throws(Flaw) -> SimDuration {
        let time: SimDuration
        if unit.name == "s", let nanoseconds = plainNanoseconds(field) {
            time = SimDuration(nanoseconds: nanoseconds)
        } else {
            let text = text(field)
            let nanoseconds = try nanoseconds(text, field)
            guard Self.times.contains(nanoseconds / 1e9) else {
                throw flaw(
                    field, .outOfRange(text, accepted: Self.times.text(Dimension.duration.text)))
            }
            time = SimDuration(nanoseconds: Int64(nanoseconds))
        }
        if kind == .trace, let last = table.times.last, time < last {
            throw flaw(
                field, .inputTable(.descending(text(field), before: "\(last.seconds) s")))
        }
        return time
    }

    /// The time that `text` writes, rounded to whole nanoseconds.
    private func nanoseconds(_ text: String, _ field: Range<Int>) throws(Flaw) -> Double {
        var unit = self.unit
        guard let (number, rest) = Decimal.leading(text) else {
            throw flaw(field, .inputTable(.notATime(text, unit: unit.name)))
        }
        let unitText = String(rest).trimmingSpaces()
        if !unitText.isEmpty {
            guard let own = Dimension.duration.unit(unitText) else {
                throw flaw(
                    field,
                    .wrongUnit(
                        text, unit: unitText, accepted: Dimension.duration.units.map(\.name)))
            }
            unit = own
        }
        guard let value = Decimal.value(number, shiftedBy: unit.shift + 9) else {
            throw flaw(field, .inputTable(.notATime(text, unit: unit.name)))
        }
        return (value * unit.factor).rounded(.toNearestOrEven)
    }

    /// The nanoseconds of a number of seconds in plain digits with at most nine behind the point;
    /// nil where it takes more to read it.
    private func plainNanoseconds(_ field: Range<Int>) -> Int64? {
        var value: Int64 = 0
        var decimals: Int?
        // Thirty-two million seconds, a year, have eight digits.
        guard field.count <= 18 else { return nil }
        for index in field {
            let byte = bytes[index]
            if byte == UInt8(ascii: "."), decimals == nil, index > field.lowerBound {
                decimals = 0
            } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
                value = value * 10 + Int64(byte - UInt8(ascii: "0"))
                decimals = decimals.map { $0 + 1 }
            } else {
                return nil
            }
        }
        let digits = field.count - (decimals == nil ? 0 : 1)
        let whole = digits - (decimals ?? 0)
        guard let first = bytes[field].first, decimals != 0, decimals ?? 0 <= 9,
            whole == 1 || (whole <= 7 && first != UInt8(ascii: "0"))
        else { return nil }
        for _ in (decimals ?? 0)..<9 { value *= 10 }
        return value
    }

    private func weight(_ field: Range<Int>) throws(Flaw) -> Double {
        let text = text(field)
        guard let (number, rest) = Decimal.leading(text), rest.isEmpty,
            let value = Decimal.value(number)
        else { throw flaw(field, .notANumber(text, expected: "a weight without a unit")) }
        guard TimeFile.weights.contains(value) else {
            throw flaw(
                field, .outOfRange(text, accepted: TimeFile.weights.text(Decimal.text)))
        }
        return value
    }
}

extension TimeFileParser {
    private func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// Spaces, tabs and the carriage return of a line's end.
    private func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

    private func trimmed(_ range: Range<Int>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, isBlank(bytes[start]) { start += 1 }
        while start < end, isBlank(bytes[end - 1]) { end -= 1 }
        return start..<end
    }

    private func fields(of line: Range<Int>) -> [Range<Int>] {
        var fields: [Range<Int>] = []
        var start = line.lowerBound
        while let comma = bytes[start..<line.upperBound].firstIndex(of: Self.comma) {
            fields.append(trimmed(start..<comma))
            start = comma + 1
        }
        fields.append(trimmed(start..<line.upperBound))
        return fields
    }

    private func text(_ field: Range<Int>) -> String {
        // What is longer is no time; only its beginning is told.
        String(decoding: bytes[field].prefix(200), as: UTF8.self)
    }

    /// `problem` at the beginning of a field; columns count from 1, in Unicode scalars.
    private func flaw(_ field: Range<Int>, _ problem: Problem) -> Flaw {
        let before = String(decoding: bytes[lineStart..<field.lowerBound], as: UTF8.self)
        return Flaw(
            .place(line: line, column: before.unicodeScalars.count + 1), problem)
    }
}

extension Dimension {
    /// The unit called `name`.
    func unit(_ name: String) -> Unit? { units.first { $0.name == name } }
}
