import Addressing
import RiskScoring
import Signaling

/// What a ``SlotIndex`` finds slots by.
protocol SlotKey: Hashable, BitwiseCopyable, Sendable {
    /// A number that spreads keys evenly; the same in every process.
    var spread: UInt64 { get }
}

extension DeviceIdentifier: SlotKey {
    /// The lower word, which is as good as random already.
    var spread: UInt64 { low }
}

extension CallID: SlotKey {
    var spread: UInt64 { Spreading.mix(rawValue) }
}

extension TransportAddress: SlotKey {
    var spread: UInt64 { Spreading.mix(Spreading.mix(ip.high ^ UInt64(port)) ^ ip.low) }
}

enum Spreading {
    /// The finaliser of MurmurHash3 (Appleby, public domain).
    static func mix(_ value: UInt64) -> UInt64 {
        var hash = value
        hash = (hash ^ hash >> 33) &* 0xFF51_AFD7_ED55_8CCD
        hash = (hash ^ hash >> 33) &* 0xC4CE_B9FE_1A85_EC53
        return hash ^ hash >> 33
    }
}

/// The slot of each key: a hash table with linear probing and backward-shift deletion, at most 5/8 full, that
/// overwrites what it removes.
///
/// Keys stand apart from slots, so that no key is ever read that was not written. It is never iterated.
struct SlotIndex<Key: SlotKey>: ~Copyable, Sendable {
    /// Slot numbers plus one; 0 marks a free place.
    private var slots = CleansedBuffer<Int32>(capacity: 16)
    private var keys = CleansedBuffer<Key>(capacity: 16)
    private(set) var count = 0

    var byteCount: Int { slots.byteCount + keys.byteCount }

    private var mask: Int { slots.capacity - 1 }

    private func home(of key: Key) -> Int { Int(truncatingIfNeeded: key.spread) & mask }

    /// The place of `key`, or the free place where it would stand.
    private func place(of key: Key) -> Int {
        var place = home(of: key)
        while slots[place] != 0, keys[place] != key { place = (place + 1) & mask }
        return place
    }

    /// The slot of `key`; nil without one.
    subscript(key: Key) -> Int32? {
        let slot = slots[place(of: key)]
        return slot == 0 ? nil : slot - 1
    }

    /// Gives `key` a slot, in the place of the one that it has.
    mutating func set(_ key: Key, to slot: Int32) {
        var place = place(of: key)
        if slots[place] == 0 {
            if (count + 1) * 8 > slots.capacity * 5 {
                grow()
                place = self.place(of: key)
            }
            count += 1
            keys[place] = key
        }
        slots[place] = slot + 1
    }

    /// Removes `key`; what stood behind it moves up, so that no search meets a gap.
    mutating func remove(_ key: Key) {
        var gap = place(of: key)
        guard slots[gap] != 0 else { return }
        count -= 1
        var place = gap
        while true {
            place = (place + 1) & mask
            guard slots[place] != 0 else { break }
            let distance = (place - home(of: keys[place])) & mask
            if distance >= (place - gap) & mask {
                slots[gap] = slots[place]
                keys[gap] = keys[place]
                gap = place
            }
        }
        slots.cleanse(gap..<gap + 1)
        keys.cleanse(gap..<gap + 1)
    }

    private mutating func grow() {
        var grown = SlotIndex(capacity: slots.capacity * 2)
        for place in 0..<slots.capacity where slots[place] != 0 {
            grown.set(keys[place], to: slots[place] - 1)
        }
        self = grown
    }

    init() {}

    private init(capacity: Int) {
        slots = CleansedBuffer(capacity: capacity)
        keys = CleansedBuffer(capacity: capacity)
    }
}
