import Quantities

/// What is spoken over, and in how much detail it is simulated.
public struct Media: Hashable, Sendable, BitwiseCopyable {
    /// The speech codec's settings.
    public var codec: Codec
    /// How packets are protected.
    public var srtp: SRTPProfileName
    /// Which share of the calls is simulated in which detail.
    public var fidelity: FidelityShares
    /// How quality is computed.
    public var quality: QualityModel
    /// How received packets wait for their playout.
    public var jitterBuffer: JitterBufferModel
    /// The error of a peer's clock, drawn once a visit.
    public var clockDrift: ClockDrift

    /// The given media.
    public init(
        codec: Codec = Codec(), srtp: SRTPProfileName = .aeadAES128GCM,
        fidelity: FidelityShares = FidelityShares(), quality: QualityModel = QualityModel(),
        jitterBuffer: JitterBufferModel = JitterBufferModel(),
        clockDrift: ClockDrift = .constant(0)
    ) {
        self.codec = codec
        self.srtp = srtp
        self.fidelity = fidelity
        self.quality = quality
        self.jitterBuffer = jitterBuffer
        self.clockDrift = clockDrift
    }
}

/// Settings of the Opus encoder (RFC 6716).
public struct Codec: Hashable, Sendable, BitwiseCopyable {
    /// Target rate, 6…510 kbit/s (RFC 6716 §2.1.1).
    public var bitrate: Bitrate
    /// Frame length: 10, 20, 40 or 60 ms, one frame a packet.
    public var frame: SimDuration
    /// The highest audio bandwidth the encoder may use.
    public var bandwidth: AudioBandwidth
    /// Whether silence is sent as rare comfort noise.
    public var dtx: Bool
    /// Whether packets repeat the previous one at a lower rate (RFC 6716 §2.1.7).
    public var fec: Bool
    /// Encoder effort, 0…10.
    public var complexity: Int

    /// The given settings.
    public init(
        bitrate: Bitrate = .kilobitsPerSecond(24), frame: SimDuration = .milliseconds(20),
        bandwidth: AudioBandwidth = .wideband, dtx: Bool = true, fec: Bool = true,
        complexity: Int = 5
    ) {
        self.bitrate = bitrate
        self.frame = frame
        self.bandwidth = bandwidth
        self.dtx = dtx
        self.fec = fec
        self.complexity = complexity
    }
}

/// Audio bandwidths of Opus (RFC 6716 §2).
public enum AudioBandwidth: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// 4 kHz.
    case narrowband
    /// 6 kHz.
    case mediumband
    /// 8 kHz.
    case wideband
    /// 12 kHz.
    case superwideband
    /// 20 kHz.
    case fullband
}

/// The SRTP protection profiles that a scenario can ask for.
public enum SRTPProfileName: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// AEAD_AES_128_GCM (RFC 7714 §14.2).
    case aeadAES128GCM = "aead_aes_128_gcm"
    /// SRTP_AES128_CM_HMAC_SHA1_80 (RFC 5764 §4.1.2).
    case aes128CMSHA1 = "aes128_cm_sha1_80"
}

/// Which share of the calls is simulated in which detail; the shares sum to 1.
public struct FidelityShares: Hashable, Sendable, BitwiseCopyable {
    /// Packets really encoded, encrypted and decoded.
    public var full: Double
    /// Packets really encrypted, their speech encoded beforehand.
    public var sealed: Double
    /// No packets: duration, path and bandwidth.
    public var flow: Double

    /// The given shares.
    public init(full: Double = 0.005, sealed: Double = 0, flow: Double = 0.995) {
        self.full = full
        self.sealed = sealed
        self.flow = flow
    }
}

/// The E-model's scale and the codec's impairment on it.
public struct QualityModel: Hashable, Sendable, BitwiseCopyable {
    /// On which scale R and MOS are given.
    public var scale: QualityScale
    /// Equipment impairment without loss, Ie, 0…132; ITU-T G.113 has none for Opus.
    public var ie: Double
    /// Robustness against loss, Bpl, > 0.
    public var bpl: Double

    /// The given model; the default is Opus at 24 kbit/s, wideband, on the fullband scale.
    public init(scale: QualityScale = .fullband, ie: Double = 24.4, bpl: Double = 15.5) {
        self.scale = scale
        self.ie = ie
        self.bpl = bpl
    }
}

/// The scales of the E-model; figures on different scales do not compare.
public enum QualityScale: String, CaseIterable, Hashable, Sendable, BitwiseCopyable {
    /// ITU-T G.107.
    case narrowband
    /// ITU-T G.107.1.
    case wideband
    /// ITU-T G.107.2.
    case fullband
}
