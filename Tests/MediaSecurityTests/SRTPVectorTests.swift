import CMediaShim
import CSRTP
import MediaSecurity
import Testing

/// Published known answers.
@Suite struct SRTPVectorTests {
    struct PacketVector: Sendable {
        var profile: SRTPProfile
        var keyAndSalt: String
        var rtp: String
        var srtp: String
        var rtcp: String
        var srtcp: String
    }

    /// The reference packets of libsrtp's `test/srtp_driver.c`; the first one's master key and
    /// salt are those of RFC 3711 §B.3.
    static let packets = [
        PacketVector(
            profile: .aes128CMSHA1,
            keyAndSalt: "e1f97a0d3e018be0d64fa32c06de4139 0ec675ad498afeebb6960b3aabe6",
            rtp: "800f1234decafbadcafebabe abababababababababababababababab",
            srtp: "800f1234decafbadcafebabe 4e55dc4ce79978d88ca4d215949d2402"
                + "b78d6acc99ea179b8dbb",
            rtcp: "81c8000bcafebabe abababababababababababababababab",
            srtcp: "81c8000bcafebabe 7128035be487b9bdbef89041f977a5a8"
                + "80000001 993e08cd54d6c1230798"),
        PacketVector(
            profile: .aeadAES128GCM,
            keyAndSalt: "000102030405060708090a0b0c0d0e0f a0a1a2a3a4a5a6a7a8a9aaab",
            rtp: "800f1234decafbadcafebabe abababababababababababababababab",
            srtp: "800f1234decafbadcafebabe c5002ede04cfdd2eb91159e0880aa06e"
                + "d2976826f796b201df3131a127e8a392",
            rtcp: "81c8000bcafebabe abababababababababababababababab",
            srtcp: "81c8000bcafebabe c98b8b5df0392a55852b6c21ac8e7025"
                + "c52c6fbea2b3b446ea31123ba88ce61e 80000001"),
    ]

    @Test(arguments: packets)
    func `reference packets come out byte for byte and read back`(vector: PacketVector) throws {
        let key = hex(vector.keyAndSalt)
        var session = try SRTPSession(keys: makeKeys(vector.profile, local: key, remote: key))
        var packet = hex(vector.rtp)
        try session.protect(&packet)
        #expect(packet == hex(vector.srtp))
        try session.unprotect(&packet)
        #expect(packet == hex(vector.rtp))
        var control = hex(vector.rtcp)
        try session.protectControl(&control)
        #expect(control == hex(vector.srtcp))
        try session.unprotectControl(&control)
        #expect(control == hex(vector.rtcp))
    }

