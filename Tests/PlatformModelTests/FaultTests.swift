import EventEngine
import Measurement
import MediaPipeline
import Quantities
import ScenarioModel
import Testing

@testable import PlatformModel

/// Relay servers that crash or are drained under calls.
@Suite struct FaultTests {
    /// A minute with two servers in one region, most calls over a relay.
    static func scenario(_ setup: ScenarioModel.ICE.Setup, _ faults: [Fault]) -> Scenario {
        var scenario = Scenario(title: "Faults")
        scenario.general = General(
            seed: 5, warmUp: .zero, stopTime: .seconds(60), replications: 1,
            seriesStep: .seconds(1))
        scenario.arrivals = .rate(4)
        scenario.access = scenario.access.map {
            var network = $0
            network.nat = [
                NATShare(.translated(.addressAndPortDependent, .addressAndPortDependent), 1)
            ]
            return network
        }
        scenario.ice.setup = setup
        scenario.relay = Relay(regions: [RelayRegion(region: 0, servers: 2)])
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        scenario.faults = faults
        return scenario
    }

    static let crash = Fault(
        .crash, of: RelayServer(region: 0, number: 0), at: .seconds(25), for: .seconds(15))

    /// Runs `scenario`, hands the platform over at each of `times`, in seconds, and in the end to `finish`.
    private static func run<Result>(
        _ scenario: Scenario, at times: [Int64] = [],
        _ look: (inout Platform) -> Void = { _ in },
        finish: (consuming Platform) -> Result
    ) -> Result {
        var platform = Platform(
            scenario: scenario, seed: scenario.general.seed, replication: 0,
            speech: TalkingTests.speech, traffic: TalkingTests.traffic,
            rehearsals: TalkingTests.rehearsals)
        var engine = Engine<PlatformEvent>()
        platform.start(&engine)
        for time in times {
            engine.run(until: SimTime.zero + .seconds(time), in: &platform)
            look(&platform)
        }
        engine.run(until: platform.stopTime, in: &platform)
        return finish(platform)
    }

    /// What an agent of a call is known by.
    struct Seen: Equatable {
        var call: UInt32
        var side: PlatformModel.Side
        var fragment: [UInt8]
        var isOverLost: Bool
    }

    /// A run through the crash: what was seen just before, at it and after it, and what came of it.
    private struct Course: Sendable {
        static let times: [Int64] = [24, 25, 32]

        /// Ports taken on each server.
        var taken: [[Int]] = []
        /// The agents of calls; none where they are modelled.
        var agents: [[Seen]] = []
        var tally = Tally()
        var isSound = false
        var arrived: UInt32 = 0
        var record: ReplicationRecord?

        init(_ setup: ScenarioModel.ICE.Setup) {
            var (taken, agents): ([[Int]], [[Seen]]) = ([], [])
            FaultTests.run(
                FaultTests.scenario(setup, [FaultTests.crash]), at: Self.times,
                {
                    taken.append($0.relays.stations.map(\.server.takenPortCount))
                    agents.append(FaultTests.agents($0))
                },
                finish: { platform in
                    tally = platform.tally
                    isSound = platform.invariants.first == nil
                    arrived = platform.arrived
                    record = platform.finish()
                })
            self.taken = taken
            self.agents = agents
        }
    }

    private static let courses = Dictionary(
        uniqueKeysWithValues: ScenarioModel.ICE.Setup.allCases.map { ($0, Course($0)) })

    private static func agents(_ platform: borrowing Platform) -> [Seen] {
        guard platform.scenario.ice.setup == .packets else { return [] }
        var seen: [Seen] = []
        for call in platform.calls.handles(where: { $0.phase == .talking }) {
            for side in PlatformModel.Side.both {
                let place = platform.place(of: LegID(call: call, side: side))
                guard let agent = platform.legs[place].agent else { continue }
                seen.append(
                    Seen(
                        call: platform.calls[call].serial, side: side,
                        fragment: agent.localCredentials.usernameFragment,
                        isOverLost: platform.calls[call].path!.uses(0)))
            }
        }
        return seen
    }

