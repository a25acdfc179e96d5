import Addressing
import Quantities
import RandomStreams
import STUN

/// A STUN and TURN server (RFC 8489, RFC 8656) without sockets: bytes in, bytes out.
///
/// It forwards blindly: what it relays it neither reads nor keeps. Hand it everything that arrives
/// at its address with ``handle(_:from:transport:to:at:)``, then send all that ``pollTransmit()``
/// gives, and call ``handleTimeout(at:)`` when ``nextTimeout`` has come. A packet costs O(1),
/// an Allocate, Refresh or expiry O(log n) with n allocations. Who has the datagrams in buffers of
/// his own asks ``forward(_:_:from:transport:to:at:)`` first.
public struct Server: Sendable {
    /// What it was set up with.
    public let configuration: ServerConfiguration
    /// What it has done so far.
    public internal(set) var counters = ServerCounters()

    let realm: [UInt8]
    let nonces: NonceMint
    var randomness: RandomStream
    var ports: PortPool
    /// Those at the additional address.
    var additionalPorts: PortPool?
    /// In the order of their expiry.
    var reservations: [Reservation] = []
    /// Allocations by user, where there is a quota; never walked through.
    var users: [[UInt8]: Int] = [:]
    var draining: Drain?
    var log: [RelayLogEntry] = []
    /// When the last call with a time was made, if that was not forwarding alone.
    var clock = SimTime.zero
    /// When something is to be done, `distantFuture` for never.
    private(set) var due = SimTime.distantFuture
    var slots: [Allocation] = []
    var freeSlots: [Int] = []
    var clients: ClientTable
    var expiries = ExpiryHeap()
    var heldFlows = 0
    var outbox = TransmitQueue()
    var portChanges: [RelayedPortChange] = []

    /// The most data forwarded in one datagram, in bytes: with the largest headers of a Data
    /// indication it still fits into UDP's 65,507.
    public static var maximumDataByteCount: Int { 65_400 }

    /// A server without allocations. `randomness` gives its nonce key, ports and identifiers.
    ///
    /// - Precondition: the relayed ports lie within 1…65,535 and apart from the listening ports.
    public init(configuration: ServerConfiguration, randomness: RandomStream) {
        self.configuration = configuration
        self.randomness = randomness
        realm = Array(configuration.realm.utf8)
        ports = PortPool(
            first: configuration.firstRelayedPort, count: configuration.relayedPortCount)
        if let additional = configuration.additionalAddress {
            precondition(
                additional.family != configuration.address.family,
                "the additional address is of the other family")
            additionalPorts = ports
        }
        precondition(
            !ports.contains(configuration.port) && !ports.contains(configuration.securePort),
            "listening ports are not relayed ports")
        if let alternate = configuration.alternate {
            precondition(
                alternate.ip != configuration.address
                    && alternate.ip.family == configuration.address.family
                    && alternate.port != configuration.port && !ports.contains(alternate.port),
                "address and port for discovery are others than those for clients and peers")
        }
        nonces = NonceMint(lifetime: configuration.nonceLifetime, using: &self.randomness)
        clients = ClientTable(key: nonces.words(for: "5-tuples"))
    }

    /// Channel numbers that clients may bind.
    var channelNumbers: ClosedRange<UInt16> {
        configuration.acceptsFormerChannels ? ChannelData.formerNumbers : ChannelData.numbers
    }

    /// Whether a client's message that starts with `byte` is ChannelData.
    @inline(__always)
    func isChannelData(firstByte byte: UInt8) -> Bool {
        DatagramKind.classify(firstByte: byte) == .turnChannel
            || configuration.acceptsFormerChannels && ChannelData.isFormer(firstByte: byte)
    }

    /// Allocations alive, without the holds of ``holdPorts(in:)``.
    public var allocationCount: Int { clients.count }

    /// Allocations and holds; each has a relayed port, a dual allocation two.
    public var takenPortCount: Int { clients.count + heldFlows }

    /// When ``handleTimeout(at:)`` is due: the first expiry of an allocation or a reservation, or
    /// the end of draining.
    public var nextTimeout: SimTime? { due == .distantFuture ? nil : due }

    /// Looks again at what is planned, after something of it has changed.
    mutating func plan() {
        due = min(
            expiries.earliest ?? .distantFuture, reservations.first?.expiry ?? .distantFuture)
        if let draining, !clients.isEmpty { due = min(due, draining.deadline) }
    }

    /// The next datagram, or piece of a stream, to send.
    public mutating func pollTransmit() -> Transmit? { outbox.pop() }

    /// Ends the allocations and reservations whose time has come (RFC 8656 §6, §7.2).
    public mutating func handleTimeout(at now: SimTime) {
        clock = now
        while let deadline = expiries.earliest, deadline <= now, let slot = expiries.first {
            expire(slot, at: now)
        }
        endReservations(at: now)
        if let draining, draining.deadline <= now { endAll() }
        plan()
    }

