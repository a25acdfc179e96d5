import CMemoryHints

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
struct EventLadder<Payload: BitwiseCopyable>: ~Copyable {
    @usableFromInline typealias Entry = PendingEntry<Payload>

    /// Bits per digit. With 8, a million entries spread over a second lie two moves deep.
    @inlinable static var digitBits: Int { 8 }
    @inlinable static var bucketsPerLevel: Int { 256 }
    @inlinable static var levelCount: Int { 8 }

    /// Bytes per chunk, a power of two: the link to the next one, then the entries to its end.
    ///
    /// A kilobyte holds 42 entries of 24 bytes; entries above 120 bytes get larger chunks.
    @inlinable static var chunkBytes: Int {
        let least = 8 * MemoryLayout<Entry>.stride + MemoryLayout<UInt>.stride
        return max(1024, 1 &<< (Int.bitWidth &- (least &- 1).leadingZeroBitCount))
    }
    /// How many entries a chunk holds.
    @inlinable static var chunkCapacity: Int {
        (chunkBytes &- MemoryLayout<UInt>.stride) / MemoryLayout<Entry>.stride
    }
    /// Where the entries of a chunk begin.
    @inlinable static var chunkHeader: Int {
        chunkBytes &- chunkCapacity &* MemoryLayout<Entry>.stride
    }
    /// Bytes that are taken from the system at once: doubled from block to block up to the most,
    /// which is the size of a large page.
    @inlinable static var firstBlockBytes: Int { 1 << 16 }
    @inlinable static var mostBlockBytes: Int { 1 << 21 }

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
    /// How large all of them are.
    @usableFromInline var blockBytes = 0
    @usableFromInline var nextBlockBytes = Self.firstBlockBytes

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
    mutating func add(_ entry: Entry) {
        let difference = entry.key ^ base
        let level = (63 &- (difference | 1).leadingZeroBitCount) >> 3
        let digit = Int(truncatingIfNeeded: entry.key &>> UInt64(level &<< 3)) & 255
        let index = level &<< 8 | digit
        let bucket = buckets + index
        if bucket.pointee.cursor & UInt(Self.chunkBytes &- 1) == 0 {
            extend(bucket, index: index)
        }
        let place = UnsafeMutablePointer<Entry>(
            bitPattern: bucket.pointee.cursor
        ).unsafelyUnwrapped
        place.pointee = entry
        bucket.pointee.cursor &+= UInt(MemoryLayout<Entry>.stride)
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
        bucket.pointee.cursor = chunk &+ UInt(Self.chunkHeader)
    }

    @inlinable
    static func link(of chunk: UInt) -> UnsafeMutablePointer<UInt> {
        UnsafeMutablePointer(bitPattern: chunk).unsafelyUnwrapped
    }

    @inlinable
    @inline(never)
    mutating func allocateBlock() {
        let bytes = max(nextBlockBytes, Self.chunkBytes)
        let isLargest = bytes >= Self.mostBlockBytes
        let block = UnsafeMutableRawPointer.allocate(
            byteCount: bytes, alignment: isLargest ? Self.mostBlockBytes : Self.chunkBytes)
        if isLargest {
            memory_hint_large_pages(block, bytes)
        } else {
            nextBlockBytes *= 2
        }
        blocks.append(block)
        blockBytes += bytes
        for chunk in stride(from: bytes - Self.chunkBytes, through: 0, by: -Self.chunkBytes) {
            recycle(UInt(bitPattern: block + chunk))
        }
    }

    @inlinable
    @inline(__always)
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

    /// Empties the bucket numbered `index` and returns what it was.
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

    /// Takes the entries of the first chunk off a detached bucket; nil when none is left.
    ///
    /// They stay valid until they are recycled. Meanwhile the next chunk is on its way.
    @inlinable
    @inline(__always)
    mutating func nextChunk(_ bucket: inout LadderBucket) -> UnsafeBufferPointer<Entry>? {
        guard bucket.count > 0 else { return nil }
        let chunk = bucket.head
        let count = min(bucket.count, Self.chunkCapacity)
        let next = Self.link(of: chunk).pointee
        if let address = UnsafeRawPointer(bitPattern: next) {
            for line in 0..<Self.chunkBytes / 64 { CacheLine.fetch(address + line &* 64) }
        }
        bucket.head = next
        bucket.count &-= count
        return UnsafeBufferPointer(
            start: UnsafePointer(bitPattern: chunk &+ UInt(Self.chunkHeader)), count: count)
    }

    /// Gives back the chunk of `entries`.
    @inlinable
    @inline(__always)
    mutating func recycle(_ entries: UnsafeBufferPointer<Entry>) {
        recycle(UInt(bitPattern: entries.baseAddress) &- UInt(Self.chunkHeader))
    }

    /// Adds the entries of a detached bucket again, nearer to the moved base.
    @inlinable
    @inline(never)
    mutating func spread(_ bucket: LadderBucket) {
        var bucket = bucket
        while let entries = nextChunk(&bucket) {
            for index in 0..<entries.count { add(entries[index]) }
            recycle(entries)
        }
    }

    /// Drops every entry for which `isDead` holds.
    @inlinable
    mutating func sweep(_ isDead: (Entry) -> Bool) {
        for index in 0..<Self.levelCount * Self.bucketsPerLevel where buckets[index].count > 0 {
            var bucket = detach(index)
            while let entries = nextChunk(&bucket) {
                for place in 0..<entries.count where !isDead(entries[place]) {
                    add(entries[place])
                }
                recycle(entries)
            }
        }
    }
}
