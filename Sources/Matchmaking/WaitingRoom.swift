import FlatStorage
import Quantities

/// The waiting tickets in flat arrays, threaded on two kinds of FIFO lists.
///
/// - One *level list* per level of the ladder. Every ticket enters a level at the same age, so
///   appending keeps each list in order of age, its head is the next to be due, and the lists from the last level to the
///   first make up all tickets from oldest to youngest.
/// - *Offer lists*: the tickets of one level that agree on the attributes that matter to one kind
///   of seeker. Their heads are the oldest compatible tickets.
struct WaitingRoom: Sendable {
    static let none: Int32 = -1

    /// A waiting ticket; 40 bytes.
    struct Slot: BitwiseCopyable {
        var attributes = Attributes(packed: 0)
        var created = SimTime.zero
        /// Order of arrival modulo 2^32; tells apart tickets created at the same time.
        var order: UInt32 = 0
        var id: UInt32 = 0
        /// The session's record.
        var session: Int32 = WaitingRoom.none
        /// Neighbours on the level list.
        var next: Int32 = WaitingRoom.none
        var previous: Int32 = WaitingRoom.none
        /// The level, or -1 when the ticket is in no list.
        var level: Int8 = -1
    }

    private struct Link: BitwiseCopyable {
        var next: Int32
        var previous: Int32
    }

    private struct List: BitwiseCopyable {
        var head: Int32
        var tail: Int32
    }

    /// The tickets of a level.
    private struct LevelList: BitwiseCopyable {
        var head = WaitingRoom.none
        var tail = WaitingRoom.none
        /// When the head moves on.
        var due = SimTime.distantFuture
    }

    let ladder: Ladder
    private(set) var slots: [Slot] = []
    private(set) var count = 0
    private var links: [Link] = []
    private var freeSlots: [Int32] = []
    private var levelLists: [LevelList]
    private var offers = FlatTable<UInt64, List>(blank: List(head: none, tail: none))
    private let countsLanguages: Bool
    /// How many tickets are open to others in each language that has any, in the order of the
    /// languages' numbers; empty unless they are counted.
    private(set) var languages: [LanguageQueue] = []

    /// The tickets of one language.
    struct LanguageQueue: BitwiseCopyable {
        var language: UInt16
        var count: Int
    }

    init(ladder: Ladder, countsLanguages: Bool = false) {
        self.ladder = ladder
        self.countsLanguages = countsLanguages
        levelLists = [LevelList](repeating: LevelList(), count: ladder.levels.count)
    }

    /// Memory of the tables.
    var byteCount: Int {
        slots.capacity * MemoryLayout<Slot>.stride + links.capacity * MemoryLayout<Link>.stride
            + freeSlots.capacity * MemoryLayout<Int32>.stride + offers.byteCount
    }

    /// Takes a slot for a ticket that is in no list yet.
    mutating func allocate(_ slot: Slot) -> Int32 {
        count += 1
        if let reused = freeSlots.popLast() {
            slots[Int(reused)] = slot
            return reused
        }
        slots.appendGrowing(slot)
        links.appendGrowing(Link(next: Self.none, previous: Self.none), count: ladder.stride)
        return Int32(slots.count - 1)
    }

    /// Overwrites a slot that is in no list and gives it back.
    mutating func free(_ slot: Int32) {
        slots[Int(slot)] = Slot()
        freeSlots.append(slot)
        count -= 1
    }

    /// Whether `a` was created before `b`.
    func isOlder(_ a: Int32, than b: Int32) -> Bool {
        let (a, b) = (slots[Int(a)], slots[Int(b)])
        if a.created != b.created { return a.created < b.created }
        return Int32(bitPattern: a.order &- b.order) < 0
    }

    // MARK: Level lists

    /// The oldest ticket of a level, or none.
    func head(ofLevel level: Int) -> Int32 { levelLists[level].head }

    /// When the oldest ticket of `level` moves on, or the distant future.
    func due(ofLevel level: Int) -> SimTime {
        levelLists[level].due
    }

    /// When the first ticket of any level moves on, or the distant future.
    var nextDue: SimTime {
        levelLists.reduce(.distantFuture) { min($0, $1.due) }
    }

    private mutating func setHead(_ level: Int, _ head: Int32) {
        levelLists[level].head = head
        guard head >= 0, let age = ladder.levels[level].leavesAt else {
            levelLists[level].due = .distantFuture
            return
        }
        levelLists[level].due = slots[Int(head)].created + age
    }

    /// Asks the processor to bring near what the tickets behind the head of `level` will take when
    /// they move on; `fetch` is given the first of them.
    func fetchSuccessors(ofLevel level: Int, _ fetch: (Slot) -> Void) {
        let head = levelLists[level].head
        guard head >= 0 else { return }
        let ticket = slots[Int(head)]
        fetch(ticket)
        guard ticket.next >= 0 else { return }
        slots.fetch(Int(ticket.next))
        links.fetch(Int(ticket.next) * ladder.stride)
    }

