import KnowledgeLedger
import Quantities
import RiskScoring

/// What the risk scorer is told of calls, and what it keeps of those of which somebody reports the other.
extension KnowledgeDesk {
    /// `subject` goes by `device` from now on.
    mutating func noteDevice(_ device: DeviceIdentifier, of subject: UInt32) {
        while devices.count <= Int(subject) { devices.append(0) }
        devices[Int(subject)] = device.low
    }

    /// The scorer makes the rights of both sides of a call to report each other: it is told who meets whom, as devices, and
    /// forgets it. The identifiers that it is handed are those that the two were given when they came.
    mutating func noteRights(
        of call: UInt32, handing handed: BothSides<DeviceIdentifier>, at now: SimTime
    ) {
        let people = parties[Int(call)]
        for side in Side.both {
            declare(.partner, of: people[side], to: .riskScorer, in: call, since: now, until: now)
            guard devices[Int(people[side])] == handed[side].low else { continue }
            canaries.declare(
                .partner, of: people[side], to: .riskScorer, in: call, since: now, until: now)
        }
    }

    /// The scorer has counted a report in `call`: it keeps the device that it is about, with the moment and in quarters how
    /// long the call was, and who made it under an alias that its key undoes; of the reporter, where reporters are
    /// weighed, on which days it made some.
    mutating func noteCountedReport(
        of target: UInt32, by reporter: (subject: UInt32, device: DeviceIdentifier),
        in call: UInt32, at now: SimTime
    ) {
        let until = now + policy.reports
        for subject in [target, reporter.subject] {
            for item in [Item.partner, .when, .howLong] {
                declare(item, of: subject, to: .riskScorer, in: call, since: now, until: until)
            }
        }
        // By its moment a report is of a call; what is stored of it is not.
        declare(.report, of: target, to: .riskScorer, in: call, since: now, until: until)
        guard weighsReporters else { return }
        declare(
            .deviceIdentifier, of: reporter.subject, to: .riskScorer, since: now, until: until,
            value: reporter.device.low)
    }
}
