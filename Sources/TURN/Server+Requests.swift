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
        if let error = objection(to: asked.request) { return refuse(asked, with: error) }
        let slot = freeSlots.last ?? slots.count
        guard
            let port = ports.take(
                for: .allocation(slot), even: asked.request.has(.evenPort), using: &randomness)
        else {
            counters.refused += 1
            return answer(asked, with: .insufficientCapacity)
        }
        let allocation = Allocation(
            client: asked.client, createdBy: asked.request.id, username: asked.username,
            key: asked.key, port: port, expiry: now + lifetime(for: asked.request))
        if slot == slots.count {
            slots.append(allocation)
        } else {
            freeSlots.removeLast()
            slots[slot] = allocation
        }
        clients.insert(asked.client, slot: slot)
        expiries.set(slot, to: allocation.expiry)
        counters.created += 1
        announce(.opened, slot)
        confirm(asked, slot, at: now)
    }

    /// The REQUESTED-TRANSPORT that is served: UDP's protocol number.
    private static let udpNumber: UInt8 = 17

    /// Why an Allocate request cannot be carried out, the checks in the order of RFC 8656 §7.2.
    private func objection(to request: MessageView) -> ErrorCode? {
        guard let transport = request.requestedTransport else { return .badRequest }
        guard transport == Self.udpNumber else { return .unsupportedTransportProtocol }
        let family = request.family(in: .requestedAddressFamily)
        let additional = request.family(in: .additionalAddressFamily)
        if request.has(.reservationToken) {
            let isAlone = !request.has(.evenPort) && family == nil && additional == nil
            return isAlone ? .insufficientCapacity : .badRequest
        }
        if family != nil, additional != nil { return .badRequest }
        if family ?? IPAddress.Family.v4.rawValue != configuration.address.family.rawValue {
            return .addressFamilyNotSupported
        }
        if request.reservesNextPort {
            return additional == nil ? .insufficientCapacity : .badRequest
        }
        if additional == IPAddress.Family.v4.rawValue { return .badRequest }
        return nil
    }

    /// Queues the success response to an Allocate, also to its retransmission.
    private mutating func confirm(_ asked: Authenticated, _ slot: Int, at now: SimTime) {
        var answer = MessageBuilder(.success, answering: asked.request)
        answer.add(
            .xorRelayedAddress, TransportAddress(configuration.address, port: slots[slot].port))
        answer.add(.lifetime, seconds(until: slots[slot].expiry, from: now))
        answer.add(.xorMappedAddress, asked.client.client)
        if asked.request.has(.additionalAddressFamily) {
            // RFC 8656 §18.12: family IPv6, class 4, number 40: only the one family was given.
            answer.add(.addressErrorCode, [IPAddress.Family.v6.rawValue, 0, 4, 40])
        }
        finish(answer, for: asked)
    }

    /// Between the default and the longest lifetime, as the client asks (RFC 8656 §7.2).
    private func lifetime(for request: MessageView) -> SimDuration {
        guard let wanted = request.lifetime else { return configuration.defaultLifetime }
        return max(
            configuration.defaultLifetime,
            min(.seconds(Int64(wanted)), configuration.maximumLifetime))
    }

    private func seconds(until expiry: SimTime, from now: SimTime) -> UInt32 {
        UInt32(clamping: (expiry - now).nanoseconds / 1_000_000_000)
    }

    // MARK: Refresh

    private mutating func refresh(_ asked: Authenticated, _ slot: Int, at now: SimTime) {
        if let family = asked.request.family(in: .requestedAddressFamily),
            family != configuration.address.family.rawValue
        {
            return refuse(asked, with: .peerAddressFamilyMismatch)
        }
        var answer = MessageBuilder(.success, answering: asked.request)
        if asked.request.lifetime == 0 {
            end(slot)
            counters.released += 1
            answer.add(.lifetime, UInt32(0))
        } else {
            slots[slot].expiry = now + lifetime(for: asked.request)
            expiries.set(slot, to: slots[slot].expiry)
            answer.add(.lifetime, seconds(until: slots[slot].expiry, from: now))
        }
        finish(answer, for: asked)
    }

    // MARK: Permissions and channels

    private mutating func createPermission(_ asked: Authenticated, _ slot: Int, at now: SimTime) {
        let peers = asked.request.addresses(
            of: .xorPeerAddress, limit: Allocation.maximumPermissions + 1)
        guard !peers.isEmpty else { return refuse(asked, with: .badRequest) }
        for peer in peers {
            if let error = objection(to: peer) { return refuse(asked, with: error) }
        }
        guard slots[slot].hasRoom(forPermissions: peers, at: now) else {
            return refuse(asked, with: .insufficientCapacity)
        }
        for peer in peers { slots[slot].permit(peer.ip, at: now) }
        finish(MessageBuilder(.success, answering: asked.request), for: asked)
    }

    private mutating func bindChannel(_ asked: Authenticated, _ slot: Int, at now: SimTime) {
        guard let number = asked.request.channelNumber,
            let peer = asked.request.address(of: .xorPeerAddress),
            channelNumbers.contains(number)
        else { return refuse(asked, with: .badRequest) }
        if let error = objection(to: peer) { return refuse(asked, with: error) }
        let boundPeer = slots[slot].binding(ofChannel: number, at: now)?.peer
        let boundNumber = slots[slot].binding(to: peer, at: now)?.number
        guard boundPeer ?? peer == peer, boundNumber ?? number == number else {
            return refuse(asked, with: .badRequest)
        }
        guard slots[slot].hasRoom(forPermissions: [peer], at: now),
            boundPeer != nil || slots[slot].hasRoomForChannel(at: now)
        else { return refuse(asked, with: .insufficientCapacity) }
        slots[slot].bind(number, to: peer, at: now)
        finish(MessageBuilder(.success, answering: asked.request), for: asked)
    }

    private func objection(to peer: TransportAddress) -> ErrorCode? {
        if peer.ip.family != configuration.address.family { return .peerAddressFamilyMismatch }
        if configuration.allowsLoopbackPeers, peer.ip.isLoopback { return nil }
        return peer.ip.isForbiddenPeer ? .forbidden : nil
    }
}

extension MessageView {
    /// The family in REQUESTED-ADDRESS-FAMILY or ADDITIONAL-ADDRESS-FAMILY (RFC 8656 §18.6).
    fileprivate func family(in type: AttributeType) -> UInt8? {
        number32(of: type).map { UInt8($0 >> 24) }
    }

    /// The R bit of EVEN-PORT (RFC 8656 §18.7).
    fileprivate var reservesNextPort: Bool {
        range(of: .evenPort).map { bytes[$0.lowerBound] & 0x80 != 0 } ?? false
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
