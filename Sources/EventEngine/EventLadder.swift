/// What the ladder keeps of a pending event: when it is due and which slot knows the rest.
@frozen
@usableFromInline
struct LadderEntry: BitwiseCopyable {
    /// The due time in ns with its sign bit flipped, so that keys order as unsigned numbers.
    @usableFromInline var key: UInt64
    @usableFromInline var slot: UInt32
    /// Equal to the slot's tag as long as this entry stands for the slot's event.
    @usableFromInline var tag: UInt32

    @inlinable
    init(key: UInt64, slot: UInt32, tag: UInt32) {
        self.key = key
        self.slot = slot
        self.tag = tag
    }
}

/// The entries that fell into one bucket, in chunks chained from ``head``.
@frozen
@usableFromInline
struct LadderBucket: BitwiseCopyable {
    /// The address of the first chunk.
    @usableFromInline var head: UInt = 0
    /// Where the next entry goes; at the end of a chunk, or 0, when there is no room.
    @usableFromInline var cursor: UInt = 0
    @usableFromInline var count: Int = 0

    @inlinable
    init() {}
}

/// The levels of a hierarchical wheel over the bits of (due time − base).
///
/// An entry lies at the level of the highest 8-bit digit in which its key differs from the base,
/// in the bucket of that digit's value. So everything at one level is due before everything at the
/// next, buckets of a level are due in their order, and adding is O(1): no comparison, one write
/// at the end of a chunk. An entry descends at most once per level as the base moves on.
@frozen
@usableFromInline
struct EventLadder: ~Copyable {
    /// Bits per digit. With 8, a million entries spread over a second lie two moves deep.
    @inlinable static var digitBits: Int { 8 }
    @inlinable static var bucketsPerLevel: Int { 256 }
    @inlinable static var levelCount: Int { 8 }
    /// Bytes per chunk: the link to the next one, padded to an entry, then 31 entries.
    @inlinable static var chunkBytes: Int { 512 }
    /// Chunks that are taken from the system at once.
    @inlinable static var chunksPerBlock: Int { 128 }

    @usableFromInline let buckets: UnsafeMutablePointer<LadderBucket>
    /// A bit per bucket that holds something, four words per level.
    @usableFromInline let occupied: UnsafeMutablePointer<UInt64>
    /// A bit per level that holds something.
    @usableFromInline var occupiedLevels: UInt = 0
    /// No entry is due before it.
    @usableFromInline var base: UInt64 = 0
    /// Free chunks, chained; 0 for none.
    @usableFromInline var freeChunk: UInt = 0
    @usableFromInline var blocks: [UnsafeMutableRawPointer] = []

    @inlinable
    init() {
        let bucketCount = Self.levelCount * Self.bucketsPerLevel
        buckets = .allocate(capacity: bucketCount)
        buckets.initialize(repeating: LadderBucket(), count: bucketCount)
        occupied = .allocate(capacity: bucketCount / 64)
        occupied.initialize(repeating: 0, count: bucketCount / 64)
    }

    @inlinable
    deinit {
        for block in blocks { block.deallocate() }
        buckets.deallocate()
        occupied.deallocate()
    }

    /// Adds `entry`, whose key is at least ``base``.
    @inlinable
    @inline(__always)
    mutating func add(_ entry: LadderEntry) {
        let difference = entry.key ^ base
        let level = (63 &- (difference | 1).leadingZeroBitCount) >> 3
        let digit = Int(truncatingIfNeeded: entry.key &>> UInt64(level &<< 3)) & 255
        let index = level &<< 8 | digit
        let bucket = buckets + index
        if bucket.pointee.cursor & UInt(Self.chunkBytes &- 1) == 0 {
            extend(bucket, index: index)
        }
        let place = UnsafeMutablePointer<LadderEntry>(
            bitPattern: bucket.pointee.cursor
        ).unsafelyUnwrapped
        place.pointee = entry
        bucket.pointee.cursor &+= UInt(MemoryLayout<LadderEntry>.stride)
        bucket.pointee.count &+= 1
    }

