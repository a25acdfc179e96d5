import Digests
import Testing

@Suite struct DigestTests {
    /// RFC 2202 §3, test cases 1, 2 and 6.
    @Test func `HMAC-SHA-1 gives the RFC's codes`() {
        #expect(
            HMACSHA1Key([UInt8](repeating: 0x0b, count: 20)).code(of: Array("Hi There".utf8))
                .hexadecimal == "b617318655057264e28bc0b6fb378c8ef146be00")
        #expect(
            HMACSHA1Key("Jefe".utf8).code(of: Array("what do ya want for nothing?".utf8))
                .hexadecimal == "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")
        #expect(
            HMACSHA1Key([UInt8](repeating: 0xaa, count: 80))
                .code(of: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8))
                .hexadecimal == "aa4ae5e15272d00e95705637ce8a3b55ed402112")
    }

    /// RFC 4231 §4.3 and §4.7, test cases 2 and 6.
    @Test func `HMAC-SHA-256 gives the RFC's codes`() {
        #expect(
            HMACSHA256Key("Jefe".utf8).code(of: Array("what do ya want for nothing?".utf8))
                .hexadecimal == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
        #expect(
            HMACSHA256Key([UInt8](repeating: 0xaa, count: 131))
                .code(of: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8))
                .hexadecimal == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
    }

    @Test func `a code in two parts equals the code of the whole`() {
        let key = HMACSHA1Key("key".utf8)
        let message = Array("0123456789".utf8)
        var code = [UInt8](repeating: 0, count: 20)
        message.withUnsafeBytes { whole in
            code.withUnsafeMutableBytes { output in
                key.authenticate(
                    UnsafeRawBufferPointer(rebasing: whole[..<4]),
                    then: UnsafeRawBufferPointer(rebasing: whole[4...]), into: output)
            }
        }
        #expect(code == key.code(of: message))
    }

    /// RFC 1321 §A.5, FIPS 180-4 examples, and the check value of CRC-32/ISO-HDLC.
    @Test func `plain digests give their published values`() {
        #expect(MD5Digest.of(Array("abc".utf8)).hexadecimal == "900150983cd24fb0d6963f7d28e17f72")
        #expect(
            SHA256Digest.of(Array("abc".utf8)).hexadecimal
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        let check = Array("123456789".utf8).withUnsafeBytes { CRC32.checksum($0) }
        #expect(check == 0xCBF4_3926)
    }
    @Test func `a checksum is the same as by the polynomial, bit by bit, at every length`() {
        let text = (0..<67).map { UInt8(truncatingIfNeeded: $0 * 89 + 7) }
        for length in 0...text.count {
            var expected = UInt32.max
            for byte in text[..<length] {
                expected ^= UInt32(byte)
                for _ in 0..<8 {
                    expected = expected & 1 == 1 ? expected >> 1 ^ 0xEDB8_8320 : expected >> 1
                }
            }
            let checksum = text[..<length].withUnsafeBytes { CRC32.checksum($0) }
            #expect(checksum == ~expected)
        }
    }
}
