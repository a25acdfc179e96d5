/// Names a record in a ``Slots`` table; stale once the record is gone.
struct Handle: Hashable, Sendable, BitwiseCopyable {
    var index: UInt32
    var generation: UInt32

    /// Names nothing.
    static var none: Handle { Handle(index: .max, generation: .max) }
}

/// Records in one flat array whose places are used again; a handle outlives its record safely.
struct Slots<Record> {
    private var records: [Record?] = []
    private var generations: [UInt32] = []
    private var free: [UInt32] = []

    /// How many records are there.
    var count: Int { records.count - free.count }

    /// The most records there ever were at once.
    var peak: Int { records.count }

    /// How many records satisfy `predicate`.
    ///
    /// - Complexity: O(``peak``).
    func count(where predicate: (Record) -> Bool) -> Int {
        records.count { record in record.map(predicate) ?? false }
    }

    mutating func insert(_ record: consuming Record) -> Handle {
        if let index = free.popLast() {
            records[Int(index)] = consume record
            return Handle(index: index, generation: generations[Int(index)])
        }
        precondition(records.count < Int(UInt32.max), "a table holds at most 2^32 − 1 records")
        records.append(consume record)
        generations.append(0)
        return Handle(index: UInt32(records.count - 1), generation: 0)
    }

    func contains(_ handle: Handle) -> Bool {
        handle.index < generations.count && generations[Int(handle.index)] == handle.generation
    }

    /// The handle of the record at `index`.
    func handle(at index: UInt32) -> Handle {
        Handle(index: index, generation: generations[Int(index)])
    }

    /// Takes the record out and lets its place be used again.
    mutating func remove(_ handle: Handle) -> Record {
        precondition(contains(handle), "a record was removed twice")
        let index = Int(handle.index)
        generations[index] &+= 1
        free.append(handle.index)
        return records[index].take()!
    }

    subscript(handle: Handle) -> Record {
        _read {
            precondition(contains(handle), "a record was read after it had gone")
            yield records[Int(handle.index)]!
        }
        _modify {
            precondition(contains(handle), "a record was changed after it had gone")
            yield &records[Int(handle.index)]!
        }
    }
}
