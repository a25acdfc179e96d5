import Matchmaking
import Quantities
import RandomStreams
import RiskScoring
import ScenarioModel

/// The risk scorer with the devices of the people it serves.
///
/// A device goes by one identifier from joining the queue to the end of the call that follows; the
/// scorer sees its signals only when it joins.
struct RiskDesk {
    private var scorer: Scorer
    private let isEnabled: Bool
    private let populations: [FingerprintPopulation]

    /// Names of the tiers as results show them, by number.
    static let tierNames = DeviceTier.allCases.map { "\($0)" }

    init(_ risk: Risk, population: [Persona], randomness: RandomStream) {
        var policy = ScoringPolicy()
        policy.retention = risk.retention
        do {
            scorer = try Scorer(policy: policy, randomness: randomness)
        } catch {
            preconditionFailure("a validated scenario gives a policy that makes no sense: \(error)")
        }
        isEnabled = risk.enabled
        populations = population.map { persona in
            let model = persona.fingerprint
            guard
                let population = FingerprintPopulation(
                    entropyBits: model.entropy, commonShare: model.common,
                    commonEntropyBits: model.commonEntropy, driftProbability: model.drift)
            else { preconditionFailure("a validated scenario gives no such population") }
            return population
        }
    }

    /// The signals of the device that a new person of the given kind uses.
    func newDevice(persona: UInt16, using stream: inout RandomStream) -> FingerprintSignals {
        populations[Int(persona)].device(using: &stream)
    }

    /// What a device shows at its next visit: drifted, or another device altogether.
    func returning(
        _ signals: FingerprintSignals, persona: UInt16, switching: Double,
        using stream: inout RandomStream
    ) -> FingerprintSignals {
        let population = populations[Int(persona)]
        if stream.nextBool(probability: switching) { return population.device(using: &stream) }
        return population.drifted(signals, using: &stream)
    }

    /// The device joins the queue: under which name it goes, and in which tier.
    mutating func admit(
        _ signals: FingerprintSignals, at now: SimTime
    ) -> (device: DeviceIdentifier, tier: RiskTier) {
        let device = scorer.identify(signals, at: now)
        guard isEnabled else { return (device, RiskTier(rawValue: 0)) }
        return (device, RiskTier(rawValue: scorer.tier(of: device, at: now).rawValue))
    }

    /// The device's tier now.
    func tier(of device: DeviceIdentifier, at now: SimTime) -> DeviceTier {
        isEnabled ? scorer.tier(of: device, at: now) : .clear
    }

    /// The rights of the two partners of a beginning call to report each other.
    mutating func callBegins(
        _ first: DeviceIdentifier, _ second: DeviceIdentifier, at now: SimTime
    ) -> CallCapabilities {
        scorer.issueCapabilities(first: first, second: second, at: now)
    }

    /// A call of the device has ended.
    mutating func callEnds(
        of device: DeviceIdentifier, lasting duration: SimDuration, at now: SimTime
    ) {
        scorer.recordCall(of: device, lasting: duration, at: now)
    }

    /// Somebody makes use of the right to report.
    mutating func report(_ capability: ReportCapability, at now: SimTime) -> ReportOutcome {
        scorer.report(capability, at: now)
    }

    var byteCount: Int { scorer.byteCount }

    var nextTimeout: SimTime? { scorer.nextTimeout }

    mutating func handleTimeout(at now: SimTime) { scorer.handleTimeout(at: now) }
}
