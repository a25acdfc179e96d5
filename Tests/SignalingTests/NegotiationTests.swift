import Signaling
import Testing

@Suite struct NegotiationTests {
    /// A side that keeps to what it is told.
    struct Party {
        var negotiation: Negotiation
        var applied: [UInt64] = []

        init(_ id: UInt64) { negotiation = Negotiation(sessionID: id) }

        func description(_ version: UInt64) -> SessionDescription {
            var description = SessionDescriptionTests.sample()
            description.sessionID = negotiation.sessionID
            description.version = version
            return description
        }

        mutating func offer() -> SessionDescription { description(negotiation.offer()) }

        mutating func take(offer: SessionDescription) -> (Negotiation.Verdict, SessionDescription?)
        {
            let verdict = negotiation.receive(offer: offer)
            guard verdict == .accept || verdict == .rollBackAndAccept else { return (verdict, nil) }
            applied.append(offer.version)
            return (verdict, description(negotiation.answer()))
        }

        mutating func take(answer: SessionDescription) -> Negotiation.Verdict {
            let verdict = negotiation.receive(answer: answer)
            if verdict == .accept { applied.append(answer.version) }
            return verdict
        }
    }

    @Test func `an offer and its answer, then a new offer from the other side`() throws {
        var (a, b) = (Party(1), Party(2))
        let first = a.offer()
        let (verdict, answer) = b.take(offer: first)
        #expect(verdict == .accept && a.negotiation.state == .haveLocalOffer)
        #expect(a.take(answer: try #require(answer)) == .accept)
        let (next, reply) = a.take(offer: b.offer())
        #expect(next == .accept)
        #expect(b.take(answer: try #require(reply)) == .accept)
        #expect(a.negotiation.state == .stable && b.negotiation.state == .stable)
        #expect(a.negotiation.version == 2 && b.negotiation.version == 2)
    }

    @Test(arguments: [(1, 2), (2, 1), (0, UInt64.max >> 1)] as [(UInt64, UInt64)])
    func `of two offers that cross that of the greater session id stands`(
        ids: (UInt64, UInt64)
    ) throws {
        var (a, b) = (Party(ids.0), Party(ids.1))
        let (offerOfA, offerOfB) = (a.offer(), b.offer())
        let (verdictOfA, answerOfA) = a.take(offer: offerOfB)
        let (verdictOfB, answerOfB) = b.take(offer: offerOfA)
        if ids.0 < ids.1 {
            #expect(verdictOfA == .rollBackAndAccept && verdictOfB == .ignoreGlare)
            #expect(b.take(answer: try #require(answerOfA)) == .accept)
        } else {
            #expect(verdictOfB == .rollBackAndAccept && verdictOfA == .ignoreGlare)
            #expect(a.take(answer: try #require(answerOfB)) == .accept)
        }
        #expect(a.negotiation.state == .stable && b.negotiation.state == .stable)
        let (again, _) = a.take(offer: b.offer())
        #expect(again == .accept)
    }

    @Test func `a side that reads its own offer back keeps to it`() {
        var a = Party(7)
        let offer = a.offer()
        #expect(a.take(offer: offer).0 == .ignoreGlare)
        #expect(a.negotiation.state == .haveLocalOffer)
    }

    @Test func `what is doubled, late, unasked for or foreign changes nothing`() throws {
        var (a, b) = (Party(1), Party(2))
        #expect(a.take(answer: b.description(1)) == .ignoreUnexpected)
        let first = a.offer()
        let (_, answer) = b.take(offer: first)
        #expect(b.take(offer: first).0 == .ignoreOld)
        #expect(a.take(answer: try #require(answer)) == .accept)
        #expect(a.take(answer: try #require(answer)) == .ignoreOld)
        #expect(a.take(answer: b.description(9)) == .ignoreUnexpected)
        var foreign = b.description(9)
        foreign.sessionID = 3
        #expect(a.take(offer: foreign).0 == .ignoreForeign)
        #expect(a.applied == [1] && b.applied == [1])
        #expect(a.negotiation.state == .stable && b.negotiation.state == .stable)
    }

    /// All interleavings of two sides that offer, each up to twice, over two ordered channels.
    @Test func `whatever crosses whatever, both end stable on the same exchanges`() {
        var ends = 0
        explore(Exchange(), &ends)
        #expect(ends > 100)
    }

    struct Exchange {
        var parties = [Party(1), Party(2)]
        var channels: [[(isOffer: Bool, SessionDescription)]] = [[], []]
        var offersLeft = [2, 2]
    }

    func explore(_ exchange: Exchange, _ ends: inout Int) {
        var moved = false
        for side in 0...1 {
            if exchange.offersLeft[side] > 0, exchange.parties[side].negotiation.state == .stable {
                var next = exchange
                next.offersLeft[side] -= 1
                next.channels[1 - side].append((true, next.parties[side].offer()))
                explore(next, &ends)
                moved = true
            }
            if let (isOffer, description) = exchange.channels[side].first {
                var next = exchange
                next.channels[side].removeFirst()
                if isOffer {
                    let (_, answer) = next.parties[side].take(offer: description)
                    if let answer { next.channels[1 - side].append((false, answer)) }
                } else {
                    _ = next.parties[side].take(answer: description)
                }
                explore(next, &ends)
                moved = true
            }
        }
        guard !moved else { return }
        ends += 1
        if exchange.parties.contains(where: { $0.negotiation.state != .stable }) {
            Issue.record("an exchange ends in \(exchange.parties.map(\.negotiation.state))")
        }
    }

    @Test func `no second offer before the answer to the first`() async {
        await #expect(processExitsWith: .failure) {
            var negotiation = Negotiation(sessionID: 1)
            _ = negotiation.offer()
            _ = negotiation.offer()
        }
    }
}
