import Addressing
import Quantities
import STUN

extension Server {
    /// Answers a TURN request (RFC 8656 §5, §7.2, §8.2, §10.2, §12.2).
    mutating func answer(_ request: MessageView, from client: FiveTuple, at now: SimTime) {
        guard let asked = authenticate(request, from: client, at: now) else { return }
        guard request.unknownRequiredCount == 0 else {
            return refuse(asked, with: .unknownAttribute)
        }
        if request.method == .allocate { return allocate(asked, at: now) }
        guard let slot = asked.slot else { return refuse(asked, with: .allocationMismatch) }
        guard slots[slot].username == asked.username else {
            return refuse(asked, with: .wrongCredentials)
        }
        switch request.method {
        case .refresh: refresh(asked, slot, at: now)
        case .createPermission: createPermission(asked, slot, at: now)
        case .channelBind: bindChannel(asked, slot, at: now)
        default: refuse(asked, with: .badRequest)
        }
    }

    // MARK: Allocate

    private mutating func allocate(_ asked: Authenticated, at now: SimTime) {
        if let slot = asked.slot {
            guard slots[slot].createdBy == asked.request.id,
                slots[slot].username == asked.username
            else { return refuse(asked, with: .allocationMismatch) }
            return confirm(asked, slot, at: now)
        }
        do throws(Refusal) {
            let wish = try PortWish(asked.request)
            if redirect(asked) { return }
            try open(wish, asked, at: now)
        } catch {
            switch error.code {
            case .insufficientCapacity:
                counters.refused += 1
                answer(asked, with: error.code)
            case .allocationQuotaReached:
                counters.overQuota += 1
                answer(asked, with: error.code)
            default: refuse(asked, with: error.code)
            }
        }
    }

    private mutating func open(
        _ wish: PortWish, _ asked: Authenticated, at now: SimTime
    ) throws(Refusal) {
        guard hasQuota(asked.username) else { throw Refusal(code: .allocationQuotaReached) }
        guard hasBandwidth else { throw Refusal(code: .insufficientCapacity) }
        let slot = freeSlots.last ?? slots.count
        let allocation = Allocation(
            client: asked.client, createdBy: asked.request.id, username: asked.username,
            key: asked.key, ports: try takePorts(wish, for: slot),
            expiry: now + lifetime(for: asked.request))
        if slot == slots.count {
            slots.append(allocation)
        } else {
            freeSlots.removeLast()
            slots[slot] = allocation
        }
        clients.insert(asked.client, slot: slot)
        expiries.set(slot, to: allocation.expiry)
        count(userOf: slot)
        counters.created += 1
        for family in allocation.families {
            let port = allocation.port(in: family)!
            note(.opened, relayedAddress(port, in: family), slot)
            announce(.opened, port, in: family, slot)
        }
        confirm(asked, slot, at: now)
    }

    /// Queues the success response to an Allocate, also to its retransmission.
    private mutating func confirm(_ asked: Authenticated, _ slot: Int, at now: SimTime) {
        let allocation = slots[slot]
        var answer = MessageBuilder(.success, answering: asked.request)
        for family in allocation.families {
            answer.add(
                .xorRelayedAddress, relayedAddress(allocation.port(in: family)!, in: family))
        }
        answer.add(.lifetime, seconds(until: allocation.expiry, from: now))
        if let token = allocation.reservationToken { answer.add(.reservationToken, token) }
        answer.add(.xorMappedAddress, asked.client.client)
        if let missing = allocation.missing {
            // RFC 8656 §18.12: family, then class and number of the error.
            let code = missing.error.rawValue
            answer.add(
                .addressErrorCode,
                [missing.family.rawValue, 0, UInt8(code / 100), UInt8(code % 100)])
        }
        finish(answer, for: asked)
    }

    /// Between the default and the longest lifetime, as the client asks (RFC 8656 §7.2); a server
    /// that drains gives no more than it has left.
    private func lifetime(for request: MessageView) -> SimDuration {
        var lifetime = configuration.defaultLifetime
        if let wanted = request.lifetime {
            lifetime = max(
                lifetime, min(.seconds(Int64(wanted)), configuration.maximumLifetime))
        }
        guard let draining, draining.deadline < clock + lifetime else { return lifetime }
        return draining.deadline - clock
    }

