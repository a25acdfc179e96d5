import Foundation
import KnowledgeLedger
import PlatformModel
import PrivacyStores
import Quantities
import ScenarioModel
import Signaling
import Testing

@testable import SimulationRunner

/// What flows to processors, held against the published list: a flow that is not on it fails here.
@Suite struct ProcessorListTests {
    /// Short calls of people of all networks over every kind of path, after which many report each other; half of the browsers
    /// hide nothing.
    static func scenario(_ title: String, lasting span: SimDuration) -> Scenario {
        var scenario = Scenario(title: title)
        scenario.general = General(
            seed: 5, warmUp: .zero, stopTime: span, replications: 1, seriesStep: .seconds(10))
        scenario.arrivals = .rate(3)
        for index in scenario.population.indices {
            scenario.population[index].conversation = .exponential(mean: 4)
            scenario.population[index].reportPropensity = 1
            scenario.population[index].falseReport = 0.5
        }
        for index in scenario.access.indices { scenario.access[index].mdns = 0.5 }
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        scenario.privacy.fillsStores = true
        return scenario
    }

    private static func knowledge(
        losing disconnect: Double = 0, keeping retention: SimDuration = .hours(24)
    ) async throws -> PlatformKnowledge {
        var scenario = scenario("Processors", lasting: .seconds(40))
        scenario.signaling.disconnect = disconnect
        scenario.signaling.retention = retention
        return try await smallSimulation(scenario, seed: 5, replications: [0])
            .knowledgeOfFirst()
    }

    @Test func `all that flows is published, and all that is published flows`() async throws {
        let knowledge = try await Self.knowledge()
        #expect(ProcessorList.published.unlisted(in: knowledge) == [])
        let idle = ProcessorList.published.entries.filter {
            knowledge.labels[$0.processor, $0.item].isEmpty
        }
        #expect(idle.map { "\($0.processor.name) \($0.item.name)" } == [])
    }

    @Test func `a processor that is not on the list is named with all that it gets`() async throws {
        let knowledge = try await Self.knowledge()
        for processor in [Observer.relayProcessor, .edgeProvider] {
            let unlisted = ProcessorList.published.without(processor).unlisted(in: knowledge)
            #expect(unlisted.allSatisfy { $0.processor == processor && $0.residence == nil })
            #expect(
                unlisted.map(\.item)
                    == ProcessorList.published.entries.filter { $0.processor == processor }
                    .map(\.item))
            #expect(unlisted.allSatisfy { $0.subjects > 0 })
        }
    }

    @Test func `what stays longer than the list says is named`() async throws {
        let knowledge = try await Self.knowledge()
        let hasty = ProcessorList(
            ProcessorList.published.entries.map {
                guard $0.processor == .relayProcessor, $0.item == .when else { return $0 }
                return ProcessingEntry($0.processor, $0.item, $0.purpose, .recorded(.signaling))
            })
        let unlisted = hasty.unlisted(in: knowledge)
        #expect(unlisted.map(\.item) == [.when] && unlisted.map(\.processor) == [.relayProcessor])
        let residence = try #require(unlisted.first?.residence)
        #expect(residence >= .days(7) && residence <= .days(7) + .minutes(10))
    }

    /// The published list, where everything that serves or is held is said to be let go with what it serves.
    private static let forgetful = ProcessorList(
        ProcessorList.published.entries.map {
            $0.keeping == .unknown
                ? $0 : ProcessingEntry($0.processor, $0.item, $0.purpose, .whileServing)
        })

    @Test func `what serves is let go when a visit is over, and a record is not`() async throws {
        let knowledge = try await Self.knowledge()
        let visit = knowledge.evidence.longestVisit
        #expect(visit > .seconds(30) && visit <= .seconds(40))
        #expect(visit >= knowledge.labels[.matchmaker, .partner].longestResidence)
        let longer = Self.forgetful.unlisted(in: knowledge)
        let records = ProcessorList.published.entries.filter {
            if case .recorded = $0.keeping { true } else { false }
        }
        #expect(
            longer.map { "\($0.processor.name) \($0.item.name)" }
                == records.map { "\($0.processor.name) \($0.item.name)" })
    }

    @Test func `messages that are held for lost connections are published as held for a day`()
        async throws
    {
        let day = try await Self.knowledge(losing: 0.05)
        let held = day.labels[.infrastructureOnCall, .message].longestResidence
        #expect(held == .hours(24) && day.heldForLostConnections == .hours(24))
        #expect(ProcessorList.published.unlisted(in: day) == [])
        let unsaid = Self.forgetful.unlisted(in: day).filter {
            $0.processor == .infrastructureOnCall
        }
        #expect(
            unsaid.map(\.item) == [
                .privateAddress, .publicAddress, .reflexiveCandidate, .userFragment, .message,
                .partner, .when,
            ])
        // Two days are more than the list says.
        let days = try await Self.knowledge(losing: 0.05, keeping: .hours(48))
        let longer = ProcessorList.published.unlisted(in: days)
        #expect(
            longer.filter { $0.processor == .infrastructureOnCall }.map(\.item)
                == unsaid.map(\.item))
    }

    /// Written by `voicesim processors > Sources/KnowledgeLedger/KnowledgeLedger.docc/Processors.md`.
    @Test func `the published page is the list`() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(
                path: "../../Sources/KnowledgeLedger/KnowledgeLedger.docc/Processors.md")
        let page = try String(contentsOf: path, encoding: .utf8)
        #expect(page == ProcessorList.published.page)
        #expect(page.contains("| relay processor | public address |"))
        #expect(page.hasSuffix("Nothing of anybody: aggregate store, product team.\n"))
    }

    @Test func `a list that says something else has another version, which sessions are told`() {
        let now = ProcessorList.published
        let earlier = now.without(.edgeProvider)
        #expect(now.version == ProcessorList(now.entries.reversed()).version)
        #expect(now.version != earlier.version)
        let longer = ProcessorList(
            now.entries.map {
                $0.item == .tier
                    ? ProcessingEntry($0.processor, $0.item, $0.purpose, .unknown) : $0
            })
        #expect(longer.version != now.version)
        #expect(now.json["version"] == .string(now.version.digest.map(\.hexadecimal).joined()))
        var service = SignalingService()
        let (call, session) = (CallID(rawValue: 1), PartyID(rawValue: 1))
        service.open(call, between: session, and: PartyID(rawValue: 2))
        service.publishedList = now.version
        let seen = SignalingMessage.seen(earlier.version).text(in: call)
        let notice = SignalingMessage.notice(now.version).text(in: call)
        #expect(service.handle(seen, from: session, at: .zero) == .reply(notice))
    }

    @Test func `the list as a file has each entry once`() {
        guard case .array(let entries)? = ProcessorList.published.json["entries"] else {
            Issue.record("no entries")
            return
        }
        #expect(entries.count == ProcessorList.published.entries.count)
        #expect(entries.count > 25)
        #expect(entries.first?["processor"] == .string("matchmaker"))
    }
}

extension Simulation {
    /// Who comes to know what in its first replication, whose stores are copied at the end.
    func knowledgeOfFirst() async throws -> PlatformKnowledge {
        try await audited(
            0, breach: scenario.general.stopTime, answering: [], RunProgress(replications: 1)
        ).knowledge
    }
}
