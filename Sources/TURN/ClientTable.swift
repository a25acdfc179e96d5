import Addressing
import Quantities

/// The allocations' slots by 5-tuple, and of each slot what its last packet was forwarded by.
///
/// An open-addressing index of 8 bytes an entry, at most half full, in front of one 64-byte record
/// per slot: at 10,000 allocations the index fits into a second-level cache, and a packet that goes
/// the way of the one before it touches nothing else. The hash is keyed, so that who chooses his
/// address and port cannot choose its place, and nothing ever walks through the table.
struct ClientTable: Sendable {
    /// How one allocation's data went last: a channel, its peer and the relayed port between.
    struct Record: Sendable, BitwiseCopyable {
        var client: FiveTuple
        var peerHigh: UInt64 = 0
        var peerLow: UInt64 = 0
        /// The peer's port, the channel number, the relayed port and the peer's address family,
        /// each in 16 bits.
        var rest: UInt64 = 0
        /// The binding and the permission hold until then. Both are only ever prolonged, so what
        /// is kept may be too early and then is asked for again.
        var expiry = SimTime.zero
    }

    /// A hash and a slot; ``vacant`` stands for neither.
    private struct Entry: Sendable, BitwiseCopyable {
        var hash: UInt32
        var slot: Int32
        static let vacant = Entry(hash: 0, slot: -1)
    }

    private var index: [Entry]
    private var records: [Record] = []
    private let key: (UInt64, UInt64, UInt64)
    /// How many clients have an allocation.
    private(set) var count = 0
    /// Whether nobody has one.
    var isEmpty: Bool { count == 0 }
    /// A power of two.
    private static let initialCapacity = 64

    init(key: (UInt64, UInt64, UInt64)) {
        // A multiplier is odd, so that it loses nothing.
        self.key = (key.0, key.1, key.2 | 1)
        index = Array(repeating: .vacant, count: Self.initialCapacity)
    }

    /// The slot of the client's allocation.
    @inline(__always)
    subscript(client: FiveTuple) -> Int? {
        let place = place(of: client, hash: hash(client))
        let slot = index[place].slot
        return slot < 0 ? nil : Int(slot)
    }

    /// Two folded products, as in the "wyhash" family; distribution is all that is asked of it.
    @inline(__always)
    private func hash(_ client: FiveTuple) -> UInt32 {
        let first = (client.first ^ key.0).multipliedFullWidth(by: client.second ^ key.1)
        let second = (first.high ^ first.low ^ client.rest).multipliedFullWidth(by: key.2)
        let folded = second.high ^ second.low
        return UInt32(truncatingIfNeeded: folded ^ folded >> 32)
    }

    /// Where `client` stands, or the vacant place where it would.
    @inline(__always)
    private func place(of client: FiveTuple, hash: UInt32) -> Int {
        let mask = index.count - 1
        var place = Int(hash) & mask
        while true {
            let entry = index[place]
            if entry.slot < 0 { return place }
            if entry.hash == hash, records[Int(entry.slot)].client == client { return place }
            place = (place + 1) & mask
        }
    }

    /// Gives `slot` to `client`.
    ///
    /// - Precondition: the client has none, and nobody has `slot`, which is at most one beyond those
    ///   given before.
    mutating func insert(_ client: FiveTuple, slot: Int) {
        if 2 * (count + 1) > index.count { grow() }
        let hash = hash(client)
        let place = place(of: client, hash: hash)
        precondition(index[place].slot < 0, "a client has one allocation")
        index[place] = Entry(hash: hash, slot: Int32(slot))
        count += 1
        if slot == records.count {
            records.append(Record(client: client))
        } else {
            records[slot] = Record(client: client)
        }
    }

    /// Forgets `client` and how its data went.
    ///
    /// - Precondition: it is there.
    mutating func remove(_ client: FiveTuple) {
        let mask = index.count - 1
        var hole = place(of: client, hash: hash(client))
        let slot = index[hole].slot
        precondition(slot >= 0, "only a client that is there can be removed")
        records[Int(slot)].expiry = .zero
        count -= 1
        // What stands behind moves up, unless that would put it before its home.
        var next = (hole + 1) & mask
        while index[next].slot >= 0 {
            let home = Int(index[next].hash) & mask
            if (next - home) & mask >= (next - hole) & mask {
                index[hole] = index[next]
                hole = next
            }
            next = (next + 1) & mask
        }
        index[hole] = .vacant
    }

    private mutating func grow() {
        let old = index
        index = Array(repeating: .vacant, count: 2 * old.count)
        let mask = index.count - 1
        for entry in old where entry.slot >= 0 {
            var place = Int(entry.hash) & mask
            while index[place].slot >= 0 { place = (place + 1) & mask }
            index[place] = entry
        }
    }

    // MARK: The last way

    /// The client of `slot`.
    func client(of slot: Int) -> FiveTuple { records[slot].client }

    /// The peer and relayed port of channel `number`, if data went that way before.
    @inline(__always)
    func way(
        from slot: Int, channel number: UInt16, at now: SimTime
    ) -> (port: UInt16, peer: TransportAddress)? {
        let record = records[slot]
        guard UInt16(truncatingIfNeeded: record.rest >> 32) == number, now < record.expiry else {
            return nil
        }
        let ip =
            record.rest & 0xFFFF == UInt64(IPAddress.Family.v4.rawValue)
            ? IPAddress(v4: UInt32(truncatingIfNeeded: record.peerLow))
            : IPAddress(v6High: record.peerHigh, low: record.peerLow)
        return (
            UInt16(truncatingIfNeeded: record.rest >> 16),
            TransportAddress(ip, port: UInt16(truncatingIfNeeded: record.rest >> 48))
        )
    }

    /// The channel and client of `peer`, if its data went that way before.
    @inline(__always)
    func way(
        to slot: Int, from peer: TransportAddress, at now: SimTime
    ) -> (channel: UInt16, client: FiveTuple)? {
        let record = records[slot]
        guard record.peerLow == peer.ip.low, record.peerHigh == peer.ip.high,
            UInt16(truncatingIfNeeded: record.rest >> 48) == peer.port,
            record.rest & 0xFFFF == UInt64(peer.ip.family.rawValue), now < record.expiry
        else { return nil }
        return (UInt16(truncatingIfNeeded: record.rest >> 32), record.client)
    }

    /// Remembers a way that holds until `expiry`.
    mutating func remember(
        _ slot: Int, channel number: UInt16, port: UInt16, peer: TransportAddress,
        until expiry: SimTime
    ) {
        records[slot].peerHigh = peer.ip.high
        records[slot].peerLow = peer.ip.low
        records[slot].rest =
            UInt64(peer.port) << 48 | UInt64(number) << 32 | UInt64(port) << 16
            | UInt64(peer.ip.family.rawValue)
        records[slot].expiry = expiry
    }

    /// Forgets how the data of `slot` went.
    mutating func forgetWay(of slot: Int) { records[slot].expiry = .zero }
}
