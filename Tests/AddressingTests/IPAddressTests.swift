import Addressing
import Testing

@Suite struct IPAddressTests {
    @Test(arguments: [
        "0.0.0.0", "127.0.0.1", "255.255.255.255", "192.0.2.33", "::", "::1", "2001:db8::1",
        "2001:db8:0:1:1:1:1:1", "fe80::1:0:0:1", "2001:0:0:1::1", "1:2:3:4:5:6:7:8", "1::",
    ])
    func `canonical text comes back as it went in`(text: String) {
        #expect(IPAddress(text)?.description == text)
    }

    @Test(arguments: [
        "", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "+1.2.3.4", "1..2.3", "a.b.c.d",
        ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "12345::", "::g", "+1::",
    ])
    func `malformed text is refused`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `a transport address prints with its port`() {
        #expect(TransportAddress(IPAddress("192.0.2.1")!, port: 5).description == "192.0.2.1:5")
        #expect(TransportAddress(IPAddress("::1")!, port: 5).description == "[::1]:5")
    }
    @Test func `an address is read out of a longer text`() {
        let text = Array("raddr 192.0.2.1 rport".utf8)
        #expect(IPAddress(utf8: text[6..<15]) == IPAddress(v4: 0xc000_0201))
        #expect(IPAddress(utf8: text[6..<16]) == nil)
        #expect(IPAddress(utf8: text[6..<6]) == nil)
    }

    @Test(arguments: ["1.2.3.", "1.2.3.4.", ".1.2.3", "1..2.3", "0.00.0.0", "1.2.3.0256"])
    func `dots at the ends, doubled ones and leading zeros are refused`(text: String) {
        #expect(IPAddress(text) == nil)
    }
}
