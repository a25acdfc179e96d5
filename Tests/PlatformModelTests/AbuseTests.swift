import EventEngine
import Measurement
import MediaPipeline
import Quantities
import ScenarioModel
import Testing

@testable import PlatformModel

/// People who abuse, and people who abuse the right to report.
@Suite struct AbuseTests {
    /// Some minutes of talkers who report most abuse, with `others`; few draws, many calls. No two
    /// devices look alike.
    static func scenario(
        _ others: [Persona], risk: Risk = Risk(safeguards: []), minutes: Int64 = 5
    ) -> Scenario {
        var scenario = Scenario(title: "Abuse")
        scenario.general = General(
            seed: 3, warmUp: .zero, stopTime: .minutes(minutes), replications: 1,
            seriesStep: .minutes(1))
        scenario.arrivals = .rate(0.4)
        let share = others.reduce(0) { $0 + $1.share }
        scenario.population = [
            Persona(
                share: 1 - share, conversation: .exponential(mean: 30), requeue: 0.9,
                reportPropensity: 0.6, falseReport: 0)
        ]
        scenario.population += others
        for index in scenario.population.indices {
            scenario.population[index].fingerprint = FingerprintModel(entropy: 48, common: 0)
        }
        scenario.ice.setup = .modelled
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        scenario.risk = risk
        return scenario
    }

    /// What was measured in a run, and the hash of its trajectory.
    struct Outcome: Sendable {
        let record: ReplicationRecord
        let fingerprint: String
        private let groups: [GroupFigures]

        init(_ scenario: Scenario) {
            var run = ReplicationRun(
                scenario, seed: 3, replication: 0, speech: TalkingTests.speech,
                traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals)
            run.advance(to: run.end)
            #expect(run.violation == nil)
            fingerprint = run.fingerprint.hexadecimal
            record = run.finish()
            var builder = RunSummaryBuilder()
            builder.add(record)
            groups = builder.summary().groups
        }

        /// The figures of `metric` of people of one kind.
        func figures(_ metric: Metric, _ persona: String) -> Figures? {
            groups.first {
                $0.name == metric.description.name && $0.dimension == "persona"
                    && $0.label == persona
            }?.figures
        }

        func survival(_ metric: Metric, _ persona: String) throws -> SurvivalFigures {
            guard case .survival(let figures)? = figures(metric, persona) else {
                throw Missing(metric: metric)
            }
            return figures
        }

        func total(_ metric: Metric, _ persona: String) -> Int64 {
            guard case .value(let figures)? = figures(metric, persona) else { return 0 }
            return figures.total ?? 0
        }
    }

    struct Missing: Error { let metric: Metric }

    /// Each kind of abuser, whose devices are known again, and one whose are not.
    static let abusers: [Persona] =
        [
            (Behaviour.harasser, 0.0), (.spammer, 0), (.deviceHopper, 1),
        ].map { behaviour, deviceSwitch in
            Persona(
                name: behaviour.rawValue, share: 0.1, behaviour: behaviour,
                conversation: .exponential(mean: 30), requeue: 0.98, reportPropensity: 0.6,
                falseReport: 0, deviceSwitch: deviceSwitch)
        } + [
            Persona(
                name: "skipper", share: 0.1, behaviour: .skipper,
                conversation: .lognormal(median: 5, sigma: 0.9), requeue: 0.9,
                reportPropensity: 0.6, falseReport: 0)
        ]

    static let usual = Outcome(scenario(abusers))
    static let dry = Outcome(scenario(abusers, risk: Risk(dryRun: true, safeguards: [])))
    static let off = Outcome(scenario(abusers, risk: Risk(enabled: false, safeguards: [])))

    // MARK: Abusers

