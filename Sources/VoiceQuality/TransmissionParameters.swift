/// The input parameters of the E-model with the default values of ITU-T G.107 Table 2.
///
/// Loudness ratings, levels and losses are in dB (or dBm0p, dBmp, dB(A) as the Recommendation has
/// them), times in milliseconds, packet loss in per cent, as G.107 writes its formulae.
public struct TransmissionParameters: Hashable, Sendable {
    /// Send loudness rating SLR, dB.
    public var sendLoudness = 8.0
    /// Receive loudness rating RLR, dB.
    public var receiveLoudness = 2.0
    /// Sidetone masking rating STMR, dB.
    public var sidetoneMasking = 15.0
    /// Listener sidetone rating LSTR, dB; as G.107 relates them, STMR + Dr unless set.
    public var listenerSidetone: Double?
    /// D-value of the telephone at the sending side, Ds.
    public var sendDValue = 3.0
    /// D-value of the telephone at the receiving side, Dr.
    public var receiveDValue = 3.0
    /// Talker echo loudness rating TELR, dB.
    public var talkerEchoLoudness = 65.0
    /// Weighted echo path loss WEPL, dB.
    public var weightedEchoPathLoss = 110.0
    /// Mean one-way delay of the echo path T, ms.
    public var echoDelay = 0.0
    /// Round-trip delay in the four-wire loop Tr, ms.
    public var roundTrip = 0.0
    /// Absolute delay in echo-free connections Ta, ms.
    public var absoluteDelay = 0.0
    /// Quantising distortion units qdu.
    public var quantisingDistortion = 1.0
    /// Equipment impairment factor Ie.
    public var equipmentImpairment = 0.0
    /// Packet-loss robustness factor Bpl.
    public var lossRobustness = 4.3
    /// Random packet-loss probability Ppl, per cent.
    public var lossPercentage = 0.0
    /// Burst ratio BurstR: mean burst length over that of random loss.
    public var burstRatio = 1.0
    /// Circuit noise referred to the 0 dBr point Nc, dBm0p.
    public var circuitNoise = -70.0
    /// Noise floor at the receiving side Nfor, dBmp.
    public var noiseFloor = -64.0
    /// Room noise at the sending side Ps, dB(A).
    public var sendRoomNoise = 35.0
    /// Room noise at the receiving side Pr, dB(A).
    public var receiveRoomNoise = 35.0
    /// Advantage factor A, 0…20: 5 for mobility in a building, 10 in a vehicle, 20 hard to reach
    /// (G.107 Table 3).
    public var advantage = 0.0
    /// Delay sensitivity sT, 1 by default (G.107 Table 4: 0.55 low, 0.4 very low).
    public var delaySensitivity = 1.0
    /// Minimum perceivable delay mT, ms, 100 by default (G.107 Table 4).
    public var perceivableDelay = 100.0

    /// The default values, for which R is 93.2.
    public init() {}

    /// Sets all three delays from a one-way mouth-to-ear delay in ms: Ta = T, Tr = 2·T, the
    /// echo path being as long as the way there.
    public mutating func setDelay(_ milliseconds: Double) {
        absoluteDelay = milliseconds
        echoDelay = milliseconds
        roundTrip = 2 * milliseconds
    }
}

/// The scales on which the E-model rates; figures of different scales never compare.
public enum RatingScale: String, Hashable, Sendable, CaseIterable {
    /// 300…3,400 Hz, ITU-T G.107; at best R = 93.2.
    case narrowband
    /// 100…7,000 Hz, ITU-T G.107.1; at best R = 129.
    case wideband
    /// 20…20,000 Hz, ITU-T G.107.2; at best R = 148.
    case fullband

    /// R at which the scale's opinion score is that of a narrowband R of 100: opinion is taken at
    /// R divided by a hundredth of this (G.107.1 A-1, G.107.2).
    public var ratingAtBestOpinion: Double {
        switch self {
        case .narrowband: 100
        case .wideband: 129
        case .fullband: 148
        }
    }

    /// R of a connection without any impairment by codec, loss or delay (G.107 with the defaults of
    /// its Table 2, rounded as there; G.107.1; G.107.2).
    public var bestRating: Double {
        switch self {
        case .narrowband: 93.2
        case .wideband: 129
        case .fullband: 148
        }
    }

    /// What Ie,eff tends to when all packets are lost (G.107 7-29, G.107.1 7-15, G.107.2).
    public var worstEquipmentImpairment: Double {
        switch self {
        case .narrowband, .wideband: 95
        case .fullband: 132
        }
    }
}