    private func seconds(until expiry: SimTime, from now: SimTime) -> UInt32 {
        UInt32(clamping: (expiry - now).nanoseconds / 1_000_000_000)
    }

    // MARK: Refresh

    private mutating func refresh(_ asked: Authenticated, _ slot: Int, at now: SimTime) {
        var families = slots[slot].families
        if let number = asked.request.family(in: .requestedAddressFamily) {
            families.removeAll { $0.rawValue != number }
            guard !families.isEmpty else { return refuse(asked, with: .peerAddressFamilyMismatch) }
        }
        var answer = MessageBuilder(.success, answering: asked.request)
        if asked.request.lifetime == 0 {
            giveUp(families, of: slot)
            answer.add(.lifetime, UInt32(0))
        } else {
            let expiry = now + lifetime(for: asked.request)
            for family in families { slots[slot].prolong(family, to: expiry) }
            expiries.set(slot, to: slots[slot].expiry)
            answer.add(.lifetime, seconds(until: expiry, from: now))
        }
        finish(answer, for: asked)
    }

    private mutating func giveUp(_ families: [IPAddress.Family], of slot: Int) {
        guard families.count < slots[slot].families.count else {
            counters.released += 1
            return end(slot, .released)
        }
        for family in families { close(family, of: slot, .released) }
        expiries.set(slot, to: slots[slot].expiry)
    }

    // MARK: Permissions and channels

    private mutating func createPermission(_ asked: Authenticated, _ slot: Int, at now: SimTime) {
        let peers = asked.request.addresses(
            of: .xorPeerAddress, limit: Allocation.maximumPermissions + 1)
        guard !peers.isEmpty else { return refuse(asked, with: .badRequest) }
        for peer in peers {
            if let error = objection(to: peer, of: slot) { return refuse(asked, with: error) }
        }
        guard slots[slot].hasRoom(forPermissions: peers, at: now) else {
            return refuse(asked, with: .insufficientCapacity)
        }
        for peer in peers where slots[slot].permit(peer.ip, at: now) {
            note(permitted: peer.ip, slot)
        }
        finish(MessageBuilder(.success, answering: asked.request), for: asked)
    }

    private mutating func bindChannel(_ asked: Authenticated, _ slot: Int, at now: SimTime) {
        guard let number = asked.request.channelNumber,
            let peer = asked.request.address(of: .xorPeerAddress),
            channelNumbers.contains(number)
        else { return refuse(asked, with: .badRequest) }
        if let error = objection(to: peer, of: slot) { return refuse(asked, with: error) }
        let boundPeer = slots[slot].binding(ofChannel: number, at: now)?.peer
        let boundNumber = slots[slot].binding(to: peer, at: now)?.number
        guard boundPeer ?? peer == peer, boundNumber ?? number == number else {
            return refuse(asked, with: .badRequest)
        }
        guard slots[slot].hasRoom(forPermissions: [peer], at: now),
            boundPeer != nil || slots[slot].hasRoomForChannel(at: now)
        else { return refuse(asked, with: .insufficientCapacity) }
        if slots[slot].bind(number, to: peer, at: now) { note(permitted: peer.ip, slot) }
        finish(MessageBuilder(.success, answering: asked.request), for: asked)
    }

    private func objection(to peer: TransportAddress, of slot: Int) -> ErrorCode? {
        if slots[slot].port(in: peer.ip.family) == nil { return .peerAddressFamilyMismatch }
        if configuration.allowsLoopbackPeers, peer.ip.isLoopback { return nil }
        return peer.ip.isForbiddenPeer ? .forbidden : nil
    }
}

extension IPAddress {
    /// 127.0.0.0/8 (RFC 1122 §3.2.1.3) and ::1 (RFC 4291 §2.5.3).
    var isLoopback: Bool { family == .v4 ? low >> 24 == 127 : high == 0 && low == 1 }

    /// Addresses that reach no peer: this host, loopback, multicast, broadcast. Relaying to them
    /// would open the server's own host (RFC 8656 §21.2.2, §21.4).
    var isForbiddenPeer: Bool {
        switch family {
        case .v4:
            let top = low >> 24
            return top == 0 || top == 127 || top >= 224 && top < 240 || low == 0xFFFF_FFFF
        case .v6:
            return high == 0 && low <= 1 || high >> 56 == 0xFF
        }
    }
}
