import Addressing
import Quantities
import STUN

extension Client {
    /// Takes the answer to transaction number `index` (RFC 8489 §9.2.5).
    mutating func handleAnswer(_ answer: MessageView, to index: Int) -> ClientInput {
        defer { planTimeout() }
        let transaction = transactions[index]
        let isAuthentic =
            if transaction.isAuthenticated, let authentication {
                answer.isAuthentic(under: authentication.key)
            } else {
                true
            }
        if answer.kind == .success {
            guard isAuthentic else { return .rejected(.notAuthentic) }
            transactions.remove(at: index)
            succeed(transaction.purpose, answer)
            return .consumed
        }
        guard let error = answer.errorCode else { return .rejected(.malformed) }
        switch error {
        case .unauthenticated where !transaction.isAuthenticated,
            .staleNonce where transaction.staleNonces < Self.maximumStaleNonces:
            guard let realm = answer.value(of: .realm), let nonce = answer.value(of: .nonce) else {
                return .rejected(.malformed)
            }
            transactions.remove(at: index)
            learn(realm: Array(realm), nonce: Array(nonce))
            let stale = transaction.staleNonces + (error == .staleNonce ? 1 : 0)
            if case .releasing = state, case .allocate = transaction.purpose {
                // Nothing was allocated and nothing is wanted any more.
                finish(with: .released)
            } else {
                start(transaction.purpose, staleNonces: stale)
            }
        default:
            // 401 and 438 come without code even to an authenticated request.
            let isChallenge = error == .unauthenticated || error == .staleNonce
            guard isAuthentic || isChallenge else { return .rejected(.notAuthentic) }
            transactions.remove(at: index)
            if error == .tryAlternate, case .allocate = transaction.purpose {
                follow(answer.address(of: .alternateServer))
            } else {
                fail(transaction.purpose, .refused(error))
            }
        }
        return .consumed
    }

    /// Asks another server, over the same transport and with the same credentials, unless it is of
    /// another address family or was asked already (RFC 8489 §10).
    private mutating func follow(_ alternate: TransportAddress?) {
        guard state != .releasing else { return finish(with: .released) }
        guard let alternate else { return finish(with: .failed(.refused(.tryAlternate))) }
        asked.removeAll { clock - $0.at >= Self.redirectionMemory }
        guard alternate.ip.family == server.ip.family, asked.count < Self.maximumServers,
            !asked.contains(where: { $0.server == alternate })
        else { return finish(with: .failed(.futileRedirection)) }
        server = alternate
        asked.append((alternate, clock))
        // Realm and nonce are those of the server before.
        authentication = nil
        events.append(.redirected(to: alternate))
        start(.allocate)
    }

    private mutating func learn(realm: [UInt8], nonce: [UInt8]) {
        if authentication?.realm == realm {
            authentication?.nonce = nonce
        } else {
            let credentials = configuration.credentials
            authentication = Authentication(
                realm: realm, nonce: nonce,
                key: IntegrityKey(
                    longTermUsername: credentials.username.utf8, realm: realm,
                    password: credentials.password.utf8))
        }
    }

    private mutating func succeed(_ purpose: Purpose, _ answer: MessageView) {
        switch purpose {
        case .allocate: didAllocate(answer)
        case .refresh: didRefresh(answer)
        case .release: finish(with: .released)
        case .permissions(let peers): didPermit(peers)
        case .channel(let number, let peer): didBind(number, to: peer)
        }
    }

    private mutating func didAllocate(_ answer: MessageView) {
        if state == .releasing { return start(.release) }
        guard let relayed = answer.address(of: .xorRelayedAddress),
            let mapped = answer.address(of: .xorMappedAddress), let lifetime = answer.lifetime
        else { return finish(with: .failed(.incompleteAnswer)) }
        let both = answer.addresses(of: .xorRelayedAddress, limit: 2)
        if both.count == 2, both[1].ip.family != relayed.ip.family {
            additionalRelayedAddress = both[1]
        }
        if let missing = answer.addressError,
            let family = IPAddress.Family(rawValue: missing.family)
        {
            missingFamily = MissingFamily(family: family, error: missing.error)
        }
        reservationToken = answer.number64(of: .reservationToken)
        let expiry = scheduleRefresh(within: lifetime)
        state = .allocated(relayed: relayed, mapped: mapped, expiry: expiry)
        events.append(.allocated(relayed: relayed, mapped: mapped))
    }

