import Addressing
import ArgumentParser
import PlatformModel
import Quantities
import ScenarioFiles
import SimulationRunner

extension Reading {
    /// When a thief comes: a span since the start, `worst` or `random:N`.
    static let breachTime: @Sendable (String) throws -> BreachTime = { text in
        if text == "worst" { return .worst }
        guard text.hasPrefix("random:") else { return .at(try duration(text)) }
        let range = 2...BreachTime.maximumCopies
        guard let count = Int(text.dropFirst("random:".count)), range.contains(count) else {
            throw ValidationError(
                "random:N takes a whole number of copies from 2 to \(range.upperBound)")
        }
        return .random(count)
    }

    /// An order: `address=IP`, `device=HEX` or `window=FROM..TO`.
    static let subpoena: @Sendable (String) throws -> Subpoena = { text in
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count == 2 ? String(parts[1]) : ""
        switch parts[0] {
        case "address":
            guard let address = IPAddress(value) else {
                throw ValidationError(
                    "'\(value)' is no IP address such as 203.0.113.7 or 2001:db8::7")
            }
            return .address(address)
        case "device":
            guard value.count == 32, value.allSatisfy({ $0.isASCII && $0.isHexDigit }),
                let high = UInt64(value.prefix(16), radix: 16),
                let low = UInt64(value.suffix(16), radix: 16)
            else {
                throw ValidationError(
                    "'\(value)' is no device identifier of 32 digits of 0…f, as a window shows them"
                )
            }
            return .device(high: high, low: low)
        case "window": return .window(try window(value))
        default:
            throw ValidationError(
                "a subpoena is address=IP, device=HEX or window=FROM..TO, not '\(text)'")
        }
    }

    /// Two times since the start.
    private static func window(_ text: String) throws -> Range<SimTime> {
        let ends = text.split(separator: "..", omittingEmptySubsequences: false)
        guard ends.count == 2 else {
            throw ValidationError("'\(text)' is no window such as '10 min..20 min'")
        }
        let (from, to) = (try moment(String(ends[0])), try moment(String(ends[1])))
        guard from < to else {
            throw ValidationError("the window '\(text)' ends before it has begun")
        }
        return from..<to
    }

    /// A time since the start; unlike a span it may be nothing.
    private static func moment(_ text: String) throws -> SimTime {
        let trimmed = text.filter { $0 != " " }
        if ["0", "0s", "0min", "0h", "0d"].contains(trimmed) { return .zero }
        return .zero + (try duration(text))
    }
}
