/// An entry with its full place in the order.
@frozen
@usableFromInline
struct DueEntry: BitwiseCopyable {
    @usableFromInline var key: UInt64
    /// Priority in the upper 8 bits, sequence in the lower 56.
    @usableFromInline var order: UInt64
    @usableFromInline var slot: UInt32
    @usableFromInline var tag: UInt32

    @inlinable
    init(key: UInt64, order: UInt64, slot: UInt32, tag: UInt32) {
        self.key = key
        self.order = order
        self.slot = slot
        self.tag = tag
    }

    @inlinable
    @inline(__always)
    func precedes(_ other: DueEntry) -> Bool {
        key != other.key ? key < other.key : order < other.order
    }

    @inlinable var ladderEntry: LadderEntry { LadderEntry(key: key, slot: slot, tag: tag) }
}

/// The contents of the bucket that is being served, sorted.
@frozen
@usableFromInline
struct DueRun: ~Copyable {
    /// Above so many entries in one bin of the first pass, bins are sorted one by one.
    @inlinable static var crowdedBin: Int { 24 }
    @inlinable static var mostBinBits: Int { 10 }

    @usableFromInline var entries: UnsafeMutablePointer<DueEntry>
    @usableFromInline var scratch: UnsafeMutablePointer<DueEntry>
    @usableFromInline var capacity: Int
    /// The entries before it have been served.
    @usableFromInline var head = 0
    @usableFromInline var end = 0
    @usableFromInline let bins: UnsafeMutablePointer<UInt32>

    @inlinable
    init() {
        capacity = 1024
        entries = .allocate(capacity: capacity)
        scratch = .allocate(capacity: capacity)
        bins = .allocate(capacity: 1 << Self.mostBinBits)
    }

    @inlinable
    deinit {
        entries.deallocate()
        scratch.deallocate()
        bins.deallocate()
    }

    /// Makes an empty run with room for `count` entries.
    @inlinable
    mutating func begin(count: Int) {
        head = 0
        end = 0
        guard count > capacity else { return }
        entries.deallocate()
        scratch.deallocate()
        capacity = count
        entries = .allocate(capacity: count)
        scratch = .allocate(capacity: count)
    }

    @inlinable
    @inline(__always)
    mutating func append(_ entry: DueEntry) {
        entries[end] = entry
        end &+= 1
    }

    /// Brings what has been appended into order. Linear where the keys, all within `width` from
    /// `start` on, are spread evenly or arrive in order, O(n log n) at worst.
    @inlinable
    mutating func sort(start: UInt64, widthBits: Int) {
        let count = end
        guard count > 1 else { return }
        if count <= 12 { return insertionSort(0, count) }
        if isSorted() { return }
        guard count <= 1 << 16, widthBits > 0 else {
            return comparisonSort(0, count)
        }
        let binBits = min(
            Self.mostBinBits, widthBits, Int.bitWidth &- (count &- 1).leadingZeroBitCount)
        let shift = UInt64(widthBits &- binBits)
        let crowded = scatter(start: start, shift: shift, binCount: 1 &<< binBits)
        guard crowded else { return insertionSort(0, count) }
        // After the scatter each bin's number stands for where the bin ends.
        var first = 0
        for bin in 0..<1 << binBits {
            let last = Int(bins[bin])
            if last - first > Self.crowdedBin {
                comparisonSort(first, last)
            } else {
                insertionSort(first, last)
            }
            first = last
        }
    }

    @inlinable
    func isSorted() -> Bool {
        for index in 1..<end where entries[index].precedes(entries[index &- 1]) { return false }
        return true
    }

    /// Distributes the entries over bins by their keys; whether some bin got many.
    @inlinable
    mutating func scatter(start: UInt64, shift: UInt64, binCount: Int) -> Bool {
        bins.update(repeating: 0, count: binCount)
        for index in 0..<end {
            bins[Int(truncatingIfNeeded: (entries[index].key &- start) &>> shift)] &+= 1
        }
        var sum: UInt32 = 0
        var most: UInt32 = 0
        for bin in 0..<binCount {
            let count = bins[bin]
            bins[bin] = sum
            sum &+= count
            most = max(most, count)
        }
        for index in 0..<end {
            let entry = entries[index]
            let bin = Int(truncatingIfNeeded: (entry.key &- start) &>> shift)
            scratch[Int(bins[bin])] = entry
            bins[bin] &+= 1
        }
        swap(&entries, &scratch)
        return most > Self.crowdedBin
    }

    @inlinable
    func comparisonSort(_ first: Int, _ last: Int) {
        var part = UnsafeMutableBufferPointer(start: entries + first, count: last - first)
        part.sort { $0.precedes($1) }
    }

    @inlinable
    func insertionSort(_ first: Int, _ last: Int) {
        guard last &- first > 1 else { return }
        for index in first &+ 1..<last {
            let entry = entries[index]
            var hole = index
            while hole > first, entry.precedes(entries[hole &- 1]) {
                entries[hole] = entries[hole &- 1]
                hole &-= 1
            }
            entries[hole] = entry
        }
    }
}
