import Quantities

/// What a quantity measures.
enum Dimension: String, CaseIterable, Sendable {
    case duration
    case rate
    case bitrate
    case price
    case share
    case clockError = "ppm"

    /// A unit and what it is worth in the dimension's base unit: `factor`·10^`shift`, or with
    /// `divides` one `factor`th.
    struct Unit {
        let name: String
        var shift = 0
        var factor = 1.0
        var divides = false
    }

    /// The units that are accepted, the smallest first; base units are s, /s, bit/s, /GB, 1 and ppm.
    var units: [Unit] {
        switch self {
        case .duration:
            [
                Unit(name: "ns", shift: -9), Unit(name: "us", shift: -6),
                Unit(name: "\u{B5}s", shift: -6), Unit(name: "ms", shift: -3), Unit(name: "s"),
                Unit(name: "min", factor: 60), Unit(name: "h", factor: 3600),
                Unit(name: "d", factor: 86400),
            ]
        case .rate:
            [
                Unit(name: "/s"), Unit(name: "/min", factor: 60, divides: true),
                Unit(name: "/h", factor: 3600, divides: true),
            ]
        case .bitrate:
            [
                Unit(name: "bit/s"), Unit(name: "kbit/s", shift: 3),
                Unit(name: "Mbit/s", shift: 6), Unit(name: "Gbit/s", shift: 9),
            ]
        case .price: [Unit(name: "/GB")]
        case .share: [Unit(name: "%", shift: -2)]
        case .clockError: [Unit(name: "ppm")]
        }
    }

    /// Two ways to write such a quantity.
    var examples: String {
        switch self {
        case .duration: "'20 ms', '30 s' or '10 min'"
        case .rate: "'12 /s' or '40 /min'"
        case .bitrate: "'24 kbit/s' or '1 Gbit/s'"
        case .price: "'0.05 /GB'"
        case .share: "'40 %' or '0.4'"
        case .clockError: "'50 ppm' or '-20 ppm'"
        }
    }

    /// What it is called in an error message.
    var noun: String {
        switch self {
        case .duration: "a time"
        case .rate: "a rate"
        case .bitrate: "a bit rate"
        case .price: "a price"
        case .share: "a share"
        case .clockError: "a clock's error"
        }
    }

    /// Whether such a quantity may be below zero.
    var isSigned: Bool { self == .clockError }

    /// Whether a number without a unit means something.
    var allowsBareNumber: Bool { self == .share }

    /// The value of `text` in base units.
    func value(of text: String) throws(Misread) -> Double {
        let trimmed = text.trimmingSpaces()
        guard let (number, rest) = Decimal.leading(trimmed) else { throw .notAQuantity }
        let unitText = String(rest).trimmingSpaces()
        if unitText.isEmpty {
            guard allowsBareNumber, let value = Decimal.value(number) else { throw .missingUnit }
            return value
        }
        guard let unit = units.first(where: { $0.name == unitText }) else {
            throw .wrongUnit(unitText)
        }
        guard let value = Decimal.value(number, shiftedBy: unit.shift) else {
            throw .notAQuantity
        }
        return unit.divides ? value / unit.factor : value * unit.factor
    }

    /// Why a text is not a quantity of the dimension.
    enum Misread: Error {
        case notAQuantity
        case missingUnit
        case wrongUnit(String)
    }

    /// The text that reads back as `value`, in base units.
    func text(_ value: Double) -> String {
        switch self {
        case .duration: SimDuration(seconds: value).scenarioText
        case .rate: "\(Decimal.text(value)) /s"
        case .bitrate: Bitrate(bitsPerSecond: Int64(value)).scenarioText
        case .price: "\(Decimal.text(value)) /GB"
        case .share: Decimal.text(value)
        case .clockError: "\(Decimal.text(value)) ppm"
        }
    }
}

extension SimDuration {
    /// The span in the largest unit that leaves a whole number, such as `90 s`.
    var scenarioText: String {
        let units: [(String, Int64)] = [
            ("d", 86_400_000_000_000), ("h", 3_600_000_000_000), ("min", 60_000_000_000),
            ("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1000),
        ]
        guard nanoseconds != 0 else { return "0 s" }
        for (name, size) in units where nanoseconds % size == 0 {
            return "\(nanoseconds / size) \(name)"
        }
        return "\(nanoseconds) ns"
    }
}

extension Bitrate {
    /// The rate in the largest unit that leaves a whole number, such as `24 kbit/s`.
    var scenarioText: String {
        let units: [(String, Int64)] = [
            ("Gbit/s", 1_000_000_000), ("Mbit/s", 1_000_000), ("kbit/s", 1000),
        ]
        guard bitsPerSecond != 0 else { return "0 bit/s" }
        for (name, size) in units where bitsPerSecond % size == 0 {
            return "\(bitsPerSecond / size) \(name)"
        }
        return "\(bitsPerSecond) bit/s"
    }
}

extension String {
    func trimmingSpaces() -> String {
        var rest = self[...]
        while rest.first == " " { rest = rest.dropFirst() }
        while rest.last == " " { rest = rest.dropLast() }
        return String(rest)
    }
}
