/// A hash table in flat arrays: linear probing, backward-shift deletion, at most 5/8 full.
///
/// The hash is fixed, so that the layout is the same in every process; the table is never
/// iterated. A removed entry leaves nothing behind: its key and value are overwritten. Keys are
/// numbers below the largest of their type, which marks a free place.
///
/// Lookup, insertion and removal are O(1) on average; growth is amortised.
struct FlatTable<
    Key: FixedWidthInteger & UnsignedInteger & BitwiseCopyable & Sendable,
    Value: BitwiseCopyable & Sendable
>: Sendable {
    private struct Entry: BitwiseCopyable {
        var key: Key
        var value: Value
    }

    private var entries: [Entry]
    private var mask: Int
    private let blank: Value
    private(set) var count = 0

    /// Memory of the table.
    var byteCount: Int { entries.capacity * MemoryLayout<Entry>.stride }

    /// An empty table that writes `blank` over removed values.
    init(blank: Value) {
        self.blank = blank
        entries = [Entry](repeating: Entry(key: .max, value: blank), count: 16)
        mask = 15
    }

    /// Eight neighbouring keys share a line of the cache, because numbers given in order are also
    /// asked for in order; the rest of the key is spread by the finaliser of MurmurHash3 (Appleby,
    /// public domain).
    private func home(of key: Key) -> Int {
        var hash = UInt64(key) >> 3
        hash = (hash ^ hash >> 33) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ hash >> 33) &* 0xC4CE_B9FE_1A85_EC53
        hash ^= hash >> 33
        return Int(truncatingIfNeeded: hash << 3 | UInt64(key) & 7) & mask
    }

    /// The place of `key`, or the free place where it would stand.
    private func place(of key: Key) -> Int {
        var index = home(of: key)
        while entries[index].key != key, entries[index].key != .max { index = (index + 1) & mask }
        return index
    }

    /// The value stored for `key`, or nil.
    subscript(key: Key) -> Value? {
        let entry = entries[place(of: key)]
        return entry.key == key ? entry.value : nil
    }

    /// Stores `value` for `key`, replacing what was there.
    mutating func set(_ key: Key, to value: Value) {
        assert(key != .max, "the largest key marks a free place")
        var index = place(of: key)
        if entries[index].key != key {
            if (count + 1) * 8 > entries.count * 5 {
                grow()
                index = place(of: key)
            }
            count += 1
        }
        entries[index] = Entry(key: key, value: value)
    }

    /// Removes `key`; what stood behind it moves up so that probing never meets a gap.
    mutating func remove(_ key: Key) {
        var gap = place(of: key)
        guard entries[gap].key == key else { return }
        count -= 1
        var index = gap
        while true {
            index = (index + 1) & mask
            let entry = entries[index]
            if entry.key == .max { break }
            let distance = (index - home(of: entry.key)) & mask
            if distance >= (index - gap) & mask {
                entries[gap] = entry
                gap = index
            }
        }
        entries[gap] = Entry(key: .max, value: blank)
    }

    private mutating func grow() {
        let old = entries
        entries = [Entry](repeating: Entry(key: .max, value: blank), count: old.count * 2)
        mask = entries.count - 1
        for entry in old where entry.key != .max { entries[place(of: entry.key)] = entry }
    }
}