    @Test func `abusers are reported, contained and watched until then`() throws {
        for name in ["harasser", "spammer"] {
            #expect(Self.usual.total(.riskReports, name) > 20)
            let watched = try Self.usual.survival(.riskSeparationCalls, name)
            #expect(watched.events > 0 && watched.subjects > watched.events)
            let times = try Self.usual.survival(.riskSeparationTime, name)
            #expect(watched.subjects == times.subjects && watched.events == times.events)
        }
        let record = Self.usual.record
        #expect(
            record.survival(.riskSeparationCalls).events == record.total(.riskContainmentCalls))
        // Nobody is contained by fewer than three reporters.
        #expect((record.percentile(.riskContainmentCalls, 0) ?? 0) >= 3)
        #expect(record.total(.riskVictims) > 0)
        #expect((record.value(.riskLeakPartners) ?? 0) > 0.5)
    }

    @Test func `who changes devices at every turn is reported and never contained`() throws {
        #expect(Self.usual.total(.riskReports, "device_hopper") > 20)
        let watched = try Self.usual.survival(.riskSeparationCalls, "device_hopper")
        #expect(watched.events == 0 && watched.subjects > 10)
    }

    @Test func `who only skips is neither reported nor counted as an abuser`() {
        #expect(Self.usual.total(.riskReports, "skipper") == 0)
        #expect(Self.usual.record.total(.riskFalseContainment) == 0)
        #expect(throws: Missing.self) {
            _ = try Self.usual.survival(.riskSeparationCalls, "skipper")
        }
    }

    /// The scorer weighs reports whether anybody goes by it or not, so even the log of what each would
    /// lead to is the same.
    @Test func `a dry run contains on paper and matches as without the scorer`() {
        let (dry, off) = (Self.dry.record, Self.off.record)
        #expect(dry.survival(.riskSeparationCalls).events > 0)
        #expect(off.survival(.riskSeparationCalls).subjects == 0)
        #expect(Self.dry.fingerprint == Self.off.fingerprint)
        #expect(dry.total(.calls) == off.total(.calls))
        #expect(dry.value(.riskExposure) == off.value(.riskExposure))
        // With tiers others meet, and fewer meet abusers.
        #expect(Self.usual.fingerprint != Self.off.fingerprint)
        #expect((Self.usual.record.value(.riskExposure) ?? 1) < (off.value(.riskExposure) ?? 0))
    }

    // MARK: Brigades

    static func brigade(aim: Double) -> Persona {
        Persona(
            name: "brigade", share: 0.2, behaviour: .reportBomber,
            conversation: .exponential(mean: 30), requeue: 0.95, reportPropensity: 0.6,
            falseReport: 1, aim: aim)
    }

    @Test func `a brigade frames those it aims at and nobody else, and fewer under safeguards`() {
        func framed(_ safeguards: Set<Risk.Safeguard>) -> Int64 {
            let record = Outcome(
                Self.scenario(
                    [Self.brigade(aim: 0.3)], risk: Risk(safeguards: safeguards), minutes: 7)
            ).record
            let framed = record.total(.riskFramed)
            #expect(framed == record.total(.riskFalseContainment), "nobody else is contained")
            #expect(record.total(.riskFramingCalls) > framed)
            #expect(record.value(.riskFramingCalls) ?? 4 > 3, "at least one call per reporter")
            return framed
        }
        let without = framed([])
        #expect(without > 0)
        #expect(framed(Set(Risk.Safeguard.allCases)) < without)
    }

    @Test func `a brigade that aims at nobody reports nobody`() {
        let record = Outcome(Self.scenario([Self.brigade(aim: 0)], minutes: 2)).record
        #expect(record.total(.calls) > 20)
        #expect(record.total(.riskReports) == 0 && record.total(.riskFalseContainment) == 0)
    }

    @Test func `whom a brigade aims at, a larger aim has chosen as well`() {
        var platform = Platform(
            scenario: Self.scenario([Self.brigade(aim: 0.6)]), seed: 3, replication: 0,
            speech: TalkingTests.speech, traffic: TalkingTests.traffic,
            rehearsals: TalkingTests.rehearsals)
        var engine = Engine<PlatformEvent>()
        platform.start(&engine)
        engine.run(until: SimTime.zero + .minutes(2), in: &platform)
        let present = platform.peers.handles { _ in true }
        let (few, many) = (
            present.filter { platform.isAimedAt($0, by: 0.2) },
            present.filter { platform.isAimedAt($0, by: 0.6) }
        )
        #expect(!few.isEmpty && few.count < many.count && many.count < present.count)
        #expect(Set(few).isSubset(of: many))
        #expect(present.allSatisfy { !platform.isAimedAt($0, by: 0) })
    }
}
