import Addressing
import STUN
import Testing

/// The messages of RFC 5769 §2.
enum PublishedVectors {
    static let password = "VOkJxbRl1RmTxUk/WvJxBt"

    /// §2.1.
    static let request = bytes(
        """
        00010058 2112a442 b7e7a701 bc34d686 fa87dfae
        80220010 5354554e 20746573 7420636c 69656e74
        00240004 6e0001ff
        80290008 932ff9b1 51263b36
        00060009 6576746a 3a683676 59202020
        00080014 9aeaa70c bfd8cb56 781ef2b5 b2d3f249 c1b571a2
        80280004 e57a3bcf
        """)

    /// §2.2.
    static let responseV4 = bytes(
        """
        0101003c 2112a442 b7e7a701 bc34d686 fa87dfae
        8022000b 74657374 20766563 746f7220
        00200008 0001a147 e112a643
        00080014 2b91f599 fd9e90c3 8c7489f9 2af9ba53 f06be7d7
        80280004 c07d4c96
        """)

    /// §2.3.
    static let responseV6 = bytes(
        """
        01010048 2112a442 b7e7a701 bc34d686 fa87dfae
        8022000b 74657374 20766563 746f7220
        00200014 0002a147 0113a9fa a5d3f179 bc25f4b5 bed2b9d9
        00080014 a382954e 4be67bf1 1784c97c 8292c275 bfe3ed41
        80280004 c8fb0b4c
        """)

    /// §2.4.
    static let longTermRequest = bytes(
        """
        00010060 2112a442 78ad3433 c6ad72c0 29da412e
        00060012 e3839ee3 8388e383 aae38383 e382afe3 82b90000
        0015001c 662f2f34 39396b39 35346436 4f4c3334 6f4c3946 53547679 36347341
        0014000b 6578616d 706c652e 6f726700
        00080014 f6702465 6dd64a3e 02b8e071 2e85c9a2 8ca89666
        """)

    /// §2.4: the name in katakana, the password after SASLprep.
    static let longTermKey = IntegrityKey(
        longTermUsername: "\u{30DE}\u{30C8}\u{30EA}\u{30C3}\u{30AF}\u{30B9}", realm: "example.org",
        password: "TheMatrIX")

    static let all = [request, responseV4, responseV6, longTermRequest]

    static func bytes(_ text: String) -> [UInt8] {
        let digits = text.filter { !$0.isWhitespace }.map { UInt8($0.hexDigitValue!) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }
}

@Suite struct PublishedVectorTests {
    let shortTerm = IntegrityKey(shortTermPassword: PublishedVectors.password)
    let id = TransactionID(high: 0xb7e7_a701, low: 0xbc34_d686_fa87_dfae)

    @Test func `the request of RFC 5769 section 2·1 reads as published`() throws {
        let message = try MessageView(PublishedVectors.request)
        #expect(message.kind == .request)
        #expect(message.method == .binding)
        #expect(message.id == id)
        #expect(message.text(of: .software) == "STUN test client")
        #expect(message.priority == 0x6e00_01ff)
        #expect(message.number64(of: .iceControlled) == 0x932f_f9b1_5126_3b36)
        #expect(message.text(of: .username) == "evtj:h6vY")
        #expect(message.has(.fingerprint))
        #expect(message.unknownRequiredCount == 0)
        #expect(message.isAuthentic(under: shortTerm))
        #expect(!message.isAuthentic(under: IntegrityKey(shortTermPassword: "other")))
    }

    @Test func `the IPv4 response of section 2·2 reads as published`() throws {
        let message = try MessageView(PublishedVectors.responseV4)
        #expect(message.kind == .success)
        #expect(message.text(of: .software) == "test vector")
        #expect(message.mappedAddress?.description == "192.0.2.1:32853")
        #expect(message.isAuthentic(under: shortTerm))
    }

    @Test func `the IPv6 response of section 2·3 reads as published`() throws {
        let message = try MessageView(PublishedVectors.responseV6)
        #expect(
            message.mappedAddress?.description == "[2001:db8:1234:5678:11:2233:4455:6677]:32853")
        #expect(message.isAuthentic(under: shortTerm))
    }

    @Test func `the long-term request of section 2·4 reads as published`() throws {
        let message = try MessageView(PublishedVectors.longTermRequest)
        #expect(message.id == TransactionID(high: 0x78ad_3433, low: 0xc6ad_72c0_29da_412e))
        #expect(message.text(of: .username) == "\u{30DE}\u{30C8}\u{30EA}\u{30C3}\u{30AF}\u{30B9}")
        #expect(message.text(of: .nonce) == "f//499k954d6OL34oL9FSTvy64sA")
        #expect(message.text(of: .realm) == "example.org")
        #expect(!message.has(.fingerprint))
        #expect(message.isAuthentic(under: PublishedVectors.longTermKey))
        #expect(!message.isAuthentic(under: shortTerm))
    }

    @Test func `the builder writes the long-term request byte for byte`() {
        var builder = MessageBuilder(
            .request, .binding, id: TransactionID(high: 0x78ad_3433, low: 0xc6ad_72c0_29da_412e))
        builder.add(.username, "\u{30DE}\u{30C8}\u{30EA}\u{30C3}\u{30AF}\u{30B9}")
        builder.add(.nonce, "f//499k954d6OL34oL9FSTvy64sA")
        builder.add(.realm, "example.org")
        let bytes = builder.finish(integrity: PublishedVectors.longTermKey, fingerprint: false)
        #expect(bytes == PublishedVectors.longTermRequest)
    }

    /// The RFC pads with spaces, which the codes cover; before them only padding may differ.
    @Test func `the builder writes the other messages but for their padding`() throws {
        var request = MessageBuilder(.request, .binding, id: id)
        request.add(.software, "STUN test client")
        request.add(.priority, UInt32(0x6e00_01ff))
        request.add(.iceControlled, UInt64(0x932f_f9b1_5126_3b36))
        request.add(.username, "evtj:h6vY")
        let built = request.finish(integrity: shortTerm, fingerprint: true)
        var expected = PublishedVectors.request
        #expect(built.count == expected.count)
        expected.replaceSubrange(73..<76, with: [0, 0, 0])
        #expect(built[..<76] == expected[..<76])
        #expect(try MessageView(built).isAuthentic(under: shortTerm))
    }

    @Test(arguments: ["192.0.2.1", "2001:db8:1234:5678:11:2233:4455:6677"])
    func `the builder encodes the responses' addresses as published`(text: String) throws {
        let address = TransportAddress(IPAddress(text)!, port: 32853)
        let vector =
            address.ip.family == .v4
            ? PublishedVectors.responseV4 : PublishedVectors.responseV6
        var builder = MessageBuilder(.success, .binding, id: id)
        builder.add(.software, "test vector")
        builder.add(.xorMappedAddress, address)
        let built = builder.finish(integrity: shortTerm, fingerprint: true)
        #expect(built.count == vector.count)
        #expect(built[35] == 0 && vector[35] == 0x20)
        let end = address.ip.family == .v4 ? 48 : 60
        #expect(built[36..<end] == vector[36..<end])
    }
}
