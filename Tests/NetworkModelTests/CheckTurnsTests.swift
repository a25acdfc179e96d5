import Quantities
import Testing

@testable import NetworkModel

@Suite struct CheckTurnsTests {
    private func milliseconds(_ span: SimDuration?) -> Double? { span?.milliseconds }

    /// Direct from 10 ms on, the far relay from 30 ms, the own one from 120 ms.
    private func turns(_ formula: SetUpTimeFormula) -> CheckTurns {
        CheckTurns(
            formula: formula,
            available: [
                CheckTurns.never, .milliseconds(10), .milliseconds(30), CheckTurns.never,
                .milliseconds(120), CheckTurns.never,
            ])
    }

    @Test func `browsers check what is new first and go round`() {
        // 10 direct, 58 far, 106 direct, 154 own (new), 202 far, 250 direct …
        let turns = turns(.browser)
        func direct(_ opening: Int64) -> Double? {
            milliseconds(
                turns.check(
                    of: .direct, arrivingAfter: .milliseconds(20), at: .milliseconds(opening)))
        }
        #expect(direct(0) == 10 && direct(30) == 10 && direct(31) == 106)
        #expect(direct(127) == 250)
        #expect(milliseconds(turns.firstCheck(of: .farRelay)) == 58)
        #expect(milliseconds(turns.firstCheck(of: .ownRelay)) == 154)
        #expect(turns.firstCheck(of: .bothRelays) == nil)
        #expect(milliseconds(turns.turn(at: .milliseconds(60))) == 106)
        #expect(milliseconds(turns.turn(at: .milliseconds(106))) == 106)
    }

    @Test func `a valid relayed pair leaves all turns to the direct one`() {
        var turns = turns(.browser)
        turns.farRelayValid = .milliseconds(100)
        let sent = turns.check(of: .direct, arrivingAfter: .zero, at: .milliseconds(107))
        #expect(milliseconds(sent) == 154)
        #expect(turns.firstCheck(of: .ownRelay) == nil)
    }

    @Test func `the standard's agents check once and repeat by the timer`() {
        // 10 direct, 60 far, 120 own; repeated 500, 1500, 3500 … ms later.
        let turns = turns(.rfc8445)
        func direct(_ opening: Int64) -> Double? {
            milliseconds(
                turns.check(of: .direct, arrivingAfter: .zero, at: .milliseconds(opening)))
        }
        #expect(direct(10) == 10 && direct(11) == 510 && direct(511) == 1_510)
        #expect(direct(40_000) == nil, "the last repetition is 31.5 s after the first check")
        #expect(milliseconds(turns.firstCheck(of: .ownRelay)) == 120)
        #expect(milliseconds(turns.turn(at: .milliseconds(70))) == 110)
        #expect(milliseconds(turns.turn(at: .milliseconds(300))) == 300)
    }
}
