import Quantities
import Testing

@testable import Matchmaking

/// Queues whose pairs a predicate has to allow as well.
@Suite struct PairPredicateTests {
    /// Even numbers suit odd ones.
    struct OtherSide: PairPredicate {
        func allows(_ one: TicketID, _ other: TicketID) -> Bool {
            (one.rawValue ^ other.rawValue) & 1 == 1
        }
    }

    struct Nobody: PairPredicate {
        func allows(_ one: TicketID, _ other: TicketID) -> Bool { false }
    }

    static let anybody = [
        ExpansionStep(after: .zero, requiresLanguage: false, requiresInterest: false)
    ]

    private func enqueue(
        _ queue: Queue, _ id: UInt32, at seconds: Double, where predicate: some PairPredicate
    ) -> Decision {
        queue.matchmaker.enqueue(
            MatchmakerTests.ticket(id), at: MatchmakerTests.at(seconds), where: predicate)
    }

    @Test func `an arrival takes the oldest ticket that is allowed, without an age inversion`()
        throws
    {
        let queue = try MatchmakerTests.matchmaker(Self.anybody)
        #expect(enqueue(queue, 2, at: 0, where: OtherSide()) == .waiting)
        #expect(enqueue(queue, 4, at: 1, where: OtherSide()) == .waiting)
        #expect(queue.cancel(TicketID(2)))
        #expect(enqueue(queue, 6, at: 2, where: OtherSide()) == .waiting)
        let pairing = try MatchmakerTests.pairing(
            enqueue(queue, 7, at: 3, where: OtherSide()))
        #expect(pairing.first.ticket == TicketID(4))
        #expect(!pairing.ageInversion)
        #expect(queue.waitingCount == 1)
    }

    @Test func `the audit sees an older ticket if the predicate allows it`() throws {
        let queue = try MatchmakerTests.matchmaker(Self.anybody)
        for (slot, id) in [UInt32(2), 4, 7].enumerated() {
            #expect(enqueue(queue, id, at: Double(slot), where: Nobody()) == .waiting)
        }
        let now = MatchmakerTests.at(3)
        #expect(
            queue.matchmaker.state.audit(first: 1, second: 2, at: now, where: OtherSide()).inversion
        )
        #expect(
            !queue.matchmaker.state.audit(first: 1, second: 2, at: now, where: Nobody()).inversion)
        #expect(
            !queue.matchmaker.state.audit(first: 0, second: 2, at: now, where: OtherSide())
                .inversion)
    }

    @Test func `a predicate and a ladder of several steps do not go together`() async {
        await #expect(processExitsWith: .failure) {
            var matchmaker = Matchmaker(
                rules: try MatchRules(
                    expansion: MatchmakerTests.ladder, avoidRematch: false, tiers: .ignore))
            _ = matchmaker.enqueue(
                MatchmakerTests.ticket(1), at: .zero, where: OtherSide())
        }
    }
}
