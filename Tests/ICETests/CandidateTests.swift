import Addressing
import ICE
import RandomStreams
import Testing

@Suite struct CandidateTests {
    /// RFC 8839 §5.1 gives the first two as examples; the third is what a browser sends behind mDNS.
    @Test(arguments: [
        "candidate:1 1 udp 2130706431 203.0.113.141 8998 typ host",
        "candidate:2 1 udp 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.141 rport 8998",
        "candidate:3 1 udp 2122260223 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 54596 typ host",
        "candidate:4 1 udp 1694498815 2001:db8::17 45664 typ srflx raddr :: rport 9",
        "candidate:a+/Z9 1 tcp 16777215 192.0.2.9 9 typ relay raddr 0.0.0.0 rport 9",
        "candidate:prflx1 256 udp 1 192.0.2.9 65535 typ prflx raddr 10.0.0.1 rport 0",
    ])
    func `text survives the way there and back`(text: String) throws {
        let candidate = try Candidate(text: text.utf8)
        #expect(candidate.description == text)
        #expect(try Candidate(text: "a=\(text)".utf8) == candidate)
        #expect(try Candidate(text: candidate.text) == candidate)
    }

    @Test func `unknown extensions are skipped and case does not matter`() throws {
        let text =
            "candidate:1 1 UDP 5 10.0.0.1 7 typ SRFLX raddr 10.0.0.2 rport 8 generation 0 "
            + "ufrag a network-cost 999"
        let candidate = try Candidate(text: text.utf8)
        #expect(candidate.type == .serverReflexive)
        #expect(candidate.related == TransportAddress(IPAddress("10.0.0.2")!, port: 8))
    }

    @Test(arguments: [
        ("", CandidateTextError.prefix),
        ("candidate:", .prefix),
        ("kandidate:1 1 udp 5 10.0.0.1 7 typ host", .prefix),
        ("candidate:1 1 udp 5 10.0.0.1 7 typ", .tooFewWords(count: 7)),
        ("candidate:1_ 1 udp 5 10.0.0.1 7 typ host", .foundation),
        ("candidate:123456789012345678901234567890123 1 udp 5 10.0.0.1 7 typ host", .foundation),
        ("candidate:1 0 udp 5 10.0.0.1 7 typ host", .component),
        ("candidate:1 257 udp 5 10.0.0.1 7 typ host", .component),
        ("candidate:1 1 sctp 5 10.0.0.1 7 typ host", .transport),
        ("candidate:1 1 udp 0 10.0.0.1 7 typ host", .priority),
        ("candidate:1 1 udp 2147483648 10.0.0.1 7 typ host", .priority),
        ("candidate:1 1 udp -5 10.0.0.1 7 typ host", .priority),
        ("candidate:1 1 udp 5 10.0.0.256 7 typ host", .address),
        ("candidate:1 1 udp 5 example.org 7 typ host", .address),
        ("candidate:1 1 udp 5 10.0.0.1 65536 typ host", .port),
        ("candidate:1 1 udp 5 10.0.0.1 7 type host", .type),
        ("candidate:1 1 udp 5 10.0.0.1 7 typ guest", .type),
        ("candidate:1  udp 5 10.0.0.1 7 typ host", .component),
        ("candidate:1 1 udp 5 10.0.0.1 7 typ srflx raddr", .extension(word: 9)),
        ("candidate:1 1 udp 5 10.0.0.1 7 typ srflx raddr 10.0.0.1 rport x", .extension(word: 11)),
    ])
    func `malformed text gives its error`(text: String, error: CandidateTextError) {
        #expect(throws: error) { try Candidate(text: text.utf8) }
    }

