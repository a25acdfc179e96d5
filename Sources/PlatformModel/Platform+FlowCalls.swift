import EventEngine
import NetworkModel
import Quantities
import RandomStreams
import ScenarioModel

/// Calls of which no media packet is simulated: the handshake's time and the quality come from
/// the statistics of the path.
extension Platform {
    /// Draws how long the DTLS handshake of a `flow` call takes, from when the answerer, which is
    /// the active side, has a path.
    ///
    /// DTLS 1.2 (RFC 6347 §4.2.4, RFC 5246 §7.3) needs four flights from the active side's hello
    /// to its receipt of the passive side's Finished; a lost flight goes again after the timer,
    /// which doubles.
    mutating func modelHandshake(_ call: Handle, _ engine: inout Engine<PlatformEvent>) {
        var stream = visitStream(.flowHandshake, calls[call].offerer)
        let there = pathStatistics(of: call, from: .answerer)
        let back = pathStatistics(of: call, from: .offerer)
        let first: SimDuration =
            scenario.ice.timing == .browser ? .milliseconds(50) : .seconds(1)
        var total = SimDuration.zero
        for flight in 0..<4 {
            let path = flight % 2 == 0 ? there : back
            var timer = first
            while stream.nextBool(probability: path.loss), timer < .seconds(60) {
                total += timer
                timer = timer + timer
            }
            total += path.meanDelay
        }
        let answerer = legs[place(of: LegID(call: call, side: .answerer))].connectedAt
        let begins = answerer ?? engine.now
        engine.schedule(.secured(call), at: max(engine.now, begins + total))
    }

    mutating func flowCallSecured(_ call: Handle, _ engine: inout Engine<PlatformEvent>) {
        guard calls.contains(call), calls[call].phase == .securing else { return }
        beginTalk(call, &engine)
    }

    /// What the path from `sender`'s side to the other does to packets in the long run.
    func pathStatistics(of call: Handle, from sender: Side) -> PathStatistics {
        let (a, b) = (peers[calls[call][sender]].host, peers[calls[call][sender.other]].host)
        switch calls[call].path! {
        case .direct:
            return network.pathStatistics(from: a, to: b)
        case .relayed(_, let server):
            return network.pathStatistics(
                from: a, to: b, via: relays.stations[Int(server)].host!)
        case .relayedTwice(let offerer, let answerer):
            let near = sender == .offerer ? offerer : answerer
            let far = sender == .offerer ? answerer : offerer
            var statistics = network.pathStatistics(
                from: a, to: b, via: relays.stations[Int(near)].host!)
            statistics.meanDelay += network.backboneDelay(
                from: relays.stations[Int(near)].region, to: relays.stations[Int(far)].region)
            return statistics
        }
    }

    /// What the relays on the call's path add at their present load.
    func relayEffect(of call: Handle) -> FluidLink.Effect {
        var total = FluidLink.Effect.none
        for (server, _) in relayFlows(of: calls[call].path!) {
            let effect = relays.stations[Int(server)].effect
            total.loss = 1 - (1 - total.loss) * (1 - effect.loss)
            total.delay += effect.delay
        }
        return total
    }

    /// What both sides of a `flow` call heard, the offerer's ear first.
    func flowQuality(of call: Handle, duration: SimDuration) -> [HeardQuality] {
        let effect = relayEffect(of: call)
        return Side.allCases.map { listener in
            quality.heard(
                over: pathStatistics(of: call, from: listener.other), relay: effect,
                from: peers[calls[call][listener.other]].attributes.access,
                to: peers[calls[call][listener]].attributes.access, for: duration)
        }
    }
}
