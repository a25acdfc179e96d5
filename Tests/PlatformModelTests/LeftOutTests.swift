import Addressing
import NetworkModel
import PrivacyStores
import Quantities
import RandomStreams
import ScenarioModel
import Signaling
import Statistics
import Testing

@testable import PlatformModel

/// What a copy gives without some of the people, and what intervals come of it.
@Suite struct LeftOutTests {
    private static func random(_ number: UInt64) -> RandomStream {
        RandomStream(
            StreamName(
                seed: 11, replication: 0, purpose: StreamPurpose(rawValue: 0x4C4F), entity: number))
    }

    /// Two different people out of `count`.
    private static func pair(
        outOf count: UInt64, _ random: inout RandomStream
    ) -> BothSides<UInt32> {
        let one = random.nextInteger(below: count)
        let other = (one + 1 + random.nextInteger(below: count - 1)) % count
        return BothSides(UInt32(one), UInt32(other))
    }

    private static func message(of side: Side, in call: Int, at time: SimTime) -> StoredMessage {
        StoredMessage(
            call: CallID(rawValue: UInt64(call)), sender: side == .offerer ? .first : .second,
            number: nil, time: time, text: [])
    }

    /// One side of a call of which a test has read something.
    private struct Trace {
        var call: Int
        var person: UInt32
        var addresses: Set<UInt32> = []
    }

    /// A copy of random messages, in which some addresses are several people's, and what was in it.
    private static func copy(
        _ number: UInt64
    ) -> (CopyReading, [BothSides<UInt32>], [Trace], reported: Set<UInt32>) {
        var random = random(number)
        let parties = (0..<60).map { _ in pair(outOf: 45, &random) }
        var reading = CopyReading(parties)
        var traces: [Int: Trace] = [:]
        for _ in 0..<90 {
            let call = Int(random.nextInteger(below: 60))
            let side: Side = random.nextBool(probability: 0.5) ? .offerer : .answerer
            let person = parties[call][side]
            // Ten homes of people; now and then somebody is elsewhere.
            let address = random.nextBool(probability: 0.8) ? person % 10 : 10 + person % 3
            reading.read(
                message(of: side, in: call, at: .zero + .seconds(1)), nil,
                naming: [IPAddress(v4: 0x0B00_0000 + address)])
            traces[2 * call + Int(side.rawValue), default: Trace(call: call, person: person)]
                .addresses.insert(address)
        }
        let reported = Set((0..<4).map { _ in UInt32(random.nextInteger(below: 45)) })
        for person in reported { reading.readReport(of: person, at: .zero + .seconds(2)) }
        return (reading, parties, traces.sorted { $0.key < $1.key }.map(\.value), reported)
    }