    @Test func `an endless candidate is refused before it is read`() {
        #expect(throws: CandidateTextError.tooLong(bytes: 5000)) {
            try Candidate(text: [UInt8](repeating: 32, count: 5000))
        }
    }

    @Test func `any truncation or flipped bit parses or throws, never traps`() {
        let text = Array(
            "candidate:2 1 udp 1694498815 192.0.2.3 45664 typ srflx raddr 203.0.113.1 rport 8"
                .utf8)
        for length in text.indices { _ = try? Candidate(text: text[..<length]) }
        for bit in 0..<text.count * 8 {
            var changed = text
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            _ = try? Candidate(text: changed)
        }
    }

    /// RFC 8445 §5.1.2.1 with local preference 65535 and component 1; the values are those that
    /// RFC 8839 §5.1 shows and browsers send for srflx and relay.
    @Test func `priorities follow the formula`() {
        #expect(Priority.candidate(type: .host, localPreference: 65535) == 2_130_706_431)
        #expect(Priority.candidate(type: .serverReflexive, localPreference: 65535) == 1_694_498_815)
        #expect(Priority.candidate(type: .peerReflexive, localPreference: 65535) == 1_862_270_975)
        #expect(Priority.candidate(type: .relayed, localPreference: 65535) == 16_777_215)
        #expect(
            Priority.candidate(type: .relayed, localPreference: 0, component: 256) == 0)
    }

    @Test func `pair priorities put the worse candidate first and break the tie by role`() {
        #expect(Priority.pair(controlling: 3, controlled: 5) == 3 << 32 + 10)
        #expect(Priority.pair(controlling: 5, controlled: 3) == 3 << 32 + 11)
        #expect(Priority.pair(controlling: 5, controlled: 5) == 5 << 32 + 10)
        let best = UInt32(1 << 31 - 1)
        #expect(Priority.pair(controlling: best, controlled: best) < UInt64(1) << 63)
    }

    /// Why compliant agents settle on one relay (RFC 8445 §6.1.2.3).
    @Test func `a pair with one relay beats a pair with two`() {
        func priority(_ type: CandidateType) -> UInt32 {
            Priority.candidate(type: type, localPreference: 65535)
        }
        let prflx = Priority.pair(
            controlling: priority(.relayed), controlled: priority(.peerReflexive))
        let srflx = Priority.pair(
            controlling: priority(.relayed), controlled: priority(.serverReflexive))
        let relayed = Priority.pair(controlling: priority(.relayed), controlled: priority(.relayed))
        #expect(prflx > srflx)
        #expect(srflx > relayed)
    }
}

@Suite struct CredentialsTests {
    @Test func `fresh credentials are long enough, of ice-chars and differ`() throws {
        var stream = RandomStream(
            StreamName(seed: 1, replication: 0, purpose: StreamPurpose(rawValue: 9), entity: 1))
        let first = Credentials(using: &stream)
        let second = Credentials(using: &stream)
        #expect(first != second)
        #expect(first.usernameFragment.count == 4 && first.password.count == 24)
        let copy = try Credentials(
            usernameFragment: first.usernameFragment, password: first.password)
        #expect(copy == first)
    }

    @Test func `short, long and foreign characters are refused`() {
        let password = [UInt8](repeating: 65, count: 22)
        #expect(throws: Credentials.Fault.usernameFragment(length: 3)) {
            try Credentials(usernameFragment: Array("abc".utf8), password: password)
        }
        #expect(throws: Credentials.Fault.usernameFragment(length: 4)) {
            try Credentials(usernameFragment: Array("ab:c".utf8), password: password)
        }
        #expect(throws: Credentials.Fault.password(length: 21)) {
            try Credentials(usernameFragment: Array("abcd".utf8), password: password.dropLast())
        }
        #expect(throws: Credentials.Fault.password(length: 257)) {
            try Credentials(
                usernameFragment: Array("abcd".utf8), password: [UInt8](repeating: 65, count: 257))
        }
    }

    @Test func `an mDNS name is a version 4 UUID that survives its text`() {
        var stream = RandomStream(
            StreamName(seed: 1, replication: 0, purpose: StreamPurpose(rawValue: 9), entity: 2))
        for _ in 0..<100 {
            let name = MDNSName(using: &stream)
            let text = Array(name.description.utf8)
            #expect(MDNSName(bytes: text[...]) == name)
            #expect(text[14] == UInt8(ascii: "4"))
            #expect("89ab".utf8.contains(text[19]))
        }
    }
}
