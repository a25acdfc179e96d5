import FlatStorage

/// What is known of sessions while they last: whether they wait, and whom they met.
///
/// Meetings are remembered on both sides or on neither: the oldest meeting of a session with
/// ``partnersRemembered`` of them is forgotten by both when a new one comes, and the end of a session removes it from
/// the memory of everybody it met. So nothing here outlives the session it speaks of.
struct SessionMemory: Sendable {
    /// Partners a session remembers: more than one meets in a quarter of an hour of calls of a
    /// minute, few enough that looking through them costs less than a cache miss.
    static let partnersRemembered = 16

    private struct Record: BitwiseCopyable {
        var id: UInt32
        /// The slot of the waiting ticket, or -1.
        var waiting: Int32
        /// The place of the list of partners, or -1 before the first.
        var partners: Int32
    }

    private var index = FlatTable<UInt32, Int32>(blank: -1)
    private var records: [Record] = []
    private var freeRecords: [Int32] = []
    /// Lists of partners' records, oldest first, `partnersRemembered` places each, unused ones -1.
    private var partners: [Int32] = []
    private var freePartners: [Int32] = []

    /// Sessions of which anything is known.
    var count: Int { index.count }

    /// Memory of the tables.
    var byteCount: Int {
        index.byteCount + records.capacity * MemoryLayout<Record>.stride
            + (partners.capacity + freeRecords.capacity + freePartners.capacity)
            * MemoryLayout<Int32>.stride
    }

    /// The record of `session`, made if there is none.
    mutating func record(of session: SessionID) -> Int32 {
        if let record = index[session.rawValue] { return record }
        let fresh = Record(id: session.rawValue, waiting: -1, partners: -1)
        let record: Int32
        if let reused = freeRecords.popLast() {
            record = reused
            records[Int(record)] = fresh
        } else {
            record = Int32(records.count)
            records.appendGrowing(fresh)
        }
        index.set(session.rawValue, to: record)
        return record
    }

    /// The record of `session` if anything is known of it.
    func existingRecord(of session: SessionID) -> Int32? { index[session.rawValue] }

    /// The session of a record.
    func session(of record: Int32) -> SessionID { SessionID(records[Int(record)].id) }

    /// The slot of the ticket with which a session waits, or -1.
    func waitingSlot(of record: Int32) -> Int32 { records[Int(record)].waiting }

    /// Notes that a session waits in `slot`, or (-1) that it does not wait any more; a session that
    /// neither waits nor remembers anybody is forgotten.
    mutating func setWaiting(_ record: Int32, slot: Int32) {
        records[Int(record)].waiting = slot
        if slot < 0, records[Int(record)].partners < 0 { drop(record) }
    }

    /// Whether the two remember each other.
    func haveMet(_ a: Int32, _ b: Int32) -> Bool {
        let list = records[Int(a)].partners
        guard list >= 0 else { return false }
        for place in places(list) {
            if partners[place] == b { return true }
            if partners[place] < 0 { return false }
        }
        return false
    }

    /// Lets the two remember each other as their newest partners.
    mutating func meet(_ a: Int32, _ b: Int32) {
        forget(a, b)
        makeRoom(a)
        makeRoom(b)
        append(b, to: a)
        append(a, to: b)
    }

    /// Forgets the oldest partner of a session whose list is full.
    private mutating func makeRoom(_ record: Int32) {
        let list = records[Int(record)].partners
        if list >= 0, let oldest = fullListOldest(list) { forget(record, oldest) }
    }

    /// Removes a session and every memory of it.
    mutating func end(_ record: Int32) {
        let list = records[Int(record)].partners
        if list >= 0 {
            for place in places(list) {
                if partners[place] < 0 { break }
                remove(record, from: partners[place])
                partners[place] = -1
            }
            freePartners.append(list)
        }
        drop(record)
    }

    private func places(_ list: Int32) -> Range<Int> {
        Int(list) * Self.partnersRemembered..<(Int(list) + 1) * Self.partnersRemembered
    }

    private func fullListOldest(_ list: Int32) -> Int32? {
        let places = places(list)
        return partners[places.upperBound - 1] >= 0 ? partners[places.lowerBound] : nil
    }

    private mutating func forget(_ a: Int32, _ b: Int32) {
        remove(b, from: a)
        remove(a, from: b)
    }

    private mutating func append(_ partner: Int32, to record: Int32) {
        var list = records[Int(record)].partners
        if list < 0 {
            if let reused = freePartners.popLast() {
                list = reused
            } else {
                list = Int32(partners.count / Self.partnersRemembered)
                partners.append(
                    contentsOf: repeatElement(-1, count: Self.partnersRemembered))
            }
            records[Int(record)].partners = list
        }
        for place in places(list) where partners[place] < 0 {
            partners[place] = partner
            return
        }
        preconditionFailure("a full list of partners is made room in before")
    }

    private mutating func remove(_ partner: Int32, from record: Int32) {
        let list = records[Int(record)].partners
        guard list >= 0 else { return }
        let places = places(list)
        var place = places.lowerBound
        while partners[place] != partner {
            place += 1
            guard place < places.upperBound, partners[place] >= 0 else { return }
        }
        while place + 1 < places.upperBound, partners[place + 1] >= 0 {
            partners[place] = partners[place + 1]
            place += 1
        }
        partners[place] = -1
    }

    /// Asks the processor to bring near what is known of a record's session.
    func fetch(_ record: Int32) { records.fetch(Int(record)) }

    private mutating func drop(_ record: Int32) {
        index.remove(records[Int(record)].id)
        records[Int(record)] = Record(id: 0, waiting: -1, partners: -1)
        freeRecords.append(record)
    }
}
