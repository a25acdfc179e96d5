import FlatStorage
import Quantities

/// The waiting tickets in flat arrays, in two kinds of FIFO lists.
///
/// - One ``LevelQueue`` per level of the ladder. Every ticket enters a level at the same age, so
///   appending keeps each queue in order of age, its head is the next to be due, and the queues from the last level to
///   the first make up all tickets from oldest to youngest.
/// - *Offer lists*: the tickets of one level that agree on the attributes that matter to one kind
///   of seeker. Their heads are the oldest compatible tickets.
struct WaitingRoom: Sendable {
    static let none: Int32 = -1

    /// A waiting ticket; 32 bytes, half a cache line.
    struct Slot: BitwiseCopyable {
        /// The attributes, above them in bits 40–47 the level and one, and in bit 48 whether the slot
        /// is taken.
        private var packed: UInt64
        var created: SimTime
        /// Order of arrival modulo 2^32; tells apart tickets created at the same time.
        var order: UInt32
        var id: UInt32
        /// The session's number.
        var session: SessionID
        /// The place in the queue of its level.
        fileprivate(set) var place = WaitingRoom.none

        /// A ticket that is in no list, though it may ask for a partner on a `level`.
        init(
            attributes: Attributes, created: SimTime, order: UInt32, id: UInt32, session: SessionID,
            level: Int8 = -1
        ) {
            packed = attributes.packed | 1 << 48
            self.created = created
            self.order = order
            self.id = id
            self.session = session
            self.level = level
        }

        /// A slot that is free.
        private init() {
            (packed, created, order, id, session) = (0, .zero, 0, 0, SessionID(0))
        }

        fileprivate static let blank = Slot()

        /// Whether a ticket has the slot.
        fileprivate var isTaken: Bool { packed >> 48 != 0 }

        var attributes: Attributes {
            get { Attributes(packed: packed & 0xFF_FFFF_FFFF) }
            set { packed = packed & ~0xFF_FFFF_FFFF | newValue.packed }
        }

        /// The level, or -1 when the ticket is in no list.
        fileprivate(set) var level: Int8 {
            get { Int8(truncatingIfNeeded: packed >> 40) &- 1 }
            set {
                packed = packed & ~(0xFF << 40) | UInt64(UInt8(bitPattern: newValue &+ 1)) << 40
            }
        }

        fileprivate mutating func enter(_ level: Int8, at place: Int32) {
            self.level = level
            self.place = place
        }
    }

    private struct Link: BitwiseCopyable {
        var next: Int32
        var previous: Int32
    }

    private struct List: BitwiseCopyable {
        var head: Int32
        var tail: Int32
    }

