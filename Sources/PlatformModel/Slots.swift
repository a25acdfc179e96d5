/// Names a record in a ``Slots`` table; stale once the record is gone.
struct Handle: Hashable, Sendable, BitwiseCopyable {
    var index: UInt32
    var generation: UInt32

    /// Names nothing.
    static var none: Handle { Handle(index: .max, generation: 0) }
}

/// Records in flat memory whose places are used again; a handle outlives its record safely.
///
/// A place holds the record and, beside it, a generation, which is odd while the record lives. Places
/// come in chunks that never move, so growing copies nothing and memory follows the ``peak``.
struct Slots<Record>: ~Copyable {
    private static var chunkBits: UInt32 { 9 }
    private static var chunkCount: Int { 1 << Int(chunkBits) }

    // A place as laid out in memory: the record, which a free one lacks, and the generation. Reckoned
    // by hand, as a type of its own would be looked up at each access in builds without optimisation.
    private static var generationOffset: Int { (MemoryLayout<Record>.size + 3) & ~3 }
    private static var alignment: Int {
        max(MemoryLayout<Record>.alignment, MemoryLayout<UInt32>.alignment)
    }
    private static var stride: Int { (generationOffset + 3 + alignment) & ~(alignment - 1) }

    private var chunks: UnsafeMutablePointer<UnsafeMutableRawPointer>
    private var chunkCapacity = 16
    private var free: [UInt32] = []
    /// The most records there ever were at once.
    private(set) var peak = 0

    init() { chunks = .allocate(capacity: chunkCapacity) }

    deinit {
        for index in 0..<UInt32(peak) where generation(index).pointee & 1 == 1 {
            record(index).deinitialize(count: 1)
        }
        for chunk in 0..<chunksInUse { chunks[chunk].deallocate() }
        chunks.deallocate()
    }

    private var chunksInUse: Int { (peak + Self.chunkCount - 1) >> Int(Self.chunkBits) }

    /// How many records are there.
    var count: Int { peak - free.count }

    /// Memory of the table.
    var byteCount: Int {
        chunksInUse * Self.chunkCount * Self.stride
            + chunkCapacity * MemoryLayout<UnsafeMutableRawPointer>.stride
            + free.capacity * MemoryLayout<UInt32>.stride
    }

    /// How many records satisfy `predicate`.
    ///
    /// - Complexity: O(``peak``).
    func count(where predicate: (Record) -> Bool) -> Int {
        var count = 0
        for index in 0..<UInt32(peak) where generation(index).pointee & 1 == 1 {
            if predicate(record(index).pointee) { count += 1 }
        }
        return count
    }

    /// The handles of the records that satisfy `predicate`, in the order of their places.
    ///
    /// - Complexity: O(``peak``).
    func handles(where predicate: (Record) -> Bool) -> [Handle] {
        var found: [Handle] = []
        for index in 0..<UInt32(peak) where generation(index).pointee & 1 == 1 {
            if predicate(record(index).pointee) { found.append(handle(at: index)) }
        }
        return found
    }

    mutating func insert(_ record: consuming Record) -> Handle {
        let index: UInt32
        if let reused = free.popLast() {
            index = reused
        } else {
            precondition(peak < Int(UInt32.max), "a table holds at most 2^32 − 1 records")
            index = UInt32(peak)
            if peak & (Self.chunkCount - 1) == 0 { addChunk() }
            peak += 1
            generation(index).initialize(to: 0)
        }
        self.record(index).initialize(to: record)
        let generation = generation(index)
        generation.pointee &+= 1
        return Handle(index: index, generation: generation.pointee)
    }

    private mutating func addChunk() {
        let inUse = chunksInUse
        if inUse == chunkCapacity {
            let larger = UnsafeMutablePointer<UnsafeMutableRawPointer>.allocate(
                capacity: 2 * chunkCapacity)
            larger.moveInitialize(from: chunks, count: chunkCapacity)
            chunks.deallocate()
            chunks = larger
            chunkCapacity *= 2
        }
        chunks[inUse] = .allocate(
            byteCount: Self.chunkCount * Self.stride,
            alignment: Self.alignment)
    }

    func contains(_ handle: Handle) -> Bool {
        handle.index < peak && generation(handle.index).pointee == handle.generation
    }

    /// Whether there is a record at `index`.
    func hasRecord(at index: UInt32) -> Bool {
        index < peak && generation(index).pointee & 1 == 1
    }

    /// The handle of the record at `index`.
    func handle(at index: UInt32) -> Handle {
        precondition(index < peak, "a place was asked for that there is not")
        return Handle(index: index, generation: generation(index).pointee)
    }

    /// Takes the record out and lets its place be used again.
    mutating func remove(_ handle: Handle) -> Record {
        precondition(contains(handle), "a record was removed twice")
        generation(handle.index).pointee &+= 1
        free.append(handle.index)
        return record(handle.index).move()
    }

    subscript(handle: Handle) -> Record {
        _read {
            precondition(contains(handle), "a record was read after it had gone")
            yield record(handle.index).pointee
        }
        _modify {
            precondition(contains(handle), "a record was changed after it had gone")
            yield &record(handle.index).pointee
        }
    }

    @inline(__always)
    private func place(_ index: UInt32) -> UnsafeMutableRawPointer {
        chunks[Int(index &>> Self.chunkBits)]
            + (Int(index) & (Self.chunkCount &- 1)) &* Self.stride
    }

    @inline(__always)
    private func record(_ index: UInt32) -> UnsafeMutablePointer<Record> {
        place(index).assumingMemoryBound(to: Record.self)
    }

    @inline(__always)
    private func generation(_ index: UInt32) -> UnsafeMutablePointer<UInt32> {
        (place(index) + Self.generationOffset).assumingMemoryBound(to: UInt32.self)
    }
}
