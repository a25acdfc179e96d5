import EventEngine
import Quantities

/// What the signalling service holds of calls, in a run that is audited.
extension Platform {
    /// The signalling of a call is over: who could time it.
    mutating func knowSignalingEnds(of call: Handle, at now: SimTime) {
        guard knowledge != nil else { return }
        knowledge?.noteSignalingEnd(
            of: calls[call].serial, since: calls[call].pairedAt, at: now)
    }

    /// Whose signalling is open now.
    mutating func knowOpenSignaling(at now: SimTime) {
        for call in calls.handles(where: { $0.phase < .windingUp }) {
            knowledge?.noteSignaling(
                of: calls[call].serial, since: calls[call].pairedAt, at: now)
        }
    }
}
