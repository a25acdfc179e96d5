import Quantities

/// What relays charge for the bytes they send: a price that may change with the volume.
public struct Tariff: Hashable, Sendable {
    /// A price of 10^9 bytes from a volume on.
    public struct Step: Hashable, Sendable {
        /// The volume beyond which the price holds, in 10^9 bytes, ≥ 0.
        public let gigabytes: Double
        /// What 10^9 bytes cost, in the reader's currency, ≥ 0.
        public let price: Double

        /// `price` from `gigabytes` on.
        public init(from gigabytes: Double, price: Double) {
            precondition(gigabytes >= 0 && price >= 0, "volumes and prices are never negative")
            self.gigabytes = gigabytes
            self.price = price
        }
    }

    /// The steps, the first from 0 on, each from a larger volume than the one before.
    public let steps: [Step]

    /// A tariff of `steps`; nil unless the first is from 0 on and each from a larger volume than
    /// the one before.
    public init?(_ steps: [Step]) {
        guard steps.first?.gigabytes == 0,
            zip(steps, steps.dropFirst()).allSatisfy({ $0.gigabytes < $1.gigabytes })
        else { return nil }
        self.steps = steps
    }

    /// What `byteCount` bytes cost, each part at the price of its step.
    public func cost(of byteCount: Double) -> Double {
        let volume = byteCount / 1e9
        var cost = 0.0
        for (index, step) in steps.enumerated() where volume > step.gigabytes {
            let end = index + 1 < steps.count ? min(volume, steps[index + 1].gigabytes) : volume
            cost += (end - step.gigabytes) * step.price
        }
        return cost
    }
}

/// What relayed calls put on their relays.
public enum RelayTraffic {
    /// Bytes that `callHours` hours of calls make at `bitrate` each.
    public static func byteCount(callHours: Double, bitrate: Bitrate) -> Double {
        callHours * 3600 * Double(bitrate.bitsPerSecond) / 8
    }
}
