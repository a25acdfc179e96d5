/// From address, or address and port, to slot: a hash table with linear probing whose size follows
/// the number of live routes. O(1) expected for every operation; never iterated.
struct RouteTable<Key: FixedWidthInteger & Sendable>: Sendable {
    private struct Entry {
        var ip: Key
        var slot: UInt32
    }

    /// A slot number that no host has.
    private static var empty: UInt32 { .max }

    private var entries: [Entry]
    private var shift: UInt64
    private(set) var count = 0

    /// Memory of the table.
    var byteCount: Int { entries.capacity * MemoryLayout<Entry>.stride }

    init() {
        entries = Array(repeating: Entry(ip: 0, slot: Self.empty), count: 16)
        shift = 64 - 4
    }

    /// Where the search for `ip` begins: Fibonacci hashing, good for runs of addresses.
    private func home(of ip: Key) -> Int {
        let mixed = UInt64(truncatingIfNeeded: ip) &* 0x9E37_79B9_7F4A_7C15
        return Int(truncatingIfNeeded: mixed >> shift)
    }

    /// The slot at `ip`, or nil.
    func slot(of ip: Key) -> Int? {
        var i = home(of: ip)
        while entries[i].slot != Self.empty {
            if entries[i].ip == ip { return Int(entries[i].slot) }
            i = (i + 1) & (entries.count - 1)
        }
        return nil
    }

    /// Routes `ip` to `slot`.
    ///
    /// - Precondition: `ip` has no route yet.
    mutating func insert(_ ip: Key, slot: Int) {
        if (count + 1) * 2 > entries.count { grow() }
        place(Entry(ip: ip, slot: UInt32(slot)))
        count += 1
    }

    private mutating func place(_ entry: Entry) {
        var i = home(of: entry.ip)
        while entries[i].slot != Self.empty {
            precondition(entries[i].ip != entry.ip, "two hosts on one public address")
            i = (i + 1) & (entries.count - 1)
        }
        entries[i] = entry
    }

    private mutating func grow() {
        let old = entries
        entries = Array(repeating: Entry(ip: 0, slot: Self.empty), count: old.count * 2)
        shift -= 1
        for entry in old where entry.slot != Self.empty { place(entry) }
    }

    /// Forgets the route of `ip`, closing the gap so that later searches still succeed.
    mutating func remove(_ ip: Key) {
        let mask = entries.count - 1
        var hole = home(of: ip)
        while entries[hole].ip != ip || entries[hole].slot == Self.empty {
            precondition(entries[hole].slot != Self.empty, "no host on that public address")
            hole = (hole + 1) & mask
        }
        var i = (hole + 1) & mask
        while entries[i].slot != Self.empty {
            if (i - home(of: entries[i].ip)) & mask >= (i - hole) & mask {
                entries[hole] = entries[i]
                hole = i
            }
            i = (i + 1) & mask
        }
        entries[hole].slot = Self.empty
        count -= 1
    }
}
