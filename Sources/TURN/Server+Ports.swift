import Addressing
import Quantities
import RandomStreams
import STUN

// The server's addresses and the relayed ports at each.
extension Server {
    /// The server's address of `family`.
    @inline(__always)
    func address(in family: IPAddress.Family) -> IPAddress? {
        if configuration.address.family == family { return configuration.address }
        guard let additional = configuration.additionalAddress, additional.family == family else {
            return nil
        }
        return additional
    }

    /// Who has the relayed transport address `local`.
    @inline(__always)
    func holder(of local: TransportAddress) -> PortPool.Holder {
        if local.ip.family == configuration.address.family { return ports.holder(of: local.port) }
        return additionalPorts?.holder(of: local.port) ?? .none
    }

    /// The relayed transport address with `port` that `peer` sees.
    ///
    /// - Precondition: the server has an address of the peer's family.
    @inline(__always)
    func relayedAddress(_ port: UInt16, towards peer: TransportAddress) -> TransportAddress {
        relayedAddress(port, in: peer.ip.family)
    }

    @inline(__always)
    func relayedAddress(_ port: UInt16, in family: IPAddress.Family) -> TransportAddress {
        TransportAddress(address(in: family)!, port: port)
    }

    /// Where the server listens for `client`.
    @inline(__always)
    func listeningAddress(for client: FiveTuple) -> TransportAddress {
        TransportAddress(address(in: client.family)!, port: client.serverPort)
    }

    // MARK: Taking and giving back

    /// The ports that `wish` gets for the allocation in `slot`.
    mutating func takePorts(_ wish: PortWish, for slot: Int) throws(Refusal) -> RelayedPorts {
        var taken = RelayedPorts()
        if case .reserved(let token) = wish.port {
            guard let place = reservations.firstIndex(where: { $0.token == token }) else {
                throw Refusal(code: .insufficientCapacity)
            }
            let reservation = reservations.remove(at: place)
            claim(reservation, for: slot)
            taken.set(reservation.port, in: reservation.family)
            return taken
        }
        var refusal: Refusal?
        for family in wish.families {
            do throws(Refusal) {
                taken.set(try takePort(wish.port, in: family, for: slot), in: family)
            } catch {
                refusal = refusal ?? error
                taken.missing = MissingFamily(family: family, error: error.code)
            }
        }
        if let refusal, taken.v4 == nil, taken.v6 == nil { throw refusal }
        if case .pair = wish.port {
            taken.reservationToken = reserve(
                (taken.v4 ?? taken.v6!) + 1, in: wish.families[0])
        }
        return taken
    }

    private mutating func takePort(
        _ port: PortWish.Port, in family: IPAddress.Family, for slot: Int
    ) throws(Refusal) -> UInt16 {
        guard address(in: family) != nil else { throw Refusal(code: .addressFamilyNotSupported) }
        if family == configuration.address.family {
            return try Self.take(port, from: &ports, for: slot, using: &randomness)
        }
        return try Self.take(port, from: &additionalPorts!, for: slot, using: &randomness)
    }

    private static func take(
        _ port: PortWish.Port, from pool: inout PortPool, for slot: Int,
        using stream: inout RandomStream
    ) throws(Refusal) -> UInt16 {
        let taken: UInt16?
        switch port {
        case .any: taken = pool.take(for: .allocation(slot), using: &stream)
        case .even: taken = pool.take(for: .allocation(slot), even: true, using: &stream)
        case .pair: taken = pool.takePair(for: .allocation(slot), using: &stream)
        case .reserved: preconditionFailure("a reserved port is claimed")
        }
        guard let taken else { throw Refusal(code: .insufficientCapacity) }
        return taken
    }

    private mutating func claim(_ reservation: Reservation, for slot: Int) {
        if reservation.family == configuration.address.family {
            ports.claim(reservation.port, for: .allocation(slot))
        } else {
            additionalPorts!.claim(reservation.port, for: .allocation(slot))
        }
    }

    /// Notes that `port` waits for who brings the token, which is returned.
    private mutating func reserve(_ port: UInt16, in family: IPAddress.Family) -> UInt64 {
        let token = randomness.nextUInt64()
        reservations.append(
            Reservation(
                token: token, family: family, port: port, expiry: clock + Reservation.lifetime))
        return token
    }

    /// Frees the ports whose token nobody brought in time.
    mutating func endReservations(at now: SimTime) {
        while let first = reservations.first, first.expiry <= now {
            giveBack(first.port, in: first.family)
            reservations.removeFirst()
        }
    }

    mutating func giveBack(_ port: UInt16, in family: IPAddress.Family) {
        if family == configuration.address.family {
            ports.give(back: port)
        } else {
            additionalPorts!.give(back: port)
        }
    }
}
