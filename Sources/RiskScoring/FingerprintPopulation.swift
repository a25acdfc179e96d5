import RandomStreams

/// A population of devices as fingerprinting sees it: how many look alike, and how fast each changes.
///
/// A device is *common* with probability ``commonShare`` and then one of 2^``commonEntropyBits``
/// equally likely models (phones of one make look alike); otherwise it is one of
/// 2^``entropyBits`` equally likely configurations. The two steps give the skew of real
/// populations, of which a plain uniform law has none, and keep collisions computable: two devices
/// look alike with probability ``collisionProbability``.
public struct FingerprintPopulation: Hashable, Sendable {
    /// The largest number of bits: configurations are numbered with 60.
    public static var maximumEntropyBits: Double { 60 }

    /// Entropy of the individual devices in bits, 0…60. Published: ≥ 18.1 (Eckersley, PETS 2010).
    public let entropyBits: Double
    /// Share of common devices, 0…1.
    public let commonShare: Double
    /// Entropy among common devices in bits, 0…60; 8 to 12 for one make of phone.
    public let commonEntropyBits: Double
    /// Probability that a device looks different at its next visit, 0…1. Published: 45.2 % of browser
    /// instances change within a day (Vastel et al., FP-Stalker, S&P 2018).
    public let driftProbability: Double

    private let individuals: UInt64
    private let models: UInt64

    /// A population with these parameters, or nil if one is out of range.
    public init?(
        entropyBits: Double, commonShare: Double, commonEntropyBits: Double,
        driftProbability: Double
    ) {
        let bits = 0...Self.maximumEntropyBits
        guard bits.contains(entropyBits), bits.contains(commonEntropyBits),
            (0...1).contains(commonShare), (0...1).contains(driftProbability)
        else { return nil }
        self.entropyBits = entropyBits
        self.commonShare = commonShare
        self.commonEntropyBits = commonEntropyBits
        self.driftProbability = driftProbability
        individuals = UInt64(Elementary.pow(2, entropyBits).rounded())
        models = UInt64(Elementary.pow(2, commonEntropyBits).rounded())
    }

    /// Probability that two devices drawn from the population look alike: Σp².
    public var collisionProbability: Double {
        commonShare * commonShare / Double(models)
            + (1 - commonShare) * (1 - commonShare) / Double(individuals)
    }

    /// The probability that a device drawn from the population shows exactly `signals`; 0 for those of
    /// a device that has drifted, which nobody else shows.
    public func share(of signals: FingerprintSignals) -> Double {
        let configuration = Self.configuration(showing: signals.canvas)
        let isCommon = configuration & 1 == 1
        let number = configuration >> 1
        if isCommon { return number < models ? commonShare / Double(models) : 0 }
        return number < individuals ? (1 - commonShare) / Double(individuals) : 0
    }

    /// The signals of a new device; takes three words of 64 bits or a few more.
    public func device(using stream: inout RandomStream) -> FingerprintSignals {
        let isCommon = stream.nextBool(probability: commonShare)
        let number = stream.nextInteger(below: isCommon ? models : individuals)
        return Self.signals(configuration: number << 1 | (isCommon ? 1 : 0))
    }

    /// The signals at the next visit of a device that showed `signals` before.
    ///
    /// With probability ``driftProbability`` the browser has a new version and draws differently;
    /// devices that looked alike drift apart, as they do when each updates in its own time.
    public func drifted(
        _ signals: FingerprintSignals, using stream: inout RandomStream
    ) -> FingerprintSignals {
        let changes = stream.nextBool(probability: driftProbability)
        let canvas = stream.nextUInt64()
        guard changes else { return signals }
        var changed = signals
        changed.browser = signals.browser & 0xFC00 | (signals.browser &+ 1) & 0x03FF
        changed.canvas = canvas
        return changed
    }

    private static let golden: UInt64 = 0x9E37_79B9_7F4A_7C15

    /// The configuration whose canvas digest is `canvas`.
    private static func configuration(showing canvas: UInt64) -> UInt64 {
        unscrambled(canvas) &- 2 &* golden
    }

    /// The signals of configuration `number`; different numbers differ in their canvas digest.
    private static func signals(configuration number: UInt64) -> FingerprintSignals {
        func word(_ n: UInt64) -> UInt64 { scrambled(number &+ n &* golden) }
        let traits = word(1)
        let isPhone = number & 1 == 1
        let width = UInt16(isPhone ? 360 + traits % 8 * 10 : 1280 + traits % 9 * 160)
        return FingerprintSignals(
            browser: UInt16(traits >> 8 & 3) << 10 | UInt16(100 + traits >> 16 & 15),
            platform: UInt16(traits >> 24 & 63), languages: UInt16(traits >> 32 & 31),
            timeZone: Int16(traits >> 40 & 15) * 60 - 420, screenWidth: width,
            screenHeight: isPhone ? width * 2 : width / 16 * 9,
            pixelRatio: isPhone ? 300 : 100, processors: UInt8(4 << (traits >> 48 & 3)),
            touchPoints: isPhone ? 5 : 0, canvas: word(2), graphics: word(3), audio: word(4),
            fonts: word(5))
    }

    /// The finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014): a bijection of 64 bits.
    private static func scrambled(_ word: UInt64) -> UInt64 {
        var z = word
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    /// The inverse of ``scrambled(_:)``: factors are inverse modulo 2^64.
    private static func unscrambled(_ word: UInt64) -> UInt64 {
        var z = word
        z = (z ^ z >> 31 ^ z >> 62) &* 0x3196_42B2_D24D_8EC3
        z = (z ^ z >> 27 ^ z >> 54) &* 0x96DE_1B17_3F11_9089
        return z ^ z >> 30 ^ z >> 60
    }
}
