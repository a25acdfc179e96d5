import Quantities

/// Quantities as scenario files write them, for those who read them elsewhere. A ``Problem`` says
/// what is wrong with one and what would be accepted.
public enum QuantityText {
    /// The most that a bit rate can be: 1,000 Gbit/s.
    private static let bitrateLimit = 1e12
    /// The most that a span can be: 100 years of 365 days, in seconds.
    private static let durationLimit = 3.1536e9
    /// The most that 10^9 bytes can cost.
    private static let priceLimit = 1e9

    /// A bit rate such as `24 kbit/s`, more than nothing.
    public static func bitrate(_ text: String) throws(Problem) -> Bitrate {
        let value = try Dimension.bitrate.read(text, within: .from(1, to: bitrateLimit))
        return Bitrate(bitsPerSecond: Int64(value))
    }

    /// A span such as `20 ms`, more than nothing.
    public static func duration(_ text: String) throws(Problem) -> SimDuration {
        SimDuration(
            seconds: try Dimension.duration.read(text, within: .from(1e-9, to: durationLimit)))
    }

    /// A price of 10^9 bytes such as `0.05 /GB`, in the reader's currency.
    public static func price(_ text: String) throws(Problem) -> Double {
        try Dimension.price.read(text, within: .from(0, to: priceLimit))
    }
}
