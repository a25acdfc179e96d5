import PrivacyStores
import Quantities

/// Of which pairs the stores tell that they were in a call, counted record by record, in a run whose stores have faults.
///
/// There records go otherwise than by their lifetimes: a restoration takes away what came since the backup, a service that
/// starts by a wrong clock sweeps early or late. So it is looked what stands, just before something may go and at the
/// end: in between there is only ever more.
struct StandingEdges {
    /// What one record shows of a call.
    private struct Shown: BitwiseCopyable {
        var call: UInt32
        /// Of which sides, by twice and once.
        var sides: UInt8

        static var nothing: Shown { Shown(call: 0, sides: 0) }
    }

    /// The records that stand, by their numbers in the run.
    struct Records {
        var messages: [Int32]
        var entries: [Int32]
    }

    private var messages: [Shown] = []
    private var entries: [Shown] = []
    /// When it was looked last.
    private var looked = SimTime.zero
    /// The moment at which it told of most pairs, and of how many.
    private(set) var worst: (time: SimTime, pairs: Int)?

    private static func bit(_ side: Side) -> UInt8 { side == .offerer ? 1 : 2 }

    /// The run's next message is one of `side`.
    mutating func noteMessage(of side: Side, in call: UInt32) {
        messages.append(Shown(call: call, sides: Self.bit(side)))
    }

    /// The run's entry of the relay log with that number is about what `side` holds, and may name the other's address.
    mutating func noteEntry(
        _ number: Int, of side: Side, namingOther namesOther: Bool, in call: UInt32
    ) {
        while entries.count < number { entries.append(.nothing) }
        entries.append(Shown(call: call, sides: namesOther ? 3 : Self.bit(side)))
    }

    /// Counts the pairs that `records` tell of, which stand just before `now`; what happens at one moment is looked at once,
    /// as it was before.
    ///
    /// - Complexity: O(calls + n·log n) of n records.
    mutating func look(at records: Records, _ parties: [BothSides<UInt32>], at now: SimTime) {
        guard now > looked else { return }
        looked = now
        let pairs = pairs(in: records, parties)
        if pairs > worst?.pairs ?? 0 { worst = (now, pairs) }
    }

    private func pairs(in records: Records, _ parties: [BothSides<UInt32>]) -> Int {
        var sides = [UInt8](repeating: 0, count: parties.count)
        for number in records.messages { note(messages[Int(number)], in: &sides) }
        // Entries after the last one that was about somebody tell of nobody.
        for number in records.entries where Int(number) < entries.count {
            note(entries[Int(number)], in: &sides)
        }
        let told = sides.indices.filter { sides[$0] == 3 }.map { EdgeTimes.pair(parties[$0]) }
            .sorted()
        return told.indices.count { $0 == 0 || told[$0] != told[$0 - 1] }
    }

    private func note(_ shown: Shown, in sides: inout [UInt8]) {
        if shown.sides != 0 { sides[Int(shown.call)] |= shown.sides }
    }
}

extension StoreDesk {
    /// Which of the run's messages and entries of the relay log stand that were made before `now`; nil where lifetimes tell it.
    func standing(before now: SimTime) -> StandingEdges.Records? {
        guard provenance != nil else { return nil }
        func serials(_ kind: RecordKind) -> [Int32] {
            origins(kind).filter { $0.made < now }.map(\.serial)
        }
        return StandingEdges.Records(messages: serials(.signaling), entries: serials(.relayLog))
    }
}

extension Platform {
    /// Something of the stores may go at `now`, by a sweep or a restoration: of which pairs they tell just before it.
    mutating func lookAtEdges(at now: SimTime) {
        guard knowledge != nil, let records = stores?.standing(before: now) else { return }
        knowledge?.lookAtEdges(records, at: now)
    }

    /// The moment up to the end at which a copy tells of most pairs, and of how many; nil where it is not noted.
    var worstBreach: (time: SimTime, pairs: Int)? {
        guard var knowledge else { return nil }
        if let records = stores?.standing(before: stopTime) {
            knowledge.lookAtEdges(records, at: stopTime)
        }
        return knowledge.edges.worstMoment(
            knowledge.parties, sweepingEvery: scenario.privacy.sweepInterval, until: stopTime)
    }
}

extension KnowledgeDesk {
    /// Counts of which pairs `records` tell, which stand just before `now`.
    fileprivate mutating func lookAtEdges(_ records: StandingEdges.Records, at now: SimTime) {
        edges.standing?.look(at: records, parties, at: now)
    }
}
