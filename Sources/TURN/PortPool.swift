import RandomStreams

/// The relayed ports of a server and who has each.
///
/// A free port is drawn uniformly (RFC 8656 §7.2 asks for randomised ports, RFC 6056) in O(1): the
/// free ones stand together in front of an array, and the one taken changes place with the last.
struct PortPool: Sendable {
    /// Who has a port.
    enum Holder: Equatable {
        /// Nobody.
        case none
        /// The allocation in that slot.
        case allocation(Int)
        /// A call whose packets are not simulated.
        case flow
        /// Nobody, and nobody will: the host cannot open it.
        case withheld
        /// A client that holds the RESERVATION-TOKEN for it (RFC 8656 §7.2).
        case reservation
    }

    let first: UInt16
    /// Offsets of all ports; the free ones first.
    private var order: [UInt16]
    private var places: [UInt16]
    private var holders: [Int32]
    /// How many are free.
    private(set) var freeCount: Int
    private static let nobody: Int32 = -1
    private static let flow: Int32 = -2
    private static let withheld: Int32 = -3
    private static let reservation: Int32 = -4

    /// - Precondition: `first` + `count` ≤ 65,536 and `count` ≥ 1.
    init(first: UInt16, count: Int) {
        precondition(count >= 1, "a relay needs a port")
        precondition(Int(first) + count <= 65_536, "ports end at 65,535")
        self.first = first
        // A plain loop: tests make thousands of pools in builds without optimisation.
        order = [UInt16](unsafeUninitializedCapacity: count) { offsets, initialized in
            while initialized < count {
                offsets.initializeElement(
                    at: initialized, to: UInt16(truncatingIfNeeded: initialized))
                initialized += 1
            }
        }
        places = order
        holders = [Int32](repeating: Self.nobody, count: count)
        freeCount = count
    }

    func holder(of port: UInt16) -> Holder {
        guard port >= first, Int(port - first) < holders.count else { return .none }
        switch holders[Int(port - first)] {
        case Self.nobody: return .none
        case Self.flow: return .flow
        case Self.withheld: return .withheld
        case Self.reservation: return .reservation
        case let slot: return .allocation(Int(slot))
        }
    }

    func contains(_ port: UInt16) -> Bool {
        port >= first && Int(port - first) < holders.count
    }

    /// A free port for `holder`, an even one if `even` (RFC 8656 §7.2); nil when there is none.
    /// O(1), but linear in the free ports for an even one.
    mutating func take(
        for holder: Holder, even: Bool = false, using stream: inout RandomStream
    ) -> UInt16? {
        guard freeCount > 0 else { return nil }
        let start = Int(stream.nextInteger(below: UInt64(freeCount)))
        guard let place = even ? place(from: start, where: { $0 & 1 == 0 }) : start else {
            return nil
        }
        return take(place, for: holder)
    }

    /// A free even port for `holder`, whose next one becomes a reservation; nil when there is no
    /// such pair. Linear in the free ports.
    mutating func takePair(for holder: Holder, using stream: inout RandomStream) -> UInt16? {
        guard freeCount > 1 else { return nil }
        let start = Int(stream.nextInteger(below: UInt64(freeCount)))
        let pair = place(from: start) { port in
            port & 1 == 0 && port < .max && contains(port + 1) && self.holder(of: port + 1) == .none
        }
        guard let pair else { return nil }
        let port = take(pair, for: holder)
        _ = take(Int(places[Int(port - first) + 1]), for: .reservation)
        return port
    }

    /// Hands a reserved `port` to `holder`.
    ///
    /// - Precondition: it is reserved.
    mutating func claim(_ port: UInt16, for holder: Holder) {
        precondition(self.holder(of: port) == .reservation, "port \(port) is not reserved")
        set(port - first, to: holder)
    }

    private mutating func take(_ place: Int, for holder: Holder) -> UInt16 {
        let offset = order[place]
        freeCount -= 1
        exchange(place, freeCount)
        set(offset, to: holder)
        return first + offset
    }

    private mutating func set(_ offset: UInt16, to holder: Holder) {
        switch holder {
        case .allocation(let slot): holders[Int(offset)] = Int32(slot)
        case .flow: holders[Int(offset)] = Self.flow
        case .reservation: holders[Int(offset)] = Self.reservation
        case .none, .withheld: preconditionFailure("a port is taken for somebody")
        }
    }

    /// Where a free port stands that `fits`, the first from `start` on and around.
    private func place(from start: Int, where fits: (UInt16) -> Bool) -> Int? {
        (start..<freeCount).first { fits(first + order[$0]) }
            ?? (0..<start).first { fits(first + order[$0]) }
    }

    /// Leaves `port` taken, by nobody, for good.
    ///
    /// - Precondition: an allocation has it.
    mutating func withhold(_ port: UInt16) {
        guard case .allocation = holder(of: port) else {
            preconditionFailure("port \(port) belongs to no allocation")
        }
        holders[Int(port - first)] = Self.withheld
    }

    /// Frees `port`, unless it is withheld.
    ///
    /// - Precondition: somebody has it.
    mutating func give(back port: UInt16) {
        precondition(holder(of: port) != .none, "port \(port) is free already")
        if holder(of: port) == .withheld { return }
        let offset = Int(port - first)
        holders[offset] = Self.nobody
        exchange(Int(places[offset]), freeCount)
        freeCount += 1
    }

    private mutating func exchange(_ a: Int, _ b: Int) {
        order.swapAt(a, b)
        places[Int(order[a])] = UInt16(a)
        places[Int(order[b])] = UInt16(b)
    }
}
