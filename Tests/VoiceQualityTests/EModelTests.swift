import Quantities
import Testing
import VoiceQuality

private func near(_ a: Double, _ b: Double, _ tolerance: Double) -> Bool {
    (a - b).magnitude <= tolerance
}

@Suite struct NarrowbandTests {
    @Test func `the defaults of Table 2 rate 93,2`() {
        let rating = EModel.narrowband(TransmissionParameters())
        #expect(near(rating.r, 93.206, 0.001))
        #expect(near(rating.mos, 4.41, 0.005))
        #expect(near(rating.signalToNoise, 94.77, 0.01))
        #expect(rating.talkerEcho == 0 && rating.absoluteDelay == 0 && rating.equipment == 0)
    }

    /// The published curve fit 94.2 − 0.024·d − 0.11·(d − 177.3)⁺ − 30·ln(1 + 15·e) for G.711
    /// (Cole and Rosenbluth, CCR 31(2), 2001) is within 5 of the full model up to 300 ms.
    @Test(arguments: [20.0, 50, 100, 150, 177, 200, 250, 300])
    func `delay costs what the published fit says, within 5`(delay: Double) {
        var p = TransmissionParameters()
        p.setDelay(delay)
        let fit = 94.2 - 0.024 * delay - 0.11 * max(0, delay - 177.3)
        #expect(near(EModel.narrowband(p).r, fit, 5))
    }

    @Test func `delay up to 100 ms costs nothing as such`() {
        var p = TransmissionParameters()
        p.absoluteDelay = 100
        #expect(EModel.narrowband(p).absoluteDelay == 0)
        p.absoluteDelay = 101
        let slightly = EModel.narrowband(p).absoluteDelay
        #expect(slightly >= 0 && slightly < 0.01)
        p.absoluteDelay = 400
        // X = log2 4 = 2: 25·((1+64)^(1/6) − 3·(1+(2/3)^6)^(1/6) + 2).
        #expect(near(EModel.narrowband(p).absoluteDelay, 24.08, 0.05))
    }

    @Test func `talker echo grows as its loudness rating falls`() {
        let ratings = [65.0, 55, 45, 35, 25].map { loudness in
            var p = TransmissionParameters()
            p.setDelay(100)
            p.talkerEchoLoudness = loudness
            return EModel.narrowband(p).r
        }
        for (louder, quieter) in zip(ratings.dropFirst(), ratings) { #expect(louder < quieter) }
        #expect(ratings.last! < 50)
    }

    @Test func `weak sidetone masks no echo and strong sidetone adds to it`() {
        var p = TransmissionParameters()
        p.setDelay(100)
        p.talkerEchoLoudness = 45
        let usual = EModel.narrowband(p).talkerEcho
        p.sidetoneMasking = 21
        p.listenerSidetone = 18
        #expect(EModel.narrowband(p).talkerEcho > usual)
        p.sidetoneMasking = 8
        #expect(EModel.narrowband(p).talkerEcho < usual)
    }

    @Test(arguments: [
        (PlanningCodec.g711, 2.0, 30.16), (.g711WithConcealment, 2, 7.01),
        (.g729A, 0, 11), (.g729A, 1, 15.2),
    ])
    func `loss drives the impairment of a codec`(codec: PlanningCodec, loss: Double, ie: Double) {
        var p = TransmissionParameters()
        p.equipmentImpairment = codec.ie
        p.lossRobustness = codec.bpl
        p.lossPercentage = loss
        #expect(near(EModel.narrowband(p).equipment, ie, 0.005))
    }

    @Test func `bursty loss hurts more than random loss`() {
        var p = TransmissionParameters()
        p.lossPercentage = 3
        let random = EModel.narrowband(p).r
        p.burstRatio = 2
        #expect(EModel.narrowband(p).r < random)
    }

    @Test func `more quantising distortion units rate lower`() {
        var p = TransmissionParameters()
        p.quantisingDistortion = 14
        let rating = EModel.narrowband(p)
        #expect(rating.r < 80 && rating.r > 50)
    }

    @Test func `advantage is added as it is`() {
        var p = TransmissionParameters()
        let plain = EModel.narrowband(p).r
        p.advantage = 10
        #expect(near(EModel.narrowband(p).r, plain + 10, 1e-9))
    }
}

@Suite struct OpinionTests {
    /// G.107 Table B.1.
    @Test(arguments: [
        (90.0, 4.34, 0.97, 0.0), (80, 4.03, 0.89, 0.01), (70, 3.60, 0.73, 0.06),
        (60, 3.10, 0.50, 0.17), (50, 2.58, 0.27, 0.38),
    ])
    func `Table B,1 is met`(r: Double, mos: Double, good: Double, poor: Double) {
        #expect(near(Opinion.meanScore(r), mos, 0.01))
        #expect(near(Opinion.goodOrBetter(r), good, 0.006))
        #expect(near(Opinion.poorOrWorse(r), poor, 0.007))
    }

    @Test func `a score is never below 1 nor above 4,5, and never falls as R grows`() {
        var previous = 1.0
        for tenth in -200...1600 {
            let score = Opinion.meanScore(Double(tenth) / 10)
            #expect(score >= previous && score <= 4.5)
            previous = score
        }
        #expect(Opinion.meanScore(3.22) == 1)
    }
}

@Suite struct WiderScalesTests {
    /// From ITU-T G.107.1 7-1, 7-15, A-1, A-2 with AMR-WB's values of G.113 Appendix IV.
    @Test(arguments: [
        (0.0, 0.0, 4.3, 4.5), (1, 0, 4.3, 4.4940), (8, 0, 4.3, 4.4206), (13, 0, 4.3, 4.3371),
        (41, 0, 4.3, 3.5123), (56, 0, 4.3, 2.9220), (20, 2, 4.3, 3.4062),
    ])
    func `the wideband scale anchors at 129 and 95`(
        ie: Double, loss: Double, bpl: Double, mos: Double
    ) {
        var p = TransmissionParameters()
        p.equipmentImpairment = ie
        p.lossPercentage = loss
        p.lossRobustness = bpl
        #expect(near(EModel.wideband(p).mos, mos, 5e-4))
    }

    @Test func `the fullband scale anchors at 148 and 132`() {
        var p = TransmissionParameters()
        #expect(EModel.fullband(p).r == 148)
        #expect(EModel.fullband(p).mos == 4.5)
        p.equipmentImpairment = 8
        p.lossRobustness = 10
        p.lossPercentage = 10
        #expect(near(EModel.fullband(p).equipment, 8 + 124.0 / 2, 1e-9))
        p.absoluteDelay = 400
        let rating = EModel.fullband(p)
        #expect(near(rating.absoluteDelay, 1.48 * EModel.narrowband(p).absoluteDelay, 1e-9))
    }

    @Test func `a measured call is rated on the scale of its codec figures`() {
        let good = QualityInput(
            mouthToEar: .milliseconds(120), loss: 0, ie: 8, bpl: 10, scale: .fullband)
        #expect(near(good.r, 148 - 8 - good.rating.absoluteDelay, 1e-9))
        #expect(good.mos > 4.3)
        var lossy = good
        lossy.loss = 0.05
        #expect(lossy.r < good.r - 30)
        var burstier = lossy
        burstier.burstRatio = 2
        #expect(burstier.r < lossy.r)
    }

    @Test func `loss outside 0 to 1 is a mistake of the caller`() async {
        await #expect(processExitsWith: .failure) {
            _ = QualityInput(mouthToEar: .zero, loss: 1.5, ie: 0, bpl: 1, scale: .wideband)
        }
    }
}
