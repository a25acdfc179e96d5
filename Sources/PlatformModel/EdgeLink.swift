import Addressing
import RandomStreams

/// What passes between browsers and the signalling service, as whoever stands between them is handed it, in a run that is
/// audited: packets with their headers, and in them records that it cannot open.
///
/// It holds nothing but a stream of random words of its own, so that nothing of the run depends on it.
struct EdgeLink {
    /// A breach that tests plant: connections end at the edge, which has messages in the open.
    var isOpen = false

    private var draws = RandomStream(
        StreamName(seed: 0, replication: 0, purpose: StreamPurpose(rawValue: 0), entity: 0))

    /// Where the service is reached: addresses for documents (RFC 5737 §3, RFC 3849), which nobody has.
    static let service = (
        v4: IPAddress(v4: 0xC633_6401), v6: IPAddress(v6High: 0x2001_0db8 << 32, low: 1)
    )
    /// The port of connections over TLS.
    static let servicePort: UInt16 = 443

    /// The packet with which a connection from `source` begins: headers of IPv4 (RFC 791 §3.1) or IPv6 (RFC 8200 §3) and of
    /// TCP (RFC 9293 §3.1) without options. Port and sequence number are drawn.
    mutating func opening(from source: IPAddress) -> [UInt8] {
        let port = 1024 + UInt16(draws.nextInteger(below: 64_512))
        let sequence = draws.nextUInt32()
        return source.family == .v4
            ? Self.packet(from: source, to: Self.service.v4, port, sequence)
            : Self.packet(from: source, to: Self.service.v6, port, sequence)
    }

    /// The record in which `text` goes over a connection (RFC 8446 §5.2): its header, and as many bytes as text, type and tag
    /// come to. Who has no keys cannot tell these from random ones.
    ///
    /// - Precondition: `text` is no longer than a record may be, 2¹⁴ bytes; messages are shorter.
    mutating func record(of text: [UInt8]) -> [UInt8] {
        guard !isOpen else { return text }
        precondition(text.count <= 1 << 14, "a message fills more than a record")
        let length = text.count + Self.typeByteCount + Self.tagByteCount
        var record: [UInt8] = [Self.applicationData, 3, 3]
        record.appendBigEndian(UInt16(length))
        let body = record.count
        record += draws.nextBytes(length)
        for place in text.indices { record[body + place] ^= text[place] }
        return record
    }

    /// The type of all sealed records.
    private static let applicationData: UInt8 = 23
    /// The true type stands behind the text, sealed with it.
    private static let typeByteCount = 1
    /// As AES-GCM and ChaCha20-Poly1305 have it (RFC 8446 §5.2, appendix B.4).
    private static let tagByteCount = 16

    // MARK: Headers

    /// The protocol number of TCP.
    private static let tcp: UInt8 = 6
    private static let timeToLive: UInt8 = 64
    private static let segmentByteCount: UInt16 = 20

    private static func packet(
        from source: IPAddress, to target: IPAddress, _ port: UInt16, _ sequence: UInt32
    ) -> [UInt8] {
        var addresses: [UInt8] = []
        addresses.appendBigEndian(source)
        addresses.appendBigEndian(target)
        var packet: [UInt8] = []
        switch source.family {
        case .v4:
            // Version 4, five words; nothing is fragmented.
            packet = [0x45, 0]
            packet.appendBigEndian(20 + segmentByteCount)
            packet += [0, 0, 0x40, 0, timeToLive, tcp, 0, 0] + addresses
            packet.replaceBigEndian(checksum(packet), at: 10)
        case .v6:
            packet = [0x60, 0, 0, 0]
            packet.appendBigEndian(segmentByteCount)
            packet += [tcp, timeToLive] + addresses
        }
        return packet + segment(between: addresses, port, sequence)
    }

    /// A SYN.
    private static func segment(
        between addresses: [UInt8], _ port: UInt16, _ sequence: UInt32
    ) -> [UInt8] {
        var segment: [UInt8] = []
        segment.appendBigEndian(port)
        segment.appendBigEndian(servicePort)
        segment.appendBigEndian(sequence)
        // Nothing to acknowledge; five words, SYN; the greatest window; no sum yet, nothing urgent.
        segment += [0, 0, 0, 0, 0x50, 0x02, 0xff, 0xff, 0, 0, 0, 0]
        // Lengths and protocol of both pseudo-headers come to the same sum (RFC 9293 §3.1, RFC 8200 §8.1).
        var pseudo = addresses + [0, tcp]
        pseudo.appendBigEndian(segmentByteCount)
        segment.replaceBigEndian(checksum(pseudo + segment), at: 16)
        return segment
    }

    /// The complement of the sum of 16-bit words (RFC 1071).
    ///
    /// - Precondition: `bytes` are an even number.
    static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for place in stride(from: 0, to: bytes.count, by: 2) {
            sum += UInt32(bytes[place]) << 8 | UInt32(bytes[place + 1])
        }
        while sum > 0xffff { sum = sum & 0xffff + sum >> 16 }
        return ~UInt16(sum)
    }
}

extension [UInt8] {
    fileprivate mutating func replaceBigEndian(_ value: UInt16, at place: Int) {
        self[place] = UInt8(value >> 8)
        self[place + 1] = UInt8(value & 0xff)
    }
}
