import Addressing
import Quantities
import RandomStreams
import STUN
import TURN

/// How an agent's media reach its own relay.
public struct RelayChannel: Hashable, Sendable, BitwiseCopyable {
    /// The number of the channel that was asked for, nil where none was to be had.
    public var number: UInt16?
    /// What carries it between client and server.
    public var transport: TransportProtocol
}

extension Agent {
    /// How media on the selected pair reach the agent's own relay; nil where the pair does not
    /// begin there.
    public var selectedRelayChannel: RelayChannel? {
        guard let selected, locals[pairs[selected].local].leg >= 0 else { return nil }
        let leg = legs[locals[pairs[selected].local].leg]
        return RelayChannel(
            number: leg.channel(to: remotes[pairs[selected].remote].address),
            transport: leg.transport)
    }

    /// Local preference of a relayed IPv4 candidate over UDP; TCP has one less and TLS two, and
    /// IPv6 three more (RFC 8421 §4 begins with IPv6). Below every host's, so that a check over the
    /// relay announces a peer-reflexive priority below that of the same check from the host.
    static var relayLocalPreference: UInt16 { 16_383 }

    private static func localPreference(
        relaying family: IPAddress.Family, over transport: TransportProtocol
    ) -> UInt16 {
        relayLocalPreference - UInt16(transport.rawValue) + (family == .v6 ? 3 : 0)
    }

    /// Begins to allocate over the first transport the server is described with; true when it did.
    mutating func startNextAllocation(at now: SimTime) -> Bool {
        guard !gathering.relayStarted else { return false }
        gathering.relayStarted = true
        guard configuration.gathersRelay, let server = configuration.turnServer,
            let first = server.transports.contains(.udp) ? .udp : server.transports.first
        else { return false }
        if let index = legs.indices.last(where: { serves($0) }) {
            addRelayed(of: index, at: now)
            return false
        }
        let hasFallback = first == .udp && server.transports.contains { $0 != .udp }
        if hasFallback, !gathering.udpAnswered {
            gathering.fallbackAt = now + configuration.timing.streamFallbackDelay
        }
        return startLeg(over: first, to: server, at: now)
    }

    /// Nobody has answered over UDP yet: tries the first stream transport beside it.
    mutating func startFallbackAllocation(at now: SimTime) {
        guard let server = configuration.turnServer,
            let stream = server.transports.first(where: { $0 != .udp })
        else { return }
        _ = startLeg(over: stream, to: server, at: now)
    }

    private mutating func startLeg(
        over transport: TransportProtocol, to server: TURNServerDescription, at now: SimTime
    ) -> Bool {
        guard let (address, base) = way(to: server, over: transport) else { return false }
        var settings = ClientConfiguration(
            server: address, transport: transport, local: base,
            credentials: TURN.Credentials(username: server.username, password: server.password))
        settings.initialInterval = configuration.timing.serverRTO(of: serverTransactionCount)
        settings.maximumRequests = configuration.timing.serverRequests
        settings.families = configuration.relayedFamilies
        let client = TURN.Client(configuration: settings, randomness: legStream())
        legs.append(
            RelayLeg(
                client: client, server: settings.server, base: base, transport: transport))
        legs[legs.count - 1].use { $0.allocate(at: now) }
        return true
    }

    /// The first address of the server's that a base has the family of, and that base.
    private func way(
        to server: TURNServerDescription, over transport: TransportProtocol
    ) -> (server: TransportAddress, base: TransportAddress)? {
        for address in server.addresses(for: transport) {
            if let base = bases.first(where: { $0.ip.family == address.ip.family }) {
                return (address, base)
            }
        }
        return nil
    }

    /// A stream for a client, under a name drawn from our own stream: 144 random bits keep it apart
    /// from every other.
    private mutating func legStream() -> RandomStream {
        let seed = randomness.nextUInt64()
        let replication = randomness.nextUInt32()
        return RandomStream(
            StreamName(
                seed: seed, replication: replication, purpose: StreamPurpose(rawValue: .max),
                entity: randomness.nextUInt64() >> 16))
    }

    /// The leg that a datagram between these addresses belongs to.
    @inline(__always)
    func leg(
        serving source: TransportAddress, local: TransportAddress, transport: TransportProtocol
    ) -> Int? {
        for index in legs.indices.reversed()
        where legs[index].server == source && legs[index].transport == transport
            && legs[index].base == local && !legs[index].hasEnded
        {
            return index
        }
        return nil
    }

