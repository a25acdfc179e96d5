import ArgumentParser
import ClosedForms
import Foundation
import Quantities
import ScenarioFiles

/// Which numbers an option takes.
struct AcceptedNumbers: Sendable {
    let lower: Double
    let upper: Double
    /// Whether `lower` itself is refused.
    let isOpenBelow: Bool

    static func from(_ lower: Double, to upper: Double) -> AcceptedNumbers {
        AcceptedNumbers(lower: lower, upper: upper, isOpenBelow: false)
    }

    static func above(_ lower: Double, to upper: Double) -> AcceptedNumbers {
        AcceptedNumbers(lower: lower, upper: upper, isOpenBelow: true)
    }

    /// Rates that are never zero, per second: further apart than any two of a service.
    static let rate = AcceptedNumbers.from(1e-9, to: 1e9)

    func check(_ value: Double, _ noun: String) throws {
        guard isOpenBelow ? value > lower : value >= lower, value <= upper else {
            let low = isOpenBelow ? "above \(Self.text(lower))" : "from \(Self.text(lower))"
            throw ValidationError("\(noun) is a number \(low) to \(Self.text(upper))")
        }
    }

    static func text(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e6
            ? "\(Int(value))" : String(format: "%.15g", value)
    }
}

/// Readers of option values. The parser names the option and the value before what they throw.
enum Reading {
    /// Servers beyond this would take a recursion of more than a second.
    static let serverLimit = 100_000_000
    /// Loads that some number of servers within the limit can carry.
    static let loads = AcceptedNumbers.from(0, to: 9e7)
    /// Rates at which the impatient leave, per second; 0 is for the patient.
    static let leaving = AcceptedNumbers.from(0, to: 1e9)

    /// A plain number.
    static func number(
        _ noun: String, _ accepted: AcceptedNumbers
    ) -> @Sendable (String) throws -> Double {
        { text in
            guard let value = plain(text) else {
                throw ValidationError("\(noun) is a plain number such as 5 or 0.25")
            }
            try accepted.check(value, noun)
            return value
        }
    }

    /// A whole number.
    static func count(
        _ noun: String, _ range: ClosedRange<Int>
    ) -> @Sendable (String) throws -> Int {
        { text in
            guard let value = Int(text), range.contains(value) else {
                throw ValidationError(
                    "\(noun) is a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return value
        }
    }

    /// A share: 0…1 or per cent.
    static func share(
        _ noun: String, above zero: Bool = false
    ) -> @Sendable (String) throws -> Double {
        { text in
            let parts = text.split(separator: "%", omittingEmptySubsequences: false)
            let isPercent = parts.count == 2 && parts[1].isEmpty
            let number = isPercent ? parts[0].trimmingCharacters(in: .whitespaces) : text
            let scaled = isPercent && !number.lowercased().contains("e") ? number + "e-2" : number
            guard var value = plain(scaled) else {
                throw ValidationError("\(noun) is a ratio such as 0.05 or 5%")
            }
            if isPercent, scaled == number { value /= 100 }
            guard zero ? value > 0 : value >= 0, value <= 1 else {
                let hint =
                    value > 1 && value <= 100 && !isPercent ? "; did you mean \(text)%?" : ""
                throw ValidationError(
                    "\(noun) is a ratio \(zero ? "above" : "from") 0 to 1, or per cent as in 5%"
                        + hint)
            }
            return value
        }
    }

    /// A bit rate as scenario files write it.
    static let bitrate: @Sendable (String) throws -> Bitrate = { text in
        do throws(Problem) {
            return try QuantityText.bitrate(text)
        } catch {
            throw ValidationError(error.description)
        }
    }

    /// A span as scenario files write it.
    static let duration: @Sendable (String) throws -> SimDuration = { text in
        do throws(Problem) {
            return try QuantityText.duration(text)
        } catch {
            throw ValidationError(error.description)
        }
    }

    /// A step of a tariff: `0.05 /GB`, or `0.05 /GB from 1000 GB`.
    static let tariffStep: @Sendable (String) throws -> Tariff.Step = { text in
        let parts = text.components(separatedBy: " from ")
        var gigabytes = 0.0
        if parts.count == 2 {
            let volume = parts[1].trimmingCharacters(in: .whitespaces)
            let number =
                volume.hasSuffix("GB")
                ? volume.dropLast(2).trimmingCharacters(in: .whitespaces) : volume
            guard let value = plain(number), value >= 0 else {
                throw ValidationError("'\(parts[1])' is not a volume such as 1000 GB")
            }
            gigabytes = value
        }
        guard parts.count <= 2 else {
            throw ValidationError("a step is written as '0.05 /GB from 1000 GB'")
        }
        let price = parts[0].trimmingCharacters(in: .whitespaces)
        do throws(Problem) {
            let perGigabyte = plain(price) == nil ? price : price + " /GB"
            return Tariff.Step(from: gigabytes, price: try QuantityText.price(perGigabyte))
        } catch {
            throw ValidationError(error.description)
        }
    }

    /// A finite decimal number; no hexadecimal digits, no infinity.
    private static func plain(_ text: String) -> Double? {
        guard text.utf8.allSatisfy({ "0123456789+-.eE".utf8.contains($0) }),
            let value = Double(text), value.isFinite
        else { return nil }
        return value
    }
}

extension ParsableArguments {
    /// Computes, or says why there is no such queue and leaves with code 64.
    func computing<T>(_ body: () throws(QueueingError) -> T) throws -> T {
        do throws(QueueingError) {
            return try body()
        } catch {
            throw refusal(error.description)
        }
    }

    /// Says what is wrong with values that are each right; to be thrown by a command that runs.
    func refusal(_ text: String) -> ExitCode {
        Terminal.complain("Error: \(text)")
        return ExitStatus.usage.exit
    }
}
