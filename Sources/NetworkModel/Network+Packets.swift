import Addressing
import Quantities

extension Network {
    /// Sends a datagram of `byteCount` bytes from the socket `source` of `host` to `destination`.
    ///
    /// The sender's NAT makes or refreshes its state now, also where the packet is then lost.
    /// UDP may overtake; over TCP and TLS each call is one segment of the connection between
    /// the two addresses, which is set up at first use.
    ///
    /// - Precondition: `source` has the address ``localAddress(of:)``.
    public mutating func send(
        from host: HostID, source: TransportAddress, to destination: TransportAddress,
        transport: TransportProtocol, byteCount: Int, at now: SimTime
    ) -> SendOutcome {
        guard isAttached(host) else { return .lost(.hostGone) }
        guard let remoteIP = destination.ip.v4Bits else { return .lost(.noRoute) }
        let sender = Int(host.slot)
        let local = hosts[sender].localIP
        precondition(source.ip.v4Bits == local, "a socket is bound to its host's own address")
        let remote = Endpoint(ip: remoteIP, port: destination.port)
        if remoteIP == local {
            return .inFlight(
                Flight(
                    source: Endpoint(ip: local, port: source.port), destination: remote,
                    arrival: now, target: host, byteCount: byteCount, transport: transport,
                    isLoopback: true))
        }
        guard transport == .udp else {
            return sendSegment(
                from: sender, port: source.port, to: remote, transport, byteCount, at: now)
        }
        var external = source.port
        switch hosts[sender].kind {
        case .server, .open: break
        case .udpBlocked: return .lost(.udpBlocked)
        case .guarded:
            guard
                let port = hosts[sender].passOutbound(from: source.port, to: remote, at: now)
            else { return .lost(.natExhausted) }
            external = port
        case .vacant: preconditionFailure("an attached host is something")
        }
        guard let receiver = routes.slot(of: remoteIP) else { return .lost(.noRoute) }
        guard hosts[receiver].kind != .udpBlocked else { return .lost(.udpBlocked) }
        var delay = SimDuration.zero
        if receiver != sender {  // else the NAT hairpins and the link is not used
            if hosts[sender].losesOutbound() || hosts[receiver].losesInbound() {
                return .lost(.link)
            }
            delay = baseDelay(from: sender, to: receiver)
            delay += hosts[sender].drawJitter()
            delay += hosts[receiver].drawJitter()
        }
        return .inFlight(
            Flight(
                source: Endpoint(ip: hosts[sender].publicIP, port: external),
                destination: remote, arrival: now + delay, target: id(of: receiver),
                byteCount: byteCount, transport: transport))
    }

    /// Passes the receiver's NAT with a packet whose ``Flight/arrival`` is `now`.
    ///
    /// Filter and mapping are judged as they are now: what the receiver sent while the packet
    /// was under way lets it in.
    public mutating func arrive(_ flight: Flight, at now: SimTime) -> ArrivalOutcome {
        let host = flight.target
        guard isAttached(host) else { return .dropped(.hostGone) }
        let receiver = Int(host.slot)
        var port = flight.destinationEndpoint.port
        if !flight.isLoopback {
            if flight.transport != .udp {
                guard let local = localPort(of: receiver, for: flight) else {
                    return .dropped(.noMapping)
                }
                port = local
            } else if hosts[receiver].kind == .guarded {
                let verdict = hosts[receiver].nat.passInbound(
                    from: flight.sourceEndpoint, to: port, at: now)
                switch verdict {
                case .passes(let internalPort): port = internalPort
                case .filtered: return .dropped(.filtered)
                case .noMapping: return .dropped(.noMapping)
                }
            }
        }
        let local = Endpoint(ip: hosts[receiver].localIP, port: port)
        return .delivered(to: host, local: local.address, from: flight.source)
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