    /// A leg of the same five-tuple that is being given back while leg `index` is new.
    @inline(__always)
    private func older(thanLeg index: Int) -> Int? {
        guard index > 0 else { return nil }
        let leg = legs[index]
        return legs[..<index].lastIndex {
            $0.server == leg.server && $0.transport == leg.transport && $0.base == leg.base
                && !$0.hasEnded
        }
    }

    /// Takes a datagram from the relay: its own business, or a peer's data out of it.
    mutating func receive(
        _ datagram: consuming [UInt8], byLeg index: Int, from server: TransportAddress,
        at now: SimTime
    ) -> Received {
        if legs[index].transport == .udp { noteUDPAnswer() }
        var spare: (leg: Int, bytes: [UInt8])?
        if let older = older(thanLeg: index) { spare = (older, datagram) }
        switch legs[index].handle(datagram, at: now) {
        case .consumed:
            return .consumed
        case .data(let peer, let bytes):
            guard phase.isLive else { return reject(.closed) }
            if let received = receiveFormer(
                bytes, from: peer, to: legs[index].base, leg: index, at: now)
            {
                return received
            }
            guard legs[index].isOpen, let relayed = legs[index].relayed(in: peer.ip.family) else {
                return reject(.unexpectedRelayMessage)
            }
            return receive(bytes, from: peer, base: relayed.local, at: now)
        case .unclaimed(let message):
            if let spare {
                return receive(spare.bytes, byLeg: spare.leg, from: server, at: now)
            }
            guard phase.isLive, configuration.stunServers.contains(server),
                let received = handleServerAnswer(message, at: now)
            else { return reject(.unknownTransaction) }
            return received
        case .rejected(.malformed):
            return reject(.malformed)
        case .rejected(.notAuthentic):
            return reject(.wrongIntegrity)
        case .rejected:
            return reject(.unexpectedRelayMessage)
        }
    }

    /// A server has answered over UDP: no need for a stream.
    mutating func noteUDPAnswer() {
        gathering.udpAnswered = true
        gathering.fallbackAt = .distantFuture
    }

    /// Lets the clients do what is due and acts on what happened to them.
    mutating func advanceRelay(at now: SimTime) {
        for index in legs.indices {
            if legs[index].dueAt <= now { legs[index].use { $0.handleTimeout(at: now) } }
            while let event = legs[index].pollEvent() { act(on: event, of: index, at: now) }
        }
    }

    private mutating func act(on event: ClientEvent, of index: Int, at now: SimTime) {
        switch event {
        case .allocated(_, let mapped):
            didAllocate(mapped: mapped, of: index, at: now)
        case .failed(let failure):
            didFail(failure, of: index, at: now)
        case .permissionsInstalled(let peers):
            legs[index].permitted.append(contentsOf: peers)
        case .permissionsRefused(let peers, _):
            for pair in pairs.indices
            where isOver(leg: index, pair) && pairs[pair].isLive
                && peers.contains(remotes[pairs[pair].remote].address.ip) && pair != selected
            {
                failPair(pair)
            }
        case .channelBound, .channelRefused, .redirected:
            break
        case .released:
            legs[index].hasEnded = true
            if legs[index].hasRelayed { events.append(.relayReleased) }
        }
    }

    /// Whether pair `pair` begins at a relayed address of leg `leg`.
    @inline(__always)
    private func isOver(leg: Int, _ pair: Int) -> Bool { locals[pairs[pair].local].leg == leg }

    private mutating func didAllocate(
        mapped: TransportAddress, of index: Int, at now: SimTime
    ) {
        let count = configuration.relayedFamilies == .both ? 2 : 1
        // The other transport was faster, or a direct pair is in use already.
        guard phase == .running, legs.indices.allSatisfy({ !legs[$0].isOpen }),
            locals.count + count <= Self.maximumLocalCandidates
        else { return release(index, at: now) }
        legs[index].noteAllocation(mappedAt: mapped)
        addRelayed(of: index, at: now)
        gathering.fallbackAt = .distantFuture
        if legs.count > 1, legs[index].transport != .udp, !gathering.udpAnswered {
            // The stream took three round trips from the moment when requests over UDP were
            // repeated, and these took no one: there is no UDP here, no use in waiting for it.
            gathering.isUDPBlocked = true
            queries.removeAll()
        }
        for other in legs.indices where other != index { release(other, at: now) }
    }

