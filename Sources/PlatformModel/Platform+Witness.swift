import EventEngine
import MediaSecurity
import Quantities
import Talks

/// Where media and keys are looked at, at relays and on the way, in a run that is audited.
extension Platform {
    /// Who looks on in a talk; nil in a run that is not audited.
    func newWitness(of call: Handle) -> MediaWitness? {
        knowledge.map { MediaWitness(keyReleases: $0.keyReleases(of: calls[call].serial)) }
    }

    /// A side of a call has keys.
    mutating func know(
        _ keys: borrowing SRTPKeys, of leg: LegID, _ witness: MediaWitness, at now: SimTime
    ) {
        knowledge?.noteKeys(keys, of: calls[leg.call].serial)
        keys.withKeys { local, remote in
            witness.look(for: local)
            witness.look(for: remote)
        }
        if plantedLeak != nil { plant(keys, of: leg, witness, at: now) }
    }

    /// A datagram has come to a relay.
    @inline(__always)
    mutating func knowRelayed(_ payload: [UInt8], at now: SimTime) {
        guard knowledge != nil else { return }
        payload.withUnsafeBytes {
            knowledge!.lookForKeys(in: $0, at: .relayProcessor, since: now, until: now)
            knowledge!.noteRelayed($0, at: now)
        }
    }

    /// A call is over, talked or not: from now on its keys are to go.
    mutating func knowEnding(of call: Handle, _ ending: CallEnding, at now: SimTime) {
        guard knowledge != nil else { return }
        let record = calls[call]
        knowledge?.noteEnding(ending, of: record.serial)
        guard record.talkingSince != nil, record.path?.isRelayed == false,
            record.relayTime.total(at: now) == .zero
        else { return }
        knowledge?.noteDirect(record.serial)
    }

    /// What came of the media of a call is known.
    mutating func knowMedia(of talk: Talk, _ report: TalkReport, at now: SimTime) {
        guard knowledge != nil, let witness = talk.witness else { return }
        knowledge?.noteMedia(report, seenBy: witness, of: talk.serial, at: now)
    }
}
