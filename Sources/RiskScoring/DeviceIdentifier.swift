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

    /// The first 16 bytes of `code`.
    init(code: [UInt8], epoch: UInt32) {
        self.init(
            high: Self.word(code, at: 0), low: Self.word(code, at: 8), epoch: epoch)
    }

    static func word(_ bytes: [UInt8], at offset: Int) -> UInt64 {
        bytes[offset..<offset + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Feeds the lower word, which is as good as random already.
    @inlinable
    public func hash(into hasher: inout Hasher) { hasher.combine(low) }

    /// `words` one after another, big-endian.
    static func bytes(_ words: UInt64...) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: words.count * 8) { buffer, count in
            for word in words {
                for index in 0..<8 {
                    buffer[count + index] = UInt8(
                        truncatingIfNeeded: word >> UInt64(56 - 8 * index))
                }
                count += 8
            }
        }
    }
}
