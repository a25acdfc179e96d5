import Quantities
import RandomStreams
import RiskScoring

/// A scorer with devices on record whose reports lapse as fast as new ones come.
///
/// A class, because rounds go on from where the last one ended.
final class ScorerWork {
    /// What is asked of the scorer.
    enum Question: String, CaseIterable, Sendable {
        /// The tier of a device on record.
        case recorded = "score a device on record"
        /// The tier of a device that nobody has reported.
        case newcomer = "score a newcomer"
    }

    private var scorer: DrivenScorer

    /// How many reports live that are against about as many `devices`, as one in twenty of them is
    /// against a device that another one is against.
    static func liveReports(against devices: Int) -> Int { devices * 20 / 19 }

    /// A scorer with about as many `devices` on record.
    init(devices: Int) {
        scorer = DrivenScorer(devices: devices)
        _ = report(Self.liveReports(against: devices))
    }

    /// Devices on record, and reports that live.
    var size: (records: Int, reports: Int) {
        (scorer.scorer.recordCount, scorer.scorer.reportCount)
    }

    /// What tiers were told, and how many: keeps the work from being left out.
    var checksum: UInt64 { scorer.checksum }

    /// Has `count` reports counted, while as many lapse once the scorer is full; the CPU time of a
    /// report, ns.
    func report(_ count: Int) -> Double { scorer.report(count) }

    /// Asks for `count` tiers; the CPU time of one, ns.
    func ask(_ question: Question, _ count: Int) -> Double { scorer.ask(question, count) }
}

/// The scorer with those who report and are reported.
///
/// Reports come at even gaps, so many that those of the last 30 days are against the devices wanted:
/// nine of ten against a device that nobody has reported lately, the others against one that somebody
/// has; one of four by a device that has reported lately. Names stay what they are, so that each
/// report lapses by itself.
private struct DrivenScorer {
    /// Capabilities and questions made ready at a time, while the clock stands still: so few that as
    /// many reports come in less than the day that a capability lasts.
    private let batch: Int

    private(set) var scorer: Scorer
    private var now = SimTime.zero
    private let gap: SimDuration
    private var random = HoldWorkload.Xorshift()
    /// The devices of the reports that live, in a ring.
    private var targets: [DeviceIdentifier] = []
    private var reporters: [DeviceIdentifier] = []
    private var place = 0
    private let live: Int
    private(set) var checksum: UInt64 = 0

    init(devices: Int) {
        live = ScorerWork.liveReports(against: devices)
        batch = max(1, min(1024, live / 32))
        var policy = ScoringPolicy()
        policy.keyEpoch = ScoringPolicy.longestDuration
        gap = SimDuration(nanoseconds: policy.retention.nanoseconds / Int64(live))
        let name = StreamName(
            seed: 1, replication: 0, purpose: StreamPurpose(rawValue: 902), entity: 0)
        do {
            scorer = try Scorer(policy: policy, randomness: RandomStream(name))
        } catch {
            preconditionFailure("the default policy makes sense: \(error)")
        }
    }

    private mutating func device() -> DeviceIdentifier {
        DeviceIdentifier(high: random.next(), low: random.next(), epoch: 0)
    }

    /// The place of a report that lives.
    private mutating func anyPlace() -> Int {
        Int(((random.next() >> 32) * UInt64(targets.count)) >> 32)
    }

    mutating func report(_ count: Int) -> Double {
        var time = 0.0
        var capabilities: [ReportCapability] = []
        var rest = count
        while rest > 0 {
            capabilities.removeAll(keepingCapacity: true)
            for _ in 0..<min(rest, batch) { capabilities.append(capability()) }
            rest -= capabilities.count
            let start = ThreadClock.nanoseconds
            for capability in capabilities {
                now += gap
                guard
                    case .counted(_, let after) = scorer.report(
                        capability, lasting: .seconds(20), at: now)
                else { preconditionFailure("a report of a call counts") }
                note(after)
            }
            time += ThreadClock.nanoseconds - start
        }
        return time / Double(count)
    }

    /// The right to the next report.
    private mutating func capability() -> ReportCapability {
        let draw = random.next()
        let isFirst = targets.isEmpty
        let target = draw % 10 == 0 && !isFirst ? targets[anyPlace()] : device()
        let reporter = (draw >> 32) % 4 == 0 && !isFirst ? reporters[anyPlace()] : device()
        if targets.count < live {
            targets.append(target)
            reporters.append(reporter)
        } else {
            (targets[place], reporters[place]) = (target, reporter)
            place = place + 1 == live ? 0 : place + 1
        }
        return scorer.issueCapabilities(first: reporter, second: target, at: now).first
    }

    mutating func ask(_ question: ScorerWork.Question, _ count: Int) -> Double {
        var time = 0.0
        var devices: [DeviceIdentifier] = []
        var rest = count
        while rest > 0 {
            devices.removeAll(keepingCapacity: true)
            for _ in 0..<min(rest, batch) {
                devices.append(question == .recorded ? targets[anyPlace()] : device())
            }
            rest -= devices.count
            let start = ThreadClock.nanoseconds
            for device in devices { note(scorer.tier(of: device, at: now)) }
            time += ThreadClock.nanoseconds - start
        }
        return time / Double(count)
    }

    private mutating func note(_ tier: DeviceTier) {
        checksum = checksum &* 31 &+ UInt64(tier.rawValue) &+ 1
    }
}
