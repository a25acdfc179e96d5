import EventEngine
import Measurement
import MediaPipeline
import Quantities
import ScenarioModel
import Testing

@testable import Matchmaking
@testable import PlatformModel

/// What a matchmaker may never do, done on purpose: the platform does not take its word for it.
@Suite struct PairingInvariantTests {
    /// A minute in two languages and two interests, without packets.
    static func scenario(_ policy: ScenarioModel.Matchmaking.Policy = .greedy) -> Scenario {
        var scenario = Scenario(title: "Pairs")
        scenario.general = General(
            seed: 3, warmUp: .zero, stopTime: .seconds(60), replications: 1,
            seriesStep: .seconds(5))
        scenario.arrivals = .rate(2)
        scenario.languages = ["en", "es"]
        scenario.interests = ["music", "games"]
        let halves = [NamedShare(index: 0, share: 0.5), NamedShare(index: 1, share: 0.5)]
        scenario.population[0].language = halves
        scenario.population[0].interest = halves
        scenario.population[0].conversation = .exponential(mean: 10)
        scenario.population[0].reportPropensity = 0.3
        scenario.population[0].falseReport = 0.3
        scenario.ice.setup = .modelled
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        scenario.matchmaking.policy = policy
        if policy == .batch || policy == .blossom { scenario.matchmaking.interval = .seconds(3) }
        return scenario
    }

    private func withPlatform(
        _ scenario: Scenario, _ body: (inout Platform, inout Engine<PlatformEvent>) -> Void
    ) {
        var platform = Platform(
            scenario: scenario, seed: 3, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals)
        var engine = Engine<PlatformEvent>()
        platform.start(&engine)
        body(&platform, &engine)
    }

    private func side(_ handle: Handle, _ peer: UInt32) -> Pairing.Side {
        Pairing.Side(
            ticket: TicketID(handle.index), session: SessionID(peer), age: .zero, step: 0)
    }

    private func pairing(
        _ one: Handle, _ other: Handle, in platform: borrowing Platform, at now: SimTime
    ) -> Pairing {
        Pairing(
            first: side(one, 0), second: side(other, 1), time: now, cause: .arrival,
            constraints: [], tierRule: .ignored, rematchesAvoided: 0, passedOver: nil)
    }

    /// A matchmaker with other rules than the scenario's.
    @Test(arguments: [(true, false), (false, true)])
    func `a pair across a hard constraint is found`(language: Bool, interest: Bool) throws {
        var scenario = Self.scenario()
        scenario.matchmaking.expansion = [
            ExpansionRule(after: .zero, requiresLanguage: language, requiresInterest: interest)
        ]
        let loose = try MatchRules(
            expansion: [
                ExpansionStep(after: .zero, requiresLanguage: false, requiresInterest: false)
            ], avoidRematch: false, tiers: .ignore)
        withPlatform(scenario) { platform, engine in
            platform.matchmaker = Matchmaker(rules: loose)
            engine.run(until: .zero + .seconds(12), in: &platform)
            let first = platform.invariants.first?.invariant
            #expect(first == .pairsKeepConstraints)
        }
    }

    /// Who is contained waits for the contained alone; this matchmaker does not look at tiers.
    @Test func `a pair across tiers is found`() throws {
        var scenario = Self.scenario()
        scenario.matchmaking.tiers = .separate
        scenario.general.stopTime = .seconds(300)
        let rules = scenario.matchmaking.expansion.map {
            ExpansionStep(
                after: $0.after, requiresLanguage: $0.requiresLanguage,
                requiresInterest: $0.requiresInterest)
        }
        let blind = try MatchRules(expansion: rules, avoidRematch: true, tiers: .ignore)
        withPlatform(scenario) { platform, engine in
            platform.matchmaker = Matchmaker(rules: blind)
            var time = SimTime.zero
            while platform.invariants.first == nil, time < .zero + .seconds(300) {
                time += .seconds(5)
                engine.run(until: time, in: &platform)
            }
            let first = platform.invariants.first?.invariant
            #expect(first == .pairsKeepConstraints)
        }
    }

    @Test func `files count as many tiers as there are`() {
        #expect(Scenario.tierNames.count == Risk.tierCount)
    }

    @Test func `a ticket that has ended is not paired again`() {
        withPlatform(Self.scenario()) { platform, engine in
            engine.run(until: .zero + .seconds(12), in: &platform)
            let waiting = platform.tickets.handles { _ in true }
            #expect(waiting.count >= 2)
            let pairing = pairing(waiting[0], waiting[1], in: platform, at: engine.now)
            _ = platform.tickets.remove(waiting[0])
            platform.takeOver(pairing, &engine)
            let (first, paired) = (platform.invariants.first?.invariant, platform.tickets.count)
            #expect(first == .ticketsEndOnce)
            #expect(paired == waiting.count - 1, "nobody was taken out of the queue")
        }
    }