    private mutating func didRefresh(_ answer: MessageView) {
        guard case .allocated(let relayed, let mapped, _) = state else { return }
        guard let lifetime = answer.lifetime else {
            return finish(with: .failed(.incompleteAnswer))
        }
        let expiry = scheduleRefresh(within: lifetime)
        state = .allocated(relayed: relayed, mapped: mapped, expiry: expiry)
    }

    /// A minute before the end, or at half-time of a life under two minutes; returns the end.
    private mutating func scheduleRefresh(within seconds: UInt32) -> SimTime {
        let lifetime = SimDuration.seconds(Int64(seconds))
        refreshAt = clock + max(lifetime - Self.refreshMargin, lifetime / 2)
        return clock + lifetime
    }

    private mutating func didPermit(_ peers: [IPAddress]) {
        let refreshAt = clock + Self.permissionRefreshInterval
        var added: [IPAddress] = []
        for peer in peers {
            guard let index = permissions.firstIndex(where: { $0.peer == peer }) else { continue }
            if !permissions[index].isInstalled { added.append(peer) }
            permissions[index].status = .installed(refreshAt: refreshAt)
        }
        if !added.isEmpty { events.append(.permissionsInstalled(added)) }
        sendHeld(for: added)
    }

    private mutating func sendHeld(for peers: [IPAddress]) {
        guard !held.isEmpty, !peers.isEmpty else { return }
        for (peer, data) in held where peers.contains(peer.ip) {
            transmitIndication(data, to: peer)
        }
        held.removeAll { peers.contains($0.peer.ip) }
    }

    private mutating func didBind(_ number: UInt16, to peer: TransportAddress) {
        guard let index = channels.firstIndex(where: { $0.number == number }) else { return }
        channels[index].refreshAt = clock + Self.channelRefreshInterval
        if !channels[index].isBound {
            channels[index].isBound = true
            events.append(.channelBound(to: peer))
        }
        if !permissions.contains(where: { $0.peer == peer.ip && $0.isInstalled }) {
            permissions.removeAll { $0.peer == peer.ip }
            permissions.append(Permission(peer: peer.ip, status: .wanted))
            didPermit([peer.ip])
        }
    }

    /// Ends what was asked for with `failure`.
    mutating func fail(_ purpose: Purpose, _ failure: ClientFailure) {
        switch purpose {
        case .allocate:
            finish(with: state == .releasing ? .released : .failed(failure))
        case .release:
            // A 437 says that it is gone already (RFC 8656 §8.3); after silence it expires.
            finish(with: .released)
        case .refresh:
            guard case .allocated(_, _, let expiry) = state, failure == .timedOut, clock < expiry
            else { return finish(with: .failed(failure)) }
            start(.refresh)
        case .permissions(let peers):
            if failure == .refused(.allocationMismatch) { return finish(with: .failed(failure)) }
            failPermissions(peers, failure)
        case .channel(let number, let peer):
            if failure == .refused(.allocationMismatch) { return finish(with: .failed(failure)) }
            failChannel(number, to: peer, failure)
        }
    }

    /// A refresh without answer is tried again: the permission may well be there. A first request
    /// is given up.
    private mutating func failPermissions(_ peers: [IPAddress], _ failure: ClientFailure) {
        var refused = peers
        if failure == .timedOut {
            for index in permissions.indices where permissions[index].isInstalled {
                let peer = permissions[index].peer
                guard let place = refused.firstIndex(of: peer) else { continue }
                refused.remove(at: place)
                permissions[index].status = .installed(refreshAt: clock)
            }
        }
        guard !refused.isEmpty else { return }
        permissions.removeAll { refused.contains($0.peer) }
        held.removeAll { refused.contains($0.peer.ip) }
        events.append(.permissionsRefused(refused, failure))
    }

    /// Without an answer the server may have bound the channel all the same: its data is still
    /// taken, but none sent on it. What was bound before is tried again.
    private mutating func failChannel(
        _ number: UInt16, to peer: TransportAddress, _ failure: ClientFailure
    ) {
        guard let index = channels.firstIndex(where: { $0.number == number }) else { return }
        if failure == .timedOut {
            if channels[index].isBound { channels[index].refreshAt = clock }
            channels[index].isBound = false
        } else {
            channels.remove(at: index)
        }
        events.append(.channelRefused(to: peer, failure))
    }
}