    /// Gives the bucket numbered `index` over all levels another chunk to write to.
    @inlinable
    @inline(never)
    mutating func extend(_ bucket: UnsafeMutablePointer<LadderBucket>, index: Int) {
        if freeChunk == 0 { allocateBlock() }
        let chunk = freeChunk
        freeChunk = Self.link(of: chunk).pointee
        Self.link(of: chunk).pointee = 0
        if bucket.pointee.count == 0 {
            bucket.pointee.head = chunk
            occupied[index >> 6] |= 1 &<< UInt64(index & 63)
            occupiedLevels |= 1 &<< UInt(index >> 8)
        } else {
            // The cursor stands right behind the last chunk.
            Self.link(of: bucket.pointee.cursor &- UInt(Self.chunkBytes)).pointee = chunk
        }
        bucket.pointee.cursor = chunk &+ UInt(MemoryLayout<LadderEntry>.stride)
    }

    @inlinable
    static func link(of chunk: UInt) -> UnsafeMutablePointer<UInt> {
        UnsafeMutablePointer(bitPattern: chunk).unsafelyUnwrapped
    }

    @inlinable
    mutating func allocateBlock() {
        let block = UnsafeMutableRawPointer.allocate(
            byteCount: Self.chunkBytes * Self.chunksPerBlock, alignment: Self.chunkBytes)
        blocks.append(block)
        for chunk in (0..<Self.chunksPerBlock).reversed() {
            recycle(UInt(bitPattern: block + chunk * Self.chunkBytes))
        }
    }

    @inlinable
    mutating func recycle(_ chunk: UInt) {
        Self.link(of: chunk).pointee = freeChunk
        freeChunk = chunk
    }

    /// The first occupied bucket, as (number over all levels, key at which it begins).
    @inlinable
    func firstBucket() -> (index: Int, start: UInt64)? {
        guard occupiedLevels != 0 else { return nil }
        let level = occupiedLevels.trailingZeroBitCount
        var word = level &<< 2
        while occupied[word] == 0 { word &+= 1 }
        let digit = (word & 3) &<< 6 | occupied[word].trailingZeroBitCount
        let shift = UInt64(level &<< 3)
        let above = base & ~((0xff as UInt64 &<< shift) | (1 &<< shift &- 1))
        return (level &<< 8 | digit, above | UInt64(digit) &<< shift)
    }

    /// Empties the bucket numbered `index` and returns what was in it; its chunks are the
    /// caller's until it recycles them.
    @inlinable
    mutating func detach(_ index: Int) -> LadderBucket {
        let bucket = buckets[index]
        buckets[index] = LadderBucket()
        let word = index >> 6
        occupied[word] &= ~(1 &<< UInt64(index & 63))
        let first = word & ~3
        if occupied[first] | occupied[first + 1] | occupied[first + 2] | occupied[first + 3] == 0 {
            occupiedLevels &= ~(1 &<< UInt(index >> 8))
        }
        return bucket
    }

    /// How many entries a chunk holds.
    @inlinable static var chunkCapacity: Int {
        chunkBytes / MemoryLayout<LadderEntry>.stride - 1
    }

    /// The entries of a chunk.
    @inlinable
    static func entries(of chunk: UInt) -> UnsafeMutablePointer<LadderEntry> {
        UnsafeMutablePointer(
            bitPattern: chunk &+ UInt(MemoryLayout<LadderEntry>.stride)
        ).unsafelyUnwrapped
    }

    /// Adds the entries of a detached bucket again, nearer to the moved base.
    @inlinable
    mutating func spread(_ bucket: LadderBucket) {
        var chunk = bucket.head
        var left = bucket.count
        while left > 0 {
            let entries = Self.entries(of: chunk)
            let count = min(left, Self.chunkCapacity)
            for index in 0..<count { add(entries[index]) }
            left &-= count
            let next = Self.link(of: chunk).pointee
            recycle(chunk)
            chunk = next
        }
    }

    /// Drops every entry for which `isDead` holds.
    @inlinable
    mutating func sweep(_ isDead: (LadderEntry) -> Bool) {
        for index in 0..<Self.levelCount * Self.bucketsPerLevel where buckets[index].count > 0 {
            let bucket = detach(index)
            var chunk = bucket.head
            var left = bucket.count
            while left > 0 {
                let entries = Self.entries(of: chunk)
                let count = min(left, Self.chunkCapacity)
                for place in 0..<count where !isDead(entries[place]) { add(entries[place]) }
                left &-= count
                let next = Self.link(of: chunk).pointee
                recycle(chunk)
                chunk = next
            }
        }
    }
}
