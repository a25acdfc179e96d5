import Addressing
import Quantities
import RandomStreams
import RiskScoring
import Signaling
import TURN

@testable import PrivacyStores

/// What may happen to stores, with all that is needed to do it again to others.
enum Operation {
    case insert(StoredRecord)
    /// Records from elsewhere, of any age.
    case importRecords([StoredRecord])
    case count(CallCell)
    case sweep
    /// A sweep that breaks off after so many records, upon which the machine starts again.
    case crashedSweep(Int)
    case restart
    case backUp
    case restore
    /// Somebody reads the relay log: with an authorisation, or without.
    case read(RelayLogQuery, isAuthorised: Bool)
}

/// An operation at a true time and at what the service's clock reads then.
struct Step {
    var time: SimTime
    var clock: SimTime
    var operation: Operation
}

/// Operations at random, seeded, half a day apart on average.
struct History {
    static let policy: RetentionPolicy = {
        var policy = RetentionPolicy()
        policy.backups = .days(5)
        policy.clockTolerance = .minutes(2)
        return policy
    }()

    var random: RandomStream
    private var time = SimTime.zero
    private var sweepDue = SimTime.zero
    private var serial: UInt64 = 0

    init(seed: UInt64) {
        random = RandomStream(
            StreamName(
                seed: seed, replication: 0, purpose: StreamPurpose(rawValue: 0x7072), entity: 1))
    }

    /// What the clock reads: wrong by up to the tolerance; now and then set by hours, `isSet` tells.
    mutating func next(maySetClock: Bool) -> (step: Step, isSet: Bool) {
        time += .seconds(Int64(random.nextInteger(below: 24 * 3600)))
        let tolerance = Self.policy.clockTolerance.nanoseconds
        var error = Int64(random.nextInteger(below: UInt64(2 * tolerance + 1))) - tolerance
        let isSet = maySetClock && random.nextBool(probability: 0.05)
        if isSet { error += (Int64(random.nextInteger(below: 97)) - 48) * 3_600_000_000_000 }
        let clock = SimTime(nanoseconds: max(0, time.nanoseconds + error))
        return (Step(time: time, clock: clock, operation: operation(clock)), isSet)
    }

    private mutating func operation(_ clock: SimTime) -> Operation {
        switch random.nextInteger(below: 100) {
        case 0..<62: return .insert(record(at: clock))
        case 62..<66: return .insert(old(record(at: clock)))
        case 66..<70:
            let count = random.nextInteger(below: 5)
            return .importRecords((0..<count).map { _ in old(record(at: clock)) })
        case 70..<78:
            return .count(CallCell(index: Int(random.nextInteger(below: 288)))!)
        case 78..<88: return .sweep
        case 88..<91: return .crashedSweep(Int(random.nextInteger(below: 6)))
        case 91..<93: return .restart
        case 93..<95: return .backUp
        case 95..<97: return .restore
        default:
            let start = SimTime(nanoseconds: max(0, clock.nanoseconds - 400_000_000_000_000))
            let relayed = random.nextBool(probability: 0.5) ? relayedAddress() : nil
            return .read(
                RelayLogQuery(start..<max(start, clock), of: relayed),
                isAuthorised: random.nextBool(probability: 0.7))
        }
    }

    private mutating func relayedAddress() -> TransportAddress {
        TransportAddress(
            random.nextBool(probability: 0.5)
                ? IPAddress(v4: 0xC612_0001) : IPAddress(v6High: 0x2001_0db8 << 32, low: 1),
            port: UInt16(50_000 + random.nextInteger(below: 3)))
    }

    private mutating func record(at clock: SimTime) -> StoredRecord {
        serial += 1
        switch random.nextInteger(below: 3) {
        case 0:
            return .report(
                Report(
                    device: DeviceIdentifier(
                        high: .max - random.nextInteger(below: 6), low: .max, epoch: 1),
                    category: ReportCategory(rawValue: UInt8(random.nextInteger(below: 6)))!,
                    time: clock))
        case 1:
            return .message(
                StoredMessage(
                    call: CallID(rawValue: random.nextInteger(below: 5)),
                    sender: random.nextBool(probability: 0.5) ? .first : .second,
                    number: random.nextBool(probability: 0.8) ? serial : nil, time: clock,
                    text: random.nextBytes(Int(random.nextInteger(below: 300)))))
        default:
            let event: RelayLogEntry.Event =
                switch random.nextInteger(below: 4) {
                case 0: .opened
                case 1: .permitted(IPAddress(v4: random.nextUInt32()))
                case 2:
                    .permitted(
                        IPAddress(v6High: random.nextUInt64(), low: random.nextUInt64()))
                default: .closed(.init(rawValue: UInt8(random.nextInteger(below: 3)))!)
                }
            return .relayLog(
                RelayLogEntry(
                    time: clock, event: event, relayed: relayedAddress(),
                    client: TransportAddress(
                        IPAddress(v4: random.nextUInt32()),
                        port: UInt16(random.nextInteger(below: 65_536))),
                    transport: TransportProtocol(
                        rawValue: UInt8(random.nextInteger(below: 3)))!))
        }
    }

    /// The same as if it came from elsewhere: days old, or within a hundredth of a day of lapsing, or of yesterday's
    /// tomorrow.
    private mutating func old(_ record: StoredRecord) -> StoredRecord {
        let span = Self.policy.span(record.kind)
        let age: SimDuration =
            switch random.nextInteger(below: 4) {
            case 0: .zero - .hours(Int64(random.nextInteger(below: 30)))
            case 1: span - .minutes(14) + .seconds(Int64(random.nextInteger(below: 900)))
            case 2: span + .nanoseconds(Int64(random.nextInteger(below: 3))) - .nanoseconds(1)
            default:
                SimDuration(
                    nanoseconds: Int64(
                        random.nextInteger(below: UInt64(span.nanoseconds))))
            }
        return record.stamped(record.time - age)
    }
}
