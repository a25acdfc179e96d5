/// A part of the way of a voice from mouth to ear, as `voicesim bench media --stage` names it.
public enum MediaStage: String, CaseIterable, Sendable {
    /// Opus from samples.
    case encode
    /// RTP headers around a frame.
    case packetise
    /// SRTP, outbound.
    case protect
    /// A relay's work on a packet.
    case forward
    /// SRTP, inbound.
    case unprotect
    /// From the plain packet to the decision what is played.
    case jitterBuffer = "jitter-buffer"
    /// Samples from Opus.
    case decode
    /// DTLS, both sides.
    case handshake
    /// All that a `sealed` call does with a packet, with many calls in turn.
    case packetPath = "packet-path"
    /// All that a `full` call does with a frame.
    case full
    /// Many calls at once, as a run has them.
    case calls
    /// What peers hold.
    case memory
}

/// How the benchmark encodes speech; input and output are sampled at 48 kHz.
public struct MediaCodec: Hashable, Sendable {
    /// The widest audio that is coded.
    public enum Bandwidth: String, CaseIterable, Sendable {
        /// Up to 8 kHz.
        case wideband
        /// Up to 12 kHz.
        case superwideband
        /// Up to 20 kHz.
        case fullband
    }

    /// The widest audio that is coded.
    public var bandwidth = Bandwidth.fullband
    /// Bit/s, 6,000 to 256,000.
    public var bitrate = 24_000
    /// Computational effort, 0 to 10.
    public var complexity = 5

    /// Fullband at 24 kbit/s and complexity 5.
    public init() {}

    /// Reads words such as `fullband,24000,5`: bandwidth, bit/s, complexity, in this order; the
    /// later ones may be left out. Nil for anything else.
    public init?(_ text: String) {
        self.init()
        let words = text.split(separator: ",", omittingEmptySubsequences: false)
        guard 1...3 ~= words.count, let bandwidth = Bandwidth(rawValue: String(words[0])) else {
            return nil
        }
        self.bandwidth = bandwidth
        if words.count > 1 {
            guard let number = Int(words[1]), 6_000...256_000 ~= number else { return nil }
            bitrate = number
        }
        if words.count > 2 {
            guard let number = Int(words[2]), 0...10 ~= number else { return nil }
            complexity = number
        }
    }

    /// What rivals are told: bit rate, complexity, bandwidth in Hz.
    var arguments: [String] {
        let hertz =
            switch bandwidth {
            case .wideband: 8_000
            case .superwideband: 12_000
            case .fullband: 20_000
            }
        return ["\(bitrate)", "\(complexity)", "\(hertz)"]
    }
}
