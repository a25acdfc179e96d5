import ICE
import RandomStreams
import Signaling
import Testing

@Suite struct SessionDescriptionTests {
    static func sample(seed: UInt64 = 1, candidates: [Candidate] = []) -> SessionDescription {
        var stream = RandomStream(
            StreamName(seed: seed, replication: 0, purpose: StreamPurpose(rawValue: 9), entity: 0))
        return SessionDescription(
            sessionID: stream.nextUInt64() >> 1, credentials: Credentials(using: &stream),
            fingerprint: stream.nextBytes(32), setup: .actpass, candidates: candidates)
    }

    static let offer = """
        v=0
        o=- 4611731400430051336 2 IN IP4 127.0.0.1
        s=-
        t=0 0
        a=group:BUNDLE 0
        m=audio 9 UDP/TLS/RTP/SAVPF 111 63 0
        c=IN IP4 0.0.0.0
        a=rtcp:9 IN IP4 0.0.0.0
        a=candidate:1 1 udp 2130706431 203.0.113.141 8998 typ host
        a=ice-ufrag:8hhY
        a=ice-pwd:asd88fgpdd777uzjYhagZg
        a=ice-options:trickle renomination
        a=fingerprint:sha-256 00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:\
        66:77:88:99:aa:bb:cc:dd:ee:ff
        a=setup:actpass
        a=mid:0
        a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level
        a=sendrecv
        a=rtcp-mux
        a=rtpmap:111 opus/48000/2
        a=rtcp-fb:111 transport-cc
        a=fmtp:111 minptime=10;useinbandfec=1; usedtx=1;maxaveragebitrate=24000
        a=rtpmap:63 red/48000/2
        a=fmtp:63 111/111
        a=ptime:20
        """

    @Test func `a browser's offer is understood`() throws {
        let offer = try SessionDescription(text: Self.offer.utf8)
        #expect(offer.sessionID == 4_611_731_400_430_051_336)
        #expect(offer.version == 2)
        #expect(offer.trickles && !offer.hasAllCandidates)
        #expect(offer.setup == .actpass)
        #expect(offer.fingerprint[1] == 0x11 && offer.fingerprint[31] == 0xff)
        #expect(offer.format.usesDTX && offer.format.usesInBandFEC)
        #expect(offer.format.maximumAverageBitrate == 24_000)
        #expect(offer.candidates.count == 1)
    }

    @Test(arguments: 0..<64 as Range<UInt64>)
    func `what is printed is read back equal`(seed: UInt64) throws {
        var description = Self.sample(seed: seed)
        description.trickles = seed & 1 == 0
        description.hasAllCandidates = seed & 2 != 0
        description.isLite = seed & 4 != 0
        description.pacing = seed & 8 != 0 ? nil : UInt32(seed)
        description.setup = SetupRole.allCases[Int(seed % 3)]
        description.format = OpusFormat(
            payloadType: 96 + UInt8(seed % 32), usesInBandFEC: seed & 4 == 0,
            usesDTX: seed & 8 != 0, maximumAverageBitrate: seed & 16 == 0 ? nil : 24_000,
            packetTime: 60)
        if seed & 32 != 0 {
            description.candidates = [
                try Candidate(text: "candidate:1 1 udp 5 192.0.2.1 7 typ host".utf8),
                try Candidate(
                    text: "candidate:2 1 udp 4 192.0.2.2 7 typ relay raddr 192.0.2.3 rport 8".utf8),
            ]
        }
        #expect(try SessionDescription(text: description.text) == description)
    }

    typealias Fault = DescriptionError.Fault

    @Test(arguments: [
        ("v=0", "v=1", 1, Fault.unsupported(.version)),
        ("v=0", "o=0", 1, .expected(.version)),
        ("s=-", "s", 3, .notALine),
        ("o=- 46", "o=46", 2, .malformed(.origin)),
        ("m=audio 9", "m=video 9", 6, .unsupported(.media)),
        ("m=audio 9", "m=audio 99999", 6, .malformed(.media)),
        ("UDP/TLS/RTP/SAVPF", "RTP/AVP", 6, .unsupported(.media)),
        ("typ host", "typ hostel", 9, .candidate(.type)),
        ("8hhY", "8hh", 10, .malformed(.usernameFragment)),
        ("asd88fgpdd777uzjYhagZg", "short", 11, .malformed(.password)),
        ("00:11:22", "00:11", 13, .malformed(.fingerprint)),
        ("00:11:22", "00:11-22", 13, .malformed(.fingerprint)),
        ("setup:actpass", "setup:holdconn", 14, .malformed(.setup)),
        ("mid:0", "mid:", 15, .malformed(.mid)),
        ("a=sendrecv", "a=mid:1", 17, .repeated(.mid)),
        ("useinbandfec=1", "useinbandfec=2", 21, .malformed(.fmtp)),
        ("maxaveragebitrate=24000", "maxaveragebitrate=5", 21, .malformed(.fmtp)),
        ("a=sendrecv", "a=ice-pacing:fast", 17, .malformed(.pacing)),
        ("ptime:20", "ptime:2", 24, .malformed(.ptime)),
        ("rtcp-mux", "rtcp-max", 24, .missing(.rtcpMultiplexing)),
        ("sha-256", "sha-1", 24, .missing(.fingerprint)),
        ("opus/48000/2", "opus/48000", 24, .missing(.rtpmap)),
    ])
    func `a malformed line is named with its number`(
        part: String, instead: String, line: Int, fault: Fault
    ) {
        let range = Self.offer.firstRange(of: part)!
        let text = Self.offer.replacingCharacters(in: range, with: instead)
        #expect(throws: DescriptionError(line: line, fault: fault)) {
            try SessionDescription(text: text.utf8)
        }
    }

    @Test func `a flood of candidates and an endless text are refused`() throws {
        let candidate = try Candidate(text: "candidate:1 1 udp 5 192.0.2.1 7 typ host".utf8)
        let flood = Self.sample(candidates: Array(repeating: candidate, count: 65))
        #expect(throws: DescriptionError(line: 73, fault: .tooManyCandidates)) {
            try SessionDescription(text: flood.text)
        }
        #expect(throws: DescriptionError(line: 1, fault: .tooLong(bytes: 20_000))) {
            try SessionDescription(text: [UInt8](repeating: 10, count: 20_000))
        }
    }

    @Test func `any truncation or changed byte parses or throws, never traps`() {
        let text = Self.sample().text
        for length in text.indices { _ = try? SessionDescription(text: text[..<length]) }
        for index in text.indices {
            for byte in [UInt8(0), 10, 13, 32, 58, 61, 255] {
                var changed = text
                changed[index] = byte
                _ = try? SessionDescription(text: changed)
            }
        }
    }
}

extension String {
    func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
        var copy = self
        copy.replaceSubrange(range, with: text)
        return copy
    }
}
