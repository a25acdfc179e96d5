import STUN

/// Cuts the bytes of a TCP or TLS connection into STUN messages and ChannelData (RFC 8656 §3.1,
/// §12.5): the first two bits tell which, the length field how long.
public struct StreamFrames: Sendable {
    /// Why a stream cannot be read on; the connection is closed.
    public enum Broken: Error, Hashable, Sendable, BitwiseCopyable {
        /// A frame starts with a byte that belongs to neither.
        case unknownFrame(firstByte: UInt8)
        /// More is waiting than one frame can have.
        case overflow(byteCount: Int)
    }

    /// Most bytes that may wait for the rest of their frame: the longest frame, and one read.
    public static var maximumWaitingBytes: Int { 2 * 65_560 }

    private var waiting: [UInt8] = []
    private var head = 0

    private let acceptsFormerChannels: Bool

    /// A connection's first byte is yet to come. `acceptsFormerChannels` as in
    /// ``ServerConfiguration/acceptsFormerChannels``.
    public init(acceptsFormerChannels: Bool = false) {
        self.acceptsFormerChannels = acceptsFormerChannels
    }

    /// Takes bytes as they were read; throws when too many wait.
    public mutating func append(_ bytes: some Collection<UInt8>) throws(Broken) {
        if head > 0 {
            waiting.removeFirst(head)
            head = 0
        }
        guard waiting.count + bytes.count <= Self.maximumWaitingBytes else {
            throw .overflow(byteCount: waiting.count + bytes.count)
        }
        waiting.append(contentsOf: bytes)
    }

    /// The next whole frame with its padding, or nil until more bytes come; throws when the stream
    /// is not one of frames.
    public mutating func next() throws(Broken) -> [UInt8]? {
        guard waiting.count - head >= ChannelData.headerByteCount else { return nil }
        let length = Int(waiting[head + 2]) << 8 | Int(waiting[head + 3])
        let total: Int
        switch DatagramKind.classify(firstByte: waiting[head]) {
        case .stun: total = Header.byteCount + length
        case .turnChannel: total = ChannelData.byteCount(of: length, over: .tcp)
        case .unknown
        where acceptsFormerChannels && ChannelData.isFormer(firstByte: waiting[head]):
            total = ChannelData.byteCount(of: length, over: .tcp)
        case .dtls, .rtp, .zrtp, .unknown: throw .unknownFrame(firstByte: waiting[head])
        }
        guard waiting.count - head >= total else { return nil }
        defer { head += total }
        return Array(waiting[head..<head + total])
    }
}
