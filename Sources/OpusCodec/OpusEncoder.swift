import CMediaShim
import COpus

/// One talker's Opus encoder: the only owner of a libopus state of about 44 KB.
public struct OpusEncoder: ~Copyable {
    /// Delay of the coded signal behind the input beyond the frame itself, in microseconds: 6.5 ms
    /// of look-ahead in the application mode for speech (RFC 6716 §2, libopus `VOIP`).
    public static var lookAheadMicroseconds: Int64 { 6_500 }

    private let state: OpaquePointer
    /// The settings the encoder was made with.
    public let settings: OpusSettings
    /// Samples per second of the input.
    public let sampleRate: OpusSampleRate

    /// An encoder of mono speech.
    ///
    /// - Throws: ``OpusError`` if the library refuses a setting or has no memory.
    public init(settings: OpusSettings, sampleRate: OpusSampleRate = .fullband) throws(OpusError) {
        guard OpusSettings.bitrates.contains(settings.bitrate.bitsPerSecond),
            (0...100).contains(settings.expectedLossPercentage)
        else { throw .badArgument }
        var code: Int32 = 0
        let created = opus_encoder_create(
            sampleRate.rawValue, 1, OPUS_APPLICATION_VOIP, &code)
        try OpusError.check(code)
        guard let created else { throw .allocationFailed }
        do {
            try Self.configure(created, settings)
        } catch {
            opus_encoder_destroy(created)
            throw error
        }
        self.settings = settings
        self.sampleRate = sampleRate
        state = created
    }

    deinit {
        opus_encoder_destroy(state)
    }

    private static func configure(
        _ state: OpaquePointer, _ settings: OpusSettings
    ) throws(OpusError) {
        let bandwidth =
            switch settings.bandwidth {
            case .narrowband: OPUS_BANDWIDTH_NARROWBAND
            case .mediumband: OPUS_BANDWIDTH_MEDIUMBAND
            case .wideband: OPUS_BANDWIDTH_WIDEBAND
            case .superwideband: OPUS_BANDWIDTH_SUPERWIDEBAND
            case .fullband: OPUS_BANDWIDTH_FULLBAND
            }
        let requests = [
            media_opus_encoder_set_bitrate(state, Int32(settings.bitrate.bitsPerSecond)),
            media_opus_encoder_set_complexity(state, Int32(clamping: settings.complexity)),
            media_opus_encoder_set_max_bandwidth(state, bandwidth),
            media_opus_encoder_set_signal(state, OPUS_SIGNAL_VOICE),
            media_opus_encoder_set_vbr(state, settings.isVariable ? 1 : 0),
            media_opus_encoder_set_dtx(state, settings.isDiscontinuous ? 1 : 0),
            media_opus_encoder_set_inband_fec(state, settings.hasForwardErrorCorrection ? 1 : 0),
            media_opus_encoder_set_packet_loss_percentage(
                state, Int32(settings.expectedLossPercentage)),
        ]
        for result in requests { try OpusError.check(result) }
    }

    /// Samples of one frame.
    public var frameSamples: Int { settings.frame.samples(at: sampleRate) }

    /// Encodes one frame into `output` and returns the packet's length in bytes.
    ///
    /// A length of at most 2 says that the talker is silent and the packet need not be sent. The
    /// library fits the packet into `output`, so 1,275 bytes of room leave the rate untouched.
    ///
    /// - Precondition: `samples` is one frame long.
    /// - Throws: ``OpusError`` as libopus reports it.
    public mutating func encode(
        _ samples: UnsafeBufferPointer<Int16>, into output: UnsafeMutableRawBufferPointer
    ) throws(OpusError) -> Int {
        precondition(samples.count == frameSamples, "a frame is encoded whole")
        guard let input = samples.baseAddress,
            let bytes = output.bindMemory(to: UInt8.self).baseAddress
        else { throw .bufferTooSmall }
        return try OpusError.check(
            opus_encode(
                state, input, Int32(samples.count), bytes, Int32(clamping: output.count)))
    }

    /// State of the range coder after the last frame; equals the decoder's after the same packet.
    public borrowing func finalRange() throws(OpusError) -> UInt32 {
        var range: UInt32 = 0
        try OpusError.check(media_opus_encoder_get_final_range(state, &range))
        return range
    }

    /// Samples of look-ahead at ``sampleRate``.
    public borrowing func lookAheadSamples() throws(OpusError) -> Int {
        var samples: Int32 = 0
        try OpusError.check(media_opus_encoder_get_lookahead(state, &samples))
        return Int(samples)
    }
}
