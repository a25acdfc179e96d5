import MediaPipeline
import Quantities

/// A packet on its way to the next stop of its route.
struct Flight: BitwiseCopyable {
    /// When it gets there.
    var arrival: SimTime
    var packet: WirePacket
    /// The stop that it left: 0 for the sender, else a relay.
    var stop: UInt8
    /// The number of its route with the sender.
    var route: UInt8
}

/// Packets of one direction that are under way, by arrival; of two that arrive together the one that
/// left first comes first.
///
/// A ring that is kept in order: nearly every packet goes to its end or a place or two before it.
struct PacketsInFlight: ~Copyable {
    private var ring: UnsafeMutablePointer<Flight>
    private var mask = 7
    private var head = 0
    private(set) var count = 0
    /// When the first packet arrives; never without one.
    private(set) var earliest = SimTime.distantFuture

    init() { ring = .allocate(capacity: 8) }

    deinit { ring.deallocate() }

    mutating func insert(_ flight: Flight) {
        if count > mask { grow() }
        var place = count
        while place > 0 {
            let before = ring[(head &+ place &- 1) & mask]
            guard before.arrival > flight.arrival else { break }
            (ring + ((head &+ place) & mask)).initialize(to: before)
            place -= 1
        }
        (ring + ((head &+ place) & mask)).initialize(to: flight)
        count += 1
        if place == 0 { earliest = flight.arrival }
    }

    /// Takes out the packet that arrives first.
    ///
    /// - Precondition: there is one.
    mutating func removeFirst() -> Flight {
        precondition(count > 0, "no packet is under way")
        let first = ring[head]
        head = (head &+ 1) & mask
        count -= 1
        earliest = count == 0 ? .distantFuture : ring[head].arrival
        return first
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<Flight>.allocate(capacity: 2 * (mask + 1))
        for place in 0..<count {
            (larger + place).initialize(to: ring[(head &+ place) & mask])
        }
        ring.deallocate()
        ring = larger
        head = 0
        mask = 2 * mask + 1
    }
}
