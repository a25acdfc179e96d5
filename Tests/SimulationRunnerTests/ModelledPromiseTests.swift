import KnowledgeLedger
import NetworkModel
import PrivacyStores
import Quantities
import ScenarioModel
import Testing

@testable import PlatformModel
@testable import SimulationRunner

/// Promises held against runs whose connections are set up by formula, as they are and with leaks that are planted.
@Suite struct ModelledPromiseTests {
    private static func scenario() -> Scenario {
        var scenario = AuditTests.scenario()
        scenario.ice.setup = .modelled
        scenario.general.stopTime = .seconds(30)
        scenario.population[0].falseReport = 0.5
        return scenario
    }

    /// The promises that are broken in some way that no setting keeps them from.
    private static func broken(
        _ scenario: Scenario, _ leak: PlantedLeak? = nil
    ) throws -> [PromiseFinding] {
        var run = ReplicationRun(
            scenario, seed: 3, replication: 0, speech: smallSpeech, traffic: smallTraffic,
            audited: true)
        if let leak { run.plant(leak) }
        run.advance(to: run.end)
        run.stealStores()
        let known = run.knowledge()
        let knowledge = try #require(known)
        // Nothing is there undeclared but the reporter.
        #expect(knowledge.disagreements.isEmpty == (leak != .reporterInReport))
        return PlatformPromise.allCases.map { PromiseFinding($0, in: knowledge) }.filter {
            $0.verdict == .broken && $0.remedies.isEmpty
        }
    }

    @Test func `without a leak all promises are kept but the one about partners`() async throws {
        #expect(try Self.broken(Self.scenario()) == [])
        let audit = try await AuditTests.audit(Self.scenario())
        #expect(!audit.isBroken)
        #expect(
            audit.findings[0].verdict == .keptOnlyIf([.init("ice.policy", "relay")]))
        #expect(audit.findings[0].brokenCalls > audit.knowledge.calls / 2)
        let calls = audit.knowledge.calls
        #expect(
            audit.text(replayedBy: "again").contains(
                "packets of the \(calls) calls set up by formula"))
        #expect(
            audit.json(replayedBy: "again")["declared_only_calls"]?.integer == Int64(calls))
        #expect(audit.breach.copy.excess == [] && audit.breach.copy.pairsFound > calls / 2)
    }

    @Test func `a relay log that is kept for eight days breaks a promise`() throws {
        var scenario = Self.scenario()
        scenario.relay.logRetention = .days(8)
        let broken = try Self.broken(scenario)
        #expect(broken.map(\.promise) == [.lifetimesKept])
        #expect(broken.first?.outliving == [.relayLog])
    }

    @Test func `private addresses and reporters that leak break promises`() throws {
        let shown = try Self.broken(Self.scenario(), .hostCandidates)
        #expect(shown.map(\.promise) == [.localAddressesHidden])
        #expect(shown.first?.observers.contains(.partner) == true)
        let told = try Self.broken(Self.scenario(), .reporterInReport)
        #expect(told.map(\.promise) == [.reportsNameNobodyElse])
        #expect(told.first?.observers == [.riskScorer])
    }
}
