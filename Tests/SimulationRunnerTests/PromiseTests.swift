import KnowledgeLedger
import MediaPipeline
import NetworkModel
import OpusCodec
import PrivacyStores
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

    private static func knowledge(
        _ leak: PlantedLeak?, in scenario: Scenario = Self.scenario
    ) -> PlatformKnowledge {
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

    /// The promises that are broken in some way that no setting keeps them from.
    private static func broken(_ knowledge: PlatformKnowledge) -> [PromiseFinding] {
        PlatformPromise.allCases.map { PromiseFinding($0, in: knowledge) }.filter {
            $0.verdict == .broken && $0.remedies.isEmpty
        }
    }

    @Test func `without a leak all promises are kept, on bytes of each kind`() {
        let knowledge = Self.knowledge(nil)
        #expect(knowledge.disagreements == [])
        #expect(Self.broken(knowledge) == [])
        let conditional = PlatformPromise.allCases.filter {
            PromiseFinding($0, in: knowledge).verdict == .broken
        }
        #expect(
            conditional == [
                .partnerSeesNoAddress, .callsOnlyCounted, .visitsUnlinkedInStores, .visitsUnlinked,
            ])
        let bytes = knowledge.evidence
        #expect(bytes.keyedCalls.count > 10 && bytes.searched > 500)
        #expect(bytes.payloads > 100 && bytes.frames > bytes.payloads / 2)
        #expect(bytes.direct.count > 3 && bytes.directPackets > 300)
        // As sides send them, and again as relays send them on.
        #expect(bytes.heardPackets > bytes.directPackets + bytes.payloads)
        #expect(bytes.heardFrames > bytes.heardPackets / 2)
        #expect(bytes.reports > 3 && bytes.signalSearches > 200)
        #expect(bytes.fragments >= 2 * knowledge.calls - 8 && bytes.fragmentSearches > 500)
        #expect(bytes.ended[.hungUp, default: 0] > 5 && bytes.kept.isEmpty)
        // Of each side what is exported, the keys, and four ciphers of the session.
        #expect(bytes.keyBlocks >= 12 * bytes.ended[.hungUp, default: 0])
        #expect(bytes.uncleansed.count == 0)
        #expect(bytes.blindDecisions > 10 && bytes.decidesBlindly)
        #expect(bytes.identifiers.looks == bytes.reports && bytes.identifiers.keys == 1)
        #expect(bytes.ticketLooks > 0 && bytes.lateTexts == 0 && bytes.overdue.isEmpty)
        // The thief's copy.
        #expect(bytes.readings == StoreReadings(handedOut: 2, written: 2, refused: 7))
        #expect(ProcessorList.published.unlisted(in: knowledge) == [])
        let unread = PromiseFinding(.relaysForwardUnread, in: knowledge)
        #expect(unread.evidence.first?.count == bytes.payloads)
        let gone = PromiseFinding(.keysGone, in: knowledge)
        #expect(gone.verdict == .kept)
        let others = CallEnding.allCases.filter { bytes.ended[$0] == nil }.map(\.name)
        #expect(gone.untried == others.map { "calls with keys: \($0)" } && others.count > 2)
    }

    /// What is broken by a leak, and who knows.
    private static let leaks: [(PlantedLeak, [PlatformPromise], [Observer])] = [
        (.hostCandidates, [.localAddressesHidden], [.partner]),
        (.keyInLogLine, [.keysGone, .recordingsStaySealed], [.signalingProcessor, .thief]),
        (
            .keyInRelayBuffer, [.relaysForwardUnread, .keysGone, .recordingsStaySealed],
            [.relayProcessor]
        ),
        (.frameInRelayBuffer, [.relaysForwardUnread, .recordingsStaySealed], [.relayProcessor]),
        (.keyOnDirectPath, [.keysGone, .recordingsStaySealed], [.networkObserver]),
        (.frameOnDirectPath, [.recordingsStaySealed], [.networkObserver]),
        (.reporterInReport, [.reportsNameNobodyElse], [.riskScorer]),
        (.exactReportTime, [.reportsNameNobodyElse], [.riskScorer]),
        (.fragmentsInReport, [.reportsNameNobodyElse], [.riskScorer]),
        (.keptKeys, [.keysGone, .recordingsStaySealed], [.ownDevice]),
        (.keysNotOverwritten, [.keysGone, .recordingsStaySealed], [.ownDevice]),
        (.interestKept, [.ticketsForgotten], [.matchmaker]),
        (.durationWithMinute, [.callsOnlyCounted], [.signalingProcessor]),
        (.unauditedRead, [.readsWrittenDown], [.infrastructureOnCall]),
        (.matchingSeesNAT, [.matchingBlind], [.matchmaker]),
        (.unkeyedIdentifier, [.identifiersSealed], [.thief]),
        (.identifierKeyInLog, [.identifiersSealed], [.thief]),
        (.callHeld, [.callsOnlyCounted], [.signalingProcessor]),
        (.signalsKept, [.signalsForgotten], [.riskScorer]),
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
        // Nothing of this was declared but the candidates; of some there is nothing in anybody's bytes to compare.
        let uncompared: [PlantedLeak] = [
            .hostCandidates, .interestKept, .durationWithMinute, .unauditedRead, .matchingSeesNAT,
            .identifierKeyInLog, .exactReportTime, .callHeld,
        ]
        let ofAnother: [PlantedLeak] = [
            .reporterInReport, .unkeyedIdentifier, .fragmentsInReport,
        ]
        #expect(knowledge.disagreements.isEmpty == uncompared.contains(leak))
        #expect(knowledge.disagreements.allSatisfy { ofAnother.contains(leak) || !$0.isDeclared })
        #expect(first.endings == (leak == .keptKeys ? [.hungUp] : []))
        if leak == .keyInRelayBuffer {
            // Whoever has a key can open what it forwards.
            let opened = knowledge.known.inferences(of: .relayProcessor).filter {
                $0.rule == .speech
            }
            #expect(opened.first?.calls.count ?? 0 > 3)
        }
    }

    @Test func `what is kept of a ticket and of a call's end is of those whom it is of`() throws {
        let interests = Self.knowledge(.interestKept)
        let held = interests.canaries[.matchmaker, .interest]
        let kept = try #require(Self.broken(interests).first)
        #expect(held.subjects.count > 10 && kept.brokenSubjects == held.subjects.count)
        #expect(held.longestResidence == .max)
        let minutes = Self.knowledge(.durationWithMinute)
        let told = minutes.canaries[.signalingProcessor, .howLong]
        let ended = minutes.evidence.ended[.hungUp, default: 0]
        #expect(minutes.evidence.lateTexts > ended / 2 && told.calls.count > ended / 2)
        // The thief has the same text.
        #expect(minutes.canaries[.thief, .howLong].calls.count == told.calls.count)
        let unread = try #require(Self.broken(Self.knowledge(.unauditedRead)).first)
        #expect(
            unread.evidence.map(\.what)
                == [
                    "times something was handed out", "of them in the access log",
                    "attempts without a right to it refused",
                ])
        #expect(unread.evidence.map(\.count) == [2, 0, 7])
    }

    @Test func `to time a call while it is served breaks nothing, and to keep it does`() throws {
        var unlogged = Self.scenario
        unlogged.relay.logRetention = .zero
        let served = PromiseFinding(.callsOnlyCounted, in: Self.knowledge(nil, in: unlogged))
        #expect(served.verdict == .kept && served.brokenCalls == 0)
        #expect(
            served.evidence.map(\.what) == [
                "calls counted by hour and duration",
                "calls with both ends of an address in the relay log",
                "reported calls of which the scorer keeps that in quarters",
                "texts stored of calls that were over",
                "calls that the signalling service could time, looked for there after it",
                "calls that the edge could time, of which nobody can tell what it keeps",
            ])
        let counts = served.evidence.map(\.count)
        #expect(counts[1] == 0 && counts[2] > 3 && counts[3] == 0 && counts[4] > 10)
        #expect(counts[5] == counts[4])
        let held = PromiseFinding(.callsOnlyCounted, in: Self.knowledge(.callHeld, in: unlogged))
        #expect(held.brokenCalls == counts[4] && held.brokenSubjects > 10)
    }

    @Test func `a relay log has both ends of calls, and no more is needed to know how long`() {
        let knowledge = Self.knowledge(nil)
        let logged = PromiseFinding(.callsOnlyCounted, in: knowledge)
        #expect(logged.verdict == .broken && logged.remedies == [.noRelayLog])
        #expect(logged.observers == [.relayProcessor, .thief])
        let closed = knowledge.labels[.relayProcessor, .howLong].calls.count
        #expect(closed > 10 && logged.evidence[1].count == closed && logged.brokenCalls == closed)
        // What no setting keeps from being known is told as such, log or not.
        let told = PromiseFinding(.callsOnlyCounted, in: Self.knowledge(.durationWithMinute))
        #expect(told.verdict == .broken && told.remedies == [])
    }

    @Test func `signals that the scorer keeps are of those whom the audit names`() throws {
        let knowledge = Self.knowledge(.signalsKept)
        let kept = knowledge.evidence.keptSignals
        let finding = PromiseFinding(.signalsForgotten, in: knowledge)
        #expect(finding.brokenSubjects == kept.count && kept.count > 3)
        #expect(kept.count < knowledge.subjects)
        let first = try #require(knowledge.disagreements.first)
        #expect(Audit.text(first).hasPrefix("device signals at the risk scorer, person "))
        #expect(Audit.text(first).hasSuffix(": in the bytes for longer than declared"))
    }

    @Test func `an edge that ends TLS breaks no promise, and the audit itself`() throws {
        let knowledge = Self.knowledge(.openEdge)
        #expect(Self.broken(knowledge) == [])
        let first = try #require(knowledge.disagreements.first)
        #expect(first.observer == .edgeProvider && first.item == .message && !first.isDeclared)
    }

    @Test func `a frame in clear on a direct path is named, as whoever listens there has it`()
        throws
    {
        let knowledge = Self.knowledge(.frameOnDirectPath)
        let found = try #require(knowledge.disagreements.first)
        #expect(knowledge.disagreements.count == 1)
        #expect(found.observer == .networkObserver && found.item == .speech && !found.isDeclared)
        let heard = knowledge.canaries[.networkObserver, .speech]
        #expect(heard.calls.count > 3 && heard.longestResidence == .max)
        // Relays have none of it.
        #expect(knowledge.canaries[.relayProcessor, .speech].isEmpty)
        var relayed = heard.calls
        relayed.subtract(knowledge.evidence.direct)
        #expect(relayed.count < knowledge.calls / 3)
    }

    @Test func `user fragments in reports are named, as nobody has declared them there`() throws {
        let knowledge = Self.knowledge(.fragmentsInReport)
        let named = try #require(
            knowledge.disagreements.first {
                $0.observer == .riskScorer && $0.item == .userFragment
            })
        #expect(!named.isDeclared)
        #expect(
            Audit.text(named).contains("user fragment")
                && Audit.text(named).contains("risk scorer"))
        let found = knowledge.canaries[.riskScorer, .userFragment]
        // Both of each call of which there is a report.
        #expect(found.subjects.count > 3 && found.calls.count * 2 >= found.subjects.count)
        // Its stamp is when the run began.
        #expect(found.longestResidence > .days(30) - .seconds(14))
        #expect(knowledge.evidence.telling.count > 3)
    }

    @Test func `who is on no list is named with what it gets`() {
        let knowledge = Self.knowledge(.unlistedProcessor)
        #expect(Self.broken(knowledge) == [])
        let unlisted = ProcessorList.published.unlisted(in: knowledge)
        #expect(unlisted.map(\.processor) == [.productTeam])
        #expect(unlisted.map(\.item) == [.interest] && unlisted.map(\.residence) == [nil])
        #expect(unlisted.allSatisfy { $0.subjects > 10 })
    }

    /// Two who have a short call over a relay, and nine days after it.
    private static func nineDays(_ leak: PlantedLeak?) -> PlatformKnowledge {
        var scenario = Self.scenario
        scenario.arrivals = .trace([.zero, .zero + .seconds(1)])
        scenario.population = [scenario.population[0]]
        scenario.population[0].requeue = 0
        scenario.ice.policy = .relay
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        scenario.general.stopTime = .days(9)
        scenario.general.seriesStep = .days(1)
        scenario.privacy.sweepInterval = .hours(2)
        return knowledge(leak, in: scenario)
    }

    @Test func `a relay log kept for eight days is named, though seven were declared`() {
        let kept = Self.nineDays(nil)
        #expect(kept.calls == 1 && kept.evidence.sweeps > 100)
        #expect(Self.broken(kept) == [])
        let knowledge = Self.nineDays(.relayLogKeptLonger)
        let broken = Self.broken(knowledge)
        #expect(broken.map(\.promise) == [.lifetimesKept])
        #expect(broken.first?.outliving == [.relayLog])
        #expect(knowledge.labels[.relayProcessor, .when].longestResidence <= .days(7) + .hours(2))
    }

    @Test func `where there is nothing to look at a promise is not said to be kept`() {
        let kept = Self.nineDays(nil)
        let untried = PlatformPromise.allCases.filter {
            PromiseFinding($0, in: kept).verdict == .untried
        }
        // Two who talk once, without packets and over relays.
        #expect(
            untried == [
                .directCallsUnheard, .relaysForwardUnread, .keysGone, .recordingsStaySealed,
                .visitsUnlinkedInStores, .deletedIsGone, .visitsUnlinked,
            ])
    }

    @Test func `every planted leak is looked for`() {
        let others: [PlantedLeak] = [
            .relayLogKeptLonger, .unlistedProcessor, .openEdge,
        ]
        #expect(Set(Self.leaks.map(\.0) + others) == Set(PlantedLeak.allCases))
    }

    // MARK: Names of visits

    /// Ten seconds in which people come back after each call.
    private static func returning(
        _ names: Privacy.VisitNames, _ policy: ScenarioModel.ICE.Policy = .all,
        logRetention: SimDuration = .days(7)
    ) -> PlatformKnowledge {
        var scenario = Self.scenario
        scenario.population[0].requeue = 1
        scenario.population[0].falseReport = 0
        scenario.population[0].conversation = .exponential(mean: 1)
        scenario.population[0].thinkTime = .constant(0.2)
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        scenario.privacy.visitNames = names
        scenario.ice.policy = policy
        scenario.relay.logRetention = logRetention
        var run = ReplicationRun(
            scenario, seed: 3, replication: 0, speech: smallSpeech, traffic: smallTraffic,
            corpus: corpus, audited: true)
        run.advance(to: run.end)
        let copy = run.stealStores()
        // Whoever copies the stores links visits by these names no better than by chance where they are fresh.
        #expect((copy.bySession.advantage ?? 0) > 0.8 || names == .fresh)
        #expect(copy.bySession.sameLinked == 0 || names == .lasting)
        guard let knowledge = run.knowledge() else {
            preconditionFailure("an audited run knows nothing")
        }
        return knowledge
    }

    @Test func `visits go by one name unless names are drawn anew, and the services are named`() {
        func names(_ finding: PromiseFinding) -> [Int] {
            finding.evidence.filter { $0.what.contains("names") }.map(\.count)
        }
        let lasting = PromiseFinding(.visitsUnlinked, in: Self.returning(.lasting))
        #expect(lasting.verdict == .broken)
        // Names at relays are in clear on the way there.
        #expect(
            lasting.observers == [.signalingProcessor, .relayProcessor, .networkObserver])
        #expect(names(lasting).count == 3)
        #expect(lasting.brokenSubjects > 10 && lasting.brokenCalls > 20)
        #expect(lasting.evidence.allSatisfy { $0.count > 10 })
        let fresh = PromiseFinding(.visitsUnlinked, in: Self.returning(.fresh))
        #expect(fresh.verdict == .kept && fresh.brokenSubjects == 0 && fresh.brokenCalls == 0)
        // Each visit has a name of its own.
        #expect(names(fresh).min()! > names(lasting).max()!)
    }

    @Test func `a copy of the stores links visits by addresses and names, or not at all`() {
        func finding(_ knowledge: PlatformKnowledge) -> PromiseFinding {
            PromiseFinding(.visitsUnlinkedInStores, in: knowledge)
        }
        let usual = finding(Self.returning(.lasting))
        #expect(usual.verdict == .broken && usual.observers == [.thief])
        // Pairs, and of them those linked by addresses, session numbers and certificates.
        #expect(usual.evidence.prefix(3).allSatisfy { $0.count > 10 })
        #expect(usual.evidence[3].count == 0)
        // The log of the relays has addresses, too.
        let fresh = finding(Self.returning(.fresh, .relay))
        #expect(fresh.verdict == .broken && fresh.evidence[1].count > 10)
        #expect(fresh.evidence[2].count == 0)
        let named = finding(Self.returning(.lasting, .relay, logRetention: .zero))
        #expect(named.verdict == .broken && named.evidence[1].count == 0)
        let none = finding(Self.returning(.fresh, .relay, logRetention: .zero))
        #expect(none.verdict == .kept && none.evidence[0].count > 10)
        #expect(none.evidence.dropFirst().allSatisfy { $0.count == 0 })
    }

    @Test func `relays that write nothing down know whom they serve as long as they do`() {
        let knowledge = Self.returning(.fresh, .relay, logRetention: .zero)
        let known = knowledge.labels[.relayProcessor, .publicAddress]
        #expect(known.calls.count > 20 && known.longestResidence < .seconds(14))
        #expect(knowledge.labels[.thief, .allocation].isEmpty)
        #expect(knowledge.disagreements == [])
    }
}