    /// RFC 3711 §B.2: the key stream of AES-CM under a session key and salt.
    @Test func `counter mode gives the published key stream`() throws {
        #expect(media_srtp_initialize() == 0)
        let cipher = try Cipher(
            media_srtp_counter_cipher(),
            key: hex("2b7e151628aed2a6abf7158809cf4f3c f0f1f2f3f4f5f6f7f8f9fafbfcfd"), tagBytes: 0)
        let text = try cipher.encrypt(
            [UInt8](repeating: 0, count: 48), iv: [UInt8](repeating: 0, count: 16), aad: nil)
        #expect(
            text
                == hex(
                    "e03ead0935c95e80e166b16dd92b4eb4 d23513162b02d0f72a43a2fe4a5f97ab"
                        + "41e95b3bb0a2e8dd477901e4fca894c0"))
    }

    /// RFC 3711 §B.3: a session key, salt and authentication key are the key stream under the
    /// master key and salt, at an initialisation vector that holds the label (§4.3.1).
    @Test(
        arguments: [
            (0, "c61e7a93744f39ee10734afe3ff7a087"),
            (2, "30cbbc08863d8c85d49db34a9ae1"),
            (
                1,
                "cebe321f6ff7716b6fd4ab49af256a15 6d38baa48f0a0acf3c34e2359e6cdbce"
                    + "e049646c43d9327ad175578ef7227098 6371c10c9a369ac2f94a8c5fbcdddc25"
                    + "6d6e919a48b610ef17c2041e47403576 6b68642c59bbfc2f34db60dbdfb2dc68"
            ),
        ] as [(UInt8, String)])
    func `keys derived from the published master key are the published ones`(
        label: UInt8, key: String
    ) throws {
        #expect(media_srtp_initialize() == 0)
        let cipher = try Cipher(
            media_srtp_counter_cipher(),
            key: hex("e1f97a0d3e018be0d64fa32c06de4139 0ec675ad498afeebb6960b3aabe6"),
            tagBytes: 0)
        var vector = [UInt8](repeating: 0, count: 16)
        vector[7] = label
        let zeros = [UInt8](repeating: 0, count: hex(key).count)
        #expect(try cipher.encrypt(zeros, iv: vector, aad: nil) == hex(key))
    }

    /// RFC 7714 §16.1.1 and §17.1, in terms of session key and salt. The initialisation vector is
    /// the salt with SSRC and packet index mixed in (§8.1).
    @Test(arguments: [
        (
            "51753c6580c2726f20718414", "8040f17b8041f8d35501a0b2",
            "47616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573",
            "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833"
                + "899d7f27beb16a9152cf765ee4390cce"
        ),
        (
            "517524055203726f207170bb", "81c8000d4d617273800005d4",
            "4e545031 4e545032 52545020 0000042a 0000e930 4c756e61"
                + "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef",
            "63e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded"
                + "0bb9275bc84aa45896cf4d2fc5abf87245d9eade"
        ),
    ])
    func `Galois/counter mode gives the published packets`(
        iv: String, aad: String, plain: String, sealed: String
    ) throws {
        #expect(media_srtp_initialize() == 0)
        let cipher = try Cipher(
            media_srtp_galois_cipher(),
            key: hex("000102030405060708090a0b0c0d0e0f 517569642070726f2071756f"), tagBytes: 16)
        #expect(try cipher.encrypt(hex(plain), iv: hex(iv), aad: hex(aad)) == hex(sealed))
        #expect(try cipher.decrypt(hex(sealed), iv: hex(iv), aad: hex(aad)) == hex(plain))
        for bit in 0..<hex(sealed).count * 8 {
            var altered = hex(sealed)
            altered[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(throws: Cipher.Failure(status: srtp_err_status_auth_fail.rawValue)) {
                _ = try cipher.decrypt(altered, iv: hex(iv), aad: hex(aad))
            }
        }
    }

    /// RFC 2202 §3, cases 1, 2, 3 and 5.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
            "b617318655057264e28bc0b6fb378c8ef146be00"
        ),
        (
            Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
        ),
        (
            [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
            "125d7342b9ac11cd91a39af48aa17b4f63f175d3"
        ),
        (
            [UInt8](repeating: 0x0C, count: 20), Array("Test With Truncation".utf8),
            "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04"
        ),
    ])
    func `HMAC-SHA1 gives the published codes, in one piece or two`(
        key: [UInt8], message: [UInt8], code: String
    ) {
        let type = media_srtp_authenticator()!.pointee
        var made: srtp_auth_pointer_t?
        #expect(type.alloc(&made, Int32(key.count), 20) == srtp_err_status_ok)
        let state = made!.pointee.state
        #expect(type.`init`(state, key, Int32(key.count)) == srtp_err_status_ok)
        for split in 0...message.count {
            var output = [UInt8](repeating: 0, count: 20)
            #expect(type.start(state) == srtp_err_status_ok)
            #expect(type.update(state, message, Int32(split)) == srtp_err_status_ok)
            let rest = Array(message[split...])
            #expect(
                type.compute(state, rest, Int32(rest.count), 20, &output) == srtp_err_status_ok)
            #expect(output == hex(code))
        }
        #expect(type.dealloc(made) == srtp_err_status_ok)
    }
}

/// One of libsrtp2's ciphers, by its table of functions.
final class Cipher {
    struct Failure: Error, Equatable {
        var status: UInt32
    }

    private let type: srtp_cipher_type_t
    private let cipher: srtp_cipher_pointer_t

    init(_ type: UnsafePointer<srtp_cipher_type_t>, key: [UInt8], tagBytes: Int32) throws {
        self.type = type.pointee
        var made: srtp_cipher_pointer_t?
        try Self.check(type.pointee.alloc(&made, Int32(key.count), tagBytes))
        cipher = made!
        try Self.check(type.pointee.`init`(cipher.pointee.state, key))
    }

    deinit {
        _ = type.dealloc(cipher)
    }

    func encrypt(_ plain: [UInt8], iv: [UInt8], aad: [UInt8]?) throws -> [UInt8] {
        var (buffer, iv, count) = (plain, iv, UInt32(plain.count))
        let state = cipher.pointee.state
        try Self.check(type.set_iv(state, &iv, srtp_direction_encrypt))
        if let aad { try Self.check(type.set_aad(state, aad, UInt32(aad.count))) }
        try Self.check(type.encrypt(state, &buffer, &count))
        guard aad != nil else { return buffer }
        var tag = [UInt8](repeating: 0, count: 16)
        try Self.check(type.get_tag(state, &tag, &count))
        return buffer + tag
    }

    func decrypt(_ sealed: [UInt8], iv: [UInt8], aad: [UInt8]) throws -> [UInt8] {
        var (buffer, iv, count) = (sealed, iv, UInt32(sealed.count))
        let state = cipher.pointee.state
        try Self.check(type.set_iv(state, &iv, srtp_direction_decrypt))
        try Self.check(type.set_aad(state, aad, UInt32(aad.count)))
        try Self.check(type.decrypt(state, &buffer, &count))
        return Array(buffer.prefix(Int(count)))
    }

    private static func check(_ status: srtp_err_status_t) throws {
        if status != srtp_err_status_ok { throw Failure(status: status.rawValue) }
    }
}