    /// Gives up the relayed addresses of `slot` whose time has come.
    private mutating func expire(_ slot: Int, at now: SimTime) {
        let live = slots[slot].families.filter { slots[slot].relayed(in: $0)!.expiry > now }
        guard let first = live.first else {
            counters.expired += 1
            return end(slot, .expired)
        }
        close(first == .v4 ? .v6 : .v4, of: slot, .expired)
        expiries.set(slot, to: slots[slot].expiry)
    }

    /// Takes what arrived at `local` from `source` over `transport`: a client's message at a
    /// listening port, a peer's datagram at a relayed one.
    ///
    /// Over TCP and TLS `datagram` is one whole frame, as ``StreamFrames`` cuts them.
    public mutating func handle(
        _ datagram: consuming [UInt8], from source: TransportAddress,
        transport: TransportProtocol, to local: TransportAddress, at now: SimTime
    ) {
        counters.received.count(datagram.count)
        endExpired(at: now)
        clock = now
        switch destination(of: local, over: transport) {
        case .peersData: return relayToClient(datagram, from: source, at: local, now)
        case .clientsMessage: break
        case .discovery: return discover(datagram, from: source, at: local)
        case .nobody: return counters.drop(.notListening)
        }
        let client = FiveTuple(client: source, serverPort: local.port, transport: transport)
        guard let first = datagram.first else { return counters.drop(.notSTUN) }
        if isChannelData(firstByte: first) {
            return relayChannelData(datagram, from: client, at: now)
        }
        switch DatagramKind.classify(firstByte: first) {
        case .stun:
            handleMessage(datagram, from: client, to: local, at: now)
            plan()
        case .turnChannel, .dtls, .rtp, .zrtp, .unknown: counters.drop(.notSTUN)
        }
    }

    /// What a packet for an address of the server is.
    enum Destination {
        case clientsMessage
        case peersData
        /// One for behaviour discovery alone (RFC 5780).
        case discovery
        case nobody
    }

    @inline(__always)
    func destination(
        of local: TransportAddress, over transport: TransportProtocol
    ) -> Destination {
        guard local.ip == configuration.address || local.ip == configuration.additionalAddress
        else { return isForDiscovery(local, transport) ? .discovery : .nobody }
        if transport == .udp, ports.contains(local.port) { return .peersData }
        let listening = transport == .tls ? configuration.securePort : configuration.port
        if local.port == listening { return .clientsMessage }
        return isForDiscovery(local, transport) ? .discovery : .nobody
    }

    /// Ends what has expired before a packet is looked at.
    @inline(__always)
    mutating func endExpired(at now: SimTime) {
        if due <= now { handleTimeout(at: now) }
    }

    private mutating func handleMessage(
        _ bytes: consuming [UInt8], from client: FiveTuple, to local: TransportAddress,
        at now: SimTime
    ) {
        let message: MessageView
        do throws(MalformedMessage) {
            message = try MessageView(bytes)
        } catch {
            return counters.drop(.malformedMessage)
        }
        switch (message.kind, message.method) {
        case (.request, .binding): answerBinding(message, from: client, at: local)
        case (.request, _): answer(message, from: client, at: now)
        case (.indication, .send): relaySendIndication(message, from: client, at: now)
        // A keep-alive (RFC 8489 §12): having arrived is all it does.
        case (.indication, .binding): break
        default: counters.drop(.unexpectedMessage)
        }
    }

    /// The counters so far; they start again at zero.
    public mutating func takeCounters() -> ServerCounters {
        let taken = counters
        counters = ServerCounters()
        return taken
    }

    /// Whether one allocation more, or one hold, stays within the bandwidth.
    var hasBandwidth: Bool {
        guard let bandwidth = configuration.bandwidth else { return true }
        let each = configuration.bandwidthPerAllocation.bitsPerSecond
        return Int64(takenPortCount + 1) * each <= bandwidth.bitsPerSecond
    }

    /// Forgets the allocation in `slot` with its key; its ports are free again.
    mutating func end(_ slot: Int, _ reason: RelayLogEntry.End = .released) {
        for family in slots[slot].families { close(family, of: slot, reason) }
        release(userOf: slot)
        clients.remove(slots[slot].client)
        expiries.remove(slot)
        slots[slot].clear()
        freeSlots.append(slot)
        plan()
    }

    /// Gives up one relayed address of `slot`.
    mutating func close(_ family: IPAddress.Family, of slot: Int, _ reason: RelayLogEntry.End) {
        guard let port = slots[slot].port(in: family) else { return }
        note(.closed(reason), relayedAddress(port, in: family), slot)
        announce(.closed, port, in: family, slot)
        giveBack(port, in: family)
        slots[slot].close(family)
        clients.forgetWay(of: slot)
    }

    /// Queues `payload` for a client.
    mutating func send(_ payload: consuming [UInt8], to client: FiveTuple) {
        send(payload, to: client, from: listeningAddress(for: client))
    }

    /// The same from an address other than the one that the client knows.
    mutating func send(
        _ payload: consuming [UInt8], to client: FiveTuple, from source: TransportAddress
    ) {
        counters.sent.count(payload.count)
        outbox.push(
            Transmit(
                source: source, destination: client.client, transport: client.transport,
                payload: payload))
    }
}
