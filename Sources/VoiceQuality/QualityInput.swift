import Quantities

/// What the E-model is told of one direction of a call, measured packet by packet or derived from
/// the path: the same input whichever way the call was simulated.
public struct QualityInput: Hashable, Sendable {
    /// One-way delay from mouth to ear.
    public var mouthToEar: SimDuration
    /// Share of speech frames that were lost or late, 0…1.
    public var loss: Double
    /// Mean length of the bursts of loss over that of random loss, > 0; 1 is random.
    public var burstRatio: Double
    /// The codec's impairment factor Ie on ``scale``.
    public var ie: Double
    /// The codec's packet-loss robustness factor Bpl on ``scale``, > 0.
    public var bpl: Double
    /// The scale of `ie`, `bpl` and the rating.
    public var scale: RatingScale

    /// An input with these figures.
    ///
    /// - Precondition: 0 ≤ `loss` ≤ 1, `burstRatio` > 0, `bpl` > 0, `mouthToEar` ≥ 0.
    public init(
        mouthToEar: SimDuration, loss: Double, burstRatio: Double = 1, ie: Double, bpl: Double,
        scale: RatingScale
    ) {
        precondition(mouthToEar >= .zero, "speech is not heard before it is spoken")
        precondition(loss >= 0 && loss <= 1, "loss is a share of the frames")
        precondition(burstRatio > 0 && bpl > 0, "burst ratio and robustness are positive")
        self.mouthToEar = mouthToEar
        self.loss = loss
        self.burstRatio = burstRatio
        self.ie = ie
        self.bpl = bpl
        self.scale = scale
    }

    /// The rating: default parameters of G.107, an echo cancelled as far as TELR = 65 dB.
    public var rating: Rating {
        var parameters = TransmissionParameters()
        parameters.setDelay(mouthToEar.milliseconds)
        parameters.lossPercentage = loss * 100
        parameters.burstRatio = burstRatio
        parameters.equipmentImpairment = ie
        parameters.lossRobustness = bpl
        return EModel.rating(parameters, scale: scale)
    }

    /// The transmission rating R.
    public var r: Double { rating.r }

    /// The mean opinion score, 1…4.5.
    public var mos: Double { rating.mos }
}

/// Codecs with planning values in ITU-T G.113 Appendix I, on the narrowband scale.
public enum PlanningCodec: String, Hashable, Sendable, CaseIterable {
    /// G.711 without loss concealment.
    case g711
    /// G.711 with loss concealment (G.711 Appendix I).
    case g711WithConcealment = "g711-plc"
    /// G.729A with voice activity detection.
    case g729A = "g729a-vad"
    /// G.723.1 at 6.3 kbit/s with voice activity detection.
    case g723 = "g723-vad"
    /// GSM enhanced full rate.
    case gsmEnhanced = "gsm-efr"

    /// The equipment impairment factor Ie.
    public var ie: Double {
        switch self {
        case .g711, .g711WithConcealment: 0
        case .g729A: 11
        case .g723: 15
        case .gsmEnhanced: 5
        }
    }

    /// The packet-loss robustness factor Bpl.
    public var bpl: Double {
        switch self {
        case .g711: 4.3
        case .g711WithConcealment: 25.1
        case .g729A: 19.0
        case .g723: 16.1
        case .gsmEnhanced: 10.0
        }
    }
}
