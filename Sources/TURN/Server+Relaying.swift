import Addressing
import Quantities
import STUN

extension Server {
    /// ChannelData from a client goes on to the channel's peer (RFC 8656 §12.6).
    mutating func relayChannelData(
        _ message: consuming [UInt8], from client: FiveTuple, at now: SimTime
    ) {
        guard
            let length = ChannelData.dataByteCount(
                of: message, over: client.transport, on: channelNumbers)
        else {
            return counters.drop(.malformedChannelData)
        }
        guard let slot = clients[client] else { return counters.drop(.noAllocation) }
        let number = ChannelData.number(of: message)
        guard let peer = slots[slot].peer(ofChannel: number, at: now) else {
            return counters.drop(.unboundChannel)
        }
        guard slots[slot].permits(peer.ip, at: now) else { return counters.drop(.noPermission) }
        message.removeLast(message.count - ChannelData.headerByteCount - length)
        message.removeFirst(ChannelData.headerByteCount)
        relayToPeer(message, from: slots[slot].port, to: peer)
    }

    /// A Send indication's data goes on to the peer it names (RFC 8656 §11.2).
    mutating func relaySendIndication(
        _ message: MessageView, from client: FiveTuple, at now: SimTime
    ) {
        guard message.unknownRequiredCount == 0,
            let peer = message.address(of: .xorPeerAddress), let data = message.value(of: .data)
        else { return counters.drop(.incompleteIndication) }
        guard let slot = clients[client] else { return counters.drop(.noAllocation) }
        guard slots[slot].permits(peer.ip, at: now) else { return counters.drop(.noPermission) }
        relayToPeer(Array(data), from: slots[slot].port, to: peer)
    }

    private mutating func relayToPeer(
        _ data: consuming [UInt8], from port: UInt16, to peer: TransportAddress
    ) {
        guard data.count <= Self.maximumDataByteCount else { return counters.drop(.oversized) }
        counters.toPeers.count(data.count)
        counters.sent.count(data.count)
        outbox.push(
            Transmit(
                source: TransportAddress(configuration.address, port: port), destination: peer,
                transport: .udp, payload: data))
    }

    /// A peer's datagram goes on to the client that has the port (RFC 8656 §11.3, §12.7).
    mutating func relayToClient(
        _ data: consuming [UInt8], from peer: TransportAddress, at port: UInt16, _ now: SimTime
    ) {
        guard case .allocation(let slot) = ports.holder(of: port) else {
            return counters.drop(.freePort)
        }
        guard slots[slot].permits(peer.ip, at: now) else { return counters.drop(.noPermission) }
        guard data.count <= Self.maximumDataByteCount else { return counters.drop(.oversized) }
        counters.toClients.count(data.count)
        let client = slots[slot].client
        if let number = slots[slot].channel(to: peer, at: now) {
            return send(
                ChannelData.wrap(data, channel: number, over: client.transport), to: client)
        }
        var indication = MessageBuilder(
            .indication, .data, id: TransactionID(using: &randomness), capacity: data.count + 48)
        indication.add(.xorPeerAddress, peer)
        indication.add(.data, data)
        send(indication.finish(), to: client)
    }

    /// The channel that the allocation with the relayed port `port` has bound to `peer`.
    public func channel(
        onPort port: UInt16, to peer: TransportAddress, at now: SimTime
    ) -> UInt16? {
        guard case .allocation(let slot) = ports.holder(of: port) else { return nil }
        return slots[slot].channel(to: peer, at: now)
    }
}
