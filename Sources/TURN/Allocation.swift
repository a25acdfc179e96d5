import Addressing
import Quantities
import STUN

/// What a server knows of one client (RFC 8656 §6), in a slot that is used again afterwards.
struct Allocation: Sendable {
    struct Permission: Sendable, BitwiseCopyable {
        let peer: IPAddress
        var expiry: SimTime
    }

    struct Channel: Sendable, BitwiseCopyable {
        let number: UInt16
        let peer: TransportAddress
        var expiry: SimTime
    }

    /// A relayed port and its time to expiry, which each family has of its own (§8.2).
    struct Relayed: Sendable, BitwiseCopyable {
        let port: UInt16
        var expiry: SimTime
    }

    /// Permissions one allocation may hold: a peer's candidates have far fewer addresses, and the
    /// search for one is linear.
    static let maximumPermissions = 64
    /// Channels one allocation may bind: one call binds one, and the search is linear.
    static let maximumChannels = 16
    /// RFC 8656 §9.
    static let permissionLifetime = SimDuration.seconds(300)
    /// RFC 8656 §12.
    static let channelLifetime = SimDuration.minutes(10)

    let client: FiveTuple
    /// The transaction that made it, so that its retransmission is answered alike (§7.2).
    let createdBy: TransactionID
    let username: [UInt8]
    /// Nil in a free slot: the key does not outlive the allocation.
    var key: IntegrityKey?
    /// Its relayed port at the server's IPv4 and IPv6 address: one of them, or both.
    private(set) var v4: Relayed?
    private(set) var v6: Relayed?
    /// What a success response also says, and that to a retransmission again (§7.2).
    let reservationToken: UInt64?
    let missing: MissingFamily?
    private(set) var permissions: [Permission] = []
    private(set) var channels: [Channel] = []

    init(
        client: FiveTuple, createdBy: TransactionID, username: [UInt8], key: IntegrityKey,
        ports: RelayedPorts, expiry: SimTime
    ) {
        self.client = client
        self.createdBy = createdBy
        self.username = username
        self.key = key
        v4 = ports.v4.map { Relayed(port: $0, expiry: expiry) }
        v6 = ports.v6.map { Relayed(port: $0, expiry: expiry) }
        reservationToken = ports.reservationToken
        missing = ports.missing
    }

    // MARK: Relayed addresses

    /// Whether it is one, and not a free slot.
    var isAlive: Bool { v4 != nil || v6 != nil }

    /// The first expiry of its relayed addresses.
    ///
    /// - Precondition: it has one.
    var expiry: SimTime { min(v4?.expiry ?? .distantFuture, v6?.expiry ?? .distantFuture) }

    func relayed(in family: IPAddress.Family) -> Relayed? { family == .v4 ? v4 : v6 }

    /// The relayed port for peers of `family`.
    func port(in family: IPAddress.Family) -> UInt16? { relayed(in: family)?.port }

    /// The address families in which it has a relayed address, IPv4 first.
    var families: [IPAddress.Family] { [.v4, .v6].filter { relayed(in: $0) != nil } }

    mutating func prolong(_ family: IPAddress.Family, to expiry: SimTime) {
        if family == .v4 { v4?.expiry = expiry } else { v6?.expiry = expiry }
    }

    /// Gives up the relayed address of `family`, with the permissions and channels there.
    mutating func close(_ family: IPAddress.Family) {
        if family == .v4 { v4 = nil } else { v6 = nil }
        permissions.removeAll { $0.peer.family == family }
        channels.removeAll { $0.peer.ip.family == family }
    }

    // MARK: Permissions and channels

    /// Until when `peer` may send and be sent to; nil when it may not.
    func permission(for peer: IPAddress, at now: SimTime) -> SimTime? {
        for permission in permissions where permission.peer == peer {
            return permission.expiry > now ? permission.expiry : nil
        }
        return nil
    }

    func permits(_ peer: IPAddress, at now: SimTime) -> Bool {
        permission(for: peer, at: now) != nil
    }

    /// What channel `number` is bound to.
    func binding(ofChannel number: UInt16, at now: SimTime) -> Channel? {
        channels.first { $0.number == number && $0.expiry > now }
    }

    /// The channel that is bound to `peer`.
    func binding(to peer: TransportAddress, at now: SimTime) -> Channel? {
        channels.first { $0.peer == peer && $0.expiry > now }
    }

    /// Whether all of `peers` can have a permission within the limit.
    mutating func hasRoom(forPermissions peers: [TransportAddress], at now: SimTime) -> Bool {
        permissions.removeAll { $0.expiry <= now }
        var added: [IPAddress] = []
        for peer in peers
        where !added.contains(peer.ip) && !permissions.contains(where: { $0.peer == peer.ip }) {
            added.append(peer.ip)
        }
        return permissions.count + added.count <= Self.maximumPermissions
    }

    /// Installs or refreshes a permission (§9); whether there was none.
    @discardableResult
    mutating func permit(_ peer: IPAddress, at now: SimTime) -> Bool {
        let expiry = now + Self.permissionLifetime
        if let index = permissions.firstIndex(where: { $0.peer == peer }) {
            let isNew = permissions[index].expiry <= now
            permissions[index].expiry = expiry
            return isNew
        }
        permissions.append(Permission(peer: peer, expiry: expiry))
        return true
    }

    /// Whether a channel more can be bound.
    mutating func hasRoomForChannel(at now: SimTime) -> Bool {
        channels.removeAll { $0.expiry <= now }
        return channels.count < Self.maximumChannels
    }

    /// Binds or refreshes a channel and its permission (§12.2); who calls has checked the rules.
    /// Whether the permission is new.
    mutating func bind(_ number: UInt16, to peer: TransportAddress, at now: SimTime) -> Bool {
        let expiry = now + Self.channelLifetime
        if let index = channels.firstIndex(where: { $0.number == number && $0.expiry > now }) {
            channels[index].expiry = expiry
        } else {
            channels.append(Channel(number: number, peer: peer, expiry: expiry))
        }
        return permit(peer.ip, at: now)
    }

    /// Forgets everything of the client.
    mutating func clear() {
        key = nil
        v4 = nil
        v6 = nil
        permissions = []
        channels = []
    }
}
