import Quantities

/// Samples per second at the codec's input and output; the coded signal is the same.
public enum OpusSampleRate: Int32, Hashable, Sendable, CaseIterable {
    /// 16 kHz, all that wideband speech needs.
    case wideband = 16_000
    /// 48 kHz, the rate of devices.
    case fullband = 48_000
}

/// Duration of a frame of speech (RFC 6716 §2.1.4).
public enum OpusFrameDuration: Int, Hashable, Sendable, CaseIterable {
    /// 10 ms.
    case milliseconds10 = 10
    /// 20 ms, the usual one.
    case milliseconds20 = 20
    /// 40 ms.
    case milliseconds40 = 40
    /// 60 ms.
    case milliseconds60 = 60

    /// The span.
    public var duration: SimDuration { .milliseconds(Int64(rawValue)) }

    /// Samples of one channel at `rate`.
    public func samples(at rate: OpusSampleRate) -> Int {
        rawValue * Int(rate.rawValue) / 1000
    }

    /// Ticks of the RTP clock, which runs at 48 kHz (RFC 7587 §4.1).
    public var ticks: Int { samples(at: .fullband) }
}

/// The widest audio that is coded (RFC 6716 §2).
public enum OpusBandwidth: String, Hashable, Sendable, CaseIterable {
    /// Up to 4 kHz.
    case narrowband
    /// Up to 6 kHz.
    case mediumband
    /// Up to 8 kHz. No packet is then hybrid or CELT, whose bytes differ between processors.
    case wideband
    /// Up to 12 kHz.
    case superwideband
    /// Up to 20 kHz.
    case fullband

    /// The lower sampling rate that carries it: speech at that rate is cheapest to code.
    public var sampleRate: OpusSampleRate {
        switch self {
        case .narrowband, .mediumband, .wideband: .wideband
        case .superwideband, .fullband: .fullband
        }
    }
}

/// How speech is encoded (RFC 7587 §6.1 names the same settings in SDP).
public struct OpusSettings: Hashable, Sendable {
    /// The range libopus takes for one channel, in bit/s.
    public static var bitrates: ClosedRange<Int64> { 6_000...256_000 }

    /// Target bit rate, within ``bitrates``.
    public var bitrate = Bitrate.kilobitsPerSecond(24)
    /// Duration of a frame, one a packet.
    public var frame = OpusFrameDuration.milliseconds20
    /// The widest audio that is coded.
    public var bandwidth = OpusBandwidth.wideband
    /// Whether silence is not sent (`usedtx`).
    public var isDiscontinuous = true
    /// Whether packets carry a coarse copy of the frame before (`useinbandfec`).
    public var hasForwardErrorCorrection = true
    /// Loss the redundancy is dimensioned for, 0…100 %; none is sent for 0.
    public var expectedLossPercentage = 5
    /// Computational effort, 0…10.
    public var complexity = 5
    /// Whether the bit rate follows the signal.
    public var isVariable = true

    /// 24 kbit/s wideband in 20 ms frames with DTX and FEC, at complexity 5.
    public init() {}
}
