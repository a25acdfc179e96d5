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
    private static func scenario() -> Scenario {
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

    private static func audit(
        _ scenario: Scenario, breach: SimDuration? = nil
    ) async throws -> Audit {
        try await Audit(
            of: smallSimulation(scenario, seed: 1, replications: [0]), replication: 0,
            breach: breach, RunProgress(replications: 2))
    }

    private static func verdict(_ audit: Audit, _ promise: PlatformPromise) -> PromiseVerdict? {
        audit.findings.first { $0.promise == promise }?.verdict
    }

    @Test func `addresses stay hidden only over relays`() async throws {
        let direct = try await Self.audit(Self.scenario())
        #expect(
            Self.verdict(direct, .partnerSeesNoAddress)
                == .keptOnlyIf(key: "ice.policy", value: "relay"))
        #expect(direct.findings[0].brokenCalls > direct.knowledge.calls / 2)
        #expect(direct.findings[0].observers == [.partner])
        #expect(Self.verdict(direct, .localAddressesHidden) == .kept)
        #expect(Self.verdict(direct, .lifetimesKept) == .kept)
        #expect(!direct.isBroken)
        var scenario = Self.scenario()
        scenario.ice.policy = .relay
        let relayed = try await Self.audit(scenario)
        #expect(Self.verdict(relayed, .partnerSeesNoAddress) == .kept)
        #expect(relayed.findings[0].brokenCalls == 0)
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
        #expect(comparison.worse.map(\.now.name) == ["partner_sees_no_public_address"])
        #expect(direct.json()["against"]?["is_worse"] == .bool(true))
        #expect(direct.text().contains("promises kept less"))
    }

    @Test func `a relay log of eight days breaks a promise by name`() async throws {
        var scenario = Self.scenario()
        scenario.relay.logRetention = .days(8)
        scenario.ice.policy = .relay
        let audit = try await Self.audit(scenario)
        #expect(Self.verdict(audit, .lifetimesKept) == .broken)
        #expect(audit.findings.last?.outliving == [.relayLog])
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