    @Test func `a ticket is not paired with itself`() {
        withPlatform(Self.scenario()) { platform, engine in
            engine.run(until: .zero + .seconds(12), in: &platform)
            let waiting = platform.tickets.handles { _ in true }
            let pairing = pairing(waiting[0], waiting[0], in: platform, at: engine.now)
            platform.takeOver(pairing, &engine)
            let first = platform.invariants.first?.invariant
            #expect(first == .ticketsEndOnce)
        }
    }

    @Test func `two tickets of one person are not paired`() {
        withPlatform(Self.scenario()) { platform, engine in
            engine.run(until: .zero + .seconds(12), in: &platform)
            let waiting = platform.tickets.handles { _ in true }
            let ticket = platform.tickets[waiting[0]]
            let twin = Platform.TicketRecord(
                serial: platform.ticketed, order: UInt32(platform.overtaking.count),
                peer: ticket.peer, createdAt: ticket.createdAt, isMeasured: true,
                tier: ticket.tier, patience: .none)
            platform.overtaking.arrive()
            let second = platform.tickets.insert(twin)
            let pairing = pairing(waiting[0], second, in: platform, at: engine.now)
            platform.takeOver(pairing, &engine)
            let first = platform.invariants.first?.invariant
            #expect(first == .nobodyMeetsThemselves)
        }
    }

    /// Random rules under every policy, as an onlooker sees them who keeps the life of each ticket.
    @Test(arguments: ScenarioModel.Matchmaking.Policy.allCases)
    func `every ticket ends once under every policy`(
        policy: ScenarioModel.Matchmaking.Policy
    ) throws {
        for variant in 0..<4 {
            var scenario = Self.scenario(policy)
            if policy == .patient && variant >= 2 { scenario.matchmaking.departures = .announced }
            if variant & 1 == 1 { scenario.matchmaking.expiry = .seconds(4) }
            if variant & 2 == 2 {
                scenario.matchmaking.reservation = .seconds(4)
                scenario.matchmaking.tiers = .separate
            }
            var run = ReplicationRun(
                scenario, seed: UInt64(variant), replication: 0, speech: TalkingTests.speech,
                traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals,
                keepingTickets: true)
            run.advance(to: run.end)
            let (violation, lives) = (run.violation, run.tickets)
            #expect(violation == nil)
            #expect(lives.count > 100)
            try Self.check(lives, scenario)
            let record = run.finish()
            for (metric, end) in [
                (Metric.abandoned, TicketLife.End.abandoned), (.matchExpired, .expired),
            ] {
                #expect(record.total(metric) == Int64(lives.count { $0.end == end }))
            }
            #expect(2 * record.total(.matches) == Int64(lives.count { $0.end == .paired }))
            #expect(record.total(.matchExpired) > 0 || variant & 1 == 0)
        }
    }

    /// People wait 4 s on average for one of four kinds, of whom two come in that time. Greed loses
    /// whoever waits alone and leaves; patience pairs nobody who can stay, and so fewer are alone.
    @Test func `patience that knows who leaves loses fewer than greed`() {
        let shares = [
            ScenarioModel.Matchmaking.Departures?.none, .unknown, .announced,
        ].map { departures in
            var scenario = Self.scenario(departures == nil ? .greedy : .patient)
            if let departures { scenario.matchmaking.departures = departures }
            scenario.general.stopTime = .seconds(200)
            scenario.population[0].patience = .exponential(mean: 4)
            scenario.population[0].requeue = 0
            scenario.matchmaking.expansion = [
                ExpansionRule(after: .zero, requiresLanguage: true, requiresInterest: true)
            ]
            scenario.matchmaking.tiers = .ignore
            var run = ReplicationRun(
                scenario, seed: 3, replication: 0, speech: TalkingTests.speech,
                traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals,
                keepingTickets: true)
            run.advance(to: run.end)
            let lives = run.tickets
            let violation = run.violation
            #expect(violation == nil)
            #expect(lives.contains { $0.cause == .departure } == (departures == .announced))
            return Double(lives.count { $0.end == .abandoned })
                / Double(lives.count { $0.end != .waiting })
        }
        #expect(shares[2] < 0.85 * shares[0], "\(shares)")
        #expect(abs(shares[1] - shares[0]) < 0.25 * shares[0], "\(shares)")
    }

    private static func check(_ lives: [TicketLife], _ scenario: Scenario) throws {
        let rules = scenario.matchRules
        var waitingSince: [UInt32: SimTime] = [:]
        for life in lives {
            #expect(life.created >= waitingSince[life.peer] ?? .zero, "two tickets at a time")
            waitingSince[life.peer] = life.ended
            switch life.end {
            case .paired:
                let partner = lives[Int(life.partner)]
                #expect(partner.partner == life.number && partner.ended == life.ended)
                #expect(partner.peer != life.peer)
                #expect(life.ended <= life.created + life.patience)
                #expect(rules.obstacles(life.past, partner.past, at: life.ended) == [])
            case .abandoned: #expect(life.ended == life.created + life.patience)
            case .expired: #expect(life.wait == scenario.matchmaking.expiry)
            case .waiting: #expect(life.partner == .max)
            }
        }
    }
}
