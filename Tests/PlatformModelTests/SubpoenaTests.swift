import Addressing
import EventEngine
import KnowledgeLedger
import PrivacyStores
import Quantities
import ScenarioModel
import Testing

@testable import PlatformModel

/// What the operator can answer out of its stores.
@Suite struct SubpoenaTests {
    /// A run that has ended.
    private struct Ended: ~Copyable {
        var platform: Platform
        let now: SimTime

        /// Twenty seconds in which people talk, report, and are relayed.
        init(_ change: (inout Scenario) -> Void = { _ in }) {
            var scenario = StoreTests.scenario()
            change(&scenario)
            platform = Platform(
                scenario: scenario, seed: 6, replication: 0, speech: TalkingTests.speech,
                traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals)
            var engine = Engine<PlatformEvent>()
            platform.start(&engine)
            engine.run(until: platform.stopTime, in: &platform)
            now = engine.now
        }

        mutating func answer(_ subpoena: Subpoena, at time: SimTime? = nil) -> SubpoenaAnswer {
            let (risk, now) = (platform.risk, now)
            return platform.stores!.answer(subpoena, at: time ?? now) {
                risk.holdings(named: subpoena, at: now)
            }
        }

        mutating func dump(at time: SimTime? = nil) -> StoreContents {
            platform.stores!.dump(at: time ?? now)
        }
    }

    @Test func `a window gives everything of its time, and says until when it stands`() throws {
        var run = Ended()
        let now = run.now
        let contents = run.dump()
        let all = run.answer(.window(.zero..<now))
        #expect(all.records.count == contents.recordCount)
        // Counts and the scorer are asked apart.
        #expect(all.verdict == .granted && all.attempts.count == 3)
        #expect(all.counts.reduce(0) { $0 + $1.calls } == contents.aggregates.total)
        #expect(contents.aggregates.total > 10)
        let half = SimTime.zero + .seconds(10)
        let early = run.answer(.window(.zero..<half))
        #expect(early.records.count > 10 && early.records.count < all.records.count)
        #expect(early.records.allSatisfy { $0.record.time < half })
        // A report is known to the hour: it came before or after.
        let reports = { (answer: SubpoenaAnswer) in
            answer.records.filter { $0.record.kind == .reports }.count
        }
        let late = run.answer(.window(half..<now))
        #expect(reports(early) == reports(all) && reports(late) == reports(all) && reports(all) > 0)
        let nextDay = run.answer(.window(now + .hours(23)..<now + .hours(24)))
        #expect(reports(nextDay) == 0 && nextDay.counts == all.counts)
        #expect(run.answer(.window(now + .hours(2)..<now + .hours(3))).counts == [])
        for standing in early.records {
            let lifetime: SimDuration =
                switch standing.record.kind {
                case .reports: .days(30)
                case .signaling: .hours(24)
                case .relayLog: .days(7)
                }
            #expect(standing.lapse == standing.record.time + lifetime)
            #expect(standing.deletion >= standing.lapse)
            #expect(standing.deletion - standing.lapse < .seconds(2))
        }
        // Whoever asks for the present sees who else has asked.
        let present = run.answer(.window(half..<now + .seconds(1)))
        #expect(present.accesses.count == 17)
        #expect(present.accesses.last == present.attempts.first)
    }

    @Test func `an address gives its messages and relay entries, and leads to partners`() throws {
        var run = Ended()
        let now = run.now
        let all = run.answer(.window(.zero..<now))
        let address = try #require(
            all.records.flatMap(\.addresses).first { !$0.isPrivate })
        let answer = run.answer(.address(address))
        let search = AddressSearch([address])
        let expected = all.records.filter { standing in
            switch standing.record {
            case .report: false
            case .message(let message): search.isFound(in: message.text)
            case .relayLog(let entry):
                entry.client.ip == address || entry.relayed.ip == address
                    || entry.event == .permitted(address)
            }
        }
        #expect(answer.records == expected)
        #expect(Set(answer.records.map(\.record.kind)) == [.signaling, .relayLog])
        #expect(answer.attempts.count == 2)
        #expect(!answer.leads.isEmpty)
        let calls = Set(
            answer.records.compactMap { standing in
                if case .message(let message) = standing.record { message.call } else { nil }
            })
        #expect(answer.leads.allSatisfy { calls.contains($0.call) })
        #expect(answer.scorer == nil)
        let stranger = try #require(IPAddress("192.0.2.99"))
        let nothing = run.answer(.address(stranger))
        #expect(nothing.records == [] && nothing.leads == [] && nothing.attempts.count == 1)
    }

    @Test func `a device gives its reports, and the scorer says who made them`() throws {
        var run = Ended()
        let contents = run.dump()
        let device = try #require(contents.reports.first).device
        let answer = run.answer(.device(high: device.high, low: device.low))
        #expect(
            answer.records.map(\.record)
                == contents.reports.filter { $0.device == device }.map { .report($0) })
        #expect(answer.leads == [] && answer.accesses == [])
        #expect(answer.attempts.map(\.verdict) == [.granted, .granted])
        let holding = try #require(answer.scorer?.first)
        #expect(answer.scorer == [holding] && holding.device == device)
        #expect(holding.against.count == answer.records.count)
        // Each of the reporters names it in turn.
        for report in holding.against {
            let reporter = try #require(report.other)
            let turn = run.answer(.device(high: reporter.high, low: reporter.low))
            let filed = try #require(turn.scorer?.first).filed
            #expect(filed.contains { $0.other == device && $0.time <= report.time })
        }
        let other = run.answer(.device(high: device.high, low: 1))
        #expect(other.records == [] && other.scorer == [])
    }

    @Test func `what has lapsed is not answered, though no sweep has come`() throws {
        var run = Ended { $0.signaling.retention = .seconds(3) }
        let now = run.now
        let window = Subpoena.window(.zero..<now)
        let then = now + .seconds(1)
        let contents = run.dump(at: then)
        let answer = run.answer(window, at: then)
        let messages = answer.records.filter { $0.record.kind == .signaling }
        #expect(messages.count < contents.messages.count)
        #expect(messages.allSatisfy { $0.lapse > then })
    }

    @Test func `without a good authorisation there is no answer, but a line in the log`() throws {
        var run = Ended()
        let now = run.now
        var stores = run.platform.stores.take()!
        let good = stores.guarded.access.authorise(
            StoreDesk.legalGrant, from: now, for: .minutes(5))
        let wrong = stores.guarded.access.authorise(
            StoreDesk.auditGrant, from: now, for: .minutes(5))
        let cases: [(Authorisation?, SimTime, AccessVerdict)] = [
            (nil, now, .unauthorised), (wrong, now, .otherScope),
            (good, now + .minutes(5), .expired), (good, now - .nanoseconds(1), .early),
        ]
        let before = stores.guarded.store.auditLog().count
        for (shown, time, verdict) in cases {
            let answer = stores.answer(.window(.zero..<now), by: shown, at: time) { [] }
            #expect(answer.verdict == verdict)
            #expect(answer.records == [] && answer.accesses == [] && answer.counts == [])
            #expect(answer.scorer == nil)
        }
        let log = stores.guarded.store.auditLog()[before...]
        #expect(log.map(\.verdict) == cases.map(\.2))
        let answered = stores.answer(.window(.zero..<now), by: good, at: now) { [] }
        #expect(answered.records.count > 0)
    }
}
