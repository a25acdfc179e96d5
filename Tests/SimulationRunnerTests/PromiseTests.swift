import KnowledgeLedger
import MediaPipeline
import NetworkModel
import OpusCodec
import Quantities
import ScenarioModel
import Testing

@testable import PlatformModel
@testable import SimulationRunner

/// Promises held against runs with sealed media, as they are and with leaks that are planted.
@Suite struct PromiseTests {
    private static let corpus: SpeechCorpus = {
        do {
            return try SpeechCorpus(
                of: smallSpeech, as: OpusSettings(Codec()), conversations: 1, span: .seconds(5))
        } catch {
            preconditionFailure("the usual codec settings are refused: \(error)")
        }
    }()

    /// Some seconds of short calls, half of them over relays, after which many report their partners.
    private static let scenario: Scenario = {
        var scenario = Scenario(title: "Promises")
        scenario.general = General(
            seed: 3, warmUp: .zero, stopTime: .seconds(14), replications: 1,
            seriesStep: .seconds(4))
        scenario.arrivals = .rate(2)
        scenario.population[0].conversation = .exponential(mean: 3)
        scenario.population[0].falseReport = 0.5
        scenario.population[0].access = [NamedShare(index: 0, share: 1)]
        scenario.access[0].nat = [
            NATShare(.translated(.endpointIndependent, .addressAndPortDependent), 0.4),
            NATShare(.translated(.addressAndPortDependent, .addressAndPortDependent), 0.6),
        ]
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 1, flow: 0)
        scenario.privacy.fillsStores = true
        return scenario
    }()

    private static func knowledge(_ leak: PlantedLeak?) -> PlatformKnowledge {
        var run = ReplicationRun(
            scenario, seed: 3, replication: 0, speech: smallSpeech, traffic: smallTraffic,
            corpus: corpus, audited: true)
        if let leak { run.plant(leak) }
        run.advance(to: run.end)
        run.stealStores()
        guard let knowledge = run.knowledge() else {
            preconditionFailure("an audited run knows nothing")
        }
        return knowledge
    }

    /// The promises that are broken, but for the one that direct calls break.
    private static func broken(_ knowledge: PlatformKnowledge) -> [PromiseFinding] {
        PlatformPromise.allCases.map { PromiseFinding($0, in: knowledge) }.filter {
            $0.verdict != .kept && $0.promise != .partnerSeesNoAddress
        }
    }

    @Test func `without a leak all promises are kept, on bytes of each kind`() {
        let knowledge = Self.knowledge(nil)
        #expect(knowledge.disagreements == [])
        #expect(Self.broken(knowledge) == [])
        let bytes = knowledge.evidence
        #expect(bytes.keyedCalls.count > 10 && bytes.searched > 500)
        #expect(bytes.payloads > 100 && bytes.frames > bytes.payloads / 2)
        #expect(bytes.direct.count > 3 && bytes.directPackets > 300)
        #expect(bytes.reports > 3 && bytes.signalSearches > 200)
        #expect(bytes.ended[.hungUp, default: 0] > 5 && bytes.kept.isEmpty)
        let unread = PromiseFinding(.relaysForwardUnread, in: knowledge)
        #expect(unread.evidence.first?.count == bytes.payloads)
    }

    /// What is broken by a leak, and who knows.
    private static let leaks: [(PlantedLeak, [PlatformPromise], [Observer])] = [
        (.hostCandidates, [.localAddressesHidden], [.partner]),
        (.keyInLogLine, [.keysGone, .recordingsStaySealed], [.signalingProcessor, .thief]),
        (
            .keyInRelayBuffer, [.relaysForwardUnread, .keysGone, .recordingsStaySealed],
            [.relayProcessor]
        ),
        (.frameInRelayBuffer, [.relaysForwardUnread], [.relayProcessor]),
        (.reporterInReport, [.reportsNameNobodyElse], [.riskScorer]),
        (.keptKeys, [.keysGone, .recordingsStaySealed], [.ownDevice]),
    ]

    @Test(arguments: leaks)
    func `a leak breaks what it is against, and nothing else`(
        leak: PlantedLeak, promises: [PlatformPromise], observers: [Observer]
    ) throws {
        let knowledge = Self.knowledge(leak)
        let broken = Self.broken(knowledge)
        #expect(broken.map(\.promise) == promises)
        let first = try #require(broken.first)
        #expect(observers.allSatisfy(first.observers.contains))
        // Nothing of this was declared but the candidates.
        #expect(knowledge.disagreements.isEmpty == (leak == .hostCandidates))
        #expect(knowledge.disagreements.allSatisfy { leak == .reporterInReport || !$0.isDeclared })
        #expect(first.endings == (leak == .keptKeys ? [.hungUp] : []))
        if leak == .keyInRelayBuffer {
            // Whoever has a key can open what it forwards.
            let opened = knowledge.known.inferences(of: .relayProcessor).filter {
                $0.rule == .speech
            }
            #expect(opened.first?.calls.count ?? 0 > 3)
        }
    }

    @Test func `every planted leak is looked for`() {
        #expect(Set(Self.leaks.map(\.0)) == Set(PlantedLeak.allCases))
    }
}
