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
        precondition(
            !ports.contains(configuration.port) && !ports.contains(configuration.securePort),
            "listening ports are not relayed ports")
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

    /// Allocations alive, without the holds of ``holdPort()``.
    public var allocationCount: Int { clients.count }

    /// Relayed ports taken: allocations and holds.
    public var takenPortCount: Int { clients.count + heldFlows }

    /// When ``handleTimeout(at:)`` is due: the first expiry of an allocation.
    public var nextTimeout: SimTime? { expiries.earliest }

    /// The next datagram, or piece of a stream, to send.
    public mutating func pollTransmit() -> Transmit? { outbox.pop() }

    /// Ends the allocations whose time has come (RFC 8656 §6).
    public mutating func handleTimeout(at now: SimTime) {
        while let deadline = expiries.earliest, deadline <= now, let slot = expiries.first {
            end(slot)
            counters.expired += 1
        }
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
        switch destination(of: local, over: transport) {
        case .peersData: return relayToClient(datagram, from: source, at: local, now)
        case .clientsMessage: break
        case .nobody: return counters.drop(.notListening)
        }
        let client = FiveTuple(client: source, serverPort: local.port, transport: transport)
        guard let first = datagram.first else { return counters.drop(.notSTUN) }
        if isChannelData(firstByte: first) {
            return relayChannelData(datagram, from: client, at: now)
        }
        switch DatagramKind.classify(firstByte: first) {
        case .stun: handleMessage(datagram, from: client, at: now)
        case .turnChannel, .dtls, .rtp, .zrtp, .unknown: counters.drop(.notSTUN)
        }
    }

    /// What a packet for an address of the server is.
    enum Destination {
        case clientsMessage
        case peersData
        case nobody
    }

    @inline(__always)
    func destination(
        of local: TransportAddress, over transport: TransportProtocol
    ) -> Destination {
        guard local.ip == configuration.address else { return .nobody }
        if transport == .udp, ports.contains(local.port) { return .peersData }
        let listening = transport == .tls ? configuration.securePort : configuration.port
        return local.port == listening ? .clientsMessage : .nobody
    }

    /// Who has the relayed transport address `local`.
    @inline(__always)
    func holder(of local: TransportAddress) -> PortPool.Holder { ports.holder(of: local.port) }

    /// The relayed transport address with `port` that `peer` sees.
    @inline(__always)
    func relayedAddress(_ port: UInt16, towards peer: TransportAddress) -> TransportAddress {
        TransportAddress(configuration.address, port: port)
    }

    /// Where the server listens for `client`.
    @inline(__always)
    func listeningAddress(for client: FiveTuple) -> TransportAddress {
        TransportAddress(configuration.address, port: client.serverPort)
    }

    /// Ends what has expired before a packet is looked at.
    @inline(__always)
    mutating func endExpired(at now: SimTime) {
        if let deadline = expiries.earliest, deadline <= now { handleTimeout(at: now) }
    }

    private mutating func handleMessage(
        _ bytes: consuming [UInt8], from client: FiveTuple, at now: SimTime
    ) {
        let message: MessageView
        do throws(MalformedMessage) {
            message = try MessageView(bytes)
        } catch {
            return counters.drop(.malformedMessage)
        }
        switch (message.kind, message.method) {
        case (.request, .binding): answerBinding(message, from: client)
        case (.request, _): answer(message, from: client, at: now)
        case (.indication, .send): relaySendIndication(message, from: client, at: now)
        // A keep-alive (RFC 8489 §12): having arrived is all it does.
        case (.indication, .binding): break
        default: counters.drop(.unexpectedMessage)
        }
    }

    /// Takes a relayed port for a call whose packets are not simulated, or counts a refusal.
    public mutating func holdPort() -> UInt16? {
        guard let port = ports.take(for: .flow, using: &randomness) else {
            counters.refused += 1
            return nil
        }
        heldFlows += 1
        return port
    }

    /// Gives back a port of ``holdPort()``.
    ///
    /// - Precondition: it is held.
    public mutating func releasePort(_ port: UInt16) {
        precondition(ports.holder(of: port) == .flow, "port \(port) is not held")
        ports.give(back: port)
        heldFlows -= 1
    }

    /// The counters so far; they start again at zero.
    public mutating func takeCounters() -> ServerCounters {
        let taken = counters
        counters = ServerCounters()
        return taken
    }

    /// Forgets the allocation in `slot` with its key; its port is free again.
    mutating func end(_ slot: Int) {
        announce(.closed, slot)
        clients.remove(slots[slot].client)
        ports.give(back: slots[slot].port)
        expiries.remove(slot)
        slots[slot].clear()
        freeSlots.append(slot)
    }

    /// Queues `payload` for a client.
    mutating func send(_ payload: consuming [UInt8], to client: FiveTuple) {
        counters.sent.count(payload.count)
        outbox.push(
            Transmit(
                source: listeningAddress(for: client), destination: client.client,
                transport: client.transport, payload: payload))
    }
}
