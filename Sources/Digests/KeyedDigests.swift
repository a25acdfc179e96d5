import COpenSSL

/// A key for HMAC-SHA-1 (RFC 2104) with its inner and outer states computed once.
///
/// STUN authenticates every message with it (RFC 8489 §14.5); preparing the states halves the
/// cost per message.
public struct HMACSHA1Key: Sendable, BitwiseCopyable {
    private let inner: SHA1Digest.Chaining
    private let outer: SHA1Digest.Chaining

    /// Length of the code in bytes.
    public static var byteCount: Int { 20 }

    /// Prepares `key`, of any length.
    @inlinable
    public init(_ key: some Collection<UInt8>) {
        let prepared = key.withContiguousStorageIfAvailable {
            HMACSHA1Key(bytes: UnsafeRawBufferPointer($0))
        }
        self = prepared ?? Array(key).withUnsafeBytes { HMACSHA1Key(bytes: $0) }
    }

    @usableFromInline
    init(bytes key: UnsafeRawBufferPointer) {
        var block = InlineArray<64, UInt8>(repeating: 0)
        if key.count > 64 {
            let digest = SHA1Digest.of(Array(key))
            for index in digest.indices { block[index] = digest[index] }
        } else {
            for index in key.indices { block[index] = key[index] }
        }
        for index in block.indices { block[index] ^= 0x36 }
        inner = SHA1Digest.Chaining(after: block)
        for index in block.indices { block[index] ^= 0x36 ^ 0x5c }
        outer = SHA1Digest.Chaining(after: block)
    }

    /// Writes the 20-byte code of `message` to `output`.
    ///
    /// - Precondition: `output` has room for 20 bytes.
    public func authenticate(
        _ message: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) {
        authenticate(message, then: UnsafeRawBufferPointer(start: nil, count: 0), into: output)
    }

    /// Writes the 20-byte code of `head` followed by `tail` to `output`.
    ///
    /// - Precondition: `output` has room for 20 bytes.
    public func authenticate(
        _ head: UnsafeRawBufferPointer, then tail: UnsafeRawBufferPointer,
        into output: UnsafeMutableRawBufferPointer
    ) {
        precondition(output.count >= Self.byteCount, "an HMAC-SHA-1 code has 20 bytes")
        let target = output.baseAddress!.assumingMemoryBound(to: UInt8.self)
        var state = inner.context
        SHA1_Update(&state, head.baseAddress, head.count)
        if !tail.isEmpty { SHA1_Update(&state, tail.baseAddress, tail.count) }
        SHA1_Final(target, &state)
        state = outer.context
        SHA1_Update(&state, target, Self.byteCount)
        SHA1_Final(target, &state)
    }

    /// The 20-byte code of `message`.
    public func code(of message: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
            message.withUnsafeBytes {
                authenticate($0, into: UnsafeMutableRawBufferPointer(buffer))
            }
            count = Self.byteCount
        }
    }
}

/// A key for HMAC-SHA-256 (RFC 2104, FIPS 180-4) with its inner and outer states computed once.
public struct HMACSHA256Key: Sendable {
    private let inner: SHA256_CTX
    private let outer: SHA256_CTX

    /// Length of the code in bytes.
    public static var byteCount: Int { 32 }

    /// Prepares `key`, of any length.
    public init(_ key: some Collection<UInt8>) {
        var block = Array(key)
        if block.count > 64 { block = SHA256Digest.of(block) }
        block += [UInt8](repeating: 0, count: 64 - block.count)
        inner = SHA256Digest.state(after: block.map { $0 ^ 0x36 })
        outer = SHA256Digest.state(after: block.map { $0 ^ 0x5c })
    }

    /// The 32-byte code of `message`.
    public func code(of message: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Self.byteCount) { buffer, count in
            message.withUnsafeBytes {
                authenticate($0, into: UnsafeMutableRawBufferPointer(buffer))
            }
            count = Self.byteCount
        }
    }

    /// Writes the 32-byte code of `message` to `output`.
    ///
    /// - Precondition: `output` has room for 32 bytes.
    public func authenticate(
        _ message: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
    ) {
        precondition(output.count >= Self.byteCount, "an HMAC-SHA-256 code has 32 bytes")
        let target = output.baseAddress!.assumingMemoryBound(to: UInt8.self)
        var state = inner
        SHA256_Update(&state, message.baseAddress, message.count)
        SHA256_Final(target, &state)
        state = outer
        SHA256_Update(&state, target, Self.byteCount)
        SHA256_Final(target, &state)
    }

    /// The first 16 bytes of the code of `message` as two big-endian words.
    public func words(of message: UnsafeRawBufferPointer) -> (high: UInt64, low: UInt64) {
        var code = (UInt64(0), UInt64(0), UInt64(0), UInt64(0))
        withUnsafeMutableBytes(of: &code) { authenticate(message, into: $0) }
        return (UInt64(bigEndian: code.0), UInt64(bigEndian: code.1))
    }
}
