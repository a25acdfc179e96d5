/// Numbers as scenario files write them.
enum Decimal {
    /// The number that `text` begins with and what follows it, or nil without one.
    ///
    /// Digits, a fraction after a point, an exponent; a sign is read so that it can be refused by
    /// range. No leading zeros, which YAML 1.1 takes for octal, and no underscores.
    static func leading(_ text: String) -> (number: Substring, rest: Substring)? {
        var rest = text[...]
        if rest.first == "-" || rest.first == "+" { rest = rest.dropFirst() }
        let whole = rest.prefix(while: isDigit)
        guard !whole.isEmpty, whole == "0" || whole.first != "0" else { return nil }
        rest = rest.dropFirst(whole.count)
        if rest.first == "." {
            let fraction = rest.dropFirst().prefix(while: isDigit)
            guard !fraction.isEmpty else { return nil }
            rest = rest.dropFirst(1 + fraction.count)
        }
        rest = afterExponent(rest) ?? rest
        return (text[..<rest.startIndex], rest)
    }

    private static func afterExponent(_ text: Substring) -> Substring? {
        guard let mark = text.first, mark == "e" || mark == "E" else { return nil }
        var digits = text.dropFirst()
        if digits.first == "-" || digits.first == "+" { digits = digits.dropFirst() }
        let exponent = digits.prefix(while: isDigit)
        guard !exponent.isEmpty else { return nil }
        return digits.dropFirst(exponent.count)
    }

    private static func isDigit(_ character: Character) -> Bool {
        ("0"..."9").contains(character)
    }

    /// The value of `number`·10^`shift`, rounded once.
    static func value(_ number: Substring, shiftedBy shift: Int = 0) -> Double? {
        let parts = number.split(separator: "e", maxSplits: 1, omittingEmptySubsequences: false)
            .flatMap { $0.split(separator: "E", maxSplits: 1, omittingEmptySubsequences: false) }
        guard let mantissa = parts.first, parts.count <= 2,
            let exponent = parts.count == 2 ? Int(parts[1]) : 0, abs(exponent) < 1000
        else { return nil }
        return Double("\(mantissa)e\(exponent + shift)")
    }

    /// The shortest text that reads back as `value`, without a needless `.0`.
    static func text(_ value: Double) -> String {
        if value == value.rounded(), value.magnitude < 1e15 { return "\(Int64(value))" }
        return "\(value)"
    }
}
