import KnowledgeLedger
import Quantities
import ScenarioModel
import Testing

@testable import PlatformModel

/// What the signalling service holds of calls, and who could time them.
@Suite struct ServiceMemoryTests {
    /// What is different about a run.
    enum Way: CaseIterable {
        case packets, modelled, disconnected, modelledDisconnected

        var isModelled: Bool { self == .modelled || self == .modelledDisconnected }
    }

    private static func scenario(_ way: Way) -> Scenario {
        var scenario = StoreTests.scenario()
        scenario.general.stopTime = .seconds(15)
        if way.isModelled { scenario.ice.setup = .modelled }
        if way == .disconnected || way == .modelledDisconnected {
            scenario.signaling.disconnect = 0.05
            scenario.signaling.retention = .seconds(5)
        }
        return scenario
    }

    private static func knowledge(
        _ way: Way, leak: PlantedLeak? = nil
    ) throws -> PlatformKnowledge {
        try StoreTests.knowledge(of: scenario(way), leak)
    }

    @Test(arguments: Way.allCases)
    func `the service could time calls that are over, and forgets them`(way: Way) throws {
        let knowledge = try Self.knowledge(way)
        let labels = knowledge.labels
        let timed = labels[.signalingProcessor, .howLong]
        // Some go on at the end.
        let heard = labels[.riskScorer, .howLong].calls
        #expect(timed.calls.count < knowledge.calls && heard.count > 10)
        #expect(heard.count <= timed.calls.count)
        #expect(timed.longestResidence == .zero)
        #expect(knowledge.canaries[.signalingProcessor, .howLong].isEmpty)
        // Nothing is said when a call ends, so nothing that is kept was said then.
        #expect(knowledge.evidence.lateTexts == 0)
        // No call is open in the service where connections are set up by formula.
        #expect(knowledge.evidence.servedCalls == (way.isModelled ? 0 : timed.calls.count))
        let onCall = labels[.infrastructureOnCall, .howLong].calls
        #expect(timed.calls.count <= onCall.count)
        let edge = labels[.edgeProvider, .howLong]
        #expect(edge.calls == timed.calls && edge.longestResidence == .max)
        #expect(knowledge.disagreements == [])
    }

    @Test(arguments: Way.allCases)
    func `the service knows who is in a call, as long as it goes on`(way: Way) throws {
        let knowledge = try Self.knowledge(way)
        for item in [Item.partner, .when] {
            let known = knowledge.labels[.infrastructureOnCall, item]
            #expect(known.calls.count == knowledge.calls)
            #expect((.seconds(3)...(.seconds(15))).contains(known.longestResidence))
            #expect(knowledge.labels[.signalingProcessor, item].calls.count == knowledge.calls)
        }
    }

    @Test(arguments: [Way.packets, .disconnected])
    func `a service that goes on holding calls is found to`(way: Way) throws {
        let knowledge = try Self.knowledge(way, leak: .callHeld)
        let held = knowledge.canaries[.signalingProcessor, .howLong]
        #expect(held.calls == knowledge.labels[.signalingProcessor, .howLong].calls)
        #expect(held.longestResidence == .max && held.calls.count > 10)
    }
}
