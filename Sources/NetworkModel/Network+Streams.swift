import Addressing
import Quantities

extension Network {
    /// Sends a segment over the TCP connection between a peer and a server.
    mutating func sendSegment(
        from sender: Int, _ local: Endpoint, to remote: Endpoint, _ transport: TransportProtocol,
        _ byteCount: Int, at now: SimTime
    ) -> SendOutcome {
        guard let receiver = streamReceiver(remote) else { return .lost(.noRoute) }
        let toServer = hosts[receiver].kind == .server
        guard toServer != (hosts[sender].kind == .server) else { return .lost(.noConnection) }
        let peer = toServer ? sender : receiver
        let server = toServer ? remote : local
        guard
            let index = connectionIndex(
                of: peer, with: server, transport,
                localPort: toServer ? local.port : nil, external: toServer ? nil : remote)
                ?? (toServer
                    ? open(from: peer, local, to: server, receiver, transport, at: now)
                    : nil)
        else { return .lost(.noConnection) }

        let roundTrip =
            baseDelay(from: sender, to: receiver) + baseDelay(from: receiver, to: sender)
        let wait = StreamConnection.retransmission(roundTrip: roundTrip)
        var arrival = max(now, hosts[peer].connections[index].openAt)
        arrival += baseDelay(from: sender, to: receiver)
        arrival += hosts[peer].drawJitter()
        for _ in 0..<StreamConnection.maximumRetransmissions {
            guard toServer ? hosts[peer].losesOutbound() : hosts[peer].losesInbound() else {
                break
            }
            arrival += wait
        }
        let peerEnd = hosts[peer].connections[index].external
        if toServer {
            arrival = max(arrival, hosts[peer].connections[index].lastArrivalAtServer)
            hosts[peer].connections[index].lastArrivalAtServer = arrival
        } else {
            arrival = max(arrival, hosts[peer].connections[index].lastArrivalAtPeer)
            hosts[peer].connections[index].lastArrivalAtPeer = arrival
        }
        hosts[peer].connections[index].lastUse = now
        return .inFlight(
            Flight(
                source: toServer ? peerEnd : server, destination: toServer ? server : peerEnd,
                arrival: arrival, target: id(of: receiver),
                entry: Station(host: receiver), entryGeneration: hosts[receiver].generation,
                byteCount: byteCount, transport: transport))
    }

    /// The server at an address, or the peer whose connection a gateway knows by it.
    private func streamReceiver(_ remote: Endpoint) -> Int? {
        if remote.isV6 { return routesV6.slot(of: remote.host) }
        guard let bits = routes.slot(of: remote.ip) else { return nil }
        let entry = Station(bits: UInt32(bits))
        guard entry.isGateway else { return entry.slot }
        return gateways[entry.slot].streams.slot(
            of: gateways[entry.slot].externalNumber(of: remote))
    }

    private func connectionIndex(
        of peer: Int, with server: Endpoint, _ transport: TransportProtocol,
        localPort: UInt16?, external: Endpoint?
    ) -> Int? {
        hosts[peer].connections.firstIndex {
            $0.server == server && $0.transport == transport
                && (localPort == nil || $0.localPort == localPort)
                && (external == nil || $0.external == external)
        }
    }

    /// Opens a connection at the cost of one round trip for TCP and one more for TLS 1.3
    /// (RFC 8446 §2), plus a retransmission for each of their packets that the link loses.
    private mutating func open(
        from peer: Int, _ local: Endpoint, to server: Endpoint, _ serverSlot: Int,
        _ transport: TransportProtocol, at now: SimTime
    ) -> Int? {
        let roundTrip =
            baseDelay(from: peer, to: serverSlot) + baseDelay(from: serverSlot, to: peer)
        var openAt =
            now
            + handshake(
                of: peer, roundTrip: roundTrip, wait: StreamConnection.synRetransmission)
        if transport == .tls {
            openAt += handshake(
                of: peer, roundTrip: roundTrip,
                wait: StreamConnection.retransmission(roundTrip: roundTrip))
        }
        if hosts[peer].connections.count == StreamConnection.maximumConnections {
            var oldest = 0
            for i in hosts[peer].connections.indices
            where hosts[peer].connections[i].lastUse < hosts[peer].connections[oldest].lastUse {
                oldest = i
            }
            forget(hosts[peer].connections[oldest], of: peer)
            hosts[peer].connections.swapRemove(at: oldest)
        }
        guard let external = externalEnd(of: peer, local, towards: server) else { return nil }
        hosts[peer].connections.append(
            StreamConnection(
                server: server, localPort: local.port, external: external, transport: transport,
                openAt: openAt, lastArrivalAtServer: openAt, lastArrivalAtPeer: openAt,
                lastUse: now))
        return hosts[peer].connections.count - 1
    }

    /// A free port of the outermost NAT for a new connection: the local one if nobody has it, else
    /// the next free one above, nil if there is none. Boxes further in are not asked: TCP passes them all.
    private mutating func externalEnd(
        of peer: Int, _ local: Endpoint, towards server: Endpoint
    ) -> Endpoint? {
        if local.isV6 { return local }
        var port = local.port
        let realm = outermostGateway(of: peer)
        guard realm != GatewayState.none else {
            while hosts[peer].connections.contains(where: {
                $0.server == server && $0.external.port == port
            }) {
                port = port == .max ? NATBox.firstDrawnPort : port + 1
            }
            return Endpoint(ip: hosts[peer].lineIP, port: port)
        }
        let g = Int(realm)
        let ip = publicIP(of: peer)
        for _ in 0..<NATBox.drawnPortCount {
            let end = Endpoint(ip: ip, port: port)
            let number = gateways[g].externalNumber(of: end)
            if gateways[g].streams.slot(of: number) == nil {
                gateways[g].streams.insert(number, slot: peer)
                return end
            }
            port = port == .max ? NATBox.firstDrawnPort : port + 1
        }
        return nil
    }

    /// Gives back the port of a connection that is no more.
    mutating func forget(_ connection: StreamConnection, of peer: Int) {
        let realm = outermostGateway(of: peer)
        guard realm != GatewayState.none, !connection.external.isV6 else { return }
        let number = gateways[Int(realm)].externalNumber(of: connection.external)
        gateways[Int(realm)].streams.remove(number)
    }

    /// One exchange of a segment each way, each sent again after `wait` as often as it is lost.
    private mutating func handshake(
        of peer: Int, roundTrip: SimDuration, wait: SimDuration
    ) -> SimDuration {
        var time = roundTrip
        for _ in 0..<StreamConnection.maximumRetransmissions {
            guard hosts[peer].losesOutbound() || hosts[peer].losesInbound() else { break }
            time += wait
        }
        return time
    }

    /// The socket of a peer that a segment's connection belongs to; a server listens on all.
    func localPort(of receiver: Int, for flight: Flight) -> UInt16? {
        if hosts[receiver].kind == .server { return flight.destinationEndpoint.port }
        guard
            let index = connectionIndex(
                of: receiver, with: flight.sourceEndpoint, flight.transport, localPort: nil,
                external: flight.destinationEndpoint)
        else { return nil }
        return hosts[receiver].connections[index].localPort
    }
}
