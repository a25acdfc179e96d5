import ICE
import NetworkModel
import Quantities
import TURN
import Talks

/// Which way the packets of a talk go: what the two agents have selected, as legs, relays and
/// channels.
extension Platform {
    /// The way of what `side` sends, as the agents have it.
    ///
    /// - Precondition: the call has a path and its sides have agents.
    func route(of call: Handle, from side: Side, at now: SimTime) -> TalkRoute {
        var channels = BothSides<ChannelUse?>(nil, nil)
        func use(_ client: Side, _ server: UInt16) {
            channels[client] = channel(
                of: LegID(call: call, side: client), with: server, at: now)
        }
        switch calls[call].path! {
        case .direct: break
        case .relayed(let client, let server): use(client, server)
        case .relayedTwice(let offerer, let answerer):
            use(.offerer, offerer)
            use(.answerer, answerer)
        }
        let legs = mediaRoute(
            of: call, from: side,
            isStream: BothSides { channels[$0].map { $0.transport != .udp } ?? false })
        return TalkRoute(
            legs, sending: channels[side], receiving: channels[side.other],
            staysNear: legs.relayCount == 0 && staysNear(call))
    }

    /// The legs of what `side` sends, when relays are reached by a stream from the sides that
    /// `isStream` says, where they are their clients; on `former`, if given, instead of the path that
    /// the call has.
    ///
    /// - Precondition: the call has a path.
    func mediaRoute(
        of call: Handle, from side: Side, isStream: BothSides<Bool>, on former: CallPath? = nil
    ) -> MediaRoute {
        let a = peers[calls[call][side]].attributes
        let b = peers[calls[call][side.other]].attributes
        switch former ?? calls[call].path! {
        case .direct:
            return .direct(directDelay(a, b).base)
        case .relayed(let client, let server):
            return .relayed(
                mediaLeg(a, server, client == side && isStream[side]), over: server,
                mediaLeg(b, server, client != side && isStream[side.other]))
        case .relayedTwice(let offerer, let answerer):
            let (near, far) = side == .offerer ? (offerer, answerer) : (answerer, offerer)
            let between = paths.backboneDelay(
                from: relays.stations[Int(near)].region, to: relays.stations[Int(far)].region)
            return .relayedTwice(
                mediaLeg(a, near, isStream[side]), over: near, between, and: far,
                mediaLeg(b, far, isStream[side.other]))
        }
    }

    private func mediaLeg(
        _ peer: Peer.Attributes, _ server: UInt16, _ isStream: Bool
    ) -> MediaRoute.Leg {
        MediaRoute.Leg(
            delay: peer.accessDelay
                + paths.backboneDelay(
                    from: Int(peer.region), to: relays.stations[Int(server)].region),
            isStream: isStream)
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
