import RandomStreams

/// The machines of calls whose packets are simulated, and the sockets by which they are reached.
///
/// They are large and few, so they stand apart from the calls: two neighbours for each such call.
extension Platform {
    /// The place of a side's machines.
    ///
    /// - Precondition: the call is there and its packets are simulated.
    func place(of leg: LegID) -> Int {
        Int(calls[leg.call].machines) + Int(leg.side.rawValue)
    }

    /// Whether the packets of a call are simulated.
    func hasMachines(_ call: Handle) -> Bool { calls[call].machines != Call.noMachines }

    mutating func prepareMachines(of call: Handle) {
        let fresh = Side.both.map { side in
            Leg(
                id: LegID(call: call, side: side),
                channel: visitStream(.signaling, calls[call][side]))
        }
        if let reused = freeLegs.popLast() {
            calls[call].machines = reused
            for (place, leg) in fresh.enumerated() { legs[Int(reused) + place] = leg }
        } else {
            calls[call].machines = Int32(legs.count)
            legs += fresh
        }
    }

    mutating func freeMachines(of call: Handle) {
        let first = calls[call].machines
        calls[call].machines = Call.noMachines
        freeLegs.append(first)
    }

    // MARK: Sockets

    /// Opens the socket of a side on `port` of its peer.
    mutating func openSocket(_ leg: LegID, port: UInt16) {
        let peer = calls[leg.call][leg.side]
        let place = place(of: leg)
        legs[place].port = port
        legs[place].nextSocket = peers[peer].firstSocket
        peers[peer].firstSocket = Int32(place)
    }

    /// Closes the socket of a side.
    mutating func closeSocket(of leg: LegID) {
        let peer = calls[leg.call][leg.side]
        let closed = Int32(place(of: leg))
        let next = legs[Int(closed)].nextSocket
        var before = peers[peer].firstSocket
        guard before != closed else {
            peers[peer].firstSocket = next
            return
        }
        while legs[Int(before)].nextSocket != closed { before = legs[Int(before)].nextSocket }
        legs[Int(before)].nextSocket = next
    }

    /// The side whose socket is on `port` of `peer`.
    func leg(of peer: Handle, onPort port: UInt16) -> LegID? {
        var place = peers[peer].firstSocket
        while place != Leg.noSocket {
            if legs[Int(place)].port == port { return legs[Int(place)].id }
            place = legs[Int(place)].nextSocket
        }
        return nil
    }
}
