/// The contents of the bucket that is being served, sorted.
///
/// First ``begin(count:start:widthBits:)``, then ``append(_:)`` for each entry, then ``sort()``.
@frozen
@usableFromInline
struct DueRun<Payload: BitwiseCopyable>: ~Copyable {
    /// So few entries are sorted without a first pass.
    @inlinable static var fewEntries: Int { 12 }
    /// Above so many entries in one bin of the first pass, bins are sorted one by one.
    @inlinable static var crowdedBin: Int { 24 }
    @inlinable static var mostBinBits: Int { 12 }

    @usableFromInline var entries: UnsafeMutablePointer<DueEntry<Payload>>
    @usableFromInline var scratch: UnsafeMutablePointer<DueEntry<Payload>>
    @usableFromInline var capacity: Int
    /// The entries before it have been served.
    @usableFromInline var head = 0
    @usableFromInline var end = 0
    /// How many entries fall into each of 2^``binBits`` stretches of 2^``binShift`` ns.
    @usableFromInline let bins: UnsafeMutablePointer<UInt32>
    @usableFromInline var binBits = 0
    @usableFromInline var binShift: UInt64 = 63
    @usableFromInline var start: UInt64 = 0

    @inlinable
    init() {
        capacity = 256
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

    /// Makes an empty run with room for `count` entries that are due within 2^`widthBits` ns from
    /// `start` on.
    @inlinable
    mutating func begin(count: Int, start: UInt64, widthBits: Int) {
        head = 0
        end = 0
        self.start = start
        if count > capacity { makeRoom(count) }
        binBits =
            count > Self.fewEntries && count <= 1 << 16
            ? min(
                Self.mostBinBits, widthBits, Int.bitWidth &- (count &- 1).leadingZeroBitCount)
            : 0
        binShift = binBits == 0 ? 63 : UInt64(widthBits &- binBits)
        bins.update(repeating: 0, count: 1 &<< binBits)
    }

    @inlinable
    @inline(never)
    mutating func makeRoom(_ count: Int) {
        entries.deallocate()
        scratch.deallocate()
        capacity = max(count, 2 * capacity)
        entries = .allocate(capacity: capacity)
        scratch = .allocate(capacity: capacity)
    }

    /// Room for as many ladder entries as the run was begun for, until it is sorted.
    @inlinable var spareEntries: UnsafeMutablePointer<PendingEntry<Payload>> {
        // A due entry is a ladder entry and its slot.
        UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: PendingEntry<Payload>.self)
    }

    @inlinable
    @inline(__always)
    mutating func append(_ entry: DueEntry<Payload>) {
        entries[end] = entry
        end &+= 1
        bins[bin(entry)] &+= 1
    }

    @inlinable
    @inline(__always)
    func bin(_ entry: DueEntry<Payload>) -> Int {
        Int(truncatingIfNeeded: (entry.key &- start) &>> binShift)
    }

    /// Brings what has been appended into order. Linear where the keys are spread evenly or arrive
    /// in order, O(n log n) at worst.
    @inlinable
    mutating func sort() {
        let count = end
        guard count > 1 else { return }
        if count <= Self.fewEntries { return insertionSort(0, count) }
        if isSorted() { return }
        guard binBits > 0 else { return comparisonSort(0, count) }
        guard scatter() else { return insertionSort(0, count) }
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

    /// Distributes the entries over the bins; whether some bin got many.
    @inlinable
    mutating func scatter() -> Bool {
        var sum: UInt32 = 0
        var most: UInt32 = 0
        for bin in 0..<1 &<< binBits {
            let count = bins[bin]
            bins[bin] = sum
            sum &+= count
            most = max(most, count)
        }
        for index in 0..<end {
            let entry = entries[index]
            let bin = bin(entry)
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
