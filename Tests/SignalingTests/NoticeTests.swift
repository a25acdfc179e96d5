import ICE
import Quantities
import Signaling
import Testing

/// That a changed list of processors is told to whoever has seen another one, and to nobody else.
@Suite struct NoticeTests {
    private static let call = CallID(rawValue: 7)
    private static let alice = PartyID(rawValue: 1)
    private static let bob = PartyID(rawValue: 2)
    private static let (older, published) = (version(1), version(2))

    private static func version(_ byte: UInt8) -> ListVersion {
        ListVersion(digest: [UInt8](repeating: byte, count: ListVersion.byteCount))
    }

    private static func service(publishing list: ListVersion?) -> SignalingService {
        var service = SignalingService(retention: .hours(24))
        service.open(call, between: alice, and: bob)
        service.publishedList = list
        return service
    }

    private static func text(_ message: SignalingMessage) -> [UInt8] { message.text(in: call) }

    @Test func `a notice looks so on the wire, and has one spelling`() throws {
        let list = ListVersion(digest: (0..<32).map { $0 == 31 ? 0xAB : $0 })
        let digits = "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1EAB"
        let text = "VOICEMEET/1 notice\r\ncall: 7\r\nlist: \(digits)\r\nlength: 0\r\n\r\n"
        #expect(String(decoding: Self.text(.notice(list)), as: UTF8.self) == text)
        #expect(list.digest.last == 0xAB && list.digest.count == 32)
        let parsed = try SignalingMessage.parse(Array(text.utf8)).message
        #expect(parsed == .notice(list))
        let wrong = [
            digits.lowercased(), String(digits.dropLast()), digits + "0", digits + " ",
            "G" + digits.dropFirst(), "",
        ]
        for wrong in wrong {
            let text = text.replacing(digits, with: wrong)
            #expect(throws: SignalingError.header(line: 3), "\(wrong)") {
                try SignalingMessage.parse(Array(text.utf8))
            }
        }
        let twice = text.replacing("length", with: "list: \(digits)\r\nlength")
        #expect(throws: SignalingError.header(line: 4)) {
            try SignalingMessage.parse(Array(twice.utf8))
        }
    }

    @Test func `who has seen another list is told, and who has seen it is not`() {
        var service = Self.service(publishing: Self.published)
        let notice = Self.text(.notice(Self.published))
        for seen in [Self.older, nil] {
            #expect(
                service.handle(Self.text(.seen(seen)), from: Self.alice, at: .zero)
                    == .reply(notice))
        }
        #expect(
            service.handle(Self.text(.seen(Self.published)), from: Self.bob, at: .zero)
                == .reply(nil))
        #expect(service.counters.notices == 2)
        // A platform that publishes none tells nobody, whatever was seen.
        var silent = Self.service(publishing: nil)
        #expect(
            silent.handle(Self.text(.seen(Self.older)), from: Self.alice, at: .zero)
                == .reply(nil))
    }

    @Test func `neither what was seen nor the notice is kept, counted or passed on`() {
        var service = Self.service(publishing: Self.published)
        for _ in 0...SignalingService.maximumMessagesPerCall {
            _ = service.handle(Self.text(.seen(Self.older)), from: Self.alice, at: .zero)
        }
        #expect(service.keptMessages == 0 && service.counters.forwarded == 0)
        let offer = Self.text(.endOfCandidates())
        #expect(service.handle(offer, from: Self.alice, at: .zero) == .forward(to: Self.bob))
        // It is the same for whoever has no part in the call.
        let stranger = PartyID(rawValue: 3)
        #expect(
            service.handle(Self.text(.seen(Self.older)), from: stranger, at: .zero)
                == .refuse(.stranger))
    }

    @Test func `a session cannot give the other one a notice`() {
        var service = Self.service(publishing: Self.published)
        let forged = Self.text(.notice(Self.older))
        #expect(service.handle(forged, from: Self.alice, at: .zero) == .refuse(.notTheirs))
        let numbered = SignalingMessage.notice(Self.older).text(
            in: Self.call, number: 1, acknowledging: 0)
        #expect(service.handle(numbered, from: Self.alice, at: .zero) == .refuse(.notTheirs))
        #expect(service.counters[.notTheirs] == 2)
    }

    @Test func `a channel hands a notice on between messages, whose order stays`() {
        var channel = SignalingChannel(call: Self.call)
        var other = SignalingChannel(call: Self.call)
        let texts = [other.send(.endOfCandidates())!, other.send(.bye)!]
        #expect(channel.receive(texts[0]) == .deliver(.endOfCandidates()))
        #expect(
            channel.receive(Self.text(.notice(Self.published))) == .notice(Self.published))
        let elsewhere = SignalingMessage.notice(Self.published).text(in: CallID(rawValue: 8))
        #expect(channel.receive(elsewhere) == .malformed)
        #expect(channel.receive(texts[1]) == .deliver(.bye))
        #expect(channel.delivered == 2 && channel.gaps == 0)
    }

    @Test func `every shorter text of a notice is refused`() {
        let text = Self.text(.notice(Self.published))
        for length in text.indices {
            #expect(throws: SignalingError.self) {
                try SignalingMessage.parse(Array(text.prefix(length)))
            }
        }
    }
}
