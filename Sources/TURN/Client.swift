import Addressing
import Quantities
import RandomStreams
import STUN

/// A TURN client (RFC 8656) without sockets: one allocation, its permissions and channels.
///
/// Order of use: ``allocate(at:)`` once; ``permit(_:at:)`` for each peer as soon as its address is
/// known; ``send(_:to:at:)``; ``bindChannel(to:at:)`` for the peer that stays; ``release(at:)``.
/// After every call with a time: send all that ``pollTransmit()`` gives, take all of
/// ``pollEvent()``, and call ``handleTimeout(at:)`` when ``nextTimeout`` has come. It refreshes
/// the allocation, its permissions and channels by itself.
public struct Client: Sendable {
    /// Where the allocation stands.
    public enum State: Hashable, Sendable {
        /// ``Client/allocate(at:)`` was not called yet.
        case idle
        /// An Allocate request is on its way.
        case allocating
        /// The relayed transport address is there; `expiry` is the server's.
        case allocated(relayed: TransportAddress, mapped: TransportAddress, expiry: SimTime)
        /// The allocation is being given back.
        case releasing
        /// Released or failed.
        case ended
    }

    /// Datagrams that may wait for a permission, for all peers together: a few connectivity checks.
    public static var maximumHeldDatagrams: Int { 16 }
    /// Peers' addresses a client permits, as many as a server takes.
    public static var maximumPermissions: Int { Allocation.maximumPermissions }
    /// Channels a client binds, as many as a server takes.
    public static var maximumChannels: Int { Allocation.maximumChannels }
    /// How often one request is repeated with a new nonce (RFC 8489 §9.2.5).
    public static var maximumStaleNonces: UInt8 { 3 }
    /// How long a client does not return to a server that it asked before (RFC 8489 §10).
    public static var redirectionMemory: SimDuration { .minutes(5) }
    /// Servers a client asks in a row: beyond the RFC, lest a fleet lead it on and on.
    public static var maximumServers: Int { 8 }
    /// How long before its expiry the allocation is refreshed (RFC 8656 §8).
    public static var refreshMargin: SimDuration { .minutes(1) }
    /// How long after their installation permissions are refreshed; they live for 5 minutes.
    public static var permissionRefreshInterval: SimDuration { .minutes(4) }
    /// How long after its binding a channel is refreshed; it lives for 10 minutes.
    public static var channelRefreshInterval: SimDuration { .minutes(9) }

    struct Permission: Sendable {
        enum Status: Sendable {
            case wanted, requested
            case installed(refreshAt: SimTime)
        }
        let peer: IPAddress
        var status: Status
        var isInstalled: Bool {
            if case .installed = status { true } else { false }
        }
    }

    struct Channel: Sendable {
        let number: UInt16
        let peer: TransportAddress
        /// When it is to be refreshed; `distantFuture` while a request is on its way.
        var refreshAt: SimTime
        var isBound: Bool
    }

    struct Authentication: Sendable {
        let realm: [UInt8]
        var nonce: [UInt8]
        let key: IntegrityKey
    }

    /// What it was set up with.
    public let configuration: ClientConfiguration
    /// Where the allocation stands.
    public internal(set) var state = State.idle
    /// When ``handleTimeout(at:)`` is due.
    public private(set) var nextTimeout: SimTime?

    /// The server in use: that of the configuration, or the one it sent the client to.
    public internal(set) var server: TransportAddress
    /// The second relayed transport address of an allocation in both families.
    public internal(set) var additionalRelayedAddress: TransportAddress?
    /// The family that was asked for beside the other and could not be had.
    public internal(set) var missingFamily: MissingFamily?
    /// The token for the port next to the relayed one (RFC 8656 §7.1); it serves for 30 seconds.
    public internal(set) var reservationToken: UInt64?

    var randomness: RandomStream
    /// Servers that were asked for an allocation, and when.
    var asked: [(server: TransportAddress, at: SimTime)] = []
    var authentication: Authentication?
    var transactions: [Transaction] = []
    var permissions: [Permission] = []
    /// Whether one of them may be wanted and not asked for yet.
    var hasWantedPermissions = false
    var channels: [Channel] = []
    var nextChannelNumber = ChannelData.numbers.lowerBound
    var held: [(peer: TransportAddress, data: [UInt8])] = []
    var refreshAt = SimTime.distantFuture
    /// When the last call with a time was made: requests built on polling are sent then.
    var clock = SimTime.zero
    var outbox = TransmitQueue()
    var events: [ClientEvent] = []

    /// A client that has not sent anything; `randomness` gives its transaction identifiers.
    public init(configuration: ClientConfiguration, randomness: RandomStream) {
        self.configuration = configuration
        server = configuration.server
        self.randomness = randomness
    }

    /// The relayed transport address, while there is one.
    public var relayedAddress: TransportAddress? {
        if case .allocated(let relayed, _, _) = state { relayed } else { nil }
    }

