import Addressing
import Quantities
import STUN

extension Client {
    /// Takes a datagram, or a whole frame of a stream, that came from `source` to the client's
    /// local address.
    public mutating func handle(
        _ datagram: consuming [UInt8], from source: TransportAddress, at now: SimTime
    ) -> ClientInput {
        clock = now
        guard source == server else { return .rejected(.notFromServer) }
        switch DatagramKind.classify(datagram) {
        case .turnChannel: return handleChannelData(datagram)
        case .stun: break
        case .dtls, .rtp, .zrtp, .unknown: return .rejected(.notSTUN)
        }
        do throws(MalformedMessage) {
            return handle(try MessageView(datagram))
        } catch {
            return .rejected(.malformed)
        }
    }

    private mutating func handle(_ message: MessageView) -> ClientInput {
        switch message.kind {
        case .success, .error:
            let id = message.id
            guard let index = transactions.firstIndex(where: { $0.id == id }) else {
                return .unclaimed(message)
            }
            return handleAnswer(message, to: index)
        case .indication where message.method == .data: return handleDataIndication(message)
        case .indication: return .rejected(.unexpectedMessage)
        case .request: return .unclaimed(message)
        }
    }

    /// RFC 8656 §11.4.
    private func handleDataIndication(_ message: MessageView) -> ClientInput {
        guard message.unknownRequiredCount == 0,
            let peer = message.address(of: .xorPeerAddress), let data = message.value(of: .data)
        else { return .rejected(.unexpectedMessage) }
        // One asked for counts: the server may have granted it while its answer was lost.
        guard
            permissions.contains(where: { $0.peer == peer.ip })
                || channels.contains(where: { $0.peer.ip == peer.ip })
        else { return .rejected(.noPermission) }
        return .data(from: peer, Array(data))
    }

    /// RFC 8656 §12.6. A channel counts as soon as it was asked for (§12).
    private func handleChannelData(_ message: consuming [UInt8]) -> ClientInput {
        let length = message.withUnsafeBytes {
            ChannelData.dataByteCount(in: $0, over: configuration.transport)
        }
        guard let length else { return .rejected(.malformed) }
        let number = ChannelData.number(of: message)
        for channel in channels where channel.number == number {
            message.removeLast(message.count - ChannelData.headerByteCount - length)
            message.removeFirst(ChannelData.headerByteCount)
            return .data(from: channel.peer, message)
        }
        return .rejected(.unknownChannel)
    }

    /// Sends `data` to `peer` through the server: as ChannelData when a channel is bound, as a Send
    /// indication when there is a permission; else it asks for one and holds the data until then.
    public mutating func send(
        _ data: consuming [UInt8], to peer: TransportAddress, at now: SimTime
    ) -> SendOutcome {
        clock = now
        guard case .allocated = state else { return .notAllocated }
        guard data.count <= Server.maximumDataByteCount else { return .oversized }
        for channel in channels where channel.peer == peer && channel.isBound {
            transmit(
                ChannelData.wrap(
                    data, channel: channel.number, over: configuration.transport))
            return .sent
        }
        if permissions.contains(where: { $0.peer == peer.ip && $0.isInstalled }) {
            transmitIndication(data, to: peer)
            return .sent
        }
        guard held.count < Self.maximumHeldDatagrams else { return .tooManyHeld }
        want(peer.ip)
        guard permissions.contains(where: { $0.peer == peer.ip }) else { return .tooManyHeld }
        held.append((peer, data))
        return .held
    }

    /// The channel to `peer` that was asked for, bound already or about to be.
    public func channel(to peer: TransportAddress) -> UInt16? {
        channels.first { $0.peer == peer }?.number
    }

    /// RFC 8656 §11.1.
    mutating func transmitIndication(_ data: [UInt8], to peer: TransportAddress) {
        var indication = MessageBuilder(
            .indication, .send, id: TransactionID(using: &randomness), capacity: data.count + 48)
        indication.add(.xorPeerAddress, peer)
        indication.add(.data, data)
        transmit(indication.finish())
    }
}
