import NetworkModel
import Quantities
import Testing

@Suite struct SetUpTimeFormulaTests {
    /// Both sides 10 ms from every server and 20 ms from each other; signalling takes 30 ms.
    static func conditions(
        _ offerer: String, _ answerer: String, signalling: SimDuration = .milliseconds(30),
        gathersRelay: Bool = true, loss: Double = 0
    ) -> SetUpConditions {
        func party(_ name: String) -> SetUpParty {
            SetUpParty(
                nat: NATClass(name)!, toOwnServer: .milliseconds(10),
                toOtherServer: .milliseconds(10), gathersRelay: gathersRelay)
        }
        return SetUpConditions(
            offerer: party(offerer), answerer: party(answerer), direct: .milliseconds(20),
            betweenServers: .milliseconds(5), signalling: signalling, exchangeLoss: loss)
    }

    @Test func `two port-restricted sides take two signals, a server, a check and a nomination`() {
        let estimate = SetUpTimeFormula.rfc8445.estimate(
            Self.conditions("port_restricted", "port_restricted"))
        // The answerer knows its address at 30 + 20 ms and the offerer learns it at 80 ms.
        #expect(estimate.firstValid == .milliseconds(80 + 2 * 20))
        // The nomination is the offerer's second check, Ta after the first.
        #expect(estimate.nominated == .milliseconds(80 + 50))
        #expect(estimate.answererConnected == .milliseconds(130 + 20))
        #expect(estimate.offererConnected == .milliseconds(130 + 40))
        // The relay is asked Ta after the STUN server, twice.
        #expect(estimate.offererGathered == .milliseconds(50 + 40))
        #expect(estimate.offererAllocation?.madeAt == .milliseconds(50 + 30))
        #expect(estimate.offererAllocation?.releasedAt == .milliseconds(170 + 10))
        #expect(estimate.heldAllocations == 0)
    }

    @Test func `a browser's nomination waits for its turn`() {
        let estimate = SetUpTimeFormula.browser.estimate(
            Self.conditions("port_restricted", "port_restricted"))
        #expect(estimate.firstValid == .milliseconds(120))
        #expect(estimate.nominated == .milliseconds(80 + 48))
    }

    @Test func `a relayed call waits in vain for a direct path and holds one allocation`() {
        let formula = SetUpTimeFormula.browser
        let estimate = formula.estimate(Self.conditions("port_restricted", "symmetric"))
        #expect(estimate.outcome == .relayed)
        #expect(estimate.nominated - estimate.firstValid >= formula.relayPatience)
        #expect(estimate.heldAllocations == 1)
        let both = formula.estimate(Self.conditions("udp_blocked", "udp_blocked"))
        #expect(both.outcome == .relayed && both.heldAllocations == 2)
    }

    /// One turn of the pace may pass, no patience.
    @Test(arguments: [SetUpTimeFormula.browser, .rfc8445])
    func `nobody waits for a direct path to or from a blocked UDP`(formula: SetUpTimeFormula) {
        func wait(_ conditions: SetUpConditions) -> SimDuration {
            let estimate = formula.estimate(conditions)
            return estimate.nominated - estimate.firstValid
        }
        for other in NATClass.allCases.map(\.description) {
            #expect(wait(Self.conditions("udp_blocked", other)) <= formula.pacing, "\(other)")
            #expect(wait(Self.conditions(other, "udp_blocked")) <= formula.pacing, "\(other)")
        }
        // A private address that is shown could answer, for all that the offerer knows.
        var shown = Self.conditions("port_restricted", "udp_blocked")
        shown.answerer.hidesHostAddresses = false
        #expect(wait(shown) >= formula.relayPatience)
        shown.offerer.nat = .udpBlocked
        #expect(wait(shown) <= formula.pacing)
    }

    @Test func `without a relay nothing is held and the sides give up at their time-out`() {
        let formula = SetUpTimeFormula.browser
        let estimate = formula.estimate(
            Self.conditions("symmetric", "symmetric", gathersRelay: false))
        #expect(estimate.outcome == .unreachable && estimate.heldAllocations == 0)
        #expect(estimate.firstValid == .milliseconds(60) + formula.connectivityTimeout)
    }

    @Test func `slower signalling, longer ways and loss never make a set-up faster`() {
        for a in NATClass.allCases {
            for b in NATClass.allCases {
                for formula in [SetUpTimeFormula.browser, .rfc8445] {
                    func time(_ conditions: SetUpConditions) -> SimDuration {
                        formula.estimate(conditions).connected
                    }
                    let base = Self.conditions(a.description, b.description)
                    var later = base
                    later.signalling = .milliseconds(100)
                    // A turn of the pace may come out even with the slower one.
                    #expect(time(later) + formula.pacing > time(base))
                    var lossy = base
                    lossy.exchangeLoss = 0.05
                    #expect(time(lossy) + formula.pacing > time(base))
                    #expect(time(base) > .zero)
                }
            }
        }
    }
}
