/// A rate of data in whole bits per second; decimal prefixes only.
public struct Bitrate: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Bits per second.
    public var bitsPerSecond: Int64

    /// A rate of `bitsPerSecond` bit/s.
    @inlinable
    public init(bitsPerSecond: Int64) {
        self.bitsPerSecond = bitsPerSecond
    }

    /// A rate of whole kbit/s (1,000 bit/s).
    @inlinable public static func kilobitsPerSecond(_ n: Int64) -> Bitrate {
        Bitrate(bitsPerSecond: n * 1000)
    }

    /// Nothing flows.
    @inlinable public static var zero: Bitrate { Bitrate(bitsPerSecond: 0) }

    /// Orders by value.
    @inlinable public static func < (a: Bitrate, b: Bitrate) -> Bool {
        a.bitsPerSecond < b.bitsPerSecond
    }

    /// The sum.
    @inlinable public static func + (a: Bitrate, b: Bitrate) -> Bitrate {
        Bitrate(bitsPerSecond: a.bitsPerSecond + b.bitsPerSecond)
    }

    /// The difference.
    @inlinable public static func - (a: Bitrate, b: Bitrate) -> Bitrate {
        Bitrate(bitsPerSecond: a.bitsPerSecond - b.bitsPerSecond)
    }
}

/// A number of bytes (octets); never negative.
public struct ByteCount: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// The number of bytes.
    public var bytes: Int64

    /// A count of `bytes`.
    @inlinable
    public init(_ bytes: Int64) {
        precondition(bytes >= 0, "a byte count is never negative")
        self.bytes = bytes
    }

    /// Orders by value.
    @inlinable public static func < (a: ByteCount, b: ByteCount) -> Bool { a.bytes < b.bytes }

    /// The sum.
    @inlinable public static func + (a: ByteCount, b: ByteCount) -> ByteCount {
        ByteCount(a.bytes + b.bytes)
    }
}

/// A probability or share: a number from 0 to 1.
public struct Probability: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// The value, 0…1.
    public let value: Double

    /// A probability of `value`, or nil outside 0…1.
    @inlinable
    public init?(_ value: Double) {
        guard value >= 0, value <= 1 else { return nil }
        self.value = value
    }

    @usableFromInline
    init(unchecked value: Double) {
        self.value = value
    }

    /// Never.
    public static var zero: Probability { Probability(unchecked: 0) }

    /// Always.
    public static var one: Probability { Probability(unchecked: 1) }

    /// Orders by value.
    @inlinable public static func < (a: Probability, b: Probability) -> Bool {
        a.value < b.value
    }
}
