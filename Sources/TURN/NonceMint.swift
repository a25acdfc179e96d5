import Addressing
import Digests
import Quantities
import RandomStreams

/// Makes and checks nonces without remembering any (RFC 8489 §9.2.4, RFC 7616 §5.4).
///
/// A nonce is 24 hexadecimal digits: 4 bytes of time in seconds, then 8 bytes of
/// HMAC-SHA-1(key, time, 5-tuple). It serves only the client it was given to, and only for the
/// nonce lifetime.
struct NonceMint: Sendable {
    static let byteCount = 24
    private let key: HMACSHA1Key
    private let lifetime: SimDuration

    init(lifetime: SimDuration, using stream: inout RandomStream) {
        key = HMACSHA1Key(stream.nextBytes(20))
        self.lifetime = lifetime
    }

    /// Three words that only who knows the key can tell, for another `purpose` than nonces.
    func words(for purpose: String) -> (UInt64, UInt64, UInt64) {
        func word(_ number: UInt8) -> UInt64 {
            key.code(of: [number] + purpose.utf8).prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        }
        return (word(0), word(1), word(2))
    }

    func nonce(for client: FiveTuple, at now: SimTime) -> [UInt8] {
        let second = UInt32(truncatingIfNeeded: now.nanoseconds / 1_000_000_000)
        return hexadecimal(second, code(second, client))
    }

    /// Whether `nonce` was made for `client` less than the lifetime ago.
    func accepts(_ nonce: ArraySlice<UInt8>, of client: FiveTuple, at now: SimTime) -> Bool {
        guard nonce.count == Self.byteCount,
            let second = Self.number(nonce.prefix(8)),
            let code = Self.number(nonce.dropFirst(8))
        else { return false }
        let made = SimTime.zero + .seconds(Int64(second))
        guard made <= now, now - made < lifetime else { return false }
        return code == self.code(UInt32(truncatingIfNeeded: second), client)
    }

    private func code(_ second: UInt32, _ client: FiveTuple) -> UInt64 {
        var words = (
            UInt64(second).bigEndian, client.first.bigEndian, client.second.bigEndian,
            client.rest.bigEndian
        )
        var code = InlineArray<20, UInt8>(repeating: 0)
        withUnsafeBytes(of: &words) { words in
            withUnsafeMutableBytes(of: &code) { key.authenticate(words, into: $0) }
        }
        var value: UInt64 = 0
        for index in 0..<8 { value = value << 8 | UInt64(code[index]) }
        return value
    }

    private func hexadecimal(_ second: UInt32, _ code: UInt64) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
            for index in 0..<8 {
                buffer[index] = Self.digit(UInt64(second) >> UInt64(28 - 4 * index))
            }
            for index in 0..<16 {
                buffer[8 + index] = Self.digit(code >> UInt64(60 - 4 * index))
            }
            count = Self.byteCount
        }
    }

    private static func digit(_ value: UInt64) -> UInt8 {
        let nibble = UInt8(value & 15)
        return nibble < 10 ? 48 + nibble : 87 + nibble
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for digit in digits {
            switch digit {
            case 48...57: value = value << 4 | UInt64(digit - 48)
            case 97...102: value = value << 4 | UInt64(digit - 87)
            default: return nil
            }
        }
        return value
    }
}
