import KnowledgeLedger
import PlatformModel
import PrivacyStores
import Quantities
import Results
import ScenarioModel
import Testing

@testable import SimulationRunner

/// Verdicts on promises, and how they are told.
@Suite struct AuditTests {
    /// Some seconds of short calls from one kind of network.
    static func scenario() -> Scenario {
        var scenario = Scenario(title: "Audited")
        scenario.general = General(
            seed: 1, warmUp: .zero, stopTime: .seconds(12), replications: 1,
            seriesStep: .seconds(4))
        scenario.arrivals = .rate(2)
        scenario.population[0].conversation = .exponential(mean: 3)
        scenario.population[0].access = [NamedShare(index: 0, share: 1)]
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        scenario.privacy.fillsStores = true
        return scenario
    }

    static func audit(
        _ scenario: Scenario, breach: SimDuration? = nil
    ) async throws -> Audit {
        try await audit(scenario, breach.map { .at($0) } ?? .end)
    }

    static func audit(
        _ scenario: Scenario, _ breach: BreachTime, answering subpoenas: [Subpoena] = []
    ) async throws -> Audit {
        try await Audit(
            of: smallSimulation(scenario, seed: 1, replications: [0]), replication: 0,
            breach: breach, answering: subpoenas, RunProgress(replications: 2))
    }

    private static func verdict(_ audit: Audit, _ promise: PlatformPromise) -> PromiseVerdict? {
        audit.findings.first { $0.promise == promise }?.verdict
    }

