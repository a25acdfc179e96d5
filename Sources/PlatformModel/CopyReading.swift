import Addressing
import KnowledgeLedger
import PrivacyStores
import Quantities
import Signaling
import TURN

/// Somebody who reads a copy of the stores and notes what belongs together.
///
/// What belongs to one side of one call is given, and what belongs to one call: a thief has to find that out by call numbers, by
/// relayed addresses and by times, such as those at which two allocations begin and end together, and may fail. So this one is
/// never worse than a real one.
struct CopyReading {
    /// One side of a call of which there is something.
    private struct Appearance: BitwiseCopyable {
        var subject: UInt32
        /// The stamp of its oldest record.
        var oldest: SimTime
    }

    private let parties: [BothSides<UInt32>]
    private var appearances: [Appearance] = []
    /// The number of each side's appearance, by twice the call's number and one more for the answerer; −1 without any.
    private var places: [Int32]
    private var addresses = Linking<IPAddress>()
    private var sessions = Linking<UInt64>()
    private var certificates = Linking<[UInt8]>()
    /// Since when there is a report about somebody.
    private var reported: [UInt32: SimTime] = [:]

    init(_ parties: [BothSides<UInt32>]) {
        self.parties = parties
        places = [Int32](repeating: -1, count: 2 * parties.count)
    }

    private mutating func appearance(_ side: Side, of call: Int, at time: SimTime) -> Int {
        let place = 2 * call + Int(side.rawValue)
        if places[place] >= 0 {
            let index = Int(places[place])
            appearances[index].oldest = min(appearances[index].oldest, time)
            return index
        }
        places[place] = Int32(appearances.count)
        appearances.append(Appearance(subject: parties[call][side], oldest: time))
        return appearances.count - 1
    }

    /// Reads a message that parses to `parsed` and names public `addresses` of people.
    mutating func read(
        _ message: StoredMessage, _ parsed: SignalingMessage?, naming addresses: [IPAddress]
    ) {
        let (call, side) = (Int(message.call.rawValue), message.side)
        let index = appearance(side, of: call, at: message.time)
        for address in addresses { self.addresses.show(address, on: index) }
        switch parsed {
        case .offer(let description), .answer(let description):
            sessions.show(description.sessionID >> 16, on: index)
            certificates.show(description.fingerprint, on: index)
        default: break
        }
    }

    /// Reads an entry of somebody who holds a relayed address in `call`; `peer` is the partner's public address where it lets
    /// that through.
    mutating func read(
        _ entry: RelayLogEntry, of subject: UInt32, in call: UInt32, permitting peer: IPAddress?
    ) {
        let side = parties[Int(call)].side(of: subject)
        let index = appearance(side, of: Int(call), at: entry.time)
        if !entry.client.ip.isPrivate { addresses.show(entry.client.ip, on: index) }
        guard let peer else { return }
        let other = appearance(side.other, of: Int(call), at: entry.time)
        addresses.show(peer, on: other)
    }

    mutating func readReport(of subject: UInt32, at time: SimTime) {
        reported[subject] = min(reported[subject] ?? time, time)
    }

    // MARK: What it comes to

    /// Pairs of people of whose call the copy has something of each side, and that there were.
    var pairs: (found: GroupedSum<Int>, made: GroupedSum<Int>) {
        let found = parties.indices.filter { places[2 * $0] >= 0 && places[2 * $0 + 1] >= 0 }
        return (Self.distinct(found.map { parties[$0] }), Self.distinct(parties))
    }

    private static func distinct(_ pairs: [BothSides<UInt32>]) -> GroupedSum<Int> {
        var sum = GroupedSum<Int>()
        forEachRun(pairs.map(EdgeTimes.pair).sorted(), of: ==) { pairs in
            let pair = pairs.first!
            sum.add(1, of: BothSides(UInt32(pair >> 32), UInt32(truncatingIfNeeded: pair)))
        }
        return sum
    }

