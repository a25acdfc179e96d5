import Addressing
import Quantities
import STUN

extension Client {
    /// What a request is for.
    enum Purpose: Sendable {
        case allocate
        case refresh
        case release
        case permissions([IPAddress])
        case channel(UInt16, TransportAddress)
    }

    /// A request without answer.
    struct Transaction: Sendable {
        let id: TransactionID
        let purpose: Purpose
        let bytes: [UInt8]
        let isAuthenticated: Bool
        let staleNonces: UInt8
        var timer: RetransmissionTimer
    }

    /// Builds and sends the request for `purpose` and waits for its answer.
    mutating func start(_ purpose: Purpose, staleNonces: UInt8 = 0) {
        let id = TransactionID(using: &randomness)
        let bytes = request(for: purpose, id: id)
        let timer =
            configuration.transport == .udp
            ? RetransmissionTimer(
                sentAt: clock, initialInterval: configuration.initialInterval,
                maximumRequests: configuration.maximumRequests)
            : RetransmissionTimer(reliablySentAt: clock)
        transactions.append(
            Transaction(
                id: id, purpose: purpose, bytes: bytes, isAuthenticated: authentication != nil,
                staleNonces: staleNonces, timer: timer))
        transmit(bytes)
    }

    /// REQUESTED-TRANSPORT: UDP's protocol number.
    private static let udpNumber: UInt8 = 17

    private func request(for purpose: Purpose, id: TransactionID) -> [UInt8] {
        var builder = MessageBuilder(.request, Self.method(of: purpose), id: id, capacity: 256)
        switch purpose {
        case .allocate:
            builder.add(requestedTransport: Self.udpNumber)
            addPortWish(to: &builder)
            add(lifetime: configuration.lifetime, to: &builder)
        case .refresh:
            add(lifetime: configuration.lifetime, to: &builder)
        case .release:
            builder.add(.lifetime, UInt32(0))
        case .permissions(let peers):
            for peer in peers { builder.add(.xorPeerAddress, TransportAddress(peer, port: 0)) }
        case .channel(let number, let peer):
            builder.add(channelNumber: number)
            builder.add(.xorPeerAddress, peer)
        }
        guard let authentication else { return builder.finish() }
        builder.add(.username, configuration.credentials.username)
        builder.add(.realm, authentication.realm)
        builder.add(.nonce, authentication.nonce)
        return builder.finish(integrity: authentication.key, fingerprint: false)
    }

    private static func method(of purpose: Purpose) -> STUN.Method {
        switch purpose {
        case .allocate: .allocate
        case .refresh, .release: .refresh
        case .permissions: .createPermission
        case .channel: .channelBind
        }
    }

    private func addPortWish(to builder: inout MessageBuilder) {
        func number(_ family: IPAddress.Family) -> UInt32 { UInt32(family.rawValue) << 24 }
        switch configuration.port {
        case .any: break
        case .even: builder.add(.evenPort, CollectionOfOne(0))
        case .evenHoldingNext: builder.add(.evenPort, CollectionOfOne(0x80))
        case .reserved(let token): return builder.add(.reservationToken, token)
        }
        switch configuration.families {
        case .v4: break
        case .v6: builder.add(.requestedAddressFamily, number(.v6))
        case .both: builder.add(.additionalAddressFamily, number(.v6))
        }
    }

    private func add(lifetime: SimDuration?, to builder: inout MessageBuilder) {
        guard let lifetime else { return }
        builder.add(.lifetime, UInt32(clamping: lifetime.nanoseconds / 1_000_000_000))
    }

    /// Queues `payload` for the server.
    mutating func transmit(_ payload: consuming [UInt8]) {
        outbox.push(
            Transmit(
                source: configuration.local, destination: server,
                transport: configuration.transport, payload: payload))
    }

    /// One CreatePermission for all peers that wait for one; whether there are any.
    mutating func requestWantedPermissions() -> Bool {
        guard hasWantedPermissions, case .allocated = state else { return false }
        hasWantedPermissions = false
        var peers: [IPAddress] = []
        for index in permissions.indices {
            guard case .wanted = permissions[index].status else { continue }
            permissions[index].status = .requested
            peers.append(permissions[index].peer)
        }
        let strangers = peers.filter { relayedAddress(in: $0.family) == nil }
        if !strangers.isEmpty {
            peers.removeAll { strangers.contains($0) }
            fail(.permissions(strangers), .refused(.peerAddressFamilyMismatch))
        }
        if !peers.isEmpty { start(.permissions(peers)) }
        return !peers.isEmpty
    }

    /// Retransmits, gives up and refreshes what is due.
    public mutating func handleTimeout(at now: SimTime) {
        clock = now
        defer { planTimeout() }
        var index = 0
        while index < transactions.count {
            switch transactions[index].timer.expire(at: now) {
            case .wait: index += 1
            case .retransmit:
                transmit(transactions[index].bytes)
                index += 1
            case .failed:
                let failed = transactions.remove(at: index)
                fail(failed.purpose, .timedOut)
            }
        }
        guard case .allocated = state else { return }
        if refreshAt <= now {
            refreshAt = .distantFuture
            start(.refresh)
        }
        refreshPermissions(at: now)
        for index in channels.indices where channels[index].refreshAt <= now {
            channels[index].refreshAt = .distantFuture
            start(.channel(channels[index].number, channels[index].peer))
        }
    }

    /// When one permission is due, all are refreshed in one request.
    private mutating func refreshPermissions(at now: SimTime) {
        let isDue = permissions.contains { permission in
            if case .installed(let refreshAt) = permission.status {
                refreshAt <= now
            } else {
                false
            }
        }
        guard isDue else { return }
        var peers: [IPAddress] = []
        for index in permissions.indices where permissions[index].isInstalled {
            // The peer keeps sending meanwhile; only another refresh must not start.
            permissions[index].status = .installed(refreshAt: .distantFuture)
            peers.append(permissions[index].peer)
        }
        start(.permissions(peers))
    }
}
