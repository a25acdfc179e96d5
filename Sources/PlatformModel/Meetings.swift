/// Who met whom: what an onlooker who sees everything would know, so that rematches can be counted
/// whatever the matchmaker remembers. It decides nothing.
///
/// Lists of partners share one pool; a peer's list is as long as the number of its partners and goes with it.
struct Meetings {
    static let none: Int32 = -1

    private struct Entry: BitwiseCopyable {
        var partner: UInt32
        var next: Int32
    }

    private var entries: [Entry] = []
    private var free = Meetings.none

    /// Two peers are paired; false if they were before.
    ///
    /// - Complexity: O(partners of the first).
    mutating func meet(
        _ newestOfOne: inout Int32, _ one: UInt32, _ newestOfOther: inout Int32, _ other: UInt32
    ) -> Bool {
        var place = newestOfOne
        while place >= 0 {
            if entries[Int(place)].partner == other { return false }
            place = entries[Int(place)].next
        }
        add(other, to: &newestOfOne)
        add(one, to: &newestOfOther)
        return true
    }

    /// Gives a peer's list back.
    mutating func forget(_ newest: inout Int32) {
        while newest >= 0 {
            let next = entries[Int(newest)].next
            entries[Int(newest)] = Entry(partner: 0, next: free)
            free = newest
            newest = next
        }
    }

    private mutating func add(_ partner: UInt32, to newest: inout Int32) {
        let entry = Entry(partner: partner, next: newest)
        if free >= 0 {
            newest = free
            free = entries[Int(free)].next
            entries[Int(newest)] = entry
        } else {
            newest = Int32(entries.count)
            entries.append(entry)
        }
    }
}