    /// Makes candidates of leg `index`'s allocation, one for each family, the preferred first,
    /// pairs and announces them.
    private mutating func addRelayed(of index: Int, at now: SimTime) {
        permitKnownPeers(of: index, at: now)
        for family in [IPAddress.Family.v6, .v4] { addRelayed(in: family, of: index) }
    }

    private mutating func addRelayed(in family: IPAddress.Family, of index: Int) {
        guard let relayed = legs[index].relayed(in: family)?.address,
            let mapped = legs[index].mapped
        else { return }
        let preference = Self.localPreference(relaying: family, over: legs[index].transport)
        let server = legs[index].server.ip
        var local = LocalCandidate(
            address: relayed, base: locals.count, type: .relayed, localPreference: preference,
            priority: Priority.candidate(type: .relayed, localPreference: preference),
            foundation: foundation(type: .relayed, base: relayed.ip, server: server),
            related: mapped)
        local.leg = index
        legs[index].announce(family, as: locals.count)
        add(local)
        announce(local)
    }

    /// Asks for permissions for all the peer's addresses of the families relayed, in one request.
    private mutating func permitKnownPeers(of index: Int, at now: SimTime) {
        var addresses: [IPAddress] = []
        for remote in remotes where legs[index].relayed(in: remote.address.ip.family) != nil {
            if !addresses.contains(remote.address.ip) { addresses.append(remote.address.ip) }
        }
        legs[index].use { $0.permit(addresses, at: now) }
    }

    /// A remote candidate is new: the open leg asks that its address may come through.
    mutating func permit(_ address: TransportAddress, at now: SimTime) {
        guard selected == nil, let index = legs.indices.first(where: { legs[$0].isOpen }),
            legs[index].relayed(in: address.ip.family) != nil
        else { return }
        legs[index].use { $0.permit(address.ip, at: now) }
    }

    private mutating func didFail(_ failure: ClientFailure, of index: Int, at now: SimTime) {
        let hadAllocation = legs[index].hasRelayed
        var code: UInt16 = 0
        if case .refused(let error) = failure {
            code = error.rawValue
            // The same server would say the same over another transport.
            gathering.fallbackAt = .distantFuture
        }
        legs[index].refusal = code
        legs[index].hasEnded = true
        for pair in pairs.indices where hadAllocation && isOver(leg: index, pair) {
            failPair(pair)
        }
        if hadAllocation {
            if let selected, isOver(leg: index, selected), phase == .connected {
                lose(.relayLost, at: now)
            }
            loseFormers(over: index, at: now)
        } else if gathering.fallbackAt == .distantFuture,
            legs.indices.allSatisfy({
                legs[$0].refusal != nil || legs[$0].isReleased || isOfFormerPath($0)
            })
        {
            let refusals = legs.compactMap(\.refusal)
            events.append(.relayRefused(code: refusals.max() ?? 0))
        }
    }

    /// Gives back every allocation, or attempt at one, but that of leg `kept`.
    mutating func releaseRelay(except kept: Int?, at now: SimTime) {
        gathering.fallbackAt = .distantFuture
        for index in legs.indices where index != kept { release(index, at: now) }
    }

    mutating func release(_ index: Int, at now: SimTime) {
        guard !isOfFormerPath(index), !legs[index].isReleased, legs[index].refusal == nil else {
            return
        }
        legs[index].isReleased = true
        legs[index].use { $0.release(at: now) }
        for pair in pairs.indices
        where isOver(leg: index, pair) && pairs[pair].isLive && pair != selected {
            failPair(pair)
        }
        while let event = legs[index].pollEvent() { act(on: event, of: index, at: now) }
    }

    /// Binds a channel for the selected pair; the permissions of other addresses run out.
    mutating func settleRelay(_ index: Int, with peer: TransportAddress, at now: SimTime) {
        legs[index].use {
            $0.keepPermissions(onlyFor: [peer.ip])
            $0.bindChannel(to: peer, at: now)
        }
    }

    /// Moves what the clients want sent to the agent's own queue.
    mutating func drainRelay(at now: SimTime) {
        for index in legs.indices {
            while let transmit = legs[index].pollTransmit() { transmits.append(transmit) }
        }
    }

    @inline(__always)
    var earliestRelayTimeout: SimTime {
        var earliest = SimTime.distantFuture
        for index in legs.indices {
            earliest = min(earliest, legs[index].dueAt)
        }
        return earliest
    }
}
