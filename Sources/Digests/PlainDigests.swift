import COpenSSL

/// SHA-1 (FIPS 180-4), 20 bytes; here only inside HMAC.
enum SHA1Digest {
    /// Where the hash stands after one block: 20 bytes, of which OpenSSL's context is made anew
    /// whenever the message goes on.
    struct Chaining: BitwiseCopyable {
        private let words: (UInt32, UInt32, UInt32, UInt32, UInt32)

        init(after block: InlineArray<64, UInt8>) {
            var state = SHA_CTX()
            SHA1_Init(&state)
            withUnsafeBytes(of: block) { _ = SHA1_Update(&state, $0.baseAddress, $0.count) }
            words = (state.h0, state.h1, state.h2, state.h3, state.h4)
        }

        /// The context that goes on behind the block.
        var context: SHA_CTX {
            var state = SHA_CTX()
            (state.h0, state.h1, state.h2, state.h3, state.h4) = words
            state.Nl = 512
            return state
        }
    }

    static func of(_ message: [UInt8]) -> [UInt8] {
        var state = SHA_CTX()
        SHA1_Init(&state)
        SHA1_Update(&state, message, message.count)
        var digest = [UInt8](repeating: 0, count: 20)
        SHA1_Final(&digest, &state)
        return digest
    }
}

/// SHA-256 (FIPS 180-4), 32 bytes.
public enum SHA256Digest {
    static func state(after block: [UInt8]) -> SHA256_CTX {
        var state = SHA256_CTX()
        SHA256_Init(&state)
        SHA256_Update(&state, block, block.count)
        return state
    }

    /// The 32-byte digest of `message`.
    public static func of(_ message: [UInt8]) -> [UInt8] {
        var state = state(after: message)
        var digest = [UInt8](repeating: 0, count: 32)
        SHA256_Final(&digest, &state)
        return digest
    }
}

/// MD5 (RFC 1321), 16 bytes; RFC 8489 §9.2.2 derives long-term keys with it.
public enum MD5Digest {
    /// The 16-byte digest of `message`.
    public static func of(_ message: [UInt8]) -> [UInt8] {
        var state = MD5_CTX()
        MD5_Init(&state)
        MD5_Update(&state, message, message.count)
        var digest = [UInt8](repeating: 0, count: 16)
        MD5_Final(&digest, &state)
        return digest
    }
}

/// CRC-32 as in ITU-T V.42 (reflected polynomial 0xEDB88320), which RFC 8489 §14.7 uses.
public enum CRC32 {
    /// Sixteen tables in a row: the entry of a byte in table k takes it past k more bytes, so that
    /// sixteen bytes are taken in one step ("slicing by 8" of Kounavis and Berry, ISCC 2005, twice).
    private static let tables: [UInt32] = {
        var tables: [UInt32] = []
        tables.reserveCapacity(4096)
        for index in UInt32(0)..<256 {
            var crc = index
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
            tables.append(crc)
        }
        for index in 256..<4096 {
            let crc = tables[index - 256]
            tables.append(crc >> 8 ^ tables[Int(crc & 0xFF)])
        }
        return tables
    }()

    /// The checksum of `bytes`.
    public static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        tables.withUnsafeBufferPointer { tables in
            var crc = UInt32.max
            var offset = 0
            func next<Word: FixedWidthInteger & BitwiseCopyable>(_: Word.Type) -> Word {
                defer { offset += MemoryLayout<Word>.size }
                return Word(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Word.self))
            }
            while offset + 16 <= bytes.count {
                let first = next(UInt64.self) ^ UInt64(crc)
                crc = step(first, followedBy: 8, tables) ^ step(next(UInt64.self), tables)
            }
            if offset + 8 <= bytes.count { crc = step(next(UInt64.self) ^ UInt64(crc), tables) }
            if offset + 4 <= bytes.count { crc = step(next(UInt32.self) ^ crc, tables) }
            while offset < bytes.count {
                crc = crc >> 8 ^ tables[Int(UInt8(truncatingIfNeeded: crc) ^ next(UInt8.self))]
            }
            return ~crc
        }
    }

    /// What the bytes of `word`, the lowest first, add to a checksum that goes past `rest` bytes
    /// behind them.
    @inline(__always)
    private static func step<Word: FixedWidthInteger & UnsignedInteger>(
        _ word: Word, followedBy rest: Int = 0, _ tables: UnsafeBufferPointer<UInt32>
    ) -> UInt32 {
        var crc: UInt32 = 0
        for index in 0..<MemoryLayout<Word>.size {
            let byte = UInt8(truncatingIfNeeded: word >> Word(truncatingIfNeeded: 8 * index))
            crc ^= tables[(MemoryLayout<Word>.size - 1 - index + rest) << 8 | Int(byte)]
        }
        return crc
    }
}

extension Sequence<UInt8> {
    /// Two lower-case hexadecimal digits a byte, without separators.
    public var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
