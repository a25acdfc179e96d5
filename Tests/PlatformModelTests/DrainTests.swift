import EventEngine
import Measurement
import MediaPipeline
import NetworkModel
import Quantities
import ScenarioModel
import Talks
import Testing

@testable import PlatformModel

/// What is left once nobody arrives any more and everybody has gone home.
///
/// Every table must then be empty, every relay port free and every level at zero: what stayed
/// would be a leak, and would count in the next hour of a longer run.
@Suite struct DrainTests {
    /// A world that stresses one thing.
    enum Variant: CaseIterable, Sendable {
        case packets
        case modelled
        case full
        case sealed
        case modelledFull
        case scarcePorts
        case scarcePortsModelled
        case udpBlocked
        case symmetric
        case single
        case standardTiming
        case lossy
        case instantCalls
        case noPatience
        case slowSignaling
        case requeueing
    }

    private func scenario(_ variant: Variant) -> Scenario {
        var scenario = Scenario(title: "Drain")
        scenario.general = General(
            seed: 3, warmUp: .zero, stopTime: .seconds(20), replications: 1,
            seriesStep: .seconds(1))
        scenario.arrivals = .rate(3)
        scenario.population[0].patience = .exponential(mean: 10)
        scenario.population[0].conversation = .exponential(mean: 5)
        scenario.population[0].requeue = 0.5
        scenario.population[0].falseReport = 0.5
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        switch variant {
        case .packets: break
        case .modelled: scenario.ice.setup = .modelled
        case .full: allFull(&scenario)
        case .sealed:
            allFull(&scenario)
            scenario.media.fidelity = FidelityShares(full: 0.2, sealed: 0.8, flow: 0)
        case .modelledFull:
            allFull(&scenario)
            scenario.media.fidelity = FidelityShares(full: 0.25, sealed: 0.25, flow: 0.5)
            scenario.ice.setup = .modelled
        case .scarcePorts: scenario.relay.ports = 1
        case .scarcePortsModelled:
            scenario.relay.ports = 1
            scenario.ice.setup = .modelled
        case .udpBlocked: behind(.udpBlocked, &scenario)
        case .symmetric:
            behind(.translated(.addressAndPortDependent, .addressAndPortDependent), &scenario)
        case .single: scenario.ice.relayGathering = .single
        case .standardTiming:
            scenario.ice.timing = .rfc
            scenario.media.fidelity = FidelityShares(full: 0.2, sealed: 0, flow: 0.8)
        case .lossy:
            for i in scenario.access.indices {
                scenario.access[i].loss = GilbertLoss(loss: 0.3, meanBurst: 2)!
            }
        case .instantCalls:
            allFull(&scenario)
            scenario.population[0].conversation = .constant(0)
            scenario.population[0].thinkTime = .constant(0)
        case .noPatience: scenario.population[0].patience = .constant(0)
        case .slowSignaling: scenario.signaling.latency = .constant(25)
        case .requeueing: scenario.population[0].requeue = 1
        }
        return scenario
    }

    private func allFull(_ scenario: inout Scenario) {
        scenario.arrivals = .rate(1)
        scenario.media.fidelity = FidelityShares(full: 1, sealed: 0, flow: 0)
    }

    private func behind(_ nat: NATClass, _ scenario: inout Scenario) {
        for i in scenario.access.indices {
            scenario.access[i].nat = [NATShare(nat, 1)]
        }
    }

    @Test(arguments: Variant.allCases)
    func `when everybody has gone nothing is left`(_ variant: Variant) {
        let scenario = scenario(variant)
        var platform = Platform(
            scenario: scenario, seed: 3, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals,
            corpus: TalkingTests.corpus)
        var engine = Engine<PlatformEvent>()
        let crew = LoneCrew()
        platform.start(&engine)
        while engine.now < platform.stopTime + .minutes(2) {
            engine.run(until: engine.now + .seconds(1), in: &platform)
            platform.turnWindow(with: crew, &engine)
        }
        #expect(platform.arrived > 5)
        // Allocations of clients that vanish, and the slowest retransmissions, end within hours.
        engine.run(until: platform.stopTime + .hours(3), in: &platform)
        platform.turnWindow(with: crew, &engine)
        platform.turnWindow(with: crew, &engine)

        #expect(variant == .noPatience || platform.paired > 2)
        #expect(platform.peers.count == 0)
        #expect(platform.tickets.count == 0)
        #expect(platform.calls.count == 0)
        #expect(platform.datagrams.count == 0)
        #expect(platform.signals.count == 0)
        #expect(platform.matchmaker.waitingCount == 0)
        #expect(platform.matchmaker.sessionCount == 0)
        #expect(platform.signaling.openCalls == 0)
        #expect(platform.network.hostCount == platform.relays.stations.count)
        #expect(platform.legs.count == 2 * platform.freeLegs.count)
        for leg in platform.legs {
            #expect(leg.agent == nil)
            #expect(leg.handshake == nil)
            #expect(leg.talk == nil)
        }
        #expect(platform.talks.live.isEmpty && platform.talks.held.isEmpty)
        #expect(platform.talks.endings.isEmpty && platform.talks.closing.isEmpty)
        #expect(platform.talks.authenticationFailures == 0)
        #expect(platform.invariants.first == nil)
        for station in platform.relays.stations {
            #expect(station.server.takenPortCount == 0)
            #expect(station.offered.bitrate == .zero)
            #expect(station.offered.packetRate == 0)
        }
        for level in [
            Metric.queueLength, .callsActive, .callsRelayed, .relayAllocations, .relayBitrate,
            .relayPacketRate,
        ] {
            #expect(platform.recorder.currentLevel(level) == 0)
        }
        // Left pending: when the next report lapses or the key of identifiers rotates.
        #expect(engine.pendingCount <= 1)
    }
}
