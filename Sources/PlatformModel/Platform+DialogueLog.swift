import Addressing
import EventEngine
import NetworkModel
import Quantities
import TURN

/// What relays write down of the addresses that modelled connections hold, in a run that fills its stores.
extension Platform {
    /// The server of a side of a modelled connection has given it a port, or refused.
    mutating func serverAnswers(
        _ leg: LegID, giving port: UInt16?, _ engine: inout Engine<PlatformEvent>
    ) {
        guard keepsDialogues, let plan = calls[leg.call].plan else { return }
        if let port {
            let server = relays.stations[Int(plan.servers[leg.side])].address.ip
            dialogues[leg.call].sides[leg.side].relayed = TransportAddress(server, port: port)
            dialogues[leg.call].sides[leg.side].permitted = []
            note(.opened, of: leg, at: engine.now)
        }
        post(.relayed, leg, at: engine.now + toOwnServer(leg), &engine)
    }

    /// A side's request to let the other one through has reached its relay.
    mutating func serverPermits(_ leg: LegID, at now: SimTime) {
        guard calls[leg.call].plan?.heldPorts[leg.side] != nil else { return }
        let side = dialogues[leg.call].sides[leg.side]
        let other = dialogues[leg.call].sides[leg.side.other]
        let asked = side.known.subtracting(side.permitted)
        for kind in [ShownAddresses.local, .mapped, .relayed] where asked.contains(kind) {
            guard let address = other.address(kind), canTell(kind, to: leg) else { continue }
            dialogues[leg.call].sides[leg.side].permitted.insert(kind)
            note(.permitted(address), of: leg, at: now)
        }
    }

    /// Whether a side can tell an address of that kind of the other's: behind a name only on one link (RFC 6762).
    private func canTell(_ kind: ShownAddresses, to leg: LegID) -> Bool {
        guard kind == .local else { return true }
        let call = calls[leg.call]
        let (peer, other) = (peers[call[leg.side]], peers[call[leg.side.other]])
        guard other.attributes.hidesAddresses, plantedLeak != .hostCandidates else { return true }
        return network.shareLink(peer.host!, other.host!)
    }

    /// A side of a modelled connection gives its port back.
    mutating func serverTakesBack(_ leg: LegID, at now: SimTime) {
        guard keepsDialogues else { return }
        note(.closed(.released), of: leg, at: now)
        dialogues[leg.call].sides[leg.side].relayed = nil
    }

    private mutating func note(_ event: RelayLogEntry.Event, of leg: LegID, at now: SimTime) {
        let side = dialogues[leg.call].sides[leg.side]
        guard stores != nil, let relayed = side.relayed else { return }
        keepRelayEntry(
            RelayLogEntry(
                time: now, event: event, relayed: relayed, client: side.mapped,
                transport: clientTransport(leg)), of: leg, at: now)
    }
}
