import Addressing
import Quantities
import STUN

/// What is to be done with a packet that was handed to ``Server/forward(_:_:from:transport:to:at:)``.
public enum Forwarding: Hashable, Sendable {
    /// It goes on, as it now lies in the buffer.
    case packet(ForwardedPacket)
    /// Nothing; why is in the counters.
    case dropped
    /// It is no data on a channel or from a peer: hand the datagram, which is as it was, to
    /// ``Server/handle(_:from:transport:to:at:)``. Nothing has been counted yet.
    case message
}

/// A packet to send, in the buffer in which it came.
public struct ForwardedPacket: Hashable, Sendable {
    /// Where it leaves: a relayed transport address, or where the server listens.
    public let source: TransportAddress
    /// A peer or a client.
    public let destination: TransportAddress
    /// What carries it; to peers always UDP.
    public let transport: TransportProtocol
    /// Which bytes of the buffer it is.
    public let bytes: Range<Int>
}

extension Server {
    /// Bytes that a buffer for ``forward(_:_:from:transport:to:at:)`` keeps free in front of a
    /// datagram: the headers of a Data indication from an IPv6 peer (RFC 8489 §5, RFC 8656 §11.5).
    public static var headRoom: Int { 48 }
    /// Bytes that it keeps free behind: padding to a multiple of four.
    public static var tailRoom: Int { 3 }

    /// Takes what arrived as ``handle(_:from:transport:to:at:)`` does and by the same rules, but
    /// forwards data where it lies: ChannelData loses its header by starting later, a peer's data
    /// gets one in front. The datagram is `buffer[datagram]`. Nothing is allocated or queued.
    ///
    /// - Precondition: ``headRoom`` bytes of `buffer` are free before `datagram` and ``tailRoom``
    ///   behind.
    public mutating func forward(
        _ buffer: UnsafeMutableRawBufferPointer, _ datagram: Range<Int>,
        from source: TransportAddress, transport: TransportProtocol, to local: TransportAddress,
        at now: SimTime
    ) -> Forwarding {
        precondition(
            datagram.lowerBound >= Self.headRoom
                && datagram.upperBound + Self.tailRoom <= buffer.count,
            "a datagram has room for headers before it and for padding behind it")
        endExpired(at: now)
        switch destination(of: local, over: transport) {
        case .peersData:
            counters.received.count(datagram.count)
            return forwardToClient(buffer, datagram, from: source, at: local, now)
        case .clientsMessage:
            guard !datagram.isEmpty, isChannelData(firstByte: buffer[datagram.lowerBound]) else {
                return .message
            }
            counters.received.count(datagram.count)
            let client = FiveTuple(client: source, serverPort: local.port, transport: transport)
            return forwardToPeer(buffer, datagram, from: client, at: now)
        case .discovery, .nobody:
            return .message
        }
    }

    @inline(__always)
    private mutating func forwardToPeer(
        _ buffer: UnsafeMutableRawBufferPointer, _ datagram: Range<Int>, from client: FiveTuple,
        at now: SimTime
    ) -> Forwarding {
        let message = UnsafeRawBufferPointer(rebasing: buffer[datagram])
        guard
            let length = ChannelData.dataByteCount(
                in: message, over: client.transport, on: channelNumbers)
        else {
            counters.drop(.malformedChannelData)
            return .dropped
        }
        let number = UInt16(bigEndian: message.loadUnaligned(as: UInt16.self))
        guard let way = wayToPeer(on: number, byteCount: length, from: client, at: now) else {
            return .dropped
        }
        let start = datagram.lowerBound + ChannelData.headerByteCount
        return .packet(
            ForwardedPacket(
                source: relayedAddress(way.port, towards: way.peer), destination: way.peer,
                transport: .udp, bytes: start..<start + length))
    }

    @inline(__always)
    private mutating func forwardToClient(
        _ buffer: UnsafeMutableRawBufferPointer, _ datagram: Range<Int>,
        from peer: TransportAddress, at local: TransportAddress, _ now: SimTime
    ) -> Forwarding {
        guard
            let way = wayToClient(
                from: peer, at: local, byteCount: datagram.count, now)
        else { return .dropped }
        let bytes: Range<Int>
        if let number = way.channel {
            let start = datagram.lowerBound - ChannelData.headerByteCount
            let count = ChannelData.frame(
                UnsafeMutableRawBufferPointer(rebasing: buffer[start...]),
                dataByteCount: datagram.count, channel: number, over: way.client.transport)
            bytes = start..<start + count
        } else {
            bytes = DataIndication.frame(
                buffer, datagram, from: peer, id: TransactionID(using: &randomness))
        }
        counters.sent.count(bytes.count)
        return .packet(
            ForwardedPacket(
                source: listeningAddress(for: way.client), destination: way.client.client,
                transport: way.client.transport, bytes: bytes))
    }
}

/// The Data indication (RFC 8656 §11.5) around data that lies in a buffer already.
enum DataIndication {
    /// Class indication, method Data (RFC 8489 §5, RFC 8656 §17).
    private static let type: UInt16 = 0x0017

    /// Frames `buffer[data]`: header, XOR-PEER-ADDRESS and the head of DATA in front, padding
    /// behind. Where the message lies.
    ///
    /// - Precondition: there is room for them.
    static func frame(
        _ buffer: UnsafeMutableRawBufferPointer, _ data: Range<Int>, from peer: TransportAddress,
        id: TransactionID
    ) -> Range<Int> {
        let isV4 = peer.ip.family == .v4
        let addressByteCount = isV4 ? 8 : 20
        let start = data.lowerBound - Header.byteCount - 4 - addressByteCount - 4
        let end = data.lowerBound + (data.count + 3) & ~3
        var place = start
        func write<Word: FixedWidthInteger & BitwiseCopyable>(_ word: Word) {
            buffer.storeBytes(of: word.bigEndian, toByteOffset: place, as: Word.self)
            place += MemoryLayout<Word>.size
        }
        write(Self.type)
        write(UInt16(truncatingIfNeeded: end - start - Header.byteCount))
        write(Header.magicCookie)
        write(id.high)
        write(id.low)
        write(AttributeType.xorPeerAddress.rawValue)
        write(UInt16(addressByteCount))
        write(UInt16(peer.ip.family.rawValue))
        write(peer.port ^ UInt16(truncatingIfNeeded: Header.magicCookie >> 16))
        if isV4 {
            write(UInt32(truncatingIfNeeded: peer.ip.low) ^ Header.magicCookie)
        } else {
            write(peer.ip.high ^ (UInt64(Header.magicCookie) << 32 | UInt64(id.high)))
            write(peer.ip.low ^ id.low)
        }
        write(AttributeType.data.rawValue)
        write(UInt16(data.count))
        for index in data.upperBound..<end { buffer[index] = 0 }
        return start..<end
    }
}
