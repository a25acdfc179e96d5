import CMemoryHints

/// A key of a ``FlatTable``.
public protocol FlatKey: Equatable, BitwiseCopyable, Sendable {
    /// Marks a free place, and is never stored.
    static var free: Self { get }
    /// What the key's place follows from. Keys whose numbers follow each other stand beside each
    /// other; equal numbers cost time.
    var number: UInt64 { get }
}

extension UInt32: FlatKey {
    /// The greatest.
    @inlinable public static var free: UInt32 { .max }
    /// Itself.
    @inlinable public var number: UInt64 { UInt64(self) }
}

extension UInt64: FlatKey {
    /// The greatest.
    @inlinable public static var free: UInt64 { .max }
    /// Itself.
    @inlinable public var number: UInt64 { self }
}

/// A hash table in flat arrays: linear probing, backward-shift deletion, at most 5/8 full.
///
/// The hash is fixed, so that the layout is the same in every process; no result depends on the order
/// of its places. A removed entry leaves nothing behind: its key and value are overwritten, and so is what
/// a growing table moves out of.
///
/// Lookup, insertion and removal are O(1) on average; growth is amortised.
public struct FlatTable<Key: FlatKey, Value: BitwiseCopyable & Sendable>: Sendable {
    @usableFromInline
    struct Entry: BitwiseCopyable, Sendable {
        @usableFromInline var key: Key
        @usableFromInline var value: Value

        @inlinable
        init(key: Key, value: Value) {
            self.key = key
            self.value = value
        }
    }

    /// Where keys stand in a table of some capacity.
    @usableFromInline
    struct Layout: BitwiseCopyable, Sendable {
        @usableFromInline let mask: Int
        /// Leaves the bits of a product that number a group of eight places.
        @usableFromInline let shift: UInt64

        /// - Precondition: `capacity` is a power of two, at least 16.
        @inlinable
        init(capacity: Int) {
            mask = capacity - 1
            shift = UInt64(64 - (capacity / 8).trailingZeroBitCount)
        }

        /// Eight neighbouring numbers stand beside each other, because numbers given in order are
        /// also asked for in order; the rest is spread by a multiplication by 2^64 over the golden
        /// ratio, of which the upper bits count (Knuth, The Art of Computer Programming 3, §6.4), so
        /// that groups that follow each other stand evenly apart.
        @inlinable
        @inline(__always)
        func home(of key: Key) -> Int {
            let spread = (key.number >> 3) &* 0x9E37_79B9_7F4A_7C15
            return Int(truncatingIfNeeded: (spread >> shift) << 3 | key.number & 7)
        }

        /// The place of `key`, or the free place where it would stand.
        @inlinable
        @inline(__always)
        func place(of key: Key, in entries: UnsafePointer<Entry>) -> Int {
            var index = home(of: key)
            while entries[index].key != key, entries[index].key != .free {
                index = (index + 1) & mask
            }
            return index
        }
    }

    @usableFromInline var entries: [Entry]
    @usableFromInline var layout: Layout
    @usableFromInline let blank: Value
    @usableFromInline var stored = 0
    /// How many keys are stored.
    public var count: Int { stored }

    /// Memory of the table, B.
    public var byteCount: Int { entries.capacity * MemoryLayout<Entry>.stride }

    /// Calls `visit` with what stands at every place, taken or free, in order of the places: for whoever looks for what a
    /// removed entry left behind.
    @inlinable
    public func forEachPlace(_ visit: (Key, Value) -> Void) {
        for entry in entries { visit(entry.key, entry.value) }
    }

    /// An empty table that writes `blank` over removed values.
    @inlinable
    public init(blank: Value) {
        self.blank = blank
        entries = [Entry](repeating: Entry(key: .free, value: blank), count: 16)
        layout = Layout(capacity: 16)
    }

