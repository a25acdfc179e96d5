import RandomStreams

/// What listeners would say of a transmission rating (ITU-T G.107 Annex B).
public enum Opinion {
    /// The mean opinion score, 1…4.5, at rating `r` of `scale`.
    ///
    /// The polynomial of Annex B falls below 1 for 0 < R < 6.5 (0.989 at its least, R ≈ 3.22); the
    /// score is clamped there, because no listener can vote below 1.
    public static func meanScore(_ r: Double, scale: RatingScale = .narrowband) -> Double {
        let r = r * 100 / scale.ratingAtBestOpinion
        if r <= 0 { return 1 }
        if r >= 100 { return 4.5 }
        return max(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6)
    }

    /// Share of listeners who say good or better, 0…1, at rating `r` of `scale`.
    public static func goodOrBetter(_ r: Double, scale: RatingScale = .narrowband) -> Double {
        Elementary.normalCumulative((r * 100 / scale.ratingAtBestOpinion - 60) / 16)
    }

    /// Share of listeners who say poor or worse, 0…1, at rating `r` of `scale`.
    public static func poorOrWorse(_ r: Double, scale: RatingScale = .narrowband) -> Double {
        Elementary.normalCumulative((45 - r * 100 / scale.ratingAtBestOpinion) / 16)
    }
}

/// A rating with the parts it is made of; all on the R scale of ``scale``.
public struct Rating: Hashable, Sendable {
    /// The scale of all figures.
    public var scale: RatingScale
    /// Signal-to-noise ratio Ro.
    public var signalToNoise: Double
    /// Simultaneous impairment Is.
    public var simultaneous: Double
    /// Talker echo Idte.
    public var talkerEcho: Double
    /// Listener echo Idle.
    public var listenerEcho: Double
    /// Too long absolute delay Idd; on the fullband scale already multiplied by 1.48.
    public var absoluteDelay: Double
    /// Effective equipment impairment Ie,eff: codec and packet loss.
    public var equipment: Double
    /// Advantage factor A.
    public var advantage: Double

    /// Impairment by delay and echo, Id = Idte + Idle + Idd.
    public var delay: Double { talkerEcho + listenerEcho + absoluteDelay }
    /// The transmission rating R.
    public var r: Double { signalToNoise - simultaneous - delay - equipment + advantage }
    /// The mean opinion score, 1…4.5.
    public var mos: Double { Opinion.meanScore(r, scale: scale) }
    /// Share of listeners who say good or better, 0…1.
    public var goodOrBetter: Double { Opinion.goodOrBetter(r, scale: scale) }
    /// Share of listeners who say poor or worse, 0…1.
    public var poorOrWorse: Double { Opinion.poorOrWorse(r, scale: scale) }
}