    var byAddress: LinkSums { linked(addresses) }
    var bySession: LinkSums { linked(sessions) }
    var byCertificate: LinkSums { linked(certificates) }

    private func linked<Key>(_ linking: Linking<Key>) -> LinkSums {
        var groups = linking.groups(of: appearances.count)
        let calls = appearances.indices.filter { reported[appearances[$0].subject] == nil }
            .map { (subject: appearances[$0].subject, group: groups.representative(of: $0)) }
            .sorted { ($0.subject, $0.group) < ($1.subject, $1.group) }
        var sums = LinkSums()
        sums.all.addPairs(among: Self.number(of: calls[...]))
        Self.forEachRun(calls, of: { $0.subject == $1.subject }) {
            sums.same.add(GroupedSum.pairs(among: $0.count), of: $0.first!.subject)
        }
        Self.forEachRun(calls, of: { $0 == $1 }) {
            sums.sameLinked.add(GroupedSum.pairs(among: $0.count), of: $0.first!.subject)
        }
        Self.forEachRun(calls.sorted { $0.group < $1.group }, of: { $0.group == $1.group }) {
            if $0.count > 1 { sums.linked.addPairs(among: Self.number(of: $0)) }
        }
        return sums
    }

    /// How many calls there are, with and without each group of people.
    private static func number(
        of calls: ArraySlice<(subject: UInt32, group: Int)>
    ) -> GroupedSum<Int> {
        var sum = GroupedSum<Int>()
        for call in calls { sum.add(1, of: call.subject) }
        return sum
    }

    /// Calls `body` with each run of equal elements of a list in which equal ones stand beside each other.
    private static func forEachRun<Element>(
        _ elements: [Element], of areEqual: (Element, Element) -> Bool,
        _ body: (ArraySlice<Element>) -> Void
    ) {
        var start = 0
        for index in elements.indices.dropFirst() where !areEqual(elements[start], elements[index])
        {
            body(elements[start..<index])
            start = index
        }
        if start < elements.count { body(elements[start...]) }
    }

    /// How many people there is a record of, and the sum of the times for which there has been one, in nanoseconds.
    func exposure(at now: SimTime) -> (people: Int, nanoseconds: GroupedSum<Int128>) {
        var oldest = reported
        for appearance in appearances {
            let known = oldest[appearance.subject] ?? appearance.oldest
            oldest[appearance.subject] = min(known, appearance.oldest)
        }
        var sum = GroupedSum<Int128>()
        // Whole numbers: the order in which they are added does not matter.
        for (subject, since) in oldest { sum.add(Int128((now - since).nanoseconds), of: subject) }
        return (oldest.count, sum)
    }
}

/// Pairs of calls, with and without each group of people.
struct LinkSums {
    /// All.
    var all = GroupedSum<Int>()
    /// Those of the same person.
    var same = GroupedSum<Int>()
    /// Those of the same person that are linked.
    var sameLinked = GroupedSum<Int>()
    /// All that are linked.
    var linked = GroupedSum<Int>()

    /// Without the people of `group`.
    subscript(without group: Int?) -> LinkedPairs {
        var pairs = LinkedPairs()
        pairs.same = same[without: group]
        pairs.sameLinked = sameLinked[without: group]
        pairs.others = all[without: group] - pairs.same
        pairs.othersLinked = linked[without: group] - pairs.sameLinked
        return pairs
    }
}

/// Things that are linked because the same keys were seen on them.
struct Linking<Key: Hashable> {
    private var first: [Key: Int] = [:]
    private var links: [(Int, Int)] = []

    /// `key` is seen on the thing numbered `index`.
    mutating func show(_ key: Key, on index: Int) {
        if let other = first[key] {
            if other != index { links.append((other, index)) }
        } else {
            first[key] = index
        }
    }

    /// Which of `count` things are linked, over however many others.
    func groups(of count: Int) -> DisjointGroups {
        var groups = DisjointGroups(count: count)
        for (a, b) in links { groups.unite(a, b) }
        return groups
    }
}

