import Addressing
import Quantities

/// Where a packet from inside leads, after the NATs on the sender's side.
enum Departure {
    /// Where it turns towards its destination.
    enum Turn: Equatable {
        /// In the sender's own box.
        case ownBox
        /// On a LAN or in its gateway, after the given delay.
        case lan(SimDuration)
        /// In a carrier's gateway, before the backbone.
        case carrier
        /// On the Internet.
        case internet
    }

    case lost(LossReason)
    /// It reaches the station `entry` and shows `source`.
    case turned(source: Endpoint, entry: Station, Turn)
}

/// The gates between realms of addresses: own boxes, gateways, IPv6 firewalls.
extension Network {
    /// Lets an IPv4 packet out through the sender's own box and the gateways before it until it is
    /// where its destination is an address.
    mutating func departV4(
        from sender: Int, _ local: Endpoint, to remote: Endpoint, at now: SimTime
    ) -> Departure {
        var source = local
        let kind = hosts[sender].kind
        if kind == .guarded {
            if remote.ip == hosts[sender].lineIP, !hosts[sender].nat.behaviour.hairpins {
                return .lost(.noHairpinning)
            }
            guard let port = hosts[sender].passOutbound(from: local.port, to: remote, at: now)
            else { return .lost(.natExhausted) }
            source = Endpoint(ip: hosts[sender].lineIP, port: port)
            if remote.ip == source.ip {
                return .turned(source: source, entry: Station(host: sender), .ownBox)
            }
        }
        if hosts[sender].gateway != GatewayState.none {
            if let end = climb(from: sender, &source, to: remote, at: now) { return end }
        }
        if kind == .udpBlocked { return .lost(.udpBlocked) }
        guard let bits = routes.slot(of: remote.ip) else { return .lost(.noRoute) }
        let entry = Station(bits: UInt32(bits))
        if !entry.isGateway, hosts[entry.slot].kind == .udpBlocked { return .lost(.udpBlocked) }
        return .turned(source: source, entry: entry, .internet)
    }

    /// Lets a packet out through the gateways in front of `sender`, one after the other, changing
    /// its `source`; nil once it is on the Internet.
    private mutating func climb(
        from sender: Int, _ source: inout Endpoint, to remote: Endpoint, at now: SimTime
    ) -> Departure? {
        var realm = hosts[sender].gateway
        while realm != GatewayState.none {
            let g = Int(realm)
            let isHome = gateways[g].lan != .carrier
            if gateways[g].isInside(remote.ip) {
                let entry = gateways[g].member(at: remote.ip)
                guard gateways[g].lan == .home, entry != .vacant else { return .lost(.noRoute) }
                return .turned(source: source, entry: entry, .lan(gateways[g].lanDelay))
            }
            if hosts[sender].kind == .udpBlocked { return .lost(.udpBlocked) }
            let turnsRound = gateways[g].isExternal(remote.ip)
            if turnsRound, !gateways[g].nat.behaviour.hairpins { return .lost(.noHairpinning) }
            guard
                let number = gateways[g].nat.passOutbound(
                    of: source.ip - gateways[g].lanBase, from: source.port, to: remote, at: now,
                    using: &hosts[sender].randomness)
            else { return .lost(.natExhausted) }
            source = gateways[g].externalEndpoint(number)
            if turnsRound {
                return .turned(
                    source: source, entry: Station(gateway: realm),
                    isHome ? .lan(gateways[g].lanDelay) : .carrier)
            }
            realm = gateways[g].parent
        }
        return nil
    }

    /// The host that the gateways would forward a packet to now, filters apart; nil if none.
    func resolve(
        _ entry: Station, _ destination: Endpoint, from remote: Endpoint, at now: SimTime
    ) -> Int? {
        var (station, end) = (entry, destination)
        while station.isGateway {
            let g = station.slot
            guard
                let inner = gateways[g].nat.internalEnd(
                    of: gateways[g].externalNumber(of: end), from: remote, at: now)
            else { return nil }
            end = Endpoint(ip: gateways[g].lanBase + inner.subscriber, port: inner.port)
            station = gateways[g].member(at: end.ip)
        }
        return station == .vacant ? nil : station.slot
    }

    /// Lets a packet in through the gateways in front of its host.
    mutating func descend(
        _ flight: Flight, at now: SimTime
    ) -> Result<(host: Int, port: UInt16), DropReason> {
        var (station, end) = (flight.entry, flight.destinationEndpoint)
        guard gateways[station.slot].generation == flight.entryGeneration else {
            return .failure(.hostGone)
        }
        while station.isGateway {
            let g = station.slot
            let verdict = gateways[g].nat.passInbound(
                from: flight.sourceEndpoint, to: gateways[g].externalNumber(of: end), at: now)
            switch verdict {
            case .filtered: return .failure(.filtered)
            case .noMapping: return .failure(.noMapping)
            case .passes(let subscriber, let port):
                end = Endpoint(ip: gateways[g].lanBase + subscriber, port: port)
                station = gateways[g].member(at: end.ip)
                if station == .vacant { return .failure(.hostGone) }
            }
        }
        guard hosts[station.slot].kind != .udpBlocked else { return .failure(.filtered) }
        return .success((station.slot, end.port))
    }

    /// Lets an IPv6 packet out through the sender's firewall, unless its destination is on the
    /// same home LAN.
    mutating func departV6(
        from sender: Int, _ local: Endpoint, to remote: Endpoint, at now: SimTime
    ) -> Departure {
        let found = routesV6.slot(of: remote.host)
        if let receiver = found, isOneLAN(sender, receiver) {
            let g = Int(hosts[sender].gateway)
            guard gateways[g].lan == .home else { return .lost(.noRoute) }
            return .turned(
                source: local, entry: Station(host: receiver), .lan(gateways[g].lanDelay))
        }
        if hosts[sender].kind == .udpBlocked { return .lost(.udpBlocked) }
        if hosts[sender].firewall != HostState.noFirewall {
            guard
                firewalls[Int(hosts[sender].firewall)].passOutbound(
                    from: local.port, to: remote, at: now, using: &hosts[sender].randomness) != nil
            else { return .lost(.natExhausted) }
        }
        guard let receiver = found else { return .lost(.noRoute) }
        guard hosts[receiver].kind != .udpBlocked else { return .lost(.udpBlocked) }
        return .turned(source: local, entry: Station(host: receiver), .internet)
    }

    /// Whether both are stations of one home or guest network.
    private func isOneLAN(_ a: Int, _ b: Int) -> Bool {
        hosts[a].gateway != GatewayState.none && hosts[a].gateway == hosts[b].gateway
            && gateways[Int(hosts[a].gateway)].lan != .carrier
    }

    /// Lets an IPv6 packet in through the receiver's firewall, which a neighbour does not meet.
    mutating func passFirewall(
        of receiver: Int, from remote: Endpoint, to port: UInt16, at now: SimTime
    ) -> NATBox.Verdict {
        let firewall = hosts[receiver].firewall
        if firewall == HostState.noFirewall { return .passes(subscriber: 0, internalPort: port) }
        if let sender = routesV6.slot(of: remote.host), isOneLAN(sender, receiver) {
            return .passes(subscriber: 0, internalPort: port)
        }
        return firewalls[Int(firewall)].passInbound(from: remote, to: UInt32(port), at: now)
    }
}

extension DropReason: Error {}
