import Addressing
import Quantities
import STUN

// The rules of forwarding, for data that comes as an array and for data that stays where it lies.
extension Server {
    /// Where ChannelData on `number` goes, counted as sent; nil when it was dropped (RFC 8656
    /// §12.6).
    @inline(__always)
    mutating func wayToPeer(
        on number: UInt16, byteCount: Int, from client: FiveTuple, at now: SimTime
    ) -> (port: UInt16, peer: TransportAddress)? {
        guard let slot = clients[client] else {
            counters.drop(.noAllocation)
            return nil
        }
        guard
            let way = clients.way(from: slot, channel: number, at: now)
                ?? findWay(from: slot, channel: number, at: now)
        else { return nil }
        guard countToPeer(byteCount) else { return nil }
        return way
    }

    /// The same from the lists of the allocation, remembered for the next packet.
    private mutating func findWay(
        from slot: Int, channel number: UInt16, at now: SimTime
    ) -> (port: UInt16, peer: TransportAddress)? {
        guard let channel = slots[slot].binding(ofChannel: number, at: now) else {
            counters.drop(.unboundChannel)
            return nil
        }
        return findWay(through: channel, of: slot, at: now).map { ($0, channel.peer) }
    }

    /// The relayed port between a channel and its peer, if the peer's permission holds.
    private mutating func findWay(
        through channel: Allocation.Channel, of slot: Int, at now: SimTime
    ) -> UInt16? {
        guard let permitted = slots[slot].permission(for: channel.peer.ip, at: now),
            let port = slots[slot].port(in: channel.peer.ip.family)
        else {
            counters.drop(.noPermission)
            return nil
        }
        clients.remember(
            slot, channel: channel.number, port: port, peer: channel.peer,
            until: min(permitted, channel.expiry))
        return port
    }

    /// Counts data sent to a peer; false when it is too much for one datagram.
    @inline(__always)
    private mutating func countToPeer(_ byteCount: Int) -> Bool {
        guard byteCount <= Self.maximumDataByteCount else {
            counters.drop(.oversized)
            return false
        }
        counters.toPeers.count(byteCount)
        counters.sent.count(byteCount)
        return true
    }

    /// Where a peer's data goes and on which channel, if on any; nil when it was dropped (RFC 8656
    /// §11.3, §12.7).
    @inline(__always)
    mutating func wayToClient(
        from peer: TransportAddress, at local: TransportAddress, byteCount: Int, _ now: SimTime
    ) -> (client: FiveTuple, channel: UInt16?)? {
        guard case .allocation(let slot) = holder(of: local) else {
            counters.drop(.freePort)
            return nil
        }
        // No network carries a packet between the families; a permission is for one of them.
        guard peer.ip.family == local.ip.family else {
            counters.drop(.noPermission)
            return nil
        }
        let way: (client: FiveTuple, channel: UInt16?)
        if let known = clients.way(to: slot, from: peer, at: now) {
            way = (known.client, known.channel)
        } else if let channel = slots[slot].binding(to: peer, at: now) {
            guard findWay(through: channel, of: slot, at: now) != nil else { return nil }
            way = (clients.client(of: slot), channel.number)
        } else if slots[slot].permits(peer.ip, at: now) {
            way = (clients.client(of: slot), nil)
        } else {
            counters.drop(.noPermission)
            return nil
        }
        guard byteCount <= Self.maximumDataByteCount else {
            counters.drop(.oversized)
            return nil
        }
        counters.toClients.count(byteCount)
        return way
    }

    // MARK: Arrays

    /// ChannelData from a client goes on to the channel's peer.
    mutating func relayChannelData(
        _ message: consuming [UInt8], from client: FiveTuple, at now: SimTime
    ) {
        let length = message.withUnsafeBytes {
            ChannelData.dataByteCount(in: $0, over: client.transport, on: channelNumbers)
        }
        guard let length else { return counters.drop(.malformedChannelData) }
        let number = ChannelData.number(of: message)
        guard let way = wayToPeer(on: number, byteCount: length, from: client, at: now) else {
            return
        }
        message.removeLast(message.count - ChannelData.headerByteCount - length)
        message.removeFirst(ChannelData.headerByteCount)
        sendToPeer(message, from: way.port, to: way.peer)
    }

    /// A Send indication's data goes on to the peer it names (RFC 8656 §11.2).
    mutating func relaySendIndication(
        _ message: MessageView, from client: FiveTuple, at now: SimTime
    ) {
        guard message.unknownRequiredCount == 0,
            let peer = message.address(of: .xorPeerAddress), let data = message.value(of: .data)
        else { return counters.drop(.incompleteIndication) }
        guard let slot = clients[client] else { return counters.drop(.noAllocation) }
        guard slots[slot].permits(peer.ip, at: now),
            let port = slots[slot].port(in: peer.ip.family)
        else { return counters.drop(.noPermission) }
        guard countToPeer(data.count) else { return }
        sendToPeer(Array(data), from: port, to: peer)
    }

    private mutating func sendToPeer(
        _ data: consuming [UInt8], from port: UInt16, to peer: TransportAddress
    ) {
        outbox.push(
            Transmit(
                source: relayedAddress(port, towards: peer), destination: peer, transport: .udp,
                payload: data))
    }

    /// A peer's datagram goes on to the client that has the port.
    mutating func relayToClient(
        _ data: consuming [UInt8], from peer: TransportAddress, at local: TransportAddress,
        _ now: SimTime
    ) {
        guard let way = wayToClient(from: peer, at: local, byteCount: data.count, now) else {
            return
        }
        if let number = way.channel {
            return send(
                ChannelData.wrap(data, channel: number, over: way.client.transport),
                to: way.client)
        }
        var indication = MessageBuilder(
            .indication, .data, id: TransactionID(using: &randomness), capacity: data.count + 48)
        indication.add(.xorPeerAddress, peer)
        indication.add(.data, data)
        send(indication.finish(), to: way.client)
    }

    /// The channel that the allocation with the relayed port `port` has bound to `peer`.
    public func channel(
        onPort port: UInt16, to peer: TransportAddress, at now: SimTime
    ) -> UInt16? {
        guard
            case .allocation(let slot) = holder(of: relayedAddress(port, towards: peer))
        else { return nil }
        return slots[slot].binding(to: peer, at: now)?.number
    }
}
