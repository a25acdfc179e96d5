import ICE
import Quantities
import Signaling
import Testing

@Suite struct SignalingMessageTests {
    static let candidate = try! Candidate(
        text: "candidate:1 1 udp 5 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 7 typ host".utf8)
    static let messages: [SignalingMessage] = [
        .offer(SessionDescriptionTests.sample(seed: 3)),
        .answer(SessionDescriptionTests.sample(seed: 4)), .candidate(candidate),
        .candidate(candidate, usernameFragment: Array("aB3+".utf8)), .endOfCandidates(),
        .endOfCandidates(usernameFragment: Array("aB3+".utf8)), .bye, .resume, .seen(nil),
        .seen(list), .notice(list),
    ]
    static let list = ListVersion(digest: (0..<32).map { 7 &* $0 &+ 250 })

    @Test(arguments: messages)
    func `a message survives the way there and back`(message: SignalingMessage) throws {
        let text = message.text(in: CallID(rawValue: 12_345_678_901_234_567_890))
        let (call, parsed) = try SignalingMessage.parse(text)
        #expect(call.rawValue == 12_345_678_901_234_567_890)
        #expect(parsed == message)
    }

    @Test func `a candidate looks so on the wire`() {
        #expect(
            String(decoding: Self.messages[2].text(in: CallID(rawValue: 7)), as: UTF8.self)
                == "VOICEMEET/1 candidate\r\ncall: 7\r\nlength: 77\r\n\r\n"
                + "a=candidate:1 1 udp 5 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 7 typ host\r\n"
        )
    }

    @Test(arguments: [
        ("", SignalingError.firstLine),
        ("HTTP/1.1 bye\r\n\r\n", .firstLine),
        ("VOICEMEET/1 hello\r\ncall: 1\r\nlength: 0\r\n\r\n", .firstLine),
        ("VOICEMEET/1 bye\ncall: 1\nlength: 0\n\n", .firstLine),
        ("VOICEMEET/1 bye\r\ncall: 1\r\nlength: 0\r\n", .header(line: 4)),
        ("VOICEMEET/1 bye\r\ncall: x\r\nlength: 0\r\n\r\n", .header(line: 2)),
        ("VOICEMEET/1 bye\r\ncall: 1\r\ncall: 2\r\nlength: 0\r\n\r\n", .header(line: 3)),
        ("VOICEMEET/1 bye\r\ncall: 1\r\nseq: -1\r\nlength: 0\r\n\r\n", .header(line: 3)),
        ("VOICEMEET/1 resume\r\ncall: 1\r\nlength: 1\r\n\r\nx", .body(.resume)),
        (
            "VOICEMEET/1 end-of-candidates\r\ncall: 1\r\nlength: 16\r\n\r\na=ice-ufrag:abc\r\n",
            .length(declared: 16, actual: 17)
        ),
        (
            "VOICEMEET/1 end-of-candidates\r\ncall: 1\r\nlength: 17\r\n\r\na=ice-ufrag:abc\r\n",
            .usernameFragment
        ),
        (
            "VOICEMEET/1 end-of-candidates\r\ncall: 1\r\nlength: 18\r\n\r\na=ice-ufrag:abcd\r\n",
            .body(.endOfCandidates)
        ),
        ("VOICEMEET/1 bye\r\ncall 1\r\nlength: 0\r\n\r\n", .header(line: 2)),
        ("VOICEMEET/1 bye\r\nlength: 0\r\n\r\n", .missingHeader),
        ("VOICEMEET/1 bye\r\ncall: 1\r\nlength: 5\r\n\r\n", .length(declared: 5, actual: 0)),
        ("VOICEMEET/1 bye\r\ncall: 1\r\nlength: 1\r\n\r\nx", .body(.bye)),
        ("VOICEMEET/1 end-of-candidates\r\ncall: 1\r\nlength: 0\r\n\r\n", .body(.endOfCandidates)),
        ("VOICEMEET/1 candidate\r\ncall: 1\r\nlength: 0\r\n\r\n", .candidate(.prefix)),
        ("VOICEMEET/1 notice\r\ncall: 1\r\nlength: 0\r\n\r\n", .missingHeader),
        ("VOICEMEET/1 seen\r\ncall: 1\r\nlist: \r\nlength: 0\r\n\r\n", .header(line: 3)),
        ("VOICEMEET/1 seen\r\ncall: 1\r\nlength: 1\r\n\r\nx", .body(.seen)),
        (
            "VOICEMEET/1 offer\r\ncall: 1\r\nlength: 5\r\n\r\nv=0\r\n",
            .description(DescriptionError(line: 1, fault: .missing(.origin)))
        ),
    ])
    func `malformed text gives its error`(text: String, error: SignalingError) {
        #expect(throws: error) { try SignalingMessage.parse(Array(text.utf8)) }
    }
}

