import FlatStorage

/// A short-lived name of a device: the first 128 bits of HMAC-SHA-256 over its canonical signals,
/// under a key that is thrown away two epochs later (truncation: RFC 2104 §5).
///
/// Who does not hold the key can neither tell which device is meant nor link it to the name of the
/// same device under another key.
public struct DeviceIdentifier: Hashable, Sendable, BitwiseCopyable {
    /// The first eight bytes, big-endian.
    public let high: UInt64
    /// The next eight bytes, big-endian.
    public let low: UInt64
    /// The number of the key's epoch, from 0.
    public let epoch: UInt32

    /// The identifier made of two words, under the key of `epoch`.
    @inlinable
    public init(high: UInt64, low: UInt64, epoch: UInt32) {
        self.high = high
        self.low = low
        self.epoch = epoch
    }

    /// Feeds the lower word, which is as good as random already.
    @inlinable
    public func hash(into hasher: inout Hasher) { hasher.combine(low) }
}

extension DeviceIdentifier: FlatKey {
    /// A name that no key gives: of an epoch that never comes.
    @inlinable public static var free: DeviceIdentifier {
        DeviceIdentifier(high: .max, low: .max, epoch: .max)
    }
    /// The lower word, which is as good as random already.
    @inlinable public var number: UInt64 { low }
}
