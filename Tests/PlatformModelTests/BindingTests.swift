import EventEngine
import Measurement
import MediaPipeline
import NetworkModel
import Quantities
import ScenarioModel
import Talks
import Testing

@testable import PlatformModel

/// What the life of NAT bindings does to calls.
///
/// Browsers check for consent every 2.5 s, over the path that media take; a binding that lives longer
/// is kept by that however quiet the talk. A shorter one is closed between two checks. A NAT that
/// preserves ports then opens the same one anew, and consent runs out, after 30 s, only in calls where
/// one side's checks always come while the other's binding is closed. One that draws its ports shows
/// another, at which neither peer nor relay looks for it.
@Suite struct BindingTests {
    private func lost(
        _ nat: NATClass, keeping time: Double
    ) -> (lost: Int64, calls: Int64) {
        var scenario = Scenario(title: "Bindings")
        scenario.general = General(
            seed: 9, warmUp: .zero, stopTime: .seconds(45), replications: 1,
            seriesStep: .seconds(5))
        scenario.arrivals = .rate(0.7)
        scenario.population[0].conversation = .constant(600)
        scenario.population[0].requeue = 0
        scenario.population[0].access = [NamedShare(index: 0, share: 1)]
        scenario.access[0].nat = [NATShare(nat, 1)]
        scenario.access[0].loss = .none
        scenario.access[0].bindingTimeout = .constant(time)
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 1, flow: 0)
        var run = ReplicationRun(
            scenario, seed: 9, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, corpus: TalkingTests.corpus)
        run.advance(to: run.end)
        #expect(run.violation == nil)
        let record = run.finish()
        return (record.total(.callsLost), record.total(.calls))
    }

    private static let drawn = NATClass.translated(
        .addressAndPortDependent, .addressAndPortDependent)
    private static let preserved = NATClass.translated(
        .endpointIndependent, .addressAndPortDependent)

    @Test func `checks for consent keep bindings that live longer than their interval`() {
        let (lost, calls) = lost(Self.drawn, keeping: 2.6)
        #expect(calls > 8)
        #expect(lost == 0)
    }

    @Test func `a binding that ends between two checks costs the call, if its port is drawn`() {
        let (lost, calls) = lost(Self.drawn, keeping: 2)
        #expect(calls > 8)
        #expect(lost > 2)
        #expect(self.lost(Self.preserved, keeping: 2).lost < lost)
    }

    @Test func `each NAT draws the life of its bindings once, and none is under a second`() {
        var scenario = Scenario(title: "Bindings")
        scenario.access[0].bindingTimeout = BindingPopulation.homeGateways.distribution
        scenario.access[1].bindingTimeout = .uniform(min: 0, max: 2)
        scenario.access[0].household = 2
        scenario.access[0].nat = [NATShare(Self.preserved, 1)]
        var crowd = Crowd(scenario, root: StreamRoot(seed: 1, replication: 0))
        var lives: [UInt32: SimDuration] = [:]
        var floored = 0
        for serial in 0..<UInt32(2000) {
            let attributes = crowd.attributes(of: serial)
            let life = crowd.host(serial, attributes).bindingTimeout
            switch attributes.access {
            case 0:
                #expect(life >= .seconds(30) && life <= .seconds(300))
                #expect(lives[attributes.home].map { $0 == life } ?? true)
                lives[attributes.home] = life
                let home = crowd.homeGateway(attributes, behind: nil)
                #expect(home?.behaviour.mappingTimeout == life)
            case 1:
                #expect(life >= .seconds(1) && life <= .seconds(2))
                floored += life == .seconds(1) ? 1 : 0
            default: #expect(life == NATBox.defaultBindingTimeout)
            }
        }
        let short = lives.values.count { $0 <= .seconds(60) }
        // 60 % of some 550 homes, with five standard deviations of 2.1 %.
        #expect(abs(Double(short) / Double(lives.count) - 0.6) < 0.105)
        #expect(floored > 250)
    }
}
