import EventEngine
import Measurement
import MediaPipeline
import Quantities
import ScenarioModel
import Testing

@testable import PlatformModel

/// The laws are looked at in every run, and a platform that breaks one is caught.
@Suite struct InvariantTests {
    private func withPlatform(
        _ body: (inout Platform, inout Engine<PlatformEvent>) -> Void
    ) {
        var scenario = Scenario(title: "Laws")
        scenario.general = General(
            seed: 3, warmUp: .zero, stopTime: .seconds(30), replications: 1,
            seriesStep: .seconds(5))
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        var platform = Platform(
            scenario: scenario, seed: 3, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals)
        var engine = Engine<PlatformEvent>()
        platform.start(&engine)
        body(&platform, &engine)
    }

    @Test func `a run breaks no law and is looked at`() {
        withPlatform { platform, engine in
            engine.run(until: SimTime.zero + .seconds(30), in: &platform)
            let (checks, first) = (platform.invariants.checkCount, platform.invariants.first)
            let paired = platform.paired
            #expect(paired > 0)
            #expect(checks > 20)
            #expect(first == nil)
        }
    }

    @Test func `a ticket, a call or a port that goes astray is found`() {
        for (invariant, spoil) in Self.spoils {
            withPlatform { platform, engine in
                engine.run(until: SimTime.zero + .seconds(12), in: &platform)
                spoil(&platform)
                engine.run(until: SimTime.zero + .seconds(16), in: &platform)
                let first = platform.invariants.first
                #expect(first?.invariant == invariant)
                #expect(first?.time == SimTime.zero + .seconds(15))
            }
        }
    }

    private typealias Spoil = @Sendable (inout Platform) -> Void

    private static let spoils: [(Invariant, Spoil)] = [
        (.ticketsAreConserved, { $0.ticketed += 1 }),
        (
            .ticketsEndOnce,
            {
                $0.tally.expired += 1
                $0.tally.abandoned -= 1
            }
        ),
        (.callsAreConserved, { $0.tally.failed += 1 }),
        (
            .allocationsAreConserved,
            { $0.recorder.level(.relayAllocations, add: 1, at: SimTime.zero + .seconds(12)) }
        ),
    ]
}
