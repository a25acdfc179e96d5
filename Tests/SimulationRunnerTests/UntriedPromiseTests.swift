import KnowledgeLedger
import PlatformModel
import Quantities
import ScenarioModel
import Testing

@testable import SimulationRunner

/// What a run has nothing of to look at, and what is said of the promises about it then.
@Suite struct UntriedPromiseTests {
    /// Short calls after which people come back, and often report their partners.
    private static func scenario() -> Scenario {
        var scenario = AuditTests.scenario()
        scenario.population[0].falseReport = 0.5
        scenario.population[0].requeue = 1
        scenario.population[0].thinkTime = .constant(0.2)
        scenario.privacy.sweepInterval = .seconds(2)
        return scenario
    }

    private static func knowledge(_ scenario: Scenario) async throws -> PlatformKnowledge {
        try await smallSimulation(scenario, seed: 1, replications: [0]).knowledgeOfFirst()
    }

    private static func count(_ what: String, _ finding: PromiseFinding) -> Int? {
        finding.evidence.first { $0.what == what }?.count
    }

    @Test func `local addresses are hidden only where somebody hides them`() async throws {
        let hiding = PromiseFinding(
            .localAddressesHidden, in: try await Self.knowledge(Self.scenario()))
        #expect(hiding.verdict == .kept && hiding.evidence[0].count > 10)
        var scenario = Self.scenario()
        for index in scenario.access.indices { scenario.access[index].mdns = 0 }
        let open = PromiseFinding(.localAddressesHidden, in: try await Self.knowledge(scenario))
        #expect(open.verdict == .untried && open.evidence[0].count == 0)
        #expect(Self.count("calls", open) ?? 0 > 10)
    }

    @Test func `direct calls without packets of media try nothing`() async throws {
        let finding = PromiseFinding(
            .directCallsUnheard, in: try await Self.knowledge(Self.scenario()))
        #expect(finding.verdict == .untried && finding.untried == [])
        #expect(finding.evidence.map(\.count)[0] > 5 && finding.evidence.map(\.count)[1] == 0)
    }

    @Test func `where nobody comes nothing is stored or forgotten`() async throws {
        var scenario = Self.scenario()
        scenario.arrivals = .trace([])
        let knowledge = try await Self.knowledge(scenario)
        #expect(knowledge.subjects == 0 && knowledge.evidence.sweeps > 3)
        for promise in [PlatformPromise.lifetimesKept, .ticketsForgotten, .signalsForgotten] {
            #expect(PromiseFinding(promise, in: knowledge).verdict == .untried)
        }
    }

    @Test func `a ticket that stands when it is looked is none that could have been kept`()
        async throws
    {
        var scenario = Self.scenario()
        scenario.arrivals = .trace([.zero + .seconds(1)])
        scenario.population[0].patience = .constant(60)
        let waiting = PromiseFinding(.ticketsForgotten, in: try await Self.knowledge(scenario))
        #expect(waiting.verdict == .untried && waiting.evidence.map(\.count)[1] == 0)
        scenario.population[0].patience = .constant(5)
        let gone = PromiseFinding(.ticketsForgotten, in: try await Self.knowledge(scenario))
        #expect(gone.verdict == .kept && gone.evidence.map(\.count)[1] == 1)
    }

    @Test func `lifetimes are tried by sweeps, and of each kind by records that go`() async throws {
        func finding(_ change: (inout Scenario) -> Void) async throws -> PromiseFinding {
            var scenario = Self.scenario()
            change(&scenario)
            return PromiseFinding(.lifetimesKept, in: try await Self.knowledge(scenario))
        }
        let unswept = try await finding { $0.privacy.sweepInterval = .minutes(10) }
        #expect(unswept.verdict == .untried && unswept.untried == [])
        let young = try await finding { _ in }
        #expect(young.verdict == .kept)
        #expect(
            young.untried == [
                "reports that were old enough to go",
                "signalling messages that were old enough to go",
                "entries of the relay log that were old enough to go",
            ])
        let old = try await finding {
            $0.population[0].falseReport = 0
            $0.signaling.retention = .seconds(3)
            $0.relay.logRetention = .seconds(3)
        }
        #expect(old.verdict == .kept && old.untried == ["reports"])
        #expect(Self.count("signalling messages deleted by sweeps", old) ?? 0 > 10)
        #expect(Self.count("entries of the relay log deleted by sweeps", old) ?? 0 > 10)
        let unlogged = try await finding { $0.relay.logRetention = .zero }
        #expect(unlogged.verdict == .kept && unlogged.untried.last == "entries of the relay log")
    }

    @Test func `identifiers are followed from key to key only where keys change`() async throws {
        let one = PromiseFinding(
            .identifiersSealed, in: try await Self.knowledge(Self.scenario()))
        #expect(one.verdict == .kept && one.untried == ["devices reported under two keys"])
        var scenario = Self.scenario()
        scenario.risk.keyEpoch = .seconds(2)
        let several = PromiseFinding(.identifiersSealed, in: try await Self.knowledge(scenario))
        #expect(several.verdict == .kept && several.untried == [])
        #expect(Self.count("devices reported under two keys", several) ?? 0 > 0)
    }

    @Test func `names of visits are tried where they are shown`() async throws {
        var scenario = Self.scenario()
        scenario.privacy.visitNames = .fresh
        let packets = PromiseFinding(.visitsUnlinked, in: try await Self.knowledge(scenario))
        #expect(packets.verdict == .kept && packets.untried == [])
        scenario.ice.setup = .modelled
        let modelled = PromiseFinding(.visitsUnlinked, in: try await Self.knowledge(scenario))
        #expect(modelled.verdict == .kept)
        #expect(
            modelled.untried == [
                "names shown to the relay processor by somebody who came back",
                "names shown to the network observer by somebody who came back",
            ])
    }

    @Test func `a copy without messages tells nothing of them`() async throws {
        func finding(_ logRetention: SimDuration) async throws -> PromiseFinding {
            var scenario = Self.scenario()
            scenario.population[0].falseReport = 0
            scenario.signaling.retention = .nanoseconds(1)
            scenario.relay.logRetention = logRetention
            // Just after a sweep.
            let run = try await smallSimulation(scenario, seed: 1, replications: [0]).audited(
                0, breach: .seconds(10) + .nanoseconds(1), answering: [],
                RunProgress(replications: 1))
            return PromiseFinding(.visitsUnlinkedInStores, in: run.knowledge)
        }
        let logged = try await finding(.days(7))
        #expect(logged.verdict == .broken && logged.evidence[1].count > 0)
        #expect(logged.evidence[2].count == 0)
        #expect(logged.untried == ["signalling messages in a copy"])
        #expect(try await finding(.zero).verdict == .untried)
    }

    @Test func `what was not tried is a line of its own`() async throws {
        let audit = try await AuditTests.audit(Self.scenario())
        let part = "devices reported under two keys"
        let text = audit.text(replayedBy: "again")
        #expect(text.contains("\n    not tried in this run: \(part)\n    again\n"))
        let promises = audit.json(replayedBy: "again")["promises"]?.array
        let sealed = promises?.first { $0["promise"] == .string("identifiers_sealed") }
        #expect(sealed?["untried"] == .array([.string(part)]))
        #expect(sealed?["verdict"] == .string("kept"))
        let unheard = promises?.first { $0["promise"] == .string("direct_calls_unheard") }
        #expect(unheard?["untried"] == .array([]) && unheard?["verdict"] == .string("not tried"))
        let page = AuditReport(audit, replayedBy: "again").html()
        #expect(page.contains("<p>not tried in this run: \(part)</p>"))
    }
}
