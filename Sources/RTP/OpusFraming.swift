/// The frames within one Opus packet, checked against RFC 6716 §3.2, requirements R1 to R7.
public struct OpusFraming: Hashable, Sendable {
    /// What the packet's first byte says.
    public let head: OpusPayload
    /// Where the first frame lies in the payload; empty if the encoder made it so (DTX).
    public let firstFrame: Range<Int>
    /// Bytes of padding at the end, its own count included (§3.2.5).
    public let paddingByteCount: Int

    /// Reads the framing of `payload`; nil if it is no well-formed packet (RFC 6716 §3.4).
    public init?(_ payload: UnsafeRawBufferPointer) {
        guard let head = OpusPayload(payload) else { return nil }
        self.head = head
        var reader = Reader(payload: payload)
        switch payload[0] & 3 {
        case 0:
            guard let frames = reader.equalFrames(1) else { return nil }
            firstFrame = frames
        case 1:
            guard let frames = reader.equalFrames(2) else { return nil }
            firstFrame = frames
        case 2:
            guard let frames = reader.unequalFrames(2) else { return nil }
            firstFrame = frames
        default:
            reader.offset = 2
            guard payload[1] & 0x40 == 0 || reader.skipPadding() else { return nil }
            let isVariable = payload[1] & 0x80 != 0
            guard
                let frames = isVariable
                    ? reader.unequalFrames(head.frameCount) : reader.equalFrames(head.frameCount)
            else { return nil }
            firstFrame = frames
        }
        paddingByteCount = reader.paddingByteCount
    }

    /// Whether the first frame carries a coarse copy of the one before it (LBRR), in any channel.
    ///
    /// The flag follows one activity bit for each 20 ms in the first bits of a linear-prediction
    /// frame, the side channel's after the middle's (RFC 6716 §4.2.3, §4.2.4).
    public func hasRedundancy(_ payload: UnsafeRawBufferPointer) -> Bool {
        guard head.mode != .celt, !firstFrame.isEmpty else { return false }
        let flags = payload[firstFrame.lowerBound]
        let activityBits = max(1, head.frameTicks / 960)
        if flags >> UInt8(7 - activityBits) & 1 == 1 { return true }
        return head.isStereo && flags >> UInt8(6 - 2 * activityBits) & 1 == 1
    }

    private struct Reader {
        let payload: UnsafeRawBufferPointer
        var offset = 1
        var paddingByteCount = 0

        init(payload: UnsafeRawBufferPointer) {
            self.payload = payload
        }

        private var left: Int { payload.count - paddingDataCount - offset }
        /// Bytes of padding after the frames, without their count.
        private var paddingDataCount = 0

        /// Reads the count of padding bytes: 255 means 254 and one more byte of count (§3.2.5).
        mutating func skipPadding() -> Bool {
            while true {
                guard offset < payload.count else { return false }
                let value = Int(payload[offset])
                offset += 1
                paddingByteCount += 1
                paddingDataCount += min(value, 254)
                if value < 255 { break }
            }
            paddingByteCount += paddingDataCount
            return left >= 0
        }

        /// The first of `count` frames of one length that fill the packet.
        mutating func equalFrames(_ count: Int) -> Range<Int>? {
            guard left >= 0, left % count == 0, left / count <= OpusPayload.maximumFrameBytes
            else { return nil }
            return offset..<offset + left / count
        }

        /// The first of `count` frames that each say their length but the last, which fills the
        /// packet.
        mutating func unequalFrames(_ count: Int) -> Range<Int>? {
            var sum = 0
            var first: Int?
            for _ in 1..<count {
                guard let length = frameLength() else { return nil }
                sum += length
                if first == nil { first = length }
            }
            guard sum <= left, left - sum <= OpusPayload.maximumFrameBytes else { return nil }
            return offset..<offset + (first ?? left)
        }

        /// A length of one byte, or of two from 252 on (§3.2.1).
        private mutating func frameLength() -> Int? {
            guard left > 0 else { return nil }
            let first = Int(payload[offset])
            offset += 1
            guard first >= 252 else { return first }
            guard left > 0 else { return nil }
            let second = Int(payload[offset])
            offset += 1
            return 4 * second + first
        }
    }
}
