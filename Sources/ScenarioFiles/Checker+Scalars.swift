import ScenarioModel

extension Checker {
    /// A text, number, truth or word.
    mutating func checkScalar(_ tree: Tree, _ shape: Shape) -> Checked? {
        guard case .scalar(let text, let quoted) = tree.content, quoted || !text.isEmpty else {
            note(tree.location, .wrongKind(found: tree.kindText, expected: shape.noun))
            return nil
        }
        if shape.isText, !quoted, let reading = PlainReading(text) {
            note(tree.location, .ambiguousWord(text, readAs: reading.rawValue))
            return nil
        }
        if quoted, shape.isBare {
            note(
                tree.location, .wrongKind(found: "a text in quotes", expected: shape.noun))
            return nil
        }
        guard let value = scalar(text, shape, at: tree.location) else { return nil }
        return Checked(value, at: tree.location)
    }

    private mutating func scalar(
        _ text: String, _ shape: Shape, at location: Location
    ) -> Checked.Value? {
        switch shape {
        case .text(let limit):
            guard text.count <= limit else {
                note(location, .textLength(text.count, limit: limit))
                return nil
            }
            return .text(text)
        case .fileName:
            guard !text.isEmpty, text.utf8.count <= 1024 else {
                note(location, .textLength(text.utf8.count, limit: 1024))
                return nil
            }
            return .file(text)
        case .name: return isName(text, at: location) ? .text(text) : nil
        case .boolean:
            guard text == "true" || text == "false" else {
                let words = ["yes": "true", "on": "true", "y": "true", "true": "true"]
                let isBoolean = PlainReading(text) == .boolean
                let nearest = isBoolean ? words[text.lowercased()] ?? "false" : nil
                note(
                    location,
                    .notAChoice(text, nearest: nearest, valid: ["true", "false"]))
                return nil
            }
            return .boolean(text == "true")
        case .choice(let choices): return word(text, choices, at: location)
        case .integer(let range): return integer(text, range, at: location)
        case .number(let interval): return number(text, interval, at: location)
        case .quantity(let dimension, let interval):
            guard let value = quantity(text, dimension, interval, at: location) else { return nil }
            return .quantity(dimension, value)
        default: preconditionFailure("not the shape of a scalar: \(shape)")
        }
    }

    private mutating func word(
        _ text: String, _ choices: [Choice], at location: Location
    ) -> Checked.Value? {
        let valid = choices.filter(\.isSupported).map(\.name)
        guard let choice = choices.first(where: { $0.name == text }) else {
            let nearest = Nearest.to(text, among: choices.map(\.name))
            note(location, .notAChoice(text, nearest: nearest, valid: valid))
            return nil
        }
        if !choice.isSupported {
            let accepted = valid.joined(separator: ", ")
            note(location, .notSupported(.value(text, accepted: accepted)))
        }
        return .text(text)
    }

    private mutating func integer(
        _ text: String, _ range: ClosedRange<UInt64>, at location: Location
    ) -> Checked.Value? {
        let expected = "a whole number"
        guard let (number, rest) = Decimal.leading(text), rest.isEmpty else {
            note(location, .notANumber(text, expected: expected))
            return nil
        }
        let digits = number.first == "-" ? number.dropFirst() : number
        guard digits.utf8.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains) else {
            note(location, .notANumber(text, expected: expected))
            return nil
        }
        guard let value = UInt64(number), range.contains(value) else {
            note(
                location,
                .outOfRange(text, accepted: "\(range.lowerBound) to \(range.upperBound)"))
            return nil
        }
        return .integer(value)
    }

    private mutating func number(
        _ text: String, _ interval: Interval, at location: Location
    ) -> Checked.Value? {
        guard let (number, rest) = Decimal.leading(text), rest.isEmpty,
            let value = Decimal.value(number)
        else {
            note(location, .notANumber(text, expected: "a number without a unit"))
            return nil
        }
        guard interval.contains(value) else {
            note(location, .outOfRange(text, accepted: interval.text(Decimal.text)))
            return nil
        }
        return .number(value)
    }

    /// A quantity in base units: times rounded to nanoseconds, bit rates to bit/s.
    mutating func quantity(
        _ text: String, _ dimension: Dimension, _ interval: Interval, at location: Location
    ) -> Double? {
        do throws(Problem) {
            return try dimension.read(text, within: interval)
        } catch {
            note(location, error)
            return nil
        }
    }

    /// Whether `text` can be a name, or note that it cannot.
    mutating func isName(_ text: String, at location: Location) -> Bool {
        let scalars = text.unicodeScalars
        let letters = { (scalar: Unicode.Scalar) in
            ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
        }
        let isName =
            scalars.first.map(letters) == true && scalars.count <= Format.nameLimit
            && scalars.allSatisfy {
                letters($0) || ("0"..."9").contains($0) || $0 == "-" || $0 == "_"
            }
        if !isName { note(location, .notAName(text)) }
        return isName
    }
}

extension Format {
    /// Characters in a name.
    static let nameLimit = 64
}

extension Shape {
    /// Whether it is a text that YAML may read as something else.
    var isText: Bool {
        switch self {
        case .text, .name, .fileName, .choice: true
        default: false
        }
    }

    /// Whether it is never written in quotes.
    var isBare: Bool {
        switch self {
        case .boolean, .integer: true
        default: false
        }
    }

    /// What it is called in an error message.
    var noun: String {
        switch self {
        case .text: "a text"
        case .name: "a name"
        case .fileName: "the name of a file"
        case .boolean: "true or false"
        case .integer: "a whole number"
        case .number: "a number"
        case .quantity(let dimension, _): "\(dimension.noun) such as \(dimension.examples)"
        case .choice(let choices):
            "one of " + choices.filter(\.isSupported).map(\.name).joined(separator: ", ")
        case .list, .tuple: "a list"
        default: "a map"
        }
    }
}