    @Test(arguments: ScenarioModel.ICE.Setup.allCases)
    func `calls on a crashed relay are silent, restart over the other and go on`(
        _ setup: ScenarioModel.ICE.Setup
    ) throws {
        let course = try #require(Self.courses[setup])
        #expect(course.tally.silenced > 5)
        #expect(course.tally.recovered > course.tally.silenced / 2)
        #expect(course.tally.dropped == 0)
        #expect(course.isSound)
    }

    /// Nobody knows before 2.5 s; then a round of signalling, two of gathering and the patience of
    /// 500 ms with direct paths follow.
    @Test(arguments: ScenarioModel.ICE.Setup.allCases)
    func `the silence is told, call by call`(_ setup: ScenarioModel.ICE.Setup) throws {
        let record = try #require(Self.courses[setup]?.record)
        let mean = try #require(record.value(.recoverySilence))
        #expect(mean > 2.5 && mean < 4.5)
        #expect(record.value(.recoveryFailed) == 0)
        let recovered = record.total(.recoverySilence)
        #expect(recovered > 0)
        #expect(record.total(.recoveryCalls) == recovered + record.total(.recoveryHungUp))
        #expect(try #require(record.value(.recoveryLostTime)) >= mean * Double(recovered) * 0.999)
    }

    @Test(arguments: ScenarioModel.ICE.Setup.allCases)
    func `a crash takes the allocations, and the restarts make their own elsewhere`(
        _ setup: ScenarioModel.ICE.Setup
    ) throws {
        let taken = try #require(Self.courses[setup]).taken
        let (before, after) = (taken[1], taken[2])
        #expect(before[0] > 5 && before[1] > 5)
        #expect(after[0] == 0)
        #expect(after[1] > before[1])
    }

    @Test func `the agents of calls on a crashed relay restart, those of others do not`() throws {
        let seen = try #require(Self.courses[.packets]).agents
        var (restarted, untouched) = (0, 0)
        for after in seen[2] {
            guard
                let before = seen[0].first(where: {
                    $0.call == after.call && $0.side == after.side
                })
            else { continue }
            #expect(!after.isOverLost)
            // Whose credentials change has restarted (RFC 8445 §9).
            #expect((after.fragment != before.fragment) == before.isOverLost)
            if before.isOverLost { restarted += 1 } else { untouched += 1 }
        }
        #expect(restarted > 4 && untouched > 4)
    }

    @Test(arguments: ScenarioModel.ICE.Setup.allCases)
    func `without another relay the calls on it are given up`(
        _ setup: ScenarioModel.ICE.Setup
    ) {
        var scenario = Self.scenario(setup, [Self.crash])
        scenario.relay = Relay(regions: [RelayRegion(region: 0, servers: 1)])
        let (tally, isSound) = Self.run(
            scenario, finish: { platform in (platform.tally, platform.invariants.first == nil) })
        #expect(tally.silenced > 5)
        #expect(tally.recovered == 0)
        #expect(tally.dropped > 0)
        #expect(tally.silenced == tally.dropped + tally.endedSilent)
        #expect(isSound)
    }

    @Test(arguments: ScenarioModel.ICE.Setup.allCases)
    func `a drained relay keeps its calls and gets none`(_ setup: ScenarioModel.ICE.Setup) {
        let drain = Fault(
            .drain, of: RelayServer(region: 0, number: 1), at: .seconds(25), for: .seconds(15))
        let scenario = Self.scenario(setup, [drain])
        var held: [Int] = []
        Self.run(
            scenario, at: [26, 33, 40, 52],
            { platform in
                let counts = (platform.tally.silenced, platform.invariants.first == nil)
                #expect(counts == (0, true))
                held.append(platform.relays.stations[1].server.takenPortCount)
            },
            finish: { platform in
                let counts = (platform.tally.silenced, platform.invariants.first == nil)
                #expect(counts == (0, true))
            })
        #expect(held[0] > 5)
        #expect(held[1] < held[0] && held[2] <= held[1])
        #expect(held[3] > held[2])
    }

    @Test func `the people who come, and what they want, do not depend on faults`() throws {
        let calm = Self.run(Self.scenario(.modelled, []), finish: { platform in platform.arrived })
        #expect(calm == (try #require(Self.courses[.modelled]).arrived))
        #expect(calm > 200)
    }
}