    @Test func `addresses stay hidden only over relays`() async throws {
        let direct = try await Self.audit(Self.scenario())
        #expect(
            Self.verdict(direct, .partnerSeesNoAddress)
                == .keptOnlyIf([.init("ice.policy", "relay")]))
        #expect(direct.findings[0].brokenCalls > direct.knowledge.calls / 2)
        #expect(direct.findings[0].observers == [.partner])
        #expect(Self.verdict(direct, .localAddressesHidden) == .kept)
        // Twelve seconds have no sweep.
        #expect(Self.verdict(direct, .lifetimesKept) == .untried)
        #expect(
            Self.verdict(direct, .visitsUnlinkedInStores)
                == .keptOnlyIf([
                    .init("ice.policy", "relay"), .init("relay.log_retention", "0 s"),
                    .init("privacy.visit_names", "fresh"),
                ]))
        #expect(
            Self.verdict(direct, .callsOnlyCounted)
                == .keptOnlyIf([.init("relay.log_retention", "0 s")]))
        #expect(!direct.isBroken)
        var scenario = Self.scenario()
        scenario.ice.policy = .relay
        let relayed = try await Self.audit(scenario)
        #expect(Self.verdict(relayed, .partnerSeesNoAddress) == .kept)
        #expect(relayed.findings[0].brokenCalls == 0)
        // Of people who come back, services know it by the names of their visits; another setting changes that.
        for audit in [direct, relayed] {
            #expect(
                Self.verdict(audit, .visitsUnlinked)
                    == .keptOnlyIf([.init("privacy.visit_names", "fresh")]))
        }
        scenario.privacy.visitNames = .fresh
        let fresh = try await Self.audit(scenario)
        #expect(Self.verdict(fresh, .visitsUnlinked) == .kept)
        // What is so already is not asked for.
        let unlogged = PromiseVerdict.keptOnlyIf([.init("relay.log_retention", "0 s")])
        #expect(Self.verdict(fresh, .visitsUnlinkedInStores) == unlogged)
        scenario.relay.logRetention = .zero
        let kept = try await Self.audit(scenario)
        #expect(Self.verdict(kept, .visitsUnlinkedInStores) == .kept)
        #expect(Self.verdict(kept, .callsOnlyCounted) == .kept)
    }

    @Test func `a promise is kept only if it is where something tries it`() async throws {
        var scenario = Self.scenario()
        scenario.signaling.retention = .nanoseconds(1)
        scenario.privacy.sweepInterval = .seconds(1)
        // Just after a sweep there are no messages: without the relay log, which is what tells of visits, nothing is left to try.
        let audit = try await Self.audit(scenario, breach: .seconds(10) + .nanoseconds(1))
        let finding = try #require(
            audit.findings.first { $0.promise == .visitsUnlinkedInStores })
        #expect(finding.remedies == [.noRelayLog])
        #expect(finding.evidence[1].count > 0 && finding.evidence[2].count == 0)
        #expect(finding.verdict == .broken)
        #expect(
            finding.untried == [
                "signalling messages in a copy", "the promise with relay.log_retention=0 s",
            ])
    }

    @Test
    func `reports that are soon gone are stamped finer than with an hour, and the promise says so`()
        async throws
    {
        var scenario = Self.scenario()
        scenario.population[0].falseReport = 0.5
        scenario.risk.retention = .seconds(48)
        let audit = try await Self.audit(scenario)
        let finding = try #require(
            audit.findings.first { $0.promise == .reportsNameNobodyElse })
        #expect(finding.verdict == .keptOnlyIf([.init("risk.retention", "30 d")]))
        #expect(finding.brokenSubjects > 1 && finding.observers == [.riskScorer])
        let text = audit.text(replayedBy: "again")
        #expect(text.contains("kept only if risk.retention=30 d: to "))
        #expect(text.contains("    again --set \"risk.retention=30 d\"\n"))
        scenario.risk.retention = .hours(24)
        let day = try await Self.audit(scenario)
        #expect(Self.verdict(day, .reportsNameNobodyElse) == .kept)
    }

    @Test func `text and file say who can tell for how long who talked with whom`() async throws {
        let audit = try await Self.audit(Self.scenario())
        let signaling = try #require(
            audit.recoverable.first { $0.observer == .signalingProcessor })
        #expect(signaling.lifetime == .hours(24))
        #expect(signaling.longest >= .hours(24))
        #expect(signaling.longest <= .hours(24) + .minutes(10))
        // Who was paired in the last moments has not sent anything yet.
        #expect((audit.knowledge.calls - 2...audit.knowledge.calls).contains(signaling.calls))
        let text = audit.text(replayedBy: "voicesim audit x.yaml")
        #expect(text.contains("for 24 h and until the next sweep"))
        #expect(text.contains("kept only if ice.policy=relay"))
        #expect(text.contains("voicesim audit x.yaml --set ice.policy=relay"))
        #expect(text.contains("aggregate store\n  nothing of anybody"))
        #expect(text.contains("labels and canaries agree"))
        let json = audit.json(replayedBy: "voicesim audit x.yaml")
        #expect(json["calls"]?.integer == Int64(audit.knowledge.calls))
        guard case .array(let observers)? = json["observers"],
            case .array(let items)? = observers[0]["items"]
        else {
            Issue.record("no observers")
            return
        }
        #expect(observers.count == Observer.allCases.count)
        let address = try #require(items.first { $0["item"] == .string("public_address") })
        #expect(
            address["subjects"]?.integer
                == Int64(audit.knowledge.labels[.partner, .publicAddress].subjects.count))
        #expect(address["longest_residence"] == .null)
        #expect(json["disagreements"] == .array([]))
    }

    @Test func `over relays their log makes it recoverable, by the addresses of both`() async throws
    {
        var scenario = Self.scenario()
        scenario.ice.policy = .relay
        scenario.signaling.retention = .seconds(1)
        scenario.privacy.sweepInterval = .seconds(1)
        let audit = try await Self.audit(scenario)
        // No entry names both, and the audit says of the same log what follows from it.
        #expect(audit.knowledge.labels[.relayProcessor, .partner].calls.count == 0)
        let entry = try #require(audit.recoverable.first { $0.observer == .relayProcessor })
        let concluded = audit.knowledge.known.inferences(of: .relayProcessor)
            .first { $0.rule == .whoWithWhom }
        #expect(entry.calls == concluded?.calls.count && entry.calls > audit.knowledge.calls / 2)
        #expect(entry.lifetime == .days(7) && entry.longest >= .days(7))
        let text = audit.text(replayedBy: "x")
        #expect(text.contains("recoverable from what the relay processor stores: for 7 d and"))
        let thief = Audit.share(
            audit.knowledge.known.inferences(of: .thief).first { $0.rule == .whoWithWhom }!
                .calls.count, audit.knowledge.callsBeforeBreach)
        #expect(text.contains("a thief at 12 s finds the partners of \(thief) of the calls so far"))
        #expect(try #require(audit.breach.copy.pairRecall) > 0.8)
    }

    @Test func `text and file say what follows, and what only several of them know`() async throws {
        let audit = try await Self.audit(Self.scenario())
        let text = audit.text(replayedBy: "voicesim audit x.yaml")
        #expect(text.contains("what follows from that\n  partner: public address in "))
        #expect(text.contains("for good, from a server-reflexive candidate"))
        #expect(text.contains("  signalling and relays: same call in "))
        let json = audit.json(replayedBy: "voicesim audit x.yaml")
        guard case .array(let inferred)? = json["inferred"],
            case .array(let coalitions)? = json["coalitions"]
        else {
            Issue.record("no inferences")
            return
        }
        let addresses = try #require(
            inferred.first {
                $0["observer"] == .string("partner") && $0["rule"] == .string("public_address")
            })
        #expect(addresses["residence"] == .null && addresses["untold_calls"] == .integer(0))
        let pair = try #require(
            coalitions.first { $0["name"] == .string("signalling and relays") })
        #expect(
            pair["members"]
                == .array([.string("signaling_processor"), .string("relay_processor")]))
        guard case .array(let together)? = pair["inferred"] else {
            Issue.record("nothing follows")
            return
        }
        #expect(together.first?["rule"] == .string("same_call"))
    }

    @Test func `a file reads back, and says who learns more when calls may be direct`() async throws
    {
        var scenario = Self.scenario()
        scenario.ice.policy = .relay
        let relayed = try await Self.audit(scenario)
        let file = AuditReport(relayed, replayedBy: "x").json().text()
        let earlier = try AuditRecord(reading: Array(file.utf8))
        #expect(earlier.subjects == Int64(relayed.knowledge.subjects))
        #expect(earlier.observers.map(\.name) == Observer.allCases.map(\.name))
        var same = AuditReport(relayed, replayedBy: "x")
        try same.compare(with: earlier)
        #expect(same.comparison?.gains == [] && same.comparison?.losses == [])
        var direct = AuditReport(try await Self.audit(Self.scenario()), replayedBy: "x")
        try direct.compare(with: earlier)
        let comparison = try #require(direct.comparison)
        let gain = comparison.gains.first {
            $0.observer == "partner" && $0.item == "public_address"
        }
        #expect(gain?.before == nil && gain?.now?.residence == .infinity)
        // The one was kept before, the other one under fewer conditions.
        #expect(
            comparison.worse.map(\.now.name)
                == ["partner_sees_no_public_address", "visits_not_linked_in_stores"])
        #expect(direct.json()["against"]?["is_worse"] == .bool(true))
        #expect(direct.text().contains("promises kept less"))
    }

    @Test func `a relay log of eight days breaks a promise by name`() async throws {
        var scenario = Self.scenario()
        scenario.relay.logRetention = .days(8)
        scenario.ice.policy = .relay
        let audit = try await Self.audit(scenario)
        #expect(Self.verdict(audit, .lifetimesKept) == .broken)
        let lifetimes = audit.findings.first { $0.promise == .lifetimesKept }
        #expect(lifetimes?.outliving == [.relayLog])
        #expect(audit.isBroken)
        #expect(audit.text(replayedBy: "x").contains("broken: relay log may stay longer"))
    }

    @Test func `an early thief finds less`() async throws {
        let (early, late) = (
            try await Self.audit(Self.scenario(), breach: .seconds(6)),
            try await Self.audit(Self.scenario())
        )
        #expect(early.knowledge.breach == .zero + .seconds(6))
        #expect(early.knowledge.callsBeforeBreach < late.knowledge.callsBeforeBreach)
        let found = early.knowledge.labels[.thief, .partner].calls.count
        #expect(found > 0 && found <= early.knowledge.callsBeforeBreach)
        // Whoever else knows something knows it all the same.
        #expect(
            early.knowledge.labels[.partner, .publicAddress]
                == late.knowledge.labels[.partner, .publicAddress])
        await #expect(throws: AuditFailure.breachTooLate(end: .seconds(12))) {
            try await Self.audit(Self.scenario(), breach: .seconds(13))
        }
    }

    /// The scenario with stores that forget within seconds.
    private static func forgetful() -> Scenario {
        var scenario = Self.scenario()
        scenario.signaling.retention = .seconds(2)
        scenario.relay.logRetention = .seconds(2)
        scenario.privacy.sweepInterval = .seconds(2)
        return scenario
    }

    @Test func `the worst moment is audited as if its time had been given`() async throws {
        let worst = try await Self.audit(Self.forgetful(), .worst)
        let time = worst.breach.copy.time
        let given = try await Self.audit(Self.forgetful(), .at(time.sinceStart))
        #expect(given.breach.copy == worst.breach.copy)
        #expect(given.knowledge.labels == worst.knowledge.labels)
        #expect(given.breach.copies.isEmpty && worst.breach.copies.isEmpty)
        for other in [SimDuration.seconds(4), .seconds(7), .seconds(12)] {
            let audit = try await Self.audit(Self.forgetful(), .at(other))
            #expect(audit.breach.copy.pairsFound <= worst.breach.copy.pairsFound)
        }
        #expect(worst.breach.text.contains(", the worst moment: "))
        #expect(worst.breach.json["mode"] == .string("worst"))
        // The worst moments of two audits are compared, whenever they are.
        var report = AuditReport(worst, replayedBy: "x")
        var earlier = try AuditRecord(json: report.json())
        earlier.breach = 3
        try report.compare(with: earlier)
        #expect(report.comparison?.gains == [])
    }

    @Test func `random moments give means with intervals, the same for the same seed`() async throws
    {
        let audit = try await Self.audit(Self.forgetful(), .random(12))
        let again = try await Self.audit(Self.forgetful(), .random(12))
        #expect(audit.breach == again.breach)
        #expect(audit.breach.copies.count == 12)
        #expect(audit.breach.copies.map(\.pairsFound).max() == audit.breach.copy.pairsFound)
        #expect(audit.breach.copies.contains(audit.breach.copy))
        let recall = try #require(audit.breach.average(.pairRecall))
        let values = audit.breach.copies.compactMap(\.pairRecall)
        #expect((recall.mean - values.reduce(0, +) / Double(values.count)).magnitude < 1e-12)
        #expect(recall.ci95.low >= 0 && recall.ci95.high <= 1)
        #expect(recall.ci95.low < recall.mean && recall.mean < recall.ci95.high)
        #expect(recall.copies == values.count)
        // Without packets of media there are no keys to look for.
        #expect(audit.breach.average(.decryptableFrames) == nil)
        let measures = try #require(audit.breach.json["measures"])
        #expect(measures["pair_edge_recall"]?["mean"]?.number == recall.mean)
        #expect(measures["pair_edge_recall"]?["mean_copies"]?.integer == Int64(values.count))
        #expect(audit.breach.text.contains("12 copies were taken at random moments"))
        #expect(audit.breach.text.contains("; on average "))
    }

    @Test func `it is told over how many copies a mean is, where some have no value`() async throws
    {
        var scenario = Self.scenario()
        scenario.arrivals = .rate(0.4)
        let audit = try await Self.audit(scenario, .random(12))
        let count = audit.breach.copies.count { $0.pairRecall != nil }
        #expect((2..<12).contains(count))
        #expect(audit.breach.average(.pairRecall)?.copies == count)
        #expect(audit.breach.text.contains(" over the \(count) of 12 copies that tell it"))
    }

    @Test func `one copy has values, and intervals over people where there are enough`()
        async throws
    {
        let few = try await Self.audit(Self.scenario())
        #expect(few.breach.average(.pairRecall) == nil)
        #expect(few.breach.overPeople(.pairRecall) == nil)
        var measure = few.breach.json["measures"]?["pair_edge_recall"]
        #expect(measure?["value"]?.number == few.breach.copy.pairRecall)
        #expect(measure?["ci95"] == .null && measure?["ci95_people"] == .null)
        #expect(few.breach.text.contains("not on the list     nothing"))
        #expect(few.breach.text.contains("no intervals over people: one of 20 groups"))
        var scenario = Self.forgetful()
        scenario.arrivals = .rate(15)
        let audit = try await Self.audit(scenario)
        let copy = audit.breach.copy
        measure = audit.breach.json["measures"]?["pair_edge_recall"]
        #expect(measure?["ci95"] == .null && measure?["mean"] == .null)
        let interval = try #require(measure?["ci95_people"]?.array)
        let ends = interval.compactMap(\.number)
        let recall = try #require(copy.pairRecall)
        #expect(ends.count == 2 && 0 <= ends[0] && ends[0] < recall && recall < ends[1])
        // A total of people is scaled up to as many: its interval is about its value.
        let time = try #require(audit.breach.overPeople(.personSeconds))
        #expect((time.middle - copy.personSeconds).magnitude < 0.001)
        #expect(time.low > 0 && time.high < 2 * copy.personSeconds)
        #expect(audit.breach.text.contains(" over people), with") == false)
        #expect(audit.breach.text.contains("person-seconds of \(copy.people) people ("))
        #expect(audit.breach.text.contains("not over moments, nor over runs"))
    }

    @Test func `frames are not to be told where there were no keys`() async throws {
        let audit = try await Self.audit(Self.scenario())
        #expect(audit.breach.json["measures"]?["decryptable_frames"]?["value"] == .null)
        #expect(
            audit.breach.text.contains("decryptable frames  not to be told: there were no keys"))
    }

    @Test func `what the operator could answer is told store by store`() async throws {
        let all = Subpoena.window(.zero..<(.zero + .seconds(12)))
        let first = try #require(
            try await Self.audit(Self.scenario(), .end, answering: [all]).answers.first)
        let address = try #require(first.records.flatMap(\.addresses).first { !$0.isPrivate })
        let nobody = Subpoena.device(high: 1, low: 2)
        let audit = try await Self.audit(
            Self.scenario(), .at(.seconds(11)), answering: [.address(address), nobody])
        #expect(audit.answers.map(\.subpoena) == [.address(address), nobody])
        let report = AuditReport(audit, replayedBy: "x")
        let text = report.text()
        #expect(text.contains("subpoena address=\(address), asked at 11 s"))
        #expect(text.contains("as legal for a legal request"))
        #expect(text.contains("naming \(address)") || text.contains(", \(address)"))
        #expect(text.contains("; stands until 24 h"))
        #expect(text.contains("with the same calls go: "))
        #expect(
            text.contains(
                "device=00000000000000010000000000000002, asked at 11 s"))
        #expect(text.contains("  reports: nothing\n  signalling messages: nothing\n"))
        let answers = try #require(report.json()["subpoenas"]?.array)
        #expect(answers.count == 2)
        #expect(answers[0]["messages"]?.array?.isEmpty == false)
        #expect(answers[0]["messages"]?.array?[0]["stands_until"]?.number ?? 0 > 86_400)
        #expect(answers[1]["verdict"] == .string("granted"))
        #expect(answers[1]["messages"] == .array([]))
    }

    @Test(arguments: [
        (0, 10, "0.0 %"), (1, 100_000, "0.1 %"), (99_999, 100_000, "99.9 %"), (10, 10, "100.0 %"),
        (1, 3, "33.3 %"), (1, 0, "–"),
    ])
    func `a share is never rounded to nothing or all`(part: Int, whole: Int, text: String) {
        #expect(Audit.share(part, whole) == text)
    }

    @Test(arguments: [
        (SimDuration.zero, "0 s"), (.milliseconds(20), "20 ms"), (.seconds(61), "1 min 1 s"),
        (.hours(24), "24 h"), (.hours(24) + .minutes(10) + .seconds(3), "24 h 10 min"),
        (.days(7) + .minutes(10), "7 d 10 min"), (.hours(48), "2 d"), (.hours(49), "2 d 1 h"),
    ])
    func `times are told in their two largest units`(time: SimDuration, text: String) {
        #expect(Audit.text(time) == text)
    }
}
