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

    /// The rating of `scale` at which the mean opinion score is `meanScore`: the inverse of
    /// ``meanScore(_:scale:)`` where that rises, from R = 6.5 narrowband on (G.107 Annex B). Scores
    /// of 4.5 and more give the rating of the best opinion, scores of 1 and less give 6.5 hundredths
    /// of it.
    public static func rating(meanScore: Double, scale: RatingScale = .narrowband) -> Double {
        var (low, high) = (6.5, 100.0)
        // 60 halvings leave less than the distance of two numbers.
        for _ in 0..<60 {
            let middle = 0.5 * (low + high)
            if Self.meanScore(middle) < meanScore { low = middle } else { high = middle }
        }
        return high * scale.ratingAtBestOpinion / 100
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
