/// The E-model: transmission ratings from parameters of the connection (ITU-T G.107 family).
public enum EModel {
    /// The rating of `p` on `scale`.
    ///
    /// Wideband and fullband take delay, loss, codec and advantage from `p` and nothing else: those
    /// Recommendations set the simultaneous impairments to zero, and echo is taken as cancelled.
    public static func rating(_ p: TransmissionParameters, scale: RatingScale) -> Rating {
        switch scale {
        case .narrowband: narrowband(p)
        case .wideband: wideband(p)
        case .fullband: fullband(p)
        }
    }

    /// The wideband rating (ITU-T G.107.1): 129 − Idd − Ie,eff.
    public static func wideband(_ p: TransmissionParameters) -> Rating {
        Rating(
            scale: .wideband, signalToNoise: 129, simultaneous: 0, talkerEcho: 0, listenerEcho: 0,
            absoluteDelay: absoluteDelayImpairment(p),
            equipment: equipmentImpairment(p, .wideband), advantage: p.advantage)
    }

    /// The fullband rating (ITU-T G.107.2): 148 − 1.48·Idd − Ie,eff.
    public static func fullband(_ p: TransmissionParameters) -> Rating {
        Rating(
            scale: .fullband, signalToNoise: 148, simultaneous: 0, talkerEcho: 0, listenerEcho: 0,
            absoluteDelay: 1.48 * absoluteDelayImpairment(p),
            equipment: equipmentImpairment(p, .fullband), advantage: p.advantage)
    }

    /// Ie,eff = Ie + (worst − Ie)·Ppl/(Ppl/BurstR + Bpl), by which loss drives the codec's
    /// impairment towards the worst of the scale: 95 (G.107 7-29, G.107.1 7-15) or 132 (G.107.2).
    static func equipmentImpairment(_ p: TransmissionParameters, _ scale: RatingScale) -> Double {
        let ie = p.equipmentImpairment
        let worst = scale.worstEquipmentImpairment
        guard p.lossPercentage > 0 else { return ie }
        return ie + (worst - ie) * p.lossPercentage
            / (p.lossPercentage / p.burstRatio + p.lossRobustness)
    }

    /// Idd, impairment by delay as such (G.107 7-27, 7-28).
    static func absoluteDelayImpairment(_ p: TransmissionParameters) -> Double {
        guard p.absoluteDelay > p.perceivableDelay else { return 0 }
        let x = Figures.log10(p.absoluteDelay / p.perceivableDelay) / Figures.log10(2)
        let power = 6 * p.delaySensitivity
        return 25
            * (Figures.root(1 + Figures.power(x, power), power)
                - 3 * Figures.root(1 + Figures.power(x / 3, power), power) + 2)
    }
}
