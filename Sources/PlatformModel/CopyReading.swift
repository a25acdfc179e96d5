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
    var pairs: (found: Int, made: Int) {
        let found = parties.indices.filter { places[2 * $0] >= 0 && places[2 * $0 + 1] >= 0 }
        return (Self.distinct(found.map { parties[$0] }), Self.distinct(parties))
    }

    private static func distinct(_ pairs: [BothSides<UInt32>]) -> Int {
        let sorted = pairs.map(EdgeTimes.pair).sorted()
        return sorted.indices.count { $0 == 0 || sorted[$0] != sorted[$0 - 1] }
    }

    var byAddress: LinkedPairs { linked(addresses) }
    var bySession: LinkedPairs { linked(sessions) }
    var byCertificate: LinkedPairs { linked(certificates) }

    private func linked<Key>(_ linking: Linking<Key>) -> LinkedPairs {
        var groups = linking.groups(of: appearances.count)
        let calls = appearances.indices.filter { reported[appearances[$0].subject] == nil }
            .map { (subject: appearances[$0].subject, group: groups.representative(of: $0)) }
            .sorted { ($0.subject, $0.group) < ($1.subject, $1.group) }
        var pairs = LinkedPairs()
        pairs.same = Self.pairsOfEqual(calls) { $0.subject == $1.subject }
        pairs.sameLinked = Self.pairsOfEqual(calls) { $0 == $1 }
        pairs.others = Self.pairs(among: calls.count) - pairs.same
        pairs.othersLinked =
            Self.pairsOfEqual(calls.sorted { $0.group < $1.group }) { $0.group == $1.group }
            - pairs.sameLinked
        return pairs
    }

    private static func pairs(among count: Int) -> Int { count * (count - 1) / 2 }

    /// Pairs of equal elements in a list in which equal ones stand beside each other.
    private static func pairsOfEqual<Element>(
        _ elements: [Element], _ areEqual: (Element, Element) -> Bool
    ) -> Int {
        var (pairs, run) = (0, 0)
        for index in elements.indices {
            run = index > 0 && areEqual(elements[index - 1], elements[index]) ? run + 1 : 0
            pairs += run
        }
        return pairs
    }

    /// How many people there is a record of, and the sum of the times for which there has been one, in nanoseconds.
    func exposure(at now: SimTime) -> (people: Int, nanoseconds: Int128) {
        var oldest = reported
        for appearance in appearances {
            let known = oldest[appearance.subject] ?? appearance.oldest
            oldest[appearance.subject] = min(known, appearance.oldest)
        }
        // Whole numbers: the order in which they are added does not matter.
        let sum = oldest.values.reduce(Int128(0)) { $0 + Int128((now - $1).nanoseconds) }
        return (oldest.count, sum)
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
        let (pairs, exposure) = (reading.pairs, reading.exposure(at: now))
        let keys = keyCanaries.search(contents, frame: frame, at: now)
        return BreachMeasures(
            time: now, records: contents.recordCount, pairsFound: pairs.found,
            pairsMade: pairs.made, byAddress: reading.byAddress, bySession: reading.bySession,
            byCertificate: reading.byCertificate,
            keysSearched: keyCanaries.count, keysFound: keys.keys,
            decryptableFrames: keys.frames, people: exposure.people,
            exposure: exposure.nanoseconds, excess: AllowedContents.excess(of: contents),
            scorer: scorer)
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
