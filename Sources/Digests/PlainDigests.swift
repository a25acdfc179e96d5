import COpenSSL

/// SHA-1 (FIPS 180-4), 20 bytes; here only inside HMAC.
enum SHA1Digest {
    static func state(after block: [UInt8]) -> SHA_CTX {
        var state = SHA_CTX()
        SHA1_Init(&state)
        SHA1_Update(&state, block, block.count)
        return state
    }

    static func of(_ message: [UInt8]) -> [UInt8] {
        var state = state(after: message)
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
    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { crc, _ in
            crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1
        }
    }

    /// The checksum of `bytes`.
    public static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        table.withUnsafeBufferPointer { table in
            var crc = UInt32.max
            for byte in bytes {
                crc = crc >> 8 ^ table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)]
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
