import MediaSecurity
import Testing

@Suite struct FingerprintTests {
    @Test func `the text form is 32 upper-case pairs and reads back`() {
        let bytes = (0..<32).map { UInt8($0 * 8 + 7) }
        let text = Fingerprint.text(of: bytes)
        #expect(text.hasPrefix("07:0F:17:1F"))
        #expect(text.utf8.count == 95)
        #expect(Fingerprint.bytes(of: text) == bytes)
        #expect(Fingerprint.bytes(of: text.lowercased()) == bytes)
    }

    @Test func `whatever has another form is no fingerprint`() {
        let text = Fingerprint.text(of: [UInt8](repeating: 0xAB, count: 32))
        for length in 0..<text.utf8.count {
            #expect(Fingerprint.bytes(of: text.prefix(length)) == nil, "\(length) characters")
        }
        #expect(Fingerprint.bytes(of: text + ":") == nil)
        #expect(Fingerprint.bytes(of: text.replacing(":", with: "-")) == nil)
        #expect(Fingerprint.bytes(of: text.replacing("A", with: "G")) == nil)
        #expect(Fingerprint.bytes(of: text.replacing("AB", with: "٣")) == nil)
    }
}
