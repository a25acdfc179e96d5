import EventEngine
import Quantities

/// What the scorer holds of devices, in a run that is audited.
extension Platform {
    /// A call that was talked is over, and the scorer knows of it: whether it holds the devices' signals.
    mutating func lookAtScorer(of call: Handle, at now: SimTime) {
        guard knowledge != nil else { return }
        for side in Side.both {
            let peer = peers[calls[call][side]]
            guard let device = peer.device else { continue }
            if plantedLeak == .signalsKept { risk.keep(peer.signals, of: device) }
            knowledge?.lookForSignals(
                of: peer.serial, in: risk.memory(of: device), at: now)
        }
    }

    /// Whether the scorer holds anybody's signals.
    mutating func lookAtScorer(at now: SimTime) {
        guard knowledge != nil else { return }
        knowledge?.lookForSignals(in: risk.memory, at: now)
    }
}
