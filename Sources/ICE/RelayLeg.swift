import Addressing
import Quantities
import TURN

/// A relayed address of an allocation, and the candidate that it is.
struct RelayedBase: BitwiseCopyable {
    let address: TransportAddress
    /// Its index in this generation; -1 where it is none.
    var local = -1
}

/// The way to a relay over one transport, and the allocation there.
struct RelayLeg: Sendable {
    private var client: TURN.Client
    /// When the client has something to do.
    private(set) var dueAt = SimTime.distantFuture
    /// Whether the client may have something to tell, or to send, since it was last asked.
    private var mayHaveEvents = true
    private var mayHaveTransmits = true
    /// The client's five-tuple, at hand without a look into the client.
    private(set) var server: TransportAddress
    let base: TransportAddress
    let transport: TransportProtocol
    /// Its relayed addresses, once there are any: one, or one in each family.
    private(set) var relayed4: RelayedBase?
    private(set) var relayed6: RelayedBase?
    /// Whether its relayed addresses are candidates of this generation.
    private(set) var isAnnounced = false
    /// Where the server saw the client.
    var mapped: TransportAddress?
    /// Peers' addresses that the server lets through.
    var permitted: [IPAddress] = []
    /// Whether it was told to give up its allocation, or the attempt.
    var isReleased = false
    /// The refusal that ended it, 0 for silence.
    var refusal: UInt16?

    /// Whether the client is done with the server.
    var hasEnded = false

    init(
        client: TURN.Client, server: TransportAddress, base: TransportAddress,
        transport: TransportProtocol
    ) {
        self.client = client
        self.server = server
        self.base = base
        self.transport = transport
    }

    /// Whether there is, or was, an allocation.
    @inline(__always)
    var hasRelayed: Bool { relayed4 != nil || relayed6 != nil }

    /// Whether nothing more is to come of it for gathering.
    var isSettled: Bool { hasRelayed || isReleased || refusal != nil }

    /// Whether it has an allocation and will keep it.
    var isHealthy: Bool { hasRelayed && !isReleased && refusal == nil && !hasEnded }

    /// Whether the current generation has its allocation and will keep it.
    var isOpen: Bool { isAnnounced && !isReleased && refusal == nil }

    /// The relayed address for peers of `family`, and its candidate.
    @inline(__always)
    func relayed(in family: IPAddress.Family) -> RelayedBase? {
        family == .v4 ? relayed4 : relayed6
    }

    /// The server has given the allocation: takes over what it relays.
    mutating func noteAllocation(mappedAt mapped: TransportAddress) {
        self.mapped = mapped
        relayed4 = client.relayedAddress(in: .v4).map { RelayedBase(address: $0) }
        relayed6 = client.relayedAddress(in: .v6).map { RelayedBase(address: $0) }
    }

    /// The relayed address of `family` is candidate `local` of this generation.
    mutating func announce(_ family: IPAddress.Family, as local: Int) {
        isAnnounced = true
        if family == .v4 { relayed4?.local = local } else { relayed6?.local = local }
    }

    /// A new generation begins, in which its relayed addresses are no candidates yet.
    mutating func withdraw() {
        isAnnounced = false
        relayed4?.local = -1
        relayed6?.local = -1
    }

    /// Whether the server holds an allocation, as far as the client knows.
    var holdsAllocation: Bool {
        if case .allocated = client.state { return true }
        return false
    }

    /// Lets `action` make the client do something; what comes of it is asked for later.
    @inline(__always)
    mutating func use<Result>(_ action: (inout TURN.Client) -> Result) -> Result {
        defer { noteUse() }
        return action(&client)
    }

    private mutating func noteUse() {
        dueAt = client.nextTimeout ?? .distantFuture
        server = client.server
        mayHaveEvents = true
        mayHaveTransmits = true
    }

    mutating func pollEvent() -> ClientEvent? {
        guard mayHaveEvents else { return nil }
        if let event = client.pollEvent() { return event }
        mayHaveEvents = false
        return nil
    }

    mutating func pollTransmit() -> Transmit? {
        guard mayHaveTransmits else { return nil }
        if let transmit = client.pollTransmit() { return transmit }
        // Asking may have begun a request for permissions.
        dueAt = client.nextTimeout ?? .distantFuture
        mayHaveTransmits = false
        return nil
    }

    /// The channel to `peer` that was asked for.
    func channel(to peer: TransportAddress) -> UInt16? { client.channel(to: peer) }

    mutating func send(_ bytes: consuming [UInt8], to address: TransportAddress, at now: SimTime) {
        _ = client.send(bytes, to: address, at: now)
        noteUse()
    }

    mutating func handle(_ datagram: consuming [UInt8], at now: SimTime) -> ClientInput {
        defer { noteUse() }
        return client.handle(datagram, from: server, at: now)
    }
}
