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
    /// Devices seen so far, by persona; what a service knows of them is no more than a count.
    private var devices: [Int]
    private let countsLookAlikes: Bool

    /// Names of the tiers as results show them, by number.
    static let tierNames = DeviceTier.allCases.map { "\($0)" }

    init(_ risk: Risk, population: [Persona], randomness: RandomStream) {
        var policy = ScoringPolicy()
        policy.retention = risk.retention
        policy.keyEpoch = risk.keyEpoch
        policy.isDryRun = risk.dryRun
        if !risk.safeguards.contains(.bursts) { policy.burstCap = nil }
        if !risk.safeguards.contains(.reporters) { policy.reporterAllowance = nil }
        countsLookAlikes = risk.enabled && risk.safeguards.contains(.lookAlikes)
        policy.sharesAmongLookAlikes = countsLookAlikes
        do {
            scorer = try Scorer(policy: policy, randomness: randomness)
        } catch {
            preconditionFailure("a validated scenario gives a policy that makes no sense: \(error)")
        }
        isEnabled = risk.enabled
        devices = population.map { _ in 0 }
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
    mutating func newDevice(
        persona: UInt16, using stream: inout RandomStream
    ) -> FingerprintSignals {
        devices[Int(persona)] += 1
        return populations[Int(persona)].device(using: &stream)
    }

    /// What a device shows at its next visit: drifted, or another device altogether.
    mutating func returning(
        _ signals: FingerprintSignals, persona: UInt16, switching: Double,
        using stream: inout RandomStream
    ) -> FingerprintSignals {
        if stream.nextBool(probability: switching) {
            return newDevice(persona: persona, using: &stream)
        }
        return populations[Int(persona)].drifted(signals, using: &stream)
    }

    /// How many of the devices seen so far are expected to show `signals`, as their makes' shares
    /// tell: those tables are public, as fingerprinting studies publish them.
    private func lookAlikes(of signals: FingerprintSignals) -> Double {
        guard countsLookAlikes else { return 0 }
        return zip(devices, populations).reduce(0) {
            $0 + Double($1.0) * $1.1.share(of: signals)
        }
    }

    /// The device joins the queue: under which name it goes, and in which tier.
    mutating func admit(
        _ signals: FingerprintSignals, at now: SimTime
    ) -> (device: DeviceIdentifier, tier: RiskTier) {
        let device = scorer.identify(signals, lookAlikes: lookAlikes(of: signals), at: now)
        guard isEnabled else { return (device, RiskTier(rawValue: 0)) }
        return (device, RiskTier(rawValue: scorer.tier(of: device, at: now).rawValue))
    }

    /// Whether the device stands in the worst tier, treated so or not.
    func isContained(_ device: DeviceIdentifier, in tier: RiskTier, at now: SimTime) -> Bool {
        guard isEnabled, scorer.policy.isDryRun else {
            return tier.rawValue == DeviceTier.contained.rawValue
        }
        return scorer.assessment(of: device, at: now).tier == .contained
    }

    /// The rights of the two partners of a beginning call to report each other.
    mutating func callBegins(
        _ first: DeviceIdentifier, _ second: DeviceIdentifier, at now: SimTime
    ) -> CallCapabilities {
        scorer.issueCapabilities(first: first, second: second, at: now)
    }

    /// A call of the device has ended: until when that is kept; nil where nothing is.
    mutating func callEnds(
        of device: DeviceIdentifier, lasting duration: SimDuration, at now: SimTime
    ) -> SimTime? {
        scorer.recordCall(of: device, lasting: duration, at: now)
    }

    /// A call of `target` has ended, and its partner makes use of the right to report it: what comes of that, and until when the
    /// call itself is kept where the report is not counted.
    mutating func report(
        _ target: DeviceIdentifier, by capability: ReportCapability, lasting duration: SimDuration,
        at now: SimTime
    ) -> (outcome: ReportOutcome, keptUntil: SimTime?) {
        let outcome = scorer.report(capability, lasting: duration, at: now)
        guard case .ignored = outcome else { return (outcome, nil) }
        return (outcome, scorer.recordCall(of: target, lasting: duration, at: now))
    }

    var byteCount: Int { scorer.byteCount }

    /// Devices on record, reports against them, and devices of whom it is kept which reports they filed.
    var extent: ScorerExtent {
        ScorerExtent(
            devices: scorer.recordCount, reports: scorer.reportCount,
            reporters: scorer.reporterCount)
    }

    /// What the scorer's own tables say to `subpoena`: of a device, who reported it and whom it reported; of a window, what came in
    /// it; they hold no addresses.
    func holdings(named subpoena: Subpoena, at now: SimTime) -> [DeviceHolding] {
        switch subpoena {
        case .address: []
        case .device(let high, let low):
            scorer.holding(high: high, low: low, at: now).map { [$0] } ?? []
        case .window(let window): scorer.holdings(in: window, at: now)
        }
    }

    /// All that the scorer keeps, as bytes.
    var memory: [UInt8] { scorer.heldBytes }

    /// What it keeps under the name of `device`, as bytes.
    func memory(of device: DeviceIdentifier) -> [UInt8] { scorer.heldBytes(of: device) }

    /// A breach that tests plant: the scorer keeps something of `signals` with what it has of the device.
    mutating func keep(_ signals: FingerprintSignals, of device: DeviceIdentifier) {
        scorer.keep(signals, of: device)
    }

    var nextTimeout: SimTime? { scorer.nextTimeout }

    mutating func handleTimeout(at now: SimTime) { scorer.handleTimeout(at: now) }
}
