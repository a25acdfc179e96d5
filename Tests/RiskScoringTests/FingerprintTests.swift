import Digests
import RandomStreams
import Testing

@testable import RiskScoring

@Suite struct FingerprintTests {
    static let sample = FingerprintSignals(
        browser: 0x0C79, platform: 7, languages: 3, timeZone: -420, screenWidth: 1920,
        screenHeight: 1080, pixelRatio: 150, processors: 8, touchPoints: 0,
        canvas: 0x0123_4567_89AB_CDEF, graphics: 2, audio: 3, fonts: .max)

    @Test func `signals are packed in order, big-endian, behind a version octet`() {
        #expect(
            Self.sample.canonicalBytes.hexadecimal
                == "010c7900070003fe5c0780043800960800" + "0123456789abcdef"
                + "0000000000000002" + "0000000000000003" + "ffffffffffffffff")
        #expect(Self.sample.canonicalBytes.count == FingerprintSignals.byteCount)
    }

    @Test func `an identifier is the first 16 bytes of HMAC-SHA-256`() {
        let key = HMACSHA256Key([UInt8](0..<32))
        let device = KeyRing.name(Self.sample, under: key, epoch: 5)
        #expect(device.high == 0x2dd0_60d1_32c1_4ddd)
        #expect(device.low == 0x4211_c989_bcc3_2b17)
        #expect(device.epoch == 5)
        let code = key.code(of: Self.sample.canonicalBytes)
        #expect(code.prefix(16).hexadecimal == "2dd060d132c14ddd4211c989bcc32b17")
    }

    @Test func `every signal changes the bytes`() {
        var changed = [FingerprintSignals](repeating: Self.sample, count: 13)
        changed[0].browser ^= 1
        changed[1].platform ^= 1
        changed[2].languages ^= 1
        changed[3].timeZone ^= 1
        changed[4].screenWidth ^= 1
        changed[5].screenHeight ^= 1
        changed[6].pixelRatio ^= 1
        changed[7].processors ^= 1
        changed[8].touchPoints ^= 1
        changed[9].canvas ^= 1
        changed[10].graphics ^= 1
        changed[11].audio ^= 1
        changed[12].fonts ^= 1
        let bytes = Set((changed + [Self.sample]).map(\.canonicalBytes))
        #expect(bytes.count == 14)
    }

    @Test(arguments: [(4.0, 0.0, 0.0), (12.0, 0.3, 3.0), (60.0, 1.0, 2.5)])
    func `devices collide as often as the population says`(
        entropy: Double, commonShare: Double, commonEntropy: Double
    ) throws {
        let population = try #require(
            FingerprintPopulation(
                entropyBits: entropy, commonShare: commonShare, commonEntropyBits: commonEntropy,
                driftProbability: 0))
        var random = stream(7)
        let pairs = 20_000
        let hits = (0..<pairs).count { _ in
            population.device(using: &random) == population.device(using: &random)
        }
        let p = population.collisionProbability
        // Five standard errors: one false alarm in two million.
        let reach = 5 * (p * (1 - p) / Double(pairs)).squareRoot()
        #expect(abs(Double(hits) / Double(pairs) - p) < reach)
    }

    @Test func `the share of a look is what its population gives it, and none once it has drifted`()
        throws
    {
        let population = try #require(
            FingerprintPopulation(
                entropyBits: 12, commonShare: 0.25, commonEntropyBits: 3, driftProbability: 1))
        var random = stream(9)
        var common = 0
        for _ in 0..<400 {
            let device = population.device(using: &random)
            let share = population.share(of: device)
            #expect(share == 0.25 / 8 || share == 0.75 / 4096)
            common += share == 0.25 / 8 ? 1 : 0
            #expect(population.share(of: population.drifted(device, using: &random)) == 0)
        }
        #expect(abs(common - 100) < 44, "five standard errors of a binomial")
    }

    @Test func `a device drifts with its probability and only in what an update changes`() throws {
        let population = try #require(
            FingerprintPopulation(
                entropyBits: 20, commonShare: 0.2, commonEntropyBits: 8, driftProbability: 0.25))
        var random = stream(8)
        let device = population.device(using: &random)
        let next = (0..<4000).map { _ in population.drifted(device, using: &random) }
        let changed = next.count { $0 != device }
        #expect(abs(changed - 1000) < 137, "five standard errors of a binomial")
        #expect(next.allSatisfy { $0.graphics == device.graphics && $0.fonts == device.fonts })
        #expect(Set(next).count == changed + 1)
    }

    @Test func `parameters out of range make no population`() {
        for (bits, share, drift) in [(61.0, 0.5, 0.5), (10, 1.1, 0.5), (10, 0.5, -0.1)] {
            #expect(
                FingerprintPopulation(
                    entropyBits: bits, commonShare: share, commonEntropyBits: 3,
                    driftProbability: drift) == nil)
        }
    }
}