    /// The value stored for `key`, or nil.
    @inlinable
    @inline(__always)
    public subscript(key: Key) -> Value? {
        entries.withUnsafeBufferPointer { entries in
            let entry = entries.baseAddress![layout.place(of: key, in: entries.baseAddress!)]
            return entry.key == key ? entry.value : nil
        }
    }

    /// Asks the processor to bring what is stored for `key` near.
    @inlinable
    @inline(__always)
    public func fetch(_ key: Key) {
        entries.withUnsafeBufferPointer {
            let place = UnsafeRawPointer($0.baseAddress! + layout.home(of: key))
            memory_hint_fetch_for_writing(place)
            // A few large entries go beyond the end of a line.
            if MemoryLayout<Entry>.stride > 16 { memory_hint_fetch_for_writing(place + 64) }
        }
    }

    /// Asks the processor to bring near where the next keys will stand when numbers are given in
    /// order: each eighth time, as eight stand beside each other.
    @inlinable
    @inline(__always)
    public func fetchFollowing(_ key: Key) where Key: FixedWidthInteger {
        if key & 7 == 0 { fetch(key &+ 8) }
    }

    /// Stores `value` for `key`, replacing what was there.
    ///
    /// - Precondition: `key` is not the one that marks a free place.
    @inlinable
    public mutating func set(_ key: Key, to value: Value) {
        store(key, value, at: preparedPlace(of: key))
    }

    /// Removes `key`; what stood behind it moves up so that probing never meets a gap.
    @inlinable
    public mutating func remove(_ key: Key) {
        let place = place(of: key)
        if value(at: place) != nil { remove(at: place) }
    }

    // MARK: Several steps with one look

    /// Where `key` stands, or the free place where it would stand: until the next change of the table.
    @inlinable
    @inline(__always)
    public func place(of key: Key) -> Int {
        entries.withUnsafeBufferPointer { layout.place(of: key, in: $0.baseAddress!) }
    }

    /// The same with room for `key`, so that it can be stored there.
    ///
    /// - Precondition: `key` is not the one that marks a free place.
    @inlinable
    @inline(__always)
    public mutating func preparedPlace(of key: Key) -> Int {
        assert(key != .free, "the key marks a free place")
        if (stored + 1) * 8 > entries.count * 5 { grow() }
        return place(of: key)
    }

    /// The value stored at `place`, or nil.
    @inlinable
    @inline(__always)
    public func value(at place: Int) -> Value? {
        let entry = entries[place]
        return entry.key == .free ? nil : entry.value
    }

    /// Stores `value` for `key` at its prepared `place`, replacing what was there.
    @inlinable
    @inline(__always)
    public mutating func store(_ key: Key, _ value: Value, at place: Int) {
        let isNew = entries.withUnsafeMutableBufferPointer { entries in
            let isNew = entries[place].key == .free
            entries[place] = Entry(key: key, value: value)
            return isNew
        }
        if isNew { stored += 1 }
    }

    /// Removes the key that stands at `place`; what stood behind it moves up.
    @inlinable
    public mutating func remove(at place: Int) {
        let (layout, blank) = (layout, blank)
        entries.withUnsafeMutableBufferPointer { entries in
            let entries = entries.baseAddress!
            var gap = place
            var index = place
            while true {
                index = (index + 1) & layout.mask
                let entry = entries[index]
                if entry.key == .free { break }
                let distance = (index - layout.home(of: entry.key)) & layout.mask
                if distance >= (index - gap) & layout.mask {
                    entries[gap] = entry
                    gap = index
                }
            }
            entries[gap] = Entry(key: .free, value: blank)
        }
        stored -= 1
    }

    @inlinable
    mutating func grow() {
        var old = entries
        let free = Entry(key: .free, value: blank)
        entries = .inLargePages(capacity: 2 * old.count) { $0.initialize(repeating: free) }
        layout = Layout(capacity: entries.count)
        stored = 0
        for entry in old where entry.key != .free {
            store(entry.key, entry.value, at: place(of: entry.key))
        }
        old.overwrite()
    }
}
