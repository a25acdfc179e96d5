import Addressing
import EventEngine
import NetworkModel
import Quantities
import TURN

/// What relays write down of the addresses that modelled connections hold, in a run that fills its stores.
extension Platform {
    /// The server of a side of a modelled connection has given it ports, or refused.
    mutating func serverAnswers(
        _ leg: LegID, giving held: HeldPorts?, _ engine: inout Engine<PlatformEvent>
    ) {
        guard keepsDialogues, let plan = calls[leg.call].plan else { return }
        if let held {
            let station = relays.stations[Int(plan.servers[leg.side])]
            dialogues[leg.call].sides[leg.side].relayed =
                held.v4.map { TransportAddress(station.address.ip, port: $0) }
            dialogues[leg.call].sides[leg.side].relayed6 =
                held.v6.map { TransportAddress(station.address6!.ip, port: $0) }
            dialogues[leg.call].sides[leg.side].permitted = []
            note(.opened, of: leg, at: engine.now)
        }
        post(.relayed, leg, at: engine.now + toOwnServer(leg), &engine)
    }

    /// A side's request to let the other one through has reached its relay. It writes down each address once.
    mutating func serverPermits(_ leg: LegID, at now: SimTime) {
        guard calls[leg.call].plan?.heldPorts[leg.side] != nil else { return }
        let side = dialogues[leg.call].sides[leg.side]
        let other = dialogues[leg.call].sides[leg.side.other]
        let families = side.relayedAddresses.map(\.ip.family)
        var written: [IPAddress] = []
        for kind in [ShownAddresses.local, .mapped, .relayed]
        where side.known.contains(kind) && canTell(kind, to: leg) {
            let isNews = !side.permitted.contains(kind)
            for address in other.addresses(kind, in: families) where !written.contains(address) {
                written.append(address)
                guard isNews else { continue }
                dialogues[leg.call].sides[leg.side].permitted.insert(kind)
                note(.permitted(address), of: leg, at: now)
                knowPermission(for: address, of: leg, at: now)
            }
        }
    }

    /// The request names the address in clear, but where TLS carries it.
    private mutating func knowPermission(for address: IPAddress, of leg: LegID, at now: SimTime) {
        guard knowledge != nil, clientTransport(leg) != .tls else { return }
        knowledge?.declareUnseenPermission(
            for: address, of: peers[calls[leg.call][leg.side.other]].serial,
            in: calls[leg.call].serial, at: now)
    }

    /// Whether a side can tell an address of that kind of the other's: behind a name only on one link (RFC 6762).
    private func canTell(_ kind: ShownAddresses, to leg: LegID) -> Bool {
        guard kind == .local else { return true }
        let call = calls[leg.call]
        let (peer, other) = (peers[call[leg.side]], peers[call[leg.side.other]])
        guard other.attributes.hidesAddresses, plantedLeak != .hostCandidates else { return true }
        return network.shareLink(peer.host!, other.host!)
    }

    /// A side of a modelled connection gives its ports back.
    mutating func serverTakesBack(_ leg: LegID, at now: SimTime) {
        guard keepsDialogues else { return }
        note(.closed(.released), of: leg, at: now)
        dialogues[leg.call].sides[leg.side].relayed = nil
        dialogues[leg.call].sides[leg.side].relayed6 = nil
    }

    /// What happened to each address of a side at its relay; to that of the peer's family where a peer is let through.
    private mutating func note(_ event: RelayLogEntry.Event, of leg: LegID, at now: SimTime) {
        guard stores != nil else { return }
        let side = dialogues[leg.call].sides[leg.side]
        for relayed in [side.relayed, side.relayed6] {
            guard let relayed else { continue }
            if case .permitted(let peer) = event, peer.family != relayed.ip.family { continue }
            keepRelayEntry(
                RelayLogEntry(
                    time: now, event: event, relayed: relayed, client: side.mapped,
                    transport: clientTransport(leg)), of: leg, at: now)
        }
    }
}
