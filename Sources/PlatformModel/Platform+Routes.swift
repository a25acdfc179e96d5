import ICE
import NetworkModel
import Quantities
import TURN
import Talks

/// Which way the packets of a talk go: what the two agents have selected, as legs, relays and
/// channels.
extension Platform {
    /// The way of what `side` sends.
    ///
    /// - Precondition: the call has a path.
    func route(of call: Handle, from side: Side, at now: SimTime) -> TalkRoute {
        let a = peers[calls[call][side]].attributes
        let b = peers[calls[call][side.other]].attributes
        switch calls[call].path! {
        case .direct:
            return TalkRoute(
                .direct(
                    a.accessDelay + b.accessDelay
                        + paths.backboneDelay(from: Int(a.region), to: Int(b.region))))
        case .relayed(let client, let server):
            let channel = channel(of: LegID(call: call, side: client), with: server, at: now)
            let isSenders = client == side
            return TalkRoute(
                .relayed(
                    mediaLeg(a, server, isSenders ? channel : nil), over: server,
                    mediaLeg(b, server, isSenders ? nil : channel)),
                sending: isSenders ? channel : nil, receiving: isSenders ? nil : channel)
        case .relayedTwice(let offerer, let answerer):
            let (near, far) = side == .offerer ? (offerer, answerer) : (answerer, offerer)
            let own = channel(of: LegID(call: call, side: side), with: near, at: now)
            let others = channel(of: LegID(call: call, side: side.other), with: far, at: now)
            let between = paths.backboneDelay(
                from: relays.stations[Int(near)].region, to: relays.stations[Int(far)].region)
            return TalkRoute(
                .relayedTwice(
                    mediaLeg(a, near, own), over: near, between, and: far,
                    mediaLeg(b, far, others)),
                sending: own, receiving: others)
        }
    }

    private func mediaLeg(
        _ peer: Peer.Attributes, _ server: UInt16, _ channel: ChannelUse?
    ) -> MediaRoute.Leg {
        MediaRoute.Leg(
            delay: peer.accessDelay
                + paths.backboneDelay(
                    from: Int(peer.region), to: relays.stations[Int(server)].region),
            isStream: channel.map { $0.transport != .udp } ?? false)
    }

    /// The channel between a side and its relay, as the agent and the server know it. One that is
    /// still being asked for counts as bound: it was asked for at the nomination, two handshake
    /// flights before the first packet of media.
    private func channel(of leg: LegID, with server: UInt16, at now: SimTime) -> ChannelUse {
        let agent = legs[place(of: leg)].agent!
        let selected = legs[place(of: leg)].selected!
        let use = agent.selectedRelayChannel
        let asked = use?.number ?? ChannelData.numbers.lowerBound
        let bound = relays.stations[Int(server)].server.channel(
            onPort: selected.base.port, to: selected.remoteAddress, at: now)
        return ChannelUse(
            client: asked, server: bound ?? asked, transport: use?.transport ?? .udp)
    }

    /// The call's path has changed: its talk takes the new one from now on.
    mutating func rerouteTalk(of call: Handle, at now: SimTime) {
        guard let talk = legs[place(of: LegID(call: call, side: .offerer))].talk else { return }
        talk.tell(
            .routes(
                fromOfferer: route(of: call, from: .offerer, at: now),
                fromAnswerer: route(of: call, from: .answerer, at: now)), at: now)
    }
}
