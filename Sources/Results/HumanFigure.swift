import Foundation
import Measurement
import Statistics

/// A figure in the unit and with the digits a person reads it in.
struct HumanFigure {
    /// What the number means, which decides its units.
    enum Quantity {
        case plain
        case share
        case time
        case bytes
        case bitrate
        case rate
        case perThousand
        case money

        init(_ figures: MetricFigures) {
            self =
                switch figures.unit {
                case .second: .time
                case .byte: .bytes
                case .bitPerSecond: .bitrate
                case .perSecond: .rate
                case .perThousand: .perThousand
                case .currency: .money
                case .perDevice: .plain
                case .one: if case .ratio = figures.figures { .share } else { .plain }
                }
        }
    }

    private let factor: Double
    private let suffix: String

    /// The unit that suits `value`.
    init(suiting value: Double, _ quantity: Quantity) {
        let size = value.magnitude
        let decimal = [(1e12, " T"), (1e9, " G"), (1e6, " M"), (1e3, " k"), (0.0, " ")]
        switch quantity {
        case .plain: (factor, suffix) = (1, "")
        case .share: (factor, suffix) = (100, " %")
        case .perThousand: (factor, suffix) = (1, " ‰")
        case .money: (factor, suffix) = (1, "")
        case .rate: (factor, suffix) = (1, " /s")
        case .bytes, .bitrate:
            let step = decimal.first { size >= $0.0 } ?? (0, " ")
            factor = step.0 == 0 ? 1 : 1 / step.0
            suffix = step.1 + (quantity == .bytes ? "B" : "bit/s")
        case .time:
            if size >= 172_800 {
                (factor, suffix) = (1 / 86_400, " d")
            } else if size >= 7200 {
                (factor, suffix) = (1 / 3600, " h")
            } else if size >= 120 {
                (factor, suffix) = (1 / 60, " min")
            } else if size >= 1 || size == 0 {
                (factor, suffix) = (1, " s")
            } else if size >= 1e-3 {
                (factor, suffix) = (1e3, " ms")
            } else {
                (factor, suffix) = (1e6, " µs")
            }
        }
    }

    /// Digits after the point that show three digits of `value`, or two of the half width.
    func decimals(_ value: Double, _ interval: ConfidenceInterval?) -> Int {
        let half = (interval?.halfWidth ?? 0) * factor
        let shown = (value * factor).magnitude
        let wanted: Int
        // An interval narrower than this is rounding in the last place, not spread.
        if half > shown * 1e-9 {
            wanted = 1 - Int(log10(half).rounded(.down))
        } else if shown == shown.rounded() {
            return 0
        } else {
            wanted = 2 - Int(log10(shown).rounded(.down))
        }
        return min(max(wanted, 0), shown >= 100 ? 1 : 3)
    }

    /// The number alone, with commas between thousands.
    func number(_ value: Double, decimals: Int) -> String {
        let text = String(format: "%.\(decimals)f", value * factor)
        let parts = text.split(separator: ".", maxSplits: 1)
        let isNegative = text.hasPrefix("-")
        let whole = parts[0].drop { $0 == "-" }
        var grouped = ""
        for (index, digit) in whole.enumerated() {
            if index > 0 && (whole.count - index) % 3 == 0 { grouped += "," }
            grouped.append(digit)
        }
        let fraction = parts.count > 1 ? "." + parts[1] : ""
        return (isNegative ? "−" : "") + grouped + fraction
    }

    /// The number with its unit.
    func text(_ value: Double, decimals: Int) -> String {
        number(value, decimals: decimals) + suffix
    }

    /// `value` with its unit and three digits.
    static func text(_ value: Double, _ quantity: Quantity) -> String {
        let figure = HumanFigure(suiting: value, quantity)
        return figure.text(value, decimals: figure.decimals(value, nil))
    }

    /// A limit as its author wrote it: all its digits up to six after the point, and no more.
    static func limit(_ value: Double, _ quantity: Quantity) -> String {
        let figure = HumanFigure(suiting: value, quantity)
        let decimals = (0..<6).first { decimals in
            let scale = pow(10, Double(decimals)) * figure.factor * value
            return (scale - scale.rounded()).magnitude < 1e-9 * max(scale.magnitude, 1)
        }
        return figure.text(value, decimals: decimals ?? 6)
    }

    /// `value` with its unit and its interval, `low … high` in the same unit; what cannot be below
    /// 0 is not shown to be.
    static func texts(
        _ value: Double, _ interval: ConfidenceInterval?, _ quantity: Quantity, signed: Bool
    ) -> (value: String, interval: String) {
        let figure = HumanFigure(suiting: value, quantity)
        let decimals = figure.decimals(value, interval)
        guard let interval else { return (figure.text(value, decimals: decimals), "") }
        let low = signed ? interval.low : max(interval.low, min(value, 0))
        let high = quantity == .share ? min(interval.high, 1) : interval.high
        return (
            figure.text(value, decimals: decimals),
            figure.number(low, decimals: decimals) + " … " + figure.text(high, decimals: decimals)
        )
    }
}
