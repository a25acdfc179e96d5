extension Dimension {
    /// The quantity that `text` writes, in base units: times rounded to nanoseconds, bit rates to
    /// bit/s.
    func read(_ text: String, within interval: Interval) throws(Problem) -> Double {
        let value: Double
        do throws(Misread) {
            // Rounded first: a tenth of a nanosecond is no positive time.
            value = rounded(try self.value(of: text))
        } catch {
            switch error {
            case .notAQuantity:
                throw .notAQuantity(text, expected: "\(noun) such as \(examples)")
            case .missingUnit: throw .missingUnit(text, examples: examples)
            case .wrongUnit(let unit):
                throw .wrongUnit(text, unit: unit, accepted: units.map(\.name))
            }
        }
        guard interval.contains(value) else {
            let percent =
                self == .share && value <= 100 && value > 1 && !text.contains("%")
                ? "; did you mean '\(text) %'?" : ""
            throw .outOfRange(text, accepted: interval.text(self.text) + percent)
        }
        return value
    }

    /// `value` as exactly as the model keeps it.
    func rounded(_ value: Double) -> Double {
        switch self {
        case .duration: (value * 1e9).rounded(.toNearestOrEven) / 1e9
        case .bitrate: value.rounded(.toNearestOrEven)
        case .rate, .price, .share, .clockError: value
        }
    }
}
