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
    /// Eight tables in a row: the entry of a byte in table k takes it past k more bytes, so that
    /// eight bytes are taken in one step ("slicing by 8", Kounavis and Berry, ISCC 2005).
    private static let tables: [UInt32] = {
        var tables: [UInt32] = []
        for index in UInt32(0)..<256 {
            var crc = index
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
            tables.append(crc)
        }
        for index in 256..<2048 {
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
            while offset + 8 <= bytes.count {
                let word =
                    UInt64(crc)
                    ^ UInt64(
                        littleEndian: bytes.loadUnaligned(
                            fromByteOffset: offset, as: UInt64.self))
                let early =
                    tables[1792 + Int(word & 0xFF)] ^ tables[1536 + Int(word >> 8 & 0xFF)]
                    ^ tables[1280 + Int(word >> 16 & 0xFF)]
                    ^ tables[1024 + Int(word >> 24 & 0xFF)]
                let late =
                    tables[768 + Int(word >> 32 & 0xFF)] ^ tables[512 + Int(word >> 40 & 0xFF)]
                    ^ tables[256 + Int(word >> 48 & 0xFF)] ^ tables[Int(word >> 56)]
                crc = early ^ late
                offset += 8
            }
            while offset < bytes.count {
                crc = crc >> 8 ^ tables[Int(UInt8(truncatingIfNeeded: crc) ^ bytes[offset])]
                offset += 1
            }
            return ~crc
        }
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