@Suite struct SignalingServiceTests {
    let call = CallID(rawValue: 7)
    let alice = PartyID(rawValue: 1)
    let bob = PartyID(rawValue: 2)

    func opened() -> SignalingService {
        var service = SignalingService()
        service.open(call, between: alice, and: bob)
        return service
    }

    @Test func `messages go to the other session and to nobody else`() {
        var service = opened()
        let text = SignalingMessage.endOfCandidates().text(in: call)
        #expect(service.handle(text, from: alice, at: .zero) == .forward(to: bob))
        #expect(service.handle(text, from: bob, at: .zero) == .forward(to: alice))
        #expect(
            service.handle(text, from: PartyID(rawValue: 3), at: .zero) == .refuse(.stranger))
        #expect(service.counters.forwarded == 2)
        #expect(service.counters.forwardedBytes == UInt64(2 * text.count))
        #expect(service.counters[.endOfCandidates] == 2)
        #expect(service.counters[.stranger] == 1)
    }

    @Test func `good-bye ends the call`() {
        var service = opened()
        let bye = SignalingMessage.bye.text(in: call)
        #expect(service.handle(bye, from: bob, at: .zero) == .forward(to: alice))
        #expect(service.openCalls == 0)
        #expect(service.handle(bye, from: alice, at: .zero) == .refuse(.unknownCall))
    }

    @Test func `a call is held until it is closed, and its messages for their time`() {
        var service = SignalingService(retention: .seconds(5))
        let (call, other) = (CallID(rawValue: 1), CallID(rawValue: 2))
        let party = PartyID(rawValue: 1)
        service.open(call, between: party, and: PartyID(rawValue: 2))
        #expect(service.isOpen(call) && !service.isOpen(other))
        let text = SignalingMessage.endOfCandidates().text(in: call, number: 1, acknowledging: 0)
        _ = service.handle(text, from: party, at: .zero)
        service.disconnect(party, from: call)
        #expect(service.isOpen(call))
        service.close(call)
        #expect(!service.isOpen(call) && service.keptMessages == 1)
    }

    @Test func `garbage is counted`() {
        var service = opened()
        #expect(service.handle([1, 2, 3], from: alice, at: .zero) == .refuse(.malformed))
        #expect(service.counters[.malformed] == 1)
    }

    @Test func `a call has its fill of messages`() {
        var service = opened()
        let text = SignalingMessage.endOfCandidates().text(in: call)
        for _ in 0..<SignalingService.maximumMessagesPerCall {
            #expect(service.handle(text, from: alice, at: .zero) == .forward(to: bob))
        }
        #expect(service.handle(text, from: alice, at: .zero) == .refuse(.tooMany))
    }

    @Test func `two calls of one name cannot be open`() async {
        await #expect(processExitsWith: .failure) {
            var service = SignalingService()
            service.open(
                CallID(rawValue: 1), between: PartyID(rawValue: 1), and: PartyID(rawValue: 2))
            service.open(
                CallID(rawValue: 1), between: PartyID(rawValue: 3), and: PartyID(rawValue: 4))
        }
    }
}