    /// Enters a ticket into `level` and the offer lists there.
    mutating func enter(_ slot: Int32, level: Int) {
        slots[Int(slot)].level = Int8(level)
        let tail = levelLists[level].tail
        slots[Int(slot)].previous = tail
        slots[Int(slot)].next = Self.none
        levelLists[level].tail = slot
        if tail >= 0 { slots[Int(tail)].next = slot } else { setHead(level, slot) }
        if countsLanguages, ladder.levels[level].isOpen { count(slot, 1) }
        for position in ladder.levels[level].offers.indices { offer(slot, level, position) }
    }

    /// Takes a ticket out of its level and the offer lists there.
    mutating func leave(_ slot: Int32) {
        let ticket = slots[Int(slot)]
        let level = Int(ticket.level)
        if countsLanguages, ladder.levels[level].isOpen { count(slot, -1) }
        if ticket.previous >= 0 {
            slots[Int(ticket.previous)].next = ticket.next
        } else {
            setHead(level, ticket.next)
        }
        if ticket.next >= 0 {
            slots[Int(ticket.next)].previous = ticket.previous
        } else {
            levelLists[level].tail = ticket.previous
        }
        for position in ladder.levels[level].offers.indices { withdraw(slot, level, position) }
        slots[Int(slot)].level = -1
    }

    private mutating func count(_ slot: Int32, _ change: Int) {
        let language = slots[Int(slot)].attributes.language
        let index = languages.firstIndex { $0.language >= language } ?? languages.count
        if index == languages.count || languages[index].language != language {
            languages.insert(LanguageQueue(language: language, count: 0), at: index)
        }
        languages[index].count += change
        guard languages[index].count == 0 else { return }
        for place in index..<languages.count - 1 { languages[place] = languages[place + 1] }
        languages[languages.count - 1] = LanguageQueue(language: 0, count: 0)
        languages.removeLast()
    }

    // MARK: Offer lists

    /// The oldest ticket of `level` that a seeker with `attributes` and these constraints, united
    /// with the level's, finds compatible; or none.
    func oldestOffer(
        level: Int, constraints: MatchConstraints, attributes: Attributes
    ) -> Int32 {
        if levelLists[level].head < 0 { return Self.none }
        return
            offers[key(level, constraints.union(ladder.levels[level].constraints), attributes)]?
            .head ?? Self.none
    }

    /// The next younger ticket on the offer list of `level` for `constraints`, or none.
    func nextOffer(after slot: Int32, level: Int, constraints: MatchConstraints) -> Int32 {
        let union = constraints.union(ladder.levels[level].constraints)
        guard let position = ladder.levels[level].offers.firstIndex(of: union) else {
            return Self.none
        }
        return links[Int(slot) * ladder.stride + position].next
    }

    private func key(
        _ level: Int, _ constraints: MatchConstraints, _ attributes: Attributes
    ) -> UInt64 {
        attributes.projected(on: constraints) | UInt64(constraints.rawValue) << 40
            | UInt64(level) << 44
    }

    private mutating func offer(_ slot: Int32, _ level: Int, _ position: Int) {
        let key = key(
            level, ladder.levels[level].offers[position], slots[Int(slot)].attributes)
        let place = Int(slot) * ladder.stride + position
        if let list = offers[key] {
            links[place] = Link(next: Self.none, previous: list.tail)
            links[Int(list.tail) * ladder.stride + position].next = slot
            offers.set(key, to: List(head: list.head, tail: slot))
        } else {
            links[place] = Link(next: Self.none, previous: Self.none)
            offers.set(key, to: List(head: slot, tail: slot))
        }
    }

    private mutating func withdraw(_ slot: Int32, _ level: Int, _ position: Int) {
        let place = Int(slot) * ladder.stride + position
        let link = links[place]
        links[place] = Link(next: Self.none, previous: Self.none)
        if link.previous >= 0 {
            links[Int(link.previous) * ladder.stride + position].next = link.next
        }
        if link.next >= 0 {
            links[Int(link.next) * ladder.stride + position].previous = link.previous
        }
        guard link.previous < 0 || link.next < 0 else { return }
        let key = key(
            level, ladder.levels[level].offers[position], slots[Int(slot)].attributes)
        if link.previous < 0, link.next < 0 { return offers.remove(key) }
        guard var list = offers[key] else { preconditionFailure("an offer without its list") }
        if link.previous < 0 { list.head = link.next } else { list.tail = link.previous }
        offers.set(key, to: list)
    }
}
