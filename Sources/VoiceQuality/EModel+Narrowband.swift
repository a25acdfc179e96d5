extension EModel {
    /// The narrowband rating (ITU-T G.107 §7): R = Ro − Is − Id − Ie,eff + A.
    public static func narrowband(_ p: TransmissionParameters) -> Rating {
        let noise = noiseSum(p)
        let ro = 15 - 1.5 * (p.sendLoudness + noise)
        let sidetone = sidetoneImpairment(p)
        return Rating(
            scale: .narrowband, signalToNoise: ro,
            simultaneous: loudnessImpairment(p, noise: noise) + sidetone
                + quantisingImpairment(p, ro: ro),
            talkerEcho: talkerEchoImpairment(p, noise: noise, sidetone: sidetone),
            listenerEcho: listenerEchoImpairment(p, ro: ro),
            absoluteDelay: absoluteDelayImpairment(p),
            equipment: equipmentImpairment(p, .narrowband), advantage: p.advantage)
    }

    /// No, the power sum of all noise at the 0 dBr point, dBm0p (G.107 7-3 … 7-7).
    private static func noiseSum(_ p: TransmissionParameters) -> Double {
        let overall = p.sendLoudness + p.receiveLoudness
        let listener = p.listenerSidetone ?? p.sidetoneMasking + p.receiveDValue
        let effective =
            p.receiveRoomNoise + 10 * Figures.log10(1 + Figures.fromDecibels(10 - listener))
        let receiving =
            p.receiveLoudness - 121 + effective + 0.008 * Figures.power(effective - 35, 2)
        let sending =
            p.sendRoomNoise - p.sendLoudness - p.sendDValue - 100
            + 0.004 * Figures.power(p.sendRoomNoise - overall - p.sendDValue - 14, 2)
        let floor = p.noiseFloor + p.receiveLoudness
        return 10
            * Figures.log10(
                Figures.fromDecibels(p.circuitNoise) + Figures.fromDecibels(sending)
                    + Figures.fromDecibels(receiving) + Figures.fromDecibels(floor))
    }

    /// Iolr, impairment by too low an overall loudness rating (G.107 7-9, 7-10).
    private static func loudnessImpairment(_ p: TransmissionParameters, noise: Double) -> Double {
        let overall = p.sendLoudness + p.receiveLoudness
        let x = (overall + 0.2 * (64 + noise - p.receiveLoudness)) / 8
        return 20 * (Figures.root(1 + Figures.power(x, 8), 8) - x)
    }

    /// Ist, impairment by non-optimum sidetone (G.107 7-11, 7-12).
    private static func sidetoneImpairment(_ p: TransmissionParameters) -> Double {
        let s =
            -10
            * Figures.log10(
                Figures.fromDecibels(-p.sidetoneMasking)
                    + Figures.exp(-p.echoDelay / 4) * Figures.fromDecibels(-p.talkerEchoLoudness))
        return 12 * Figures.root(1 + Figures.power((s - 13) / 6, 8), 8)
            - 28 * Figures.root(1 + Figures.power((s + 1) / 19.4, 35), 35)
            - 13 * Figures.root(1 + Figures.power((s - 3) / 33, 13), 13) + 29
    }

    /// Iq, impairment by quantising distortion (G.107 7-13 … 7-17).
    private static func quantisingImpairment(_ p: TransmissionParameters, ro: Double) -> Double {
        let q = 37 - 15 * Figures.log10(p.quantisingDistortion)
        let g = 1.07 + 0.258 * q + 0.0602 * q * q
        let y = (ro - 100) / 15 + 46 / 8.4 - g / 9
        let z = 46.0 / 30 - g / 40
        return 15
            * Figures.log10(1 + Figures.fromDecibels(10 * y) + Figures.fromDecibels(10 * z))
    }

    /// Idte, impairment by talker echo (G.107 7-19 … 7-24).
    private static func talkerEchoImpairment(
        _ p: TransmissionParameters, noise: Double, sidetone: Double
    ) -> Double {
        let t = p.echoDelay
        guard t >= 1 else { return 0 }
        var terv =
            p.talkerEchoLoudness - 40 * Figures.log10((1 + t / 10) / (1 + t / 150))
            + 6 * Figures.exp(-0.3 * t * t)
        if p.sidetoneMasking < 9 { terv += sidetone / 2 }
        let echo = 80 + 2.5 * (terv - 14)
        let reference = -1.5 * (noise - p.receiveLoudness)
        let half = (reference - echo) / 2
        let idte = (half + (half * half + 100).squareRoot() - 1) * (1 - Figures.exp(-t))
        guard p.sidetoneMasking > 20 else { return idte }
        return (idte * idte + sidetone * sidetone).squareRoot()
    }

    /// Idle, impairment by listener echo (G.107 7-25, 7-26).
    private static func listenerEchoImpairment(_ p: TransmissionParameters, ro: Double) -> Double {
        let rle = 10.5 * (p.weightedEchoPathLoss + 7) / Figures.root(p.roundTrip + 1, 4)
        let half = (ro - rle) / 2
        return half + (half * half + 169).squareRoot()
    }
}