    /// The relayed transport address for peers of `family`, while there is one.
    public func relayedAddress(in family: IPAddress.Family) -> TransportAddress? {
        guard let first = relayedAddress else { return nil }
        if first.ip.family == family { return first }
        guard let second = additionalRelayedAddress, second.ip.family == family else { return nil }
        return second
    }

    /// Looks again at all that is planned, after something of it has changed.
    mutating func planTimeout() {
        var earliest = SimTime.distantFuture
        for transaction in transactions { earliest = min(earliest, transaction.timer.deadline) }
        if case .allocated = state {
            earliest = min(earliest, refreshAt)
            for permission in permissions {
                if case .installed(let due) = permission.status { earliest = min(earliest, due) }
            }
            for channel in channels { earliest = min(earliest, channel.refreshAt) }
        }
        nextTimeout = earliest == .distantFuture ? nil : earliest
    }

    /// The next datagram, or piece of a stream, for the server. Peers permitted since the last
    /// call share one CreatePermission.
    public mutating func pollTransmit() -> Transmit? {
        if requestWantedPermissions() { planTimeout() }
        return outbox.pop()
    }

    /// The next event.
    public mutating func pollEvent() -> ClientEvent? {
        events.isEmpty ? nil : events.removeFirst()
    }

    /// Asks for the allocation: an Allocate without credentials first, which the server answers
    /// with realm and nonce (RFC 8489 §9.2.3.1).
    ///
    /// - Precondition: it was not called before.
    public mutating func allocate(at now: SimTime) {
        precondition(state == .idle, "a client allocates once; it is \(state)")
        clock = now
        state = .allocating
        asked.append((server, now))
        start(.allocate)
        planTimeout()
    }

    /// Asks for permissions for `peers`, as soon as there is an allocation. Those that have one, or
    /// had one asked for, are left out; those beyond ``maximumPermissions`` are refused, and those of
    /// a family in which nothing is relayed, which the server would answer with 443 for all.
    public mutating func permit(_ peers: some Sequence<IPAddress>, at now: SimTime) {
        clock = now
        guard isUsable else { return }
        for peer in peers { want(peer) }
    }

    /// Asks for a permission for one peer.
    public mutating func permit(_ peer: IPAddress, at now: SimTime) {
        clock = now
        if isUsable { want(peer) }
    }

    /// Stops refreshing the permissions of all others than `peers`: they expire within 5 minutes.
    public mutating func keepPermissions(onlyFor peers: [IPAddress]) {
        permissions.removeAll { $0.isInstalled && !peers.contains($0.peer) }
        planTimeout()
    }

    /// Asks for a channel to `peer`, which also gives it a permission; until the answer data goes
    /// by indication. False when there is no allocation in the family of `peer`, or
    /// ``maximumChannels`` are bound; true when it is asked for or bound already. After a request
    /// without answer it may be called again.
    @discardableResult
    public mutating func bindChannel(to peer: TransportAddress, at now: SimTime) -> Bool {
        clock = now
        defer { planTimeout() }
        guard relayedAddress(in: peer.ip.family) != nil else { return false }
        if let channel = channels.first(where: { $0.peer == peer }) {
            if !channel.isBound, !isAsking(forChannel: channel.number) {
                start(.channel(channel.number, peer))
            }
            return true
        }
        guard channels.count < Self.maximumChannels,
            ChannelData.numbers.contains(nextChannelNumber)
        else { return false }
        let number = nextChannelNumber
        nextChannelNumber += 1
        channels.append(
            Channel(number: number, peer: peer, refreshAt: .distantFuture, isBound: false))
        start(.channel(number, peer))
        return true
    }

    /// Gives the allocation back (RFC 8656 §8.1) and forgets permissions, channels and held data.
    /// ``ClientEvent/released`` follows when the server has answered, or did not for long enough.
    public mutating func release(at now: SimTime) {
        clock = now
        defer { planTimeout() }
        switch state {
        case .releasing, .ended: return
        case .idle: finish(with: .released)
        case .allocating:
            // Only an Allocate with credentials can have made an allocation to give back.
            guard authentication != nil else { return finish(with: .released) }
            state = .releasing
        case .allocated:
            forgetPeers()
            transactions.removeAll()
            state = .releasing
            start(.release)
        }
    }

    private func isAsking(forChannel number: UInt16) -> Bool {
        transactions.contains { transaction in
            if case .channel(number, _) = transaction.purpose { true } else { false }
        }
    }

    var isUsable: Bool { state != .releasing && state != .ended }

    mutating func want(_ peer: IPAddress) {
        guard !permissions.contains(where: { $0.peer == peer }) else { return }
        guard permissions.count < Self.maximumPermissions else {
            events.append(.permissionsRefused([peer], .refused(.insufficientCapacity)))
            return
        }
        permissions.append(Permission(peer: peer, status: .wanted))
        hasWantedPermissions = true
    }

    mutating func forgetPeers() {
        permissions.removeAll()
        channels.removeAll()
        held.removeAll()
    }

    /// Ends with `event`, which is the last.
    mutating func finish(with event: ClientEvent) {
        state = .ended
        transactions.removeAll()
        forgetPeers()
        authentication = nil
        events.append(event)
    }
}
