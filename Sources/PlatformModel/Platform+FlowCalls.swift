import EventEngine
import NetworkModel
import Quantities
import RandomStreams
import ScenarioModel
import Talks

/// Calls of which no media packet is simulated: the handshake is modelled flight by flight, and what
/// is heard comes from a rehearsal of the same way.
extension Platform {
    /// Draws when the DTLS handshake of a `flow` call is over, whose sides have had paths since
    /// `connected`; the answerer is the active side (RFC 5763 §5).
    mutating func modelHandshake(
        _ call: Handle, connected: BothSides<SimTime>, _ engine: inout Engine<PlatformEvent>
    ) {
        let offerer = calls[call].offerer
        let patience = calls[call].pairedAt + SetUp.patience
        let checks = BothSides { pairChecks(of: $0, in: call, since: connected[$0]) }
        var handshake = ModelledHandshake(
            firstTimeout: quality.endpoint.firstTimeout,
            there: direction(
                of: call, from: .answerer, checks, connected: connected,
                visitStream(.handshakeThere, offerer)),
            back: direction(
                of: call, from: .offerer, checks, connected: connected,
                visitStream(.handshakeBack, offerer)))
        // Without keys in time the call's own deadline ends the set-up.
        guard
            let end = handshake.run(
                from: connected.answerer, serverReady: connected.offerer, until: patience)
        else { return }
        engine.post(.secured(call), at: max(engine.now, end))
    }

    mutating func flowCallSecured(_ call: Handle, _ engine: inout Engine<PlatformEvent>) {
        guard calls.contains(call), calls[call].phase == .securing, calls[call].outage == nil else {
            return
        }
        beginTalk(call, &engine)
    }

    /// The checks of a side that has selected its pair at `connected`: it has checked the pair twice, the last
    /// time a round trip before.
    private func pairChecks(
        of side: Side, in call: Handle, since connected: SimTime
    ) -> PairChecks {
        let trip =
            flowRoute(of: call, from: side).delay + flowRoute(of: call, from: side.other).delay
        return PairChecks(
            under: scenario.ice.timing.profile, sent: 2, lastAt: connected - trip,
            selected: connected)
    }

    private func direction(
        of call: Handle, from side: Side, _ checks: BothSides<PairChecks>,
        connected: BothSides<SimTime>, _ randomness: RandomStream
    ) -> HandshakeDirection {
        let (sender, receiver) = (
            accessNetwork(of: call, side), accessNetwork(of: call, side.other)
        )
        let route = flowRoute(of: call, from: side)
        var path = MediaPath(
            from: links[Int(sender)], to: links[Int(receiver)], randomness: randomness,
            isProven: true)
        // The answerer, nominated, answers before its hello; both give back what they allocated in vain.
        if side == .answerer { _ = path.carry(along: route, at: connected[side]) }
        path.sendElsewhere()
        return HandshakeDirection(
            path: path, route: route, checks: checks[side],
            asked: checks[side.other],
            askingTime: flowRoute(of: call, from: side.other).delay)
    }

    private func accessNetwork(of call: Handle, _ side: Side) -> UInt16 {
        peers[calls[call][side]].attributes.access
    }

    /// The way of what `side` sends. Who cannot use UDP reaches its own relay by a stream.
    private func flowRoute(
        of call: Handle, from side: Side, on former: CallPath? = nil
    ) -> MediaRoute {
        mediaRoute(
            of: call, from: side,
            isStream: BothSides { peers[calls[call][$0]].attributes.nat == .udpBlocked },
            on: former)
    }

    /// The delay of the way of what `side` sent, on average over a talk of `duration`: a call that
    /// has moved had another way while the two were strangers.
    private func meanDelay(
        of call: Handle, from side: Side, along route: MediaRoute, over duration: SimDuration
    ) -> SimDuration {
        let time = scenario.ice.strangerTime
        guard let path = calls[call].formerPath, duration > time else { return route.delay }
        let before = flowRoute(of: call, from: side, on: path).delay
        return SimDuration(
            seconds: route.delay.seconds
                + (before - route.delay).seconds * (time.seconds / duration.seconds))
    }

    /// What both sides of a `flow` call heard, the relays on its path having done to packets what
    /// they did on average while it went on.
    mutating func flowQuality(of call: Handle, duration: SimDuration) -> BothSides<HeardQuality> {
        BothSides(
            flowQuality(of: call, .offerer, duration),
            flowQuality(of: call, .answerer, duration))
    }

    private mutating func flowQuality(
        of call: Handle, _ listener: Side, _ duration: SimDuration
    ) -> HeardQuality {
        let speaker = listener.other
        var randomness = visitStream(.take, calls[call][speaker])
        let route = flowRoute(of: call, from: speaker)
        let way = Rehearsals.Way(
            from: accessNetwork(of: call, speaker), to: accessNetwork(of: call, listener),
            along: route)
        if rehearsed[way] == nil {
            rehearsed[way] = rehearsals.rehearsal(way, on: rehearsalBasis)
        }
        // What leaves the speaker within the last moments does not arrive before the end.
        let age = max(.zero, duration - route.delay)
        // A stream's segments wait for a relay that is full: they are not lost there.
        let effect = calls[call].relayLoad.mean(
            over: duration,
            holdingAt: route.first.isStream
                ? calls[call].path!.relayIndex(of: speaker) : nil)
        return quality.heard(
            rehearsed[way]!.figures(at: age, using: &randomness),
            networkDelay: meanDelay(of: call, from: speaker, along: route, over: duration),
            relay: effect, for: duration, using: &randomness)
    }
}
