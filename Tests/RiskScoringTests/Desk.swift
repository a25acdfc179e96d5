import Quantities
import RandomStreams

@testable import RiskScoring

/// A scorer that expectations can call, with shorthands for devices and calls.
final class Desk {
    var scorer: Scorer

    init(_ policy: ScoringPolicy = ScoringPolicy(), seed: UInt64 = 1) throws {
        scorer = try Scorer(policy: policy, randomness: stream(seed))
    }

    /// The device that looks like number `n`.
    func device(_ n: UInt64, lookAlikes: Double = 0, at now: SimTime = .zero) -> DeviceIdentifier {
        scorer.identify(signals(n), lookAlikes: lookAlikes, at: now)
    }

    /// A call of a minute that ends at `now`; the reporter's right is used if `reports`.
    @discardableResult
    func call(
        reporter: DeviceIdentifier, target: DeviceIdentifier, reports: Bool = true,
        lasting length: SimDuration = .minutes(1), at now: SimTime
    ) -> ReportOutcome? {
        let rights = scorer.issueCapabilities(first: reporter, second: target, at: now)
        scorer.recordCall(of: reporter, lasting: length, at: now)
        guard reports else {
            scorer.recordCall(of: target, lasting: length, at: now)
            return nil
        }
        return scorer.report(rights.first, lasting: length, at: now)
    }

    func rights(reporter: DeviceIdentifier, target: DeviceIdentifier, at now: SimTime)
        -> ReportCapability
    {
        scorer.issueCapabilities(first: reporter, second: target, at: now).first
    }

    func report(_ capability: ReportCapability, at now: SimTime) -> ReportOutcome {
        scorer.report(capability, lasting: .minutes(1), at: now)
    }

    func tier(_ device: DeviceIdentifier, at now: SimTime) -> DeviceTier {
        scorer.tier(of: device, at: now)
    }

    func assessment(_ device: DeviceIdentifier, at now: SimTime) -> Assessment {
        scorer.assessment(of: device, at: now)
    }
}

extension ScoringPolicy {
    /// Reports alone: none of the rules that make some of them weigh less.
    static var plain: ScoringPolicy {
        var policy = ScoringPolicy()
        policy.burstCap = nil
        policy.reporterAllowance = nil
        policy.sharesAmongLookAlikes = false
        return policy
    }
}

func stream(_ seed: UInt64, entity: UInt64 = 0) -> RandomStream {
    RandomStream(
        StreamName(seed: seed, replication: 0, purpose: StreamPurpose(rawValue: 3), entity: entity))
}

func signals(_ n: UInt64) -> FingerprintSignals {
    FingerprintSignals(
        browser: 1, platform: 2, languages: 3, timeZone: 0, screenWidth: 4, screenHeight: 5,
        pixelRatio: 6, processors: 7, touchPoints: 8, canvas: n, graphics: 0, audio: 0, fonts: 0)
}

func at(_ duration: SimDuration) -> SimTime { .zero + duration }
