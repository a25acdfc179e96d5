import Addressing
import Quantities

extension Network {
    /// Sends a datagram of `byteCount` bytes from the socket `source` of `host` to `destination`.
    ///
    /// The sender's NATs make or refresh their state now, also where the packet is then lost.
    /// UDP may overtake; over TCP and TLS each call is one segment of the connection between
    /// the two addresses, which is set up at first use. A packet goes from IPv4 to IPv4 or from
    /// IPv6 to IPv6.
    ///
    /// - Precondition: `source` has one of the ``localAddresses(of:)``.
    public mutating func send(
        from host: HostID, source: TransportAddress, to destination: TransportAddress,
        transport: TransportProtocol, byteCount: Int, at now: SimTime
    ) -> SendOutcome {
        guard isAttached(host) else { return .lost(.hostGone) }
        let sender = Int(host.slot)
        guard let local = Endpoint(source), owns(sender, local) else {
            preconditionFailure("a socket is bound to its host's own address")
        }
        guard let remote = Endpoint(destination), remote.isV6 == local.isV6 else {
            return .lost(.noRoute)
        }
        if remote.host == local.host {
            return .inFlight(
                Flight(
                    source: local, destination: remote, arrival: now, target: host,
                    entry: Station(host: sender), entryGeneration: host.generation,
                    byteCount: byteCount, transport: transport, isLoopback: true))
        }
        guard transport == .udp else {
            return sendSegment(from: sender, local, to: remote, transport, byteCount, at: now)
        }
        let departure =
            remote.isV6
            ? departV6(from: sender, local, to: remote, at: now)
            : departV4(from: sender, local, to: remote, at: now)
        switch departure {
        case .lost(let reason): return .lost(reason)
        case .turned(let source, let entry, let turn):
            let receiver =
                entry.isGateway
                ? resolve(entry, remote, from: source, at: now) : entry.slot
            guard let delay = cross(turn, from: sender, to: receiver, by: entry) else {
                return .lost(.link)
            }
            return .inFlight(
                Flight(
                    source: source, destination: remote, arrival: now + delay,
                    target: receiver.map { id(of: $0) } ?? .nobody, entry: entry,
                    entryGeneration: entry.isGateway
                        ? gateways[entry.slot].generation : hosts[entry.slot].generation,
                    byteCount: byteCount, transport: transport))
        }
    }

    private func owns(_ slot: Int, _ local: Endpoint) -> Bool {
        local.isV6
            ? local.host == hosts[slot].v6.bits : local.ip == hosts[slot].localIP && local.ip != 0
    }

    /// What the way from sender to receiver does to a packet: its delay, or nil if a link loses it.
    private mutating func cross(
        _ turn: Departure.Turn, from sender: Int, to receiver: Int?, by entry: Station
    ) -> SimDuration? {
        switch turn {
        case .ownBox: return .zero
        case .lan(let delay): return delay
        case .carrier, .internet: break
        }
        // Whoever the NAT would forward to decides about the last leg; nobody, nothing more.
        guard let receiver else {
            if hosts[sender].losesOutbound() { return nil }
            return hosts[sender].accessDelay + hosts[sender].drawJitter()
                + (turn == .carrier
                    ? .zero
                    : backboneDelay(
                        from: hosts[sender].region, to: gateways[entry.slot].region))
        }
        if hosts[sender].losesOutbound() || hosts[receiver].losesInbound() { return nil }
        var delay =
            turn == .carrier
            ? hosts[sender].accessDelay + hosts[receiver].accessDelay
            : baseDelay(from: sender, to: receiver)
        delay += hosts[sender].drawJitter()
        delay += hosts[receiver].drawJitter()
        return delay
    }

    /// Passes the receiver's NATs with a packet whose ``Flight/arrival`` is `now`.
    ///
    /// Filters and mappings are judged as they are now: what the receiver sent while the packet
    /// was under way lets it in.
    public mutating func arrive(_ flight: Flight, at now: SimTime) -> ArrivalOutcome {
        var receiver = Int(flight.target.slot)
        let destination = flight.destinationEndpoint
        var port = destination.port
        if flight.isLoopback || flight.transport != .udp {
            guard isAttached(flight.target) else { return .dropped(.hostGone) }
            if flight.transport != .udp, !flight.isLoopback {
                guard let local = localPort(of: receiver, for: flight) else {
                    return .dropped(.noMapping)
                }
                port = local
            }
            return delivered(flight, to: receiver, on: port)
        }
        if flight.entry.isGateway {
            switch descend(flight, at: now) {
            case .failure(let reason): return .dropped(reason)
            case .success(let end): (receiver, port) = (end.host, end.port)
            }
        } else {
            guard isAttached(flight.target) else { return .dropped(.hostGone) }
        }
        let verdict =
            destination.isV6
            ? passFirewall(of: receiver, from: flight.sourceEndpoint, to: port, at: now)
            : hosts[receiver].passInbound(from: flight.sourceEndpoint, to: port, at: now)
        switch verdict {
        case .passes(_, let internalPort):
            return delivered(flight, to: receiver, on: internalPort)
        case .filtered: return .dropped(.filtered)
        case .noMapping: return .dropped(.noMapping)
        }
    }

    private func delivered(_ flight: Flight, to receiver: Int, on port: UInt16) -> ArrivalOutcome {
        let local =
            flight.destinationEndpoint.isV6
            ? hosts[receiver].v6.with(port: port)
            : Endpoint(ip: hosts[receiver].localIP, port: port)
        return .delivered(to: id(of: receiver), local: local.address, from: flight.source)
    }

    func id(of slot: Int) -> HostID {
        HostID(slot: UInt32(slot), generation: hosts[slot].generation)
    }

    /// One-way delay without jitter.
    func baseDelay(from sender: Int, to receiver: Int) -> SimDuration {
        hosts[sender].accessDelay
            + backboneDelay(from: hosts[sender].region, to: hosts[receiver].region)
            + hosts[receiver].accessDelay
    }
}

extension HostID {
    /// A name that no host ever has.
    static var nobody: HostID { HostID(slot: .max, generation: .max) }
}
