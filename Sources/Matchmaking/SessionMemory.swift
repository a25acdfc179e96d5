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

    /// A session that has met somebody.
    private struct Record: BitwiseCopyable {
        var id: UInt32
        /// The slot of the waiting ticket, or -1.
        var waiting: Int32
    }

    /// The record of a session that has met somebody; of one that has not and waits, the
    /// complement of its ticket's slot.
    private var index = FlatTable<UInt32, Int32>(blank: -1)
    private var records: [Record] = []
    private var freeRecords: [Int32] = []
    /// The records of each record's partners, oldest first, `partnersRemembered` places each, unused
    /// ones -1.
    private var partners: [Int32] = []

    /// Sessions of which anything is known.
    var count: Int { index.count }

    /// Memory of the tables.
    var byteCount: Int {
        index.byteCount + records.capacity * MemoryLayout<Record>.stride
            + (partners.capacity + freeRecords.capacity) * MemoryLayout<Int32>.stride
    }

    /// Where what is known of a session stands or would stand, until the next change.
    mutating func place(of session: SessionID) -> Int { index.preparedPlace(of: session.rawValue) }

    /// The slot of the ticket with which a session waits, or -1.
    func waitingSlot(of session: SessionID) -> Int32 { waitingSlot(index[session.rawValue]) }

    /// The slot of the ticket with which the session at `place` waits, or -1.
    func waitingSlot(at place: Int) -> Int32 { waitingSlot(index.value(at: place)) }

    private func waitingSlot(_ known: Int32?) -> Int32 {
        guard let known else { return WaitingRoom.none }
        return known < 0 ? ~known : records[Int(known)].waiting
    }

    /// Notes that a session, whose place is `place`, waits in `slot`.
    mutating func setWaiting(_ session: SessionID, at place: Int, slot: Int32) {
        if let known = index.value(at: place), known >= 0 {
            records[Int(known)].waiting = slot
        } else {
            index.store(session.rawValue, ~slot, at: place)
            index.fetchFollowing(session.rawValue)
        }
    }

    /// Notes that a session does not wait any more; one that remembers nobody either is forgotten.
    mutating func endWaiting(_ session: SessionID) {
        let place = index.place(of: session.rawValue)
        guard let known = index.value(at: place) else { return }
        if known < 0 { index.remove(at: place) } else { records[Int(known)].waiting = -1 }
    }

    /// Whether the two remember each other.
    func haveMet(_ a: SessionID, _ b: SessionID) -> Bool {
        guard let one = index[a.rawValue], one >= 0, let other = index[b.rawValue], other >= 0
        else { return false }
        for place in places(one) {
            if partners[place] == other { return true }
            if partners[place] < 0 { return false }
        }
        return false
    }

    /// Lets the two, who do not wait any more, remember each other as their newest partners.
    mutating func meet(_ a: SessionID, _ b: SessionID) {
        let (one, other) = (record(of: a), record(of: b))
        forget(one, other)
        makeRoom(one)
        makeRoom(other)
        append(other, to: one)
        append(one, to: other)
    }

    /// The record of `session`, made if there is none; it does not wait.
    private mutating func record(of session: SessionID) -> Int32 {
        let place = index.preparedPlace(of: session.rawValue)
        if let known = index.value(at: place), known >= 0 {
            records[Int(known)].waiting = WaitingRoom.none
            return known
        }
        let fresh = Record(id: session.rawValue, waiting: WaitingRoom.none)
        let record: Int32
        if let reused = freeRecords.popLast() {
            record = reused
            records[Int(record)] = fresh
        } else {
            record = Int32(records.count)
            records.appendGrowing(fresh)
            partners.appendGrowing(-1, count: Self.partnersRemembered)
        }
        index.store(session.rawValue, record, at: place)
        return record
    }

    /// Forgets the oldest partner of a session whose list is full.
    private mutating func makeRoom(_ record: Int32) {
        let places = places(record)
        if partners[places.upperBound - 1] >= 0 { forget(record, partners[places.lowerBound]) }
    }

    /// Removes a session and every memory of it.
    mutating func end(_ session: SessionID) {
        let home = index.place(of: session.rawValue)
        guard let record = index.value(at: home) else { return }
        index.remove(at: home)
        guard record >= 0 else { return }
        for place in places(record) {
            if partners[place] < 0 { break }
            remove(record, from: partners[place])
            partners[place] = -1
        }
        records[Int(record)] = Record(id: 0, waiting: -1)
        freeRecords.append(record)
    }

    private func places(_ record: Int32) -> Range<Int> {
        let first = Int(record) &* Self.partnersRemembered
        return first..<first &+ Self.partnersRemembered
    }

    private mutating func forget(_ a: Int32, _ b: Int32) {
        remove(b, from: a)
        remove(a, from: b)
    }

    private mutating func append(_ partner: Int32, to record: Int32) {
        for place in places(record) where partners[place] < 0 {
            partners[place] = partner
            return
        }
        preconditionFailure("a full list of partners is made room in before")
    }

    private mutating func remove(_ partner: Int32, from record: Int32) {
        let places = places(record)
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

    /// Asks the processor to bring near what is known of a session.
    @inline(__always)
    func fetch(_ session: SessionID) { index.fetch(session.rawValue) }
}
