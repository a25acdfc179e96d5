import KnowledgeLedger
import Quantities

/// What the scorer is handed of devices, and holds of them.
extension KnowledgeDesk {
    /// The scorer is handed `bytes` to name a device of `subject` by, and is to forget them on the spot.
    mutating func lookAtAdmission(_ bytes: [UInt8], of subject: UInt32, at now: SimTime) {
        guard signals.show(subject, in: bytes) else { return }
        canaries.declare(.deviceSignals, of: subject, to: .riskScorer, since: now, until: now)
    }

    /// Looks for what `subject` showed last in what the scorer holds of the device.
    mutating func lookForSignals(of subject: UInt32, in memory: [UInt8], at now: SimTime) {
        evidence.scorerLooks += 1
        guard signals.show(subject, in: memory) else { return }
        noteKeptSignals(of: subject, since: now, until: .distantFuture)
    }

    /// Looks for what anybody ever showed in all that the scorer holds.
    mutating func lookForSignals(in memory: [UInt8], at now: SimTime) {
        evidence.scorerLooks += 1
        for subject in signals.owners(in: memory) {
            noteKeptSignals(of: subject, since: now, until: .distantFuture)
        }
    }

    /// Signals of `subject` are where they should be no more.
    mutating func noteKeptSignals(of subject: UInt32, since: SimTime, until: SimTime) {
        evidence.keptSignals.insert(subject)
        canaries.declare(.deviceSignals, of: subject, to: .riskScorer, since: since, until: until)
    }
}
