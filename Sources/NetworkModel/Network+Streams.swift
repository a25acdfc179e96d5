import Addressing
import Quantities

extension Network {
    /// Sends a segment over the TCP connection between a peer and a server.
    mutating func sendSegment(
        from sender: Int, port: UInt16, to remote: Endpoint, _ transport: TransportProtocol,
        _ byteCount: Int, at now: SimTime
    ) -> SendOutcome {
        guard let receiver = routes.slot(of: remote.ip) else { return .lost(.noRoute) }
        let toServer = hosts[receiver].kind == .server
        guard toServer != (hosts[sender].kind == .server) else { return .lost(.noConnection) }
        let peer = toServer ? sender : receiver
        let server =
            toServer ? remote : Endpoint(ip: hosts[sender].publicIP, port: port)
        guard
            let index = connectionIndex(
                of: peer, with: server, transport,
                localPort: toServer ? port : nil, externalPort: toServer ? nil : remote.port)
                ?? (toServer
                    ? open(from: peer, port: port, to: server, receiver, transport, at: now)
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
        let external = hosts[peer].connections[index].externalPort
        let peerEnd = Endpoint(ip: hosts[peer].publicIP, port: external)
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
                arrival: arrival, target: id(of: receiver), byteCount: byteCount,
                transport: transport))
    }

    private func connectionIndex(
        of peer: Int, with server: Endpoint, _ transport: TransportProtocol,
        localPort: UInt16?, externalPort: UInt16?
    ) -> Int? {
        hosts[peer].connections.firstIndex {
            $0.server == server && $0.transport == transport
                && (localPort == nil || $0.localPort == localPort)
                && (externalPort == nil || $0.externalPort == externalPort)
        }
    }

    /// Opens a connection at the cost of one round trip for TCP and one more for TLS 1.3
    /// (RFC 8446 §2), plus a retransmission for each of their packets that the link loses.
    private mutating func open(
        from peer: Int, port: UInt16, to server: Endpoint, _ serverSlot: Int,
        _ transport: TransportProtocol, at now: SimTime
    ) -> Int {
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
            hosts[peer].connections.swapRemove(at: oldest)
        }
        var external = port
        while hosts[peer].connections.contains(where: {
            $0.server == server && $0.externalPort == external
        }) {
            external = external == .max ? NATBox.firstDrawnPort : external + 1
        }
        hosts[peer].connections.append(
            StreamConnection(
                server: server, localPort: port, externalPort: external, transport: transport,
                openAt: openAt, lastArrivalAtServer: openAt, lastArrivalAtPeer: openAt,
                lastUse: now))
        return hosts[peer].connections.count - 1
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
                externalPort: flight.destinationEndpoint.port)
        else { return nil }
        return hosts[receiver].connections[index].localPort
    }
}
