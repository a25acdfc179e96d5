import Testing
import VoiceQuality

@Suite struct `Codec impairment` {
    @Test(arguments: [0.5, 4.3, 10, 25.1, 200], RatingScale.allCases)
    func `a known Bpl is found again`(bpl: Double, scale: RatingScale) throws {
        let known = CodecImpairment(ie: 7, bpl: bpl)
        let observations = [(1.0, 1.0), (2, 1), (5, 1.7), (10, 1)].map {
            CodecImpairment.Observation(
                lossPercentage: $0.0, burstRatio: $0.1,
                impairment: known.effective(
                    lossPercentage: $0.0, burstRatio: $0.1, scale: scale))
        }
        let fit = try #require(
            CodecImpairment(fitting: observations, ie: 7, scale: scale))
        #expect(abs(fit.bpl / bpl - 1) < 1e-6)
        #expect(fit.residuals(observations, scale: scale).allSatisfy { $0.magnitude < 1e-5 })
    }

    @Test func `of observations that contradict each other the middle is taken`() throws {
        let (low, high) = (CodecImpairment(ie: 5, bpl: 4), CodecImpairment(ie: 5, bpl: 9))
        let observations = [low, high].flatMap { factors in
            [2.0, 6].map {
                CodecImpairment.Observation(
                    lossPercentage: $0,
                    impairment: factors.effective(lossPercentage: $0, scale: .wideband))
            }
        }
        let fit = try #require(
            CodecImpairment(fitting: observations, ie: 5, scale: .wideband))
        #expect((4.5...8).contains(fit.bpl))
    }

    @Test func `without loss there is nothing to fit`() {
        let clean = [CodecImpairment.Observation(lossPercentage: 0, impairment: 7)]
        #expect(CodecImpairment(fitting: clean, ie: 7, scale: .wideband) == nil)
    }

    @Test(arguments: RatingScale.allCases)
    func `a rating's opinion leads back to it`(scale: RatingScale) {
        for share in stride(from: 0.08, through: 0.99, by: 0.07) {
            let r = share * scale.ratingAtBestOpinion
            let back = Opinion.rating(
                meanScore: Opinion.meanScore(r, scale: scale), scale: scale)
            #expect(abs(back - r) < 1e-9)
        }
        for best in [4.5, 5] {
            let r = Opinion.rating(meanScore: best, scale: scale)
            #expect(abs(r - scale.ratingAtBestOpinion) < 1e-9)
        }
    }
}
