import Addressing
import Quantities
import RandomStreams
import TURN

extension LoadDrive {
    /// Allocations asked for at the same time: a burst that a server's socket holds.
    private static let openingAtOnce = 32
    /// How long one may take: five repetitions of a lost request.
    static let patience = SimDuration.seconds(20)
    /// How long answers to the last requests are listened for.
    private static let farewell = SimDuration.milliseconds(300)
    private static let purpose = StreamPurpose(rawValue: 2)

    /// Opens the peers' sockets and all allocations with their channels, some at a time.
    mutating func open() throws {
        var peers: [TransportAddress] = []
        for index in 0..<min(load.allocations, Self.maximumPeers) {
            peers.append(try openSocket(Self.tag(ofPeer: index)))
        }
        var asked: [SimTime] = []
        var isReady = 0
        while isReady < load.allocations {
            while flows.count < load.allocations, flows.count - isReady < Self.openingAtOnce {
                try openFlow(peer: flows.count % peers.count, at: peers[flows.count % peers.count])
                asked.append(clock.now)
            }
            sockets.flush()
            turn()
            if let failure { throw failure }
            while isReady < flows.count, flows[isReady].isReady { isReady += 1 }
            if isReady < flows.count, clock.now - asked[isReady] > Self.patience {
                throw RelayLoadFailure.noAnswer(allocation: isReady)
            }
        }
    }

    private mutating func openSocket(_ tag: UInt32) throws(BoundSocket.Refusal) -> TransportAddress
    {
        let socket = try BoundSocket(.datagram, at: TransportAddress(load.target.local, port: 0))
        socket.makeRoom(for: Datagrams.waitingBytes)
        do throws(BoundSocket.Refusal) {
            try sockets.add(socket, tag: tag)
        } catch {
            socket.close()
            throw error
        }
        allSockets.append(socket)
        return socket.local
    }

    private mutating func openFlow(
        peer: Int, at address: TransportAddress
    ) throws(BoundSocket.Refusal) {
        let index = flows.count
        let tag = Self.tag(ofClient: index)
        let configuration = ClientConfiguration(
            server: load.target.server, transport: .udp, local: try openSocket(tag),
            credentials: load.target.credentials(for: "load"))
        let name = StreamName(
            seed: .random(in: .min ... .max), replication: 0, purpose: Self.purpose,
            entity: UInt64(index))
        flows.append(
            LoadFlow(
                index: index, tag: tag, peerTag: Self.tag(ofPeer: peer), peer: address,
                client: Client(configuration: configuration, randomness: RandomStream(name))))
        flows[index].client.allocate(at: clock.now)
        settle(index)
    }

    /// Sends what the client of a flow wants sent, and acts on what happened to it.
    mutating func settle(_ index: Int) {
        while true {
            while let transmit = flows[index].client.pollTransmit() {
                _ = sockets.send(
                    transmit.payload, to: transmit.destination, tag: flows[index].tag)
            }
            guard let event = flows[index].client.pollEvent() else { return }
            switch event {
            case .allocated(let relayed, _):
                flows[index].relayed = relayed
                _ = flows[index].client.bindChannel(to: flows[index].peer, at: clock.now)
            case .channelBound(let peer):
                flows[index].channelNumber = flows[index].client.channel(to: peer) ?? 0
                flows[index].isReady = true
            case .failed(let reason), .channelRefused(_, let reason):
                failure = failure ?? .refused(allocation: index, "\(reason)")
            case .redirected(let other):
                // The figures would be those of a server that nobody named.
                failure = failure ?? .refused(allocation: index, "sent to \(other)")
            case .permissionsInstalled, .permissionsRefused, .released: break
            }
        }
    }

    /// Gives all allocations back.
    mutating func release() {
        for index in flows.indices {
            flows[index].client.release(at: clock.now)
            settle(index)
            if index % Self.openingAtOnce == 0 {
                sockets.flush()
                turn()
            }
        }
        sockets.flush()
        let end = clock.now + Self.farewell
        while clock.now < end { turn() }
    }
}
