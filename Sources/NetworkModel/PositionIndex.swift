/// From a hash to positions in an array that holds the keys: a table with linear probing. O(1)
/// expected for every operation; never iterated.
struct PositionIndex: Sendable {
    /// Hash and position + 1; 0 is empty.
    private var places: [UInt64] = []
    private(set) var count = 0

    /// Memory of the index.
    var byteCount: Int { places.capacity * MemoryLayout<UInt64>.stride }

    var isEmpty: Bool { count == 0 }

    private static func place(_ hash: UInt32, _ position: Int) -> UInt64 {
        UInt64(hash) << 32 | UInt64(UInt32(position + 1))
    }

    /// The first position under `hash` that `matches`, or nil.
    @inline(__always)
    func first(_ hash: UInt32, where matches: (Int) -> Bool) -> Int? {
        guard count > 0 else { return nil }
        let mask = places.count - 1
        var i = Int(hash) & mask
        while places[i] != 0 {
            let position = Int(UInt32(truncatingIfNeeded: places[i])) - 1
            if UInt32(truncatingIfNeeded: places[i] >> 32) == hash, matches(position) {
                return position
            }
            i = (i + 1) & mask
        }
        return nil
    }

    /// Adds `position` under `hash`.
    mutating func insert(_ hash: UInt32, _ position: Int) {
        if (count + 1) * 2 > places.count {
            let old = places
            places = Array(repeating: 0, count: max(64, old.count * 2))
            for place in old where place != 0 { put(place) }
        }
        put(Self.place(hash, position))
        count += 1
    }

    private mutating func put(_ place: UInt64) {
        let mask = places.count - 1
        var i = Int(truncatingIfNeeded: place >> 32) & mask
        while places[i] != 0 { i = (i + 1) & mask }
        places[i] = place
    }

    private func find(_ place: UInt64) -> Int {
        let mask = places.count - 1
        var i = Int(truncatingIfNeeded: place >> 32) & mask
        while places[i] != place {
            precondition(places[i] != 0, "what is indexed is found")
            i = (i + 1) & mask
        }
        return i
    }

    /// What was at `position` is at `other` now.
    mutating func move(_ hash: UInt32, from position: Int, to other: Int) {
        places[find(Self.place(hash, position))] = Self.place(hash, other)
    }

    /// Forgets `position`, closing the gap so that later searches still succeed.
    mutating func remove(_ hash: UInt32, _ position: Int) {
        let mask = places.count - 1
        var hole = find(Self.place(hash, position))
        var i = (hole + 1) & mask
        while places[i] != 0 {
            let home = Int(truncatingIfNeeded: places[i] >> 32) & mask
            if (i - home) & mask >= (i - hole) & mask {
                places[hole] = places[i]
                hole = i
            }
            i = (i + 1) & mask
        }
        places[hole] = 0
        count -= 1
    }

    /// Forgets everything.
    mutating func removeAll() {
        places = []
        count = 0
    }
}
