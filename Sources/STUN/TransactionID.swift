import RandomStreams

/// The 96-bit identifier that ties a response to its request (RFC 8489 §5).
public struct TransactionID: Hashable, Sendable, BitwiseCopyable {
    /// The first 32 bits on the wire.
    public let high: UInt32
    /// The other 64 bits.
    public let low: UInt64

    /// The identifier with first 32 bits `high` and last 64 bits `low`.
    @inlinable
    public init(high: UInt32, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A fresh identifier, uniform over all 96-bit values (RFC 8489 §5).
    @inlinable
    public init(using stream: inout RandomStream) {
        self.init(high: stream.nextUInt32(), low: stream.nextUInt64())
    }
}

extension TransactionID: CustomStringConvertible {
    /// 24 hexadecimal digits.
    public var description: String {
        func padded(_ digits: String, to width: Int) -> String {
            String(repeating: "0", count: width - digits.utf8.count) + digits
        }
        return padded(String(high, radix: 16), to: 8) + padded(String(low, radix: 16), to: 16)
    }
}
