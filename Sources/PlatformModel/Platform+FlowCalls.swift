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
    mutating func modelHandshake(
        _ call: Handle, after answererConnected: SimTime, _ engine: inout Engine<PlatformEvent>
    ) {
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
        engine.post(.secured(call), at: max(engine.now, answererConnected + total))
    }

    mutating func flowCallSecured(_ call: Handle, _ engine: inout Engine<PlatformEvent>) {
        guard calls.contains(call), calls[call].phase == .securing else { return }
        beginTalk(call, &engine)
    }

    /// What the path from `sender`'s side to the other does to packets in the long run.
    func pathStatistics(of call: Handle, from sender: Side) -> PathStatistics {
        let a = peers[calls[call][sender]].attributes
        let b = peers[calls[call][sender.other]].attributes
        switch calls[call].path! {
        case .direct:
            return paths.statistics(from: a, to: b)
        case .relayed(_, let server):
            return paths.statistics(
                from: a, to: b, viaServerIn: relays.stations[Int(server)].region)
        case .relayedTwice(let offerer, let answerer):
            let near = relays.stations[Int(sender == .offerer ? offerer : answerer)].region
            let far = relays.stations[Int(sender == .offerer ? answerer : offerer)].region
            var statistics = paths.statistics(from: a, to: b, viaServerIn: near)
            statistics.meanDelay += paths.backboneDelay(from: near, to: far)
            return statistics
        }
    }

    /// What both sides of a `flow` call heard, the relays on its path having done to packets what
    /// they did on average while it went on.
    func flowQuality(of call: Handle, duration: SimDuration) -> BothSides<HeardQuality> {
        let effect = calls[call].relayLoad.mean(over: duration)
        return BothSides { listener in
            quality.heard(
                over: pathStatistics(of: call, from: listener.other), relay: effect,
                from: peers[calls[call][listener.other]].attributes.access,
                to: peers[calls[call][listener]].attributes.access, for: duration)
        }
    }
}
