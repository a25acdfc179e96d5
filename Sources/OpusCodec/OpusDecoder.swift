import CMediaShim
import COpus

/// One listener's Opus decoder: the only owner of a libopus state of about 18 KB.
public struct OpusDecoder: ~Copyable {
    private let state: OpaquePointer
    /// Samples per second of the output.
    public let sampleRate: OpusSampleRate

    /// A decoder to mono.
    ///
    /// - Throws: ``OpusError`` if the library has no memory.
    public init(sampleRate: OpusSampleRate = .fullband) throws(OpusError) {
        var code: Int32 = 0
        let created = opus_decoder_create(sampleRate.rawValue, 1, &code)
        try OpusError.check(code)
        guard let created else { throw .allocationFailed }
        self.sampleRate = sampleRate
        state = created
    }

    deinit {
        opus_decoder_destroy(state)
    }

    /// Decodes `packet` into `samples` and returns how many were written.
    ///
    /// - Precondition: `packet` is not empty; for none there is ``conceal(into:)``.
    /// - Throws: `invalidPacket` for hostile bytes, `bufferTooSmall` if the packet holds more.
    public mutating func decode(
        _ packet: UnsafeRawBufferPointer, into samples: UnsafeMutableBufferPointer<Int16>
    ) throws(OpusError) -> Int {
        try decode(packet, into: samples, redundancy: false)
    }

    /// Decodes the coarse copy of the frame before `packet`, which was lost, and returns how many
    /// samples were written: all of `samples`, concealed as far as `packet` holds no copy.
    ///
    /// - Precondition: `samples` is as long as the lost frame; `packet` is not empty.
    /// - Throws: `invalidPacket` for hostile bytes.
    public mutating func recover(
        from packet: UnsafeRawBufferPointer, into samples: UnsafeMutableBufferPointer<Int16>
    ) throws(OpusError) -> Int {
        try decode(packet, into: samples, redundancy: true)
    }

    /// Continues the signal over a frame that is missing, or makes comfort noise in silence, and
    /// returns how many samples were written.
    ///
    /// - Precondition: `samples` is as long as the missing frame, a multiple of 2.5 ms.
    /// - Throws: ``OpusError`` as libopus reports it.
    public mutating func conceal(
        into samples: UnsafeMutableBufferPointer<Int16>
    ) throws(OpusError) -> Int {
        guard let output = samples.baseAddress else { throw .bufferTooSmall }
        return try OpusError.check(opus_decode(state, nil, 0, output, Int32(samples.count), 0))
    }

    private mutating func decode(
        _ packet: UnsafeRawBufferPointer, into samples: UnsafeMutableBufferPointer<Int16>,
        redundancy: Bool
    ) throws(OpusError) -> Int {
        precondition(!packet.isEmpty, "an empty packet would be concealed, not decoded")
        guard let output = samples.baseAddress else { throw .bufferTooSmall }
        return try OpusError.check(
            opus_decode(
                state, packet.bindMemory(to: UInt8.self).baseAddress,
                Int32(clamping: packet.count), output, Int32(samples.count),
                redundancy ? 1 : 0))
    }

    /// State of the range coder after the last packet; equals the encoder's if nothing was lost.
    public borrowing func finalRange() throws(OpusError) -> UInt32 {
        var range: UInt32 = 0
        try OpusError.check(media_opus_decoder_get_final_range(state, &range))
        return range
    }
}