    let ladder: Ladder
    private(set) var slots: [Slot] = []
    private(set) var count = 0
    private var links: [Link] = []
    /// Where the next free slot is looked for.
    private var cursor = 0
    /// The tickets of each level.
    private(set) var queues: [LevelQueue]
    /// When the head of each level moves on, or the distant future.
    private var dues: [SimTime]
    /// When the first ticket of any level moves on, or the distant future.
    private(set) var nextDue = SimTime.distantFuture
    /// A bit for each level that has anybody.
    private var occupied: UInt32 = 0
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
        queues = Array(repeating: LevelQueue(), count: ladder.levels.count)
        dues = Array(repeating: .distantFuture, count: ladder.levels.count)
    }

    /// Memory of the tables.
    var byteCount: Int {
        slots.capacity * MemoryLayout<Slot>.stride + links.capacity * MemoryLayout<Link>.stride
            + offers.byteCount
            + queues.reduce(0) { $0 + $1.byteCount }
    }

    /// Takes a slot for a ticket that is in no list yet: the next free one behind the last that was
    /// taken, from the end on to the beginning. So those who came after each other stand beside each
    /// other, and when they move on and leave in that order, memory is walked through in order.
    ///
    /// - Complexity: amortised O(1), as a whole round finds an eighth of the slots free, but where nearly
    ///   as many wait as may.
    /// - Precondition: fewer are taken than ``Matchmaker/maximumWaiting``.
    mutating func allocate(_ slot: Slot) -> Int32 {
        if count * 8 >= slots.count * 7, slots.count < Matchmaker.maximumWaiting { makeSlots() }
        count += 1
        while slots[cursor].isTaken { cursor = cursor + 1 == slots.count ? 0 : cursor + 1 }
        let place = cursor
        slots[place] = slot
        cursor = place + 1 == slots.count ? 0 : place + 1
        return Int32(truncatingIfNeeded: place)
    }

    /// Adds free slots, which are taken next.
    private mutating func makeSlots() {
        cursor = slots.count
        let isLarge = slots.count * MemoryLayout<Slot>.stride >= 1 << 22
        let added = min(
            isLarge ? slots.count / 8 : max(16, slots.count),
            Matchmaker.maximumWaiting - slots.count)
        slots.appendGrowing(.blank, count: added)
        links.appendGrowing(
            Link(next: Self.none, previous: Self.none), count: added * ladder.stride)
    }

    /// The sessions of slots that hold anything.
    var sessionsHeld: [SessionID] { slots.lazy.filter(\.isTaken).map(\.session) }

    /// Overwrites a slot that is in no list and gives it back.
    mutating func free(_ slot: Int32) {
        slots[Int(slot)] = .blank
        count -= 1
    }

    /// Whether `a` was created before `b`.
    @inline(__always)
    func isOlder(_ a: Int32, than b: Int32) -> Bool {
        let (a, b) = (slots[Int(a)], slots[Int(b)])
        if a.created != b.created { return a.created < b.created }
        return Int32(bitPattern: a.order &- b.order) < 0
    }

    // MARK: Levels

    /// The oldest ticket of a level, or none.
    func head(ofLevel level: Int) -> Int32 { queues[level].first }

    /// When the oldest ticket of `level` moves on, or the distant future.
    func due(ofLevel level: Int) -> SimTime { dues[level] }

    /// Notes that another ticket is the oldest of a level, or that there is none.
    private mutating func updateHead(_ level: Int) {
        let head = queues[level].first
        occupied = head >= 0 ? occupied | 1 << level : occupied & ~(1 << level)
        var due = SimTime.distantFuture
        if head >= 0, let age = ladder.levels[level].leavesAt {
            due = slots[Int(head)].created + age
        }
        dues[level] = due
        nextDue = .distantFuture
        for level in dues.indices { nextDue = min(nextDue, dues[level]) }
    }

    /// How many tickets ahead of its turn a ticket is fetched; half as many ahead, all that it leads to.
    private static let fetchedAhead = 8

    /// Asks the processor to bring near what the tickets behind the head of `level` will take when
    /// they move on; one of them that is near, if there is any.
    mutating func fetchNext(ofLevel level: Int) -> Slot? {
        let far = queues[level].slot(atOffset: Self.fetchedAhead)
        if far >= 0 { slots.fetch(Int(far)) }
        let near = queues[level].slot(atOffset: Self.fetchedAhead / 2)
        guard near >= 0 else { return nil }
        links.fetch(Int(near) * ladder.stride)
        return slots[Int(near)]
    }

    /// Enters a ticket into `level` and the offer lists there.
    mutating func enter(_ slot: Int32, level: Int) {
        let attributes = slots[Int(slot)].attributes
        if queues[level].isFull { makeRoom(level) }
        let place = queues[level].append(LevelQueue.Entry(attributes, slot: slot))
        slots[Int(slot)].enter(Int8(level), at: place)
        if queues[level].count == 1 { updateHead(level) }
        if countsLanguages, ladder.levels[level].isOpen { count(slot, 1) }
        let offers = ladder.levels[level].offers
        for position in offers.indices {
            offer(slot, position, Self.key(level, offers[position], attributes))
        }
    }

    private mutating func makeRoom(_ level: Int) {
        queues[level].makeRoom()
        notePlaces(level)
    }

    /// Tells the tickets of a level without gaps where they stand.
    private mutating func notePlaces(_ level: Int) {
        for offset in 0..<queues[level].count {
            let slot = Int(queues[level].slot(atOffset: offset))
            slots[slot].place = queues[level].place(ofTicketAtOffset: offset)
        }
    }

    /// Takes a ticket out of its level and the offer lists there.
    mutating func leave(_ slot: Int32) {
        let ticket = slots[Int(slot)]
        let level = Int(ticket.level)
        if countsLanguages, ladder.levels[level].isOpen { count(slot, -1) }
        let wasHead = queues[level].head == Int(ticket.place)
        queues[level].remove(at: ticket.place)
        if queues[level].isSparse {
            queues[level].closeGaps()
            notePlaces(level)
        }
        if wasHead { updateHead(level) }
        let offers = ladder.levels[level].offers
        for position in offers.indices {
            withdraw(slot, position, Self.key(level, offers[position], ticket.attributes))
        }
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
    @inline(__always)
    func oldestOffer(
        level: Int, constraints: MatchConstraints, attributes: Attributes
    ) -> Int32 {
        guard occupied >> level & 1 != 0 else { return Self.none }
        let union = constraints.union(ladder.levels[level].constraints)
        return offers[Self.key(level, union, attributes)]?.head ?? Self.none
    }

    /// The next younger ticket on the offer list of `level` for `constraints`, or none.
    @inline(__always)
    func nextOffer(after slot: Int32, level: Int, constraints: MatchConstraints) -> Int32 {
        let union = constraints.union(ladder.levels[level].constraints)
        guard let position = ladder.levels[level].offers.firstIndex(of: union) else {
            return Self.none
        }
        return links[Int(slot) * ladder.stride + position].next
    }

    @inline(__always)
    private static func key(
        _ level: Int, _ constraints: MatchConstraints, _ attributes: Attributes
    ) -> UInt64 {
        attributes.projected(on: constraints) | UInt64(constraints.rawValue) << 40
            | UInt64(level) << 44
    }

    private mutating func offer(_ slot: Int32, _ position: Int, _ key: UInt64) {
        let place = Int(slot) * ladder.stride + position
        let home = offers.preparedPlace(of: key)
        if let list = offers.value(at: home) {
            links[place] = Link(next: Self.none, previous: list.tail)
            links[Int(list.tail) * ladder.stride + position].next = slot
            offers.store(key, List(head: list.head, tail: slot), at: home)
        } else {
            links[place] = Link(next: Self.none, previous: Self.none)
            offers.store(key, List(head: slot, tail: slot), at: home)
        }
    }

    private mutating func withdraw(_ slot: Int32, _ position: Int, _ key: UInt64) {
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
        let home = offers.place(of: key)
        guard var list = offers.value(at: home) else {
            preconditionFailure("an offer without its list")
        }
        if link.previous < 0, link.next < 0 { return offers.remove(at: home) }
        if link.previous < 0 { list.head = link.next } else { list.tail = link.previous }
        offers.store(key, list, at: home)
    }
}
