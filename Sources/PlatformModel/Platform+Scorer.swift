import EventEngine
import KnowledgeLedger
import Quantities

/// What the scorer holds of devices: whether it may, in a run that is audited; and whoever may ask for it.
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

    /// What the operator can answer to `subpoena` at `now`; nil if the run fills no stores.
    mutating func answer(_ subpoena: Subpoena, at now: SimTime) -> SubpoenaAnswer? {
        guard let time = stores?.time(at: now) else { return nil }
        return stores?.answer(subpoena, at: time) { [risk] in
            risk.holdings(named: subpoena, at: now)
        }
    }

    /// The scorer has added `call` to what it keeps of `peer`'s device; nothing where `until` is nil.
    mutating func knowCountedCall(
        _ call: Handle, of peer: Handle, at now: SimTime, until: SimTime?
    ) {
        guard let until, knowledge != nil else { return }
        // The sum tells the hour and the quarters of the first call only, and less of each that follows.
        for item in [Item.when, .howLong] {
            knowledge?.declare(
                item, of: peers[peer].serial, to: .riskScorer, in: calls[call].serial, since: now,
                until: until)
        }
    }

    /// Whether the scorer holds anybody's signals.
    mutating func lookAtScorer(at now: SimTime) {
        guard knowledge != nil else { return }
        knowledge?.lookForSignals(in: risk.memory, at: now)
    }
}