    /// Numbers of groups of traces that have addresses in common, over others too, by walking.
    private static func groups(_ traces: [Trace]) -> [Int] {
        traces.indices.map { start in
            var (seen, open): (Set<Int>, [Int]) = ([start], [start])
            while let next = open.popLast() {
                for other in traces.indices
                where !traces[next].addresses.isDisjoint(with: traces[other].addresses) {
                    if seen.insert(other).inserted { open.append(other) }
                }
            }
            return seen.min()!
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `one pass gives what somebody counts who leaves people out one group after the other`(
        number: UInt64
    ) {
        let (reading, parties, traces, reported) = Self.copy(number)
        let (pairs, links) = (reading.pairs, reading.byAddress)
        let exposure = reading.exposure(at: .zero + .seconds(10)).nanoseconds
        let groups = Self.groups(traces)
        for group in [nil] + (0..<PeopleGroups.count).map(Optional.init) {
            func isThere(_ person: UInt32) -> Bool { group.map { Int(person) % 20 != $0 } ?? true }
            let made = parties.indices.filter {
                isThere(parties[$0].offerer) && isThere(parties[$0].answerer)
            }
            let found = made.filter { call in traces.count { $0.call == call } == 2 }
            func distinct(_ calls: [Int]) -> Int {
                Set(calls.map { Set([parties[$0].offerer, parties[$0].answerer]) }).count
            }
            #expect(pairs.made[without: group] == distinct(made))
            #expect(pairs.found[without: group] == distinct(found))
            let left = traces.indices.filter {
                isThere(traces[$0].person) && !reported.contains(traces[$0].person)
            }
            var expected = LinkedPairs()
            for (place, a) in left.enumerated() {
                for b in left[..<place] {
                    let (isSame, isLinked) = (
                        traces[a].person == traces[b].person, groups[a] == groups[b]
                    )
                    if isSame { expected.same += 1 } else { expected.others += 1 }
                    if isSame, isLinked { expected.sameLinked += 1 }
                    if !isSame, isLinked { expected.othersLinked += 1 }
                }
            }
            #expect(links[without: group] == expected)
            let people = Set(traces.map(\.person)).union(reported).filter(isThere)
            let seconds = people.reduce(0) { sum, person in
                sum + (traces.contains { $0.person == person } ? 9 : 8)
            }
            #expect(exposure[without: group] == Int128(seconds) * 1_000_000_000)
        }
    }

    @Test func `a run's copy leaves out each person once, and each pair for both its groups`()
        throws
    {
        var scenario = StoreTests.scenario()
        scenario.media.fidelity = FidelityShares(full: 0, sealed: 0, flow: 1)
        var platform = ReplicationRun(
            scenario, seed: 6, replication: 0, speech: TalkingTests.speech,
            traffic: TalkingTests.traffic, rehearsals: TalkingTests.rehearsals, audited: true)
        platform.advance(to: .zero + .milliseconds(300))
        let early = platform.measureBreach()
        #expect(early?.leftOut.isEmpty == true)
        platform.advance(to: platform.end)
        let measured = platform.measureBreach()
        let copy = try #require(measured)
        #expect(copy.leftOut.count == PeopleGroups.count)
        #expect(copy.leftOut.reduce(0) { $0 + copy.exposure - $1.exposure } == copy.exposure)
        let twice = copy.leftOut.reduce(0) { $0 + copy.pairsMade - $1.pairsMade }
        #expect(twice > copy.pairsMade && twice <= 2 * copy.pairsMade)
        #expect(copy.leftOut.allSatisfy { $0.pairsFound <= $0.pairsMade })
        #expect(Set(copy.leftOut).count > 10)
    }

    @Test func `frames go with both people of a call`() {
        var frames = GroupedSum<Int64>()
        frames.add(100, of: BothSides(3, 24))
        frames.add(10, of: BothSides(4, 24))
        frames.add(1, of: BothSides(7, 27))
        #expect(frames.all == 111 && frames[without: nil] == 111)
        #expect(
            [3, 4, 7, 0].map { frames[without: $0] } == [11, 1, 110, 111] as [Int64])
        #expect(!frames.isSpread)
    }

    /// Each of 300 people has records in the copy with probability 0.7, apart from each other: of two people both have in 0.49
    /// of cases, which is the recall to be expected. Of 300 intervals that hold it with probability 0.95 each, fewer than 270 do
    /// with a probability below 0.0005; jackknives of pairs are rather too wide.
    @Test func `intervals of the share of pairs hold the expected one as often as they say`() throws
    {
        var random = Self.random(1000)
        var (held, width) = (0, 0.0)
        for _ in 0..<300 {
            let parties = (0..<600).map { _ in Self.pair(outOf: 300, &random) }
            let stands = (0..<300).map { _ in random.nextBool(probability: 0.7) }
            var reading = CopyReading(parties)
            for (call, people) in parties.enumerated() {
                for side in Side.both where stands[Int(people[side])] {
                    reading.read(
                        Self.message(of: side, in: call, at: .zero), nil, naming: [])
                }
            }
            let pairs = reading.pairs
            func recall(_ group: Int?) -> Double {
                Double(pairs.found[without: group]) / Double(pairs.made[without: group])
            }
            let found = Jackknife.interval95(
                of: recall(nil), leavingOut: (0..<PeopleGroups.count).map(recall))
            let interval = try #require(found)
            if interval.low <= 0.49, interval.high >= 0.49 { held += 1 }
            width += interval.halfWidth / 300
        }
        #expect(held >= 270)
        // The standard error that people alone leave is 2·0.7·√(0.7·0.3/300) = 0.037.
        #expect(width > 2.093 * 0.037 && width < 2 * 2.093 * 0.037)
    }
}
