import MediaSecurity
import RTP

@testable import MediaPipeline

/// Hostile datagrams, made from what the path shows of a call, from packets of strangers and from
/// those of a party that breaks the rules under its own keys.
final class Attack {
    /// What is done to the receiver.
    enum Kind: Int, CaseIterable {
        case truncated, flipped, replayed, otherSource, strangersKey, oversized, otherProtocol
        case confused, random, tiny, insider, handshake
    }

    /// Packets of the attacked party's peer that the path has shown, in order.
    private var known: [[UInt8]] = []
    /// How many of those have arrived, so that the same bytes again are a replay.
    var arrivedCount = 0
    /// Datagrams of the handshake that the path has shown.
    private var handshakes: [[UInt8]] = []
    private let strangers: [[UInt8]]
    private let insiders: [[UInt8]]
    private let limit: Int
    private let hasHandshake: Bool
    private let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 2048, alignment: 16)
    private var bits: UInt64
    private(set) var made: Int64 = 0

    /// - Parameters:
    ///   - limit: the longest datagram in bytes.
    ///   - hasHandshake: whether the receiver tells protocols apart and has done a handshake.
    init(
        seed: UInt64, strangers: [[UInt8]], insiders: [[UInt8]] = [], limit: Int,
        hasHandshake: Bool = false
    ) {
        bits = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        self.strangers = strangers
        self.insiders = insiders
        self.limit = limit
        self.hasHandshake = hasHandshake
    }

    deinit {
        scratch.deallocate()
    }

    var knownCount: Int { known.count }

    func learn(_ datagram: [UInt8]) {
        if datagram[0] >> 6 == 2 { known.append(datagram) } else { handshakes.append(datagram) }
    }

    private func draw(below bound: Int) -> Int {
        bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(truncatingIfNeeded: ((bits >> 33) &* UInt64(bound)) >> 31)
    }

    private func copy(_ bytes: [UInt8]) -> Int {
        scratch.copyBytes(from: bytes)
        return bytes.count
    }

    private func fill(_ range: Range<Int>) {
        var at = range.lowerBound
        while at < range.upperBound {
            bits = bits &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            scratch.storeBytes(of: bits >> 24, toByteOffset: at, as: UInt64.self)
            at += 4
        }
    }

    /// The next datagram; it holds until the one after it is made.
    func next() -> UnsafeRawBufferPointer {
        let kind = Int(made) % Kind.allCases.count
        made += 1
        return UnsafeRawBufferPointer(rebasing: scratch[..<make(Kind(rawValue: kind)!)])
    }

    /// Makes a datagram of `kind` and returns its length.
    private func make(_ kind: Kind) -> Int {
        switch kind {
        case .truncated: return draw(below: copy(known[draw(below: known.count)]))
        case .flipped:
            // Also of packets on their way: theirs is the index that would be accepted next.
            let count = copy(known[known.count - 1 - draw(below: min(known.count, 4))])
            scratch[draw(below: count)] ^= 1 << UInt8(draw(below: 8))
            return count
        case .replayed: return copy(known[draw(below: arrivedCount)])
        case .otherSource:
            let count = copy(known[known.count - 1 - draw(below: min(known.count, 4))])
            scratch[8 + draw(below: 4)] ^= UInt8(1 + draw(below: 255))
            return count
        case .strangersKey: return copy(strangers[draw(below: strangers.count)])
        case .oversized:
            let count = copy(known[known.count - 1])
            // A receiver that has a limit is sent more than that.
            let end = hasHandshake && draw(below: 2) == 0 ? limit + 1 + draw(below: 500) : limit
            if end > count { fill(count..<end - 8) }
            return max(end, count)
        case .otherProtocol:
            fill(0..<64)
            let first = draw(below: 192)
            scratch[0] = UInt8(first < 128 ? first : first + 64)
            return 1 + draw(below: 64)
        case .confused:
            let count = copy(known[known.count - 1 - draw(below: min(known.count, 4))])
            let isControl = ControlType.isControl(secondByte: scratch[1])
            scratch[1] = isControl ? 111 : UInt8(192 + draw(below: 32))
            return count
        case .random:
            fill(0..<240)
            scratch[0] = 0x80 | scratch[0] & 0x3f
            return 1 + draw(below: 240)
        case .tiny:
            fill(0..<16)
            return draw(below: 13)
        case .insider:
            guard !insiders.isEmpty else { return copy(known[draw(below: arrivedCount)]) }
            return copy(insiders[draw(below: insiders.count)])
        case .handshake:
            guard !handshakes.isEmpty else { return make(.random) }
            let count = copy(handshakes[draw(below: handshakes.count)])
            if draw(below: 2) == 0 {
                scratch[draw(below: count)] ^= 1 << UInt8(draw(below: 8))
            }
            return draw(below: 4) == 0 ? draw(below: count) : count
        }
    }
}

extension Attack {
    /// Authentic packets of a source that is not the call's, each broken in its own way.
    static func insiders(_ keys: consuming SRTPKeys, _ profile: SRTPProfile) throws -> [[UInt8]] {
        var session = try SRTPSession(keys: keys)
        var packets: [[UInt8]] = []
        for number: UInt16 in 0..<64 {
            var packet = [UInt8](repeating: 0, count: 64 + profile.overhead)
            let header = PacketHeader(
                payloadType: number % 3 == 0 ? 5 : 111, sequenceNumber: number,
                timestamp: UInt32(number) * 960, source: 0xbad0_bad0)
            let count = try packet.withUnsafeMutableBytes { bytes in
                try header.write(to: bytes)
                // Padding that its last byte denies.
                if number % 3 == 1 { bytes[0] |= 0x20 }
                return try session.protect(bytes, count: 64)
            }
            packets.append(Array(packet[..<count]))
        }
        for number: UInt8 in 0..<16 {
            var packet = [UInt8](repeating: 0, count: 64 + profile.controlOverhead)
            let count = try packet.withUnsafeMutableBytes { bytes in
                // A report that announces more blocks than it holds.
                bytes.copyBytes(from: [0x9f, 201, 0, 6, 0xba, 0xd0, 0xba, 0xd0, number])
                return try session.protectControl(bytes, count: 28)
            }
            packets.append(Array(packet[..<count]))
        }
        return packets
    }
}
