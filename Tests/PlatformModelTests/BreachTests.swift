import Addressing
import KnowledgeLedger
import Measurement
import NetworkModel
import PrivacyStores
import Quantities
import RandomStreams
import ScenarioModel
import Signaling
import Testing

@testable import PlatformModel

/// What a copy of the stores gives, and when it gives most.
@Suite struct BreachTests {
    private static func run(_ scenario: Scenario) -> ReplicationRun {
        ReplicationRun(
            scenario, seed: 6, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals,
            corpus: scenario.media.fidelity.sealed > 0 ? TalkingTests.corpus : nil,
            audited: true)
    }

    private static func scenario(keeping span: SimDuration? = nil) -> Scenario {
        var scenario = StoreTests.scenario()
        if let span {
            scenario.signaling.retention = span
            scenario.relay.logRetention = span
        }
        return scenario
    }

    @Test(arguments: [SimDuration.seconds(3), .seconds(5), .hours(1)])
    func `the worst moment is the worst of all before a sweep or at the end`(
        span: SimDuration
    ) throws {
        var run = Self.run(Self.scenario(keeping: span))
        var measured: [(time: SimTime, pairs: Int)] = []
        while run.now < run.end {
            run.advance(to: run.now + .seconds(2))
            let taken = run.measureBreach()
            let copy = try #require(taken)
            measured.append((run.now, copy.pairsFound))
        }
        let found = run.worstBreach
        let worst = try #require(found)
        #expect(worst.pairs == measured.map(\.pairs).max())
        #expect(worst.time == measured.first { $0.pairs == worst.pairs }?.time)
        #expect(worst.pairs > 3)
        let end = run.end
        if span == .hours(1) { #expect(worst.time == end) }
    }

    /// What befalls stores that keep records for how long, and the moments at which something goes that is not swept.
    private static let faults: [(faults: [StoreFault], span: SimDuration, losses: [Int64])] = [
        ([StoreFault(.restoration, at: .milliseconds(18_300))], .hours(1), [18_300]),
        (
            [
                StoreFault(.restoration, at: .milliseconds(9_100)),
                StoreFault(.restoration, at: .milliseconds(9_900)),
            ], .seconds(5), [9_100, 9_900]
        ),
        (
            [
                StoreFault(.clockIsWrong(by: .seconds(9), for: .seconds(10)), at: .seconds(4)),
                StoreFault(.restart, at: .milliseconds(13_700)),
            ], .seconds(12), [13_700]
        ),
        (
            [
                StoreFault(.clockIsWrong(by: -.seconds(9), for: .seconds(10)), at: .seconds(4)),
                StoreFault(.restart, at: .milliseconds(5_500)),
            ], .seconds(3), [5_500]
        ),
        ([StoreFault(.sweepCrashes(after: 10), at: .milliseconds(9_300))], .seconds(5), []),
    ]

    @Test(arguments: faults.indices)
    func `the worst moment is the worst of all, whatever befalls the stores`(index: Int) throws {
        let (faults, span, losses) = Self.faults[index]
        var scenario = Self.scenario(keeping: span)
        scenario.privacy.backupInterval = .seconds(7)
        scenario.privacy.backupRetention = .hours(1)
        scenario.storeFaults = faults
        var run = Self.run(scenario)
        // Every half second and just before each loss: most stands at one of these, as sweeps are among them.
        let looks = (Array(stride(from: 500, through: 20_000, by: 500)) + losses).sorted()
        var measured: [(time: SimTime, pairs: Int)] = []
        for look in looks {
            run.advance(to: .zero + .milliseconds(look))
            let copy = run.measureBreach()
            measured.append((run.now, try #require(copy).pairsFound))
        }
        let found = run.worstBreach
        let worst = try #require(found)
        #expect(worst.pairs == measured.map(\.pairs).max())
        #expect(measured.contains { $0.time == worst.time && $0.pairs == worst.pairs })
        #expect(worst.pairs > 3)
        if index == 0 { #expect(worst.time == .zero + .milliseconds(18_300)) }
    }

    @Test(arguments: [SimDuration.seconds(3), .hours(1)])
    func `a fault that takes nothing away changes nothing of the worst moment`(
        span: SimDuration
    ) throws {
        var scenario = Self.scenario(keeping: span)
        var usual = Self.run(scenario)
        usual.advance(to: usual.end)
        // There is no backup.
        scenario.storeFaults = [StoreFault(.restoration, at: .seconds(10))]
        var run = Self.run(scenario)
        run.advance(to: run.end)
        let (expected, found) = (usual.worstBreach, run.worstBreach)
        #expect(found?.pairs == expected?.pairs && found?.time == expected?.time)
    }

    @Test func `over relays their log tells of the pairs when all messages are gone`() throws {
        var scenario = Self.scenario()
        scenario.ice.policy = .relay
        scenario.signaling.retention = .seconds(1)
        var run = Self.run(scenario)
        var most = 0
        while run.now < run.end {
            run.advance(to: run.now + .seconds(2))
            let measured = run.measureBreach()
            most = max(most, try #require(measured).pairsFound)
        }
        let copy = run.stealStores()
        let known = run.knowledge()
        let knowledge = try #require(known)
        // Entries let addresses of other relays through; the times of two allocations are of one call all the same.
        #expect(knowledge.labels[.thief, .partner].calls.count < knowledge.calls / 2)
        let concluded = Holdings(of: [.thief], in: knowledge.labels).conclude(by: .whoWithWhom)
        #expect(concluded.calls.count > knowledge.calls * 8 / 10)
        let recall = try #require(copy.pairRecall)
        #expect(recall > 0.8 && copy.pairsFound <= knowledge.calls)
        let worst = run.worstBreach
        #expect(try #require(worst).pairs == most && most == copy.pairsFound)
        // It is no worse than what the same audit concludes, but for people who meet again and what has just begun.
        #expect(copy.pairsFound + 6 > concluded.calls.count)
    }

    @Test func `a thief's copy tells of the calls that its labels tell of`() throws {
        var run = Self.run(Self.scenario())
        run.advance(to: run.end)
        let copy = run.stealStores()
        let known = run.knowledge()
        let knowledge = try #require(known)
        let told = knowledge.labels[.thief, .partner].calls.count
        // Of calls that have just begun there is a message of one side only.
        #expect((told - 4...told).contains(copy.pairsFound))
        #expect(copy.pairsMade > copy.pairsFound / 2 && copy.pairsMade <= knowledge.calls)
        let recall = try #require(copy.pairRecall)
        #expect(recall > 0.9 && recall <= 1)
        #expect(copy.people > 20 && copy.personSeconds > 0)
        #expect(copy.personSeconds < Double(copy.people) * 20)
        #expect(copy.excess == [])
        // Without packets of media there is no key: nothing is to be told, rather than nothing to be decrypted.
        #expect(copy.keysSearched == 0 && copy.decryptableFrames == nil)
        #expect(copy.leftOut.allSatisfy { $0.decryptableFrames == nil })
    }

    @Test func `session numbers link a person's calls, addresses those of neighbours, too`() throws
    {
        var scenario = Self.scenario()
        scenario.population[0].requeue = 0.9
        scenario.population[0].thinkTime = .constant(0.1)
        var run = Self.run(scenario)
        run.advance(to: run.end)
        let copy = run.stealStores()
        #expect(copy.bySession.same > 10)
        #expect(copy.bySession.sameLinked <= copy.bySession.same)
        #expect(copy.bySession.othersLinked == 0)
        let advantage = try #require(copy.bySession.advantage)
        #expect(advantage > 0.8)
        let byAddress = try #require(copy.byAddress.advantage)
        #expect(byAddress > 0.5 && byAddress <= 1)
        #expect(copy.advantage == max(advantage, byAddress))
    }

    @Test func `over relays messages name no address, and the relay log does`() throws {
        var scenario = Self.scenario()
        scenario.ice.policy = .relay
        scenario.population[0].requeue = 0.9
        var run = Self.run(scenario)
        run.advance(to: run.end)
        let copy = run.stealStores()
        #expect(try #require(copy.byAddress.advantage) > 0.5)
        scenario.relay.logRetention = .seconds(1)
        var forgetful = Self.run(scenario)
        forgetful.advance(to: forgetful.end)
        let last = forgetful.stealStores()
        let later = try #require(last.byAddress.advantage)
        #expect(later < 0.5)
    }

    @Test func `keys of sealed calls are looked for and not there`() throws {
        var scenario = Self.scenario()
        scenario.arrivals = .rate(1)
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 1, flow: 0)
        var run = Self.run(scenario)
        run.advance(to: run.end)
        let copy = run.stealStores()
        #expect(copy.keysSearched >= 4 && copy.keysSearched % 2 == 0)
        #expect(copy.keysFound == 0 && copy.decryptableFrames == 0)
    }

    @Test(arguments: 0..<3)
    func `a key in a stored text is found in each spelling, with the frames it opens`(
        form: Int
    ) throws {
        let key = (0..<30).map { UInt8(truncatingIfNeeded: $0 * 37 + 201) }
        var canaries = KeyCanaries()
        let other = [UInt8](repeating: 0x5A, count: 30)
        for (bytes, call) in [(other, UInt32(0)), (key, 1)] {
            bytes.withUnsafeBytes { canaries.note($0, in: call) }
            canaries.noteTalk(call, at: .zero + .seconds(2))
        }
        canaries.noteEnd(of: 1, at: .zero + .seconds(5))
        let spelling: [UInt8] =
            switch form {
            case 0: key
            case 1:
                key.flatMap { byte in
                    Array((byte < 16 ? "0" : "").utf8)
                        + Array(String(byte, radix: 16, uppercase: true).utf8)
                }
            // The whole key in Base64, as an independent encoder writes it.
            default: Array("ye4TOF2Cp8zxFjtgharP9Bk+Y4it0vccQWaLsNX6".utf8)
            }
        func contents(_ text: [UInt8]) -> StoreContents {
            var contents = StoreContents()
            contents.messages = [
                StoredMessage(
                    call: CallID(rawValue: 1), sender: .first, number: nil, time: .zero,
                    text: text)
            ]
            return contents
        }
        let log = Array("key: ".utf8) + spelling + Array("\n".utf8)
        let found = canaries.search(
            contents(log), frame: .milliseconds(20), at: .zero + .seconds(4))
        #expect(found.keys == 1 && found.frames == 100)
        let later = canaries.search(
            contents(log), frame: .milliseconds(20), at: .zero + .seconds(60))
        #expect(later.frames == 150)
        // With a byte in seven damaged, no eight in a row are left.
        var damaged = log
        for index in stride(from: 5, to: damaged.count, by: 7) { damaged[index] ^= 1 }
        #expect(
            canaries.search(contents(damaged), frame: .milliseconds(20), at: .zero).keys == 0)
    }

    @Test func `moments are drawn by the seed alone, evenly and in order`() {
        let scenario = Self.scenario()
        func times(_ count: Int, seed: UInt64, replication: UInt32 = 0) -> [SimTime] {
            ReplicationRun.breachTimes(count, in: scenario, seed: seed, replication: replication)
        }
        let drawn = times(1000, seed: 3)
        #expect(drawn == times(1000, seed: 3) && drawn == drawn.sorted())
        #expect(drawn != times(1000, seed: 4) && drawn != times(1000, seed: 3, replication: 1))
        #expect(drawn.allSatisfy { $0 > .zero && $0 <= .zero + scenario.general.stopTime })
        // The mean of 1000 even draws of 20 s is within 4 standard errors (0.73 s) of 10 s with probability 0.99994.
        let mean = drawn.reduce(0) { $0 + $1.seconds } / 1000
        #expect((mean - 10).magnitude < 0.74)
    }
}

/// Calls that are linked because something was seen on both.
@Suite struct LinkingTests {
    @Test func `things with a key in common are linked, over others too`() {
        var linking = Linking<String>()
        for (key, index) in [("a", 0), ("b", 1), ("a", 2), ("c", 2), ("c", 4), ("d", 3)] {
            linking.show(key, on: index)
        }
        var groups = linking.groups(of: 6)
        #expect((0..<6).map { groups.representative(of: $0) } == [0, 1, 0, 3, 0, 5])
    }

    @Test func `groups are those that walking from number to number finds`() {
        var random = RandomStream(
            StreamName(
                seed: 9, replication: 0, purpose: StreamPurpose(rawValue: 0x4C4B), entity: 0))
        for _ in 0..<50 {
            let links = (0..<8).map { _ in
                (Int(random.nextInteger(below: 12)), Int(random.nextInteger(below: 12)))
            }
            var groups = DisjointGroups(count: 12)
            for (a, b) in links { groups.unite(a, b) }
            for start in 0..<12 {
                var (seen, open): (Set<Int>, [Int]) = ([start], [start])
                while let next = open.popLast() {
                    for (a, b) in links where a == next || b == next {
                        for found in [a, b] where seen.insert(found).inserted { open.append(found) }
                    }
                }
                #expect(groups.representative(of: start) == seen.min())
            }
        }
    }

    @Test func `an advantage is the share of right links less that of wrong ones`() {
        var pairs = LinkedPairs()
        #expect(pairs.advantage == nil)
        (pairs.same, pairs.sameLinked, pairs.others, pairs.othersLinked) = (4, 3, 8, 2)
        #expect(pairs.advantage == 0.5)
        (pairs.sameLinked, pairs.othersLinked) = (1, 2)
        #expect(pairs.advantage == 0)
    }
}

/// When the stores tell of pairs.
@Suite struct EdgeTimesTests {
    @Test func `spans of seconds are counted as somebody who looks at each moment counts them`() {
        var random = RandomStream(
            StreamName(
                seed: 5, replication: 0, purpose: StreamPurpose(rawValue: 0x4554), entity: 0))
        let (interval, end) = (SimDuration.seconds(3), SimTime.zero + .seconds(20))
        for _ in 0..<100 {
            let parties = (0..<6).map { _ in
                BothSides(
                    UInt32(random.nextInteger(below: 3)), 3 + UInt32(random.nextInteger(below: 3)))
            }
            var times = EdgeTimes()
            var notes: [(call: Int, sides: [Side], since: SimTime, until: SimTime)] = []
            let stamps = (0..<24).map { _ in
                SimTime.zero + .milliseconds(Int64(random.nextInteger(below: 20_000)))
            }.sorted()
            for since in stamps {
                let call = Int(random.nextInteger(below: 6))
                let lapse = since + .seconds(Int64(random.nextInteger(below: 8)))
                let until = SimTime(
                    nanoseconds: (lapse.nanoseconds + interval.nanoseconds - 1)
                        / interval.nanoseconds * interval.nanoseconds)
                let choice = random.nextInteger(below: 8)
                let side: Side = choice % 2 == 0 ? .offerer : .answerer
                let namesOther = choice < 2
                if choice < 4 {
                    times.noteEntry(
                        0, of: side, namingOther: namesOther, in: UInt32(call), since: since,
                        until: until)
                } else {
                    times.noteMessage(of: side, in: UInt32(call), since: since, until: until)
                }
                notes.append((call, namesOther ? [side, side.other] : [side], since, until))
            }
            let moments = (1...6).map { SimTime.zero + interval * Int64($0) } + [end]
            let counts = moments.map { moment in
                let there = notes.filter { $0.since < moment && $0.until >= moment }
                let calls = (0..<6).filter { call in
                    let shown = there.filter { $0.call == call }.flatMap(\.sides)
                    return shown.contains(.offerer) && shown.contains(.answerer)
                }
                return Set(calls.map { EdgeTimes.pair(parties[$0]) }).count
            }
            let worst = times.worstMoment(parties, sweepingEvery: interval, until: end)
            #expect(worst.pairs == counts.max())
            if worst.pairs > 0 {
                #expect(worst.time == moments[counts.firstIndex(of: worst.pairs)!])
            }
        }
    }
}