/// Numbers from 0 on in groups (union-find with path halving; the smaller number represents).
struct DisjointGroups {
    private var parents: [Int]

    /// `count` numbers, each alone.
    init(count: Int) { parents = Array(0..<count) }

    /// The number that stands for the group of `index`.
    mutating func representative(of index: Int) -> Int {
        var index = index
        while parents[index] != index {
            parents[index] = parents[parents[index]]
            index = parents[index]
        }
        return index
    }

    /// Makes one group of two.
    mutating func unite(_ a: Int, _ b: Int) {
        let (a, b) = (representative(of: a), representative(of: b))
        parents[max(a, b)] = min(a, b)
    }
}

extension StoredMessage {
    /// The side of the call that sent it.
    var side: Side { sender == .first ? .offerer : .answerer }
}

extension BothSides<UInt32> {
    /// Which of two people `subject` is.
    func side(of subject: UInt32) -> Side { offerer == subject ? .offerer : .answerer }
}

extension KnowledgeDesk {
    /// What `contents`, copied at `now`, give to whoever has them.
    ///
    /// - Parameter serials: which of the run's records they are, where they are not its last ones.
    func measure(
        _ contents: StoreContents, _ serials: RecordSerials? = nil, frame: SimDuration,
        beside scorer: ScorerExtent, at now: SimTime
    ) -> BreachMeasures {
        var reading = CopyReading(parties)
        for message in contents.messages {
            let parsed = try? SignalingMessage.parse(message.text).message
            let named = Self.told(by: parsed).filter {
                !$0.isPrivate && !relayAddresses.contains($0)
            }
            reading.read(message, parsed, naming: named)
        }
        for (entry, holder) in zip(contents.relayLog, holders(in: contents, serials)) {
            guard let holder else { continue }
            reading.read(
                entry, of: holder.subject, in: holder.call, permitting: publicPeer(of: entry))
        }
        for (report, note) in zip(contents.reports, targets(in: contents, serials)) {
            guard let note else { continue }
            reading.readReport(of: note.subject, at: report.time)
        }
        var frames = GroupedSum<Int64>()
        let keys = keyCanaries.search(contents, frame: frame, at: now) { call, count in
            frames.add(count, of: parties[Int(call)])
        }
        let (pairs, exposure) = (reading.pairs, reading.exposure(at: now))
        let links = (reading.byAddress, reading.bySession, reading.byCertificate)
        let counts = { (group: Int?) in
            BreachCounts(
                pairsFound: pairs.found[without: group], pairsMade: pairs.made[without: group],
                byAddress: links.0[without: group], bySession: links.1[without: group],
                byCertificate: links.2[without: group],
                decryptableFrames: keyCanaries.count > 0 ? frames[without: group] : nil,
                exposure: exposure.nanoseconds[without: group])
        }
        return BreachMeasures(
            time: now, records: contents.recordCount, counts: counts(nil),
            leftOut: pairs.made.isSpread ? (0..<PeopleGroups.count).map(counts) : [],
            keysSearched: keyCanaries.count, keysFound: keys.keys, people: exposure.people,
            excess: AllowedContents.excess(of: contents), scorer: scorer)
    }

    /// An entry about what `holder` has, the last one noted, is written down at `since` and gone by `until`: what it tells of who was in a call with
    /// whom.
    mutating func noteEdge(
        _ entry: RelayLogEntry, of holder: RelayHolder, since: SimTime, until: SimTime
    ) {
        edges.noteEntry(
            relayNotes.count - 1, of: parties[Int(holder.call)].side(of: holder.subject),
            namingOther: publicPeer(of: entry) != nil, in: holder.call, since: since, until: until)
    }

    /// The address that an entry lets through, where it is the partner's own one and means something on the Internet.
    func publicPeer(of entry: RelayLogEntry) -> IPAddress? {
        guard case .permitted(let peer) = entry.event, !peer.isPrivate,
            !relayAddresses.contains(peer)
        else { return nil }
        return peer
    }
}
