import EventEngine
import MediaPipeline
import MediaSecurity
import NetworkModel
import Quantities
import RTP
import RandomStreams
import ScenarioModel
import TURN
import Talks

/// The media of calls at `full` and `sealed` fidelity until both sides hold keys: the handshake runs
/// here, packet by packet; what follows is a ``Talk``.
extension Platform {
    /// A side has a path: its handshake begins. The answerer is the active side (RFC 5763 §5).
    mutating func startHandshake(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        let place = place(of: leg)
        var configuration = DTLSConfiguration(
            role: leg.side == .answerer ? .client : .server,
            remoteFingerprint: legs[place].remoteFingerprint,
            firstTimeout: quality.endpoint.firstTimeout)
        configuration.profiles = quality.endpoint.profiles
        let handshake = Handshake(
            DTLSSession(
                configuration, certificate: legs[place].certificate!,
                randomness: visitStream(.handshake, calls[leg.call][leg.side])))
        legs[place].handshake = handshake
        knowledge?.watch(handshake, of: leg.side, in: calls[leg.call].serial)
        handshake.session.start(at: engine.now)
        drainHandshake(leg, &engine)
    }

    /// Application data has come through the side's agent.
    mutating func handshakeReceives(
        _ leg: LegID, _ data: consuming [UInt8], _ engine: inout Engine<PlatformEvent>
    ) {
        guard let handshake = legs[place(of: leg)].handshake else {
            // The other side has found its path first; its hello comes again.
            return
        }
        handshake.session.handle(data, at: engine.now)
        drainHandshake(leg, &engine)
    }

    mutating func handshakeTimerFires(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        let place = place(of: leg)
        legs[place].handshakeTimer.fired()
        legs[place].handshake?.session.handleTimeout(at: engine.now)
        drainHandshake(leg, &engine)
        drainAgent(leg, &engine)
    }

    /// Carries out what a side's association wants; what it sends leaves through the agent.
    private mutating func drainHandshake(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        let place = place(of: leg)
        guard let handshake = legs[place].handshake else { return }
        while let payload = handshake.session.pollTransmit() {
            _ = legs[place].agent!.send(payload, at: engine.now)
        }
        switch handshake.session.state {
        case .idle, .handshaking: break
        case .connected:
            if legs[place].securedAt == nil { sideSecured(leg, &engine) }
        case .failed: fail(leg.call, .handshake, &engine)
        }
        guard legs[place].handshake === handshake else { return }
        engine.rearm(
            &legs[place].handshakeTimer, to: handshake.session.nextTimeout, .handshakeTimer(leg))
    }

    private mutating func sideSecured(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        let other = LegID(call: leg.call, side: leg.side.other)
        legs[place(of: leg)].securedAt = engine.now
        guard legs[place(of: other)].securedAt != nil, calls[leg.call].phase == .securing else {
            return
        }
        do {
            try openTalk(leg.call, at: engine.now)
        } catch {
            return fail(leg.call, .handshake, &engine)
        }
        beginTalk(leg.call, &engine)
    }

    /// Hands the keys of both sides over to the call's talk.
    private mutating func openTalk(_ call: Handle, at now: SimTime) throws(MediaFailure) {
        let witness = newWitness(of: call)
        let talk = Talk(
            serial: calls[call].serial, try talkParty(of: call, .offerer, witness, at: now),
            try talkParty(of: call, .answerer, witness, at: now),
            largestPayload: calls[call].fidelity == .full
                ? OpusPayload.maximumFrameBytes : corpus!.largestPayload, witness: witness)
        knowledge?.watch(talk, of: calls[call].serial)
        legs[place(of: LegID(call: call, side: .offerer))].talk = talk
        talks.open(talk, of: call)
    }

    private mutating func talkParty(
        of call: Handle, _ side: Side, _ witness: MediaWitness?, at now: SimTime
    ) throws(MediaFailure) -> TalkParty {
        let place = place(of: LegID(call: call, side: side))
        let (peer, offerer) = (calls[call][side], calls[call].offerer)
        let other = calls[call][side.other]
        let securedAt = legs[place].securedAt!
        var clock = visitStream(.clock, peer)
        let drift = scenario.media.clockDrift.sample(using: &clock)
        let frame = quality.endpoint.codec.frame.duration
        let lead = SimDuration(
            nanoseconds: Int64(clock.nextInteger(below: UInt64(frame.nanoseconds))))
        let keys = legs[place].handshake!.session.takeKeys()!
        knowKeys(keys, of: LegID(call: call, side: side))
        if let witness { know(keys, of: LegID(call: call, side: side), witness, at: now) }
        let media = try MediaSide(
            quality.endpoint, source: try speechSource(of: call, side),
            decodes: calls[call].fidelity == .full, keys: keys, securedAt: securedAt,
            randomness: visitStream(.mediaSession, peer),
            clockDrift: drift, lead: lead, frameLog: witness?.frames)
        let path = MediaPath(
            from: links[Int(peers[peer].attributes.access)],
            to: links[Int(peers[other].attributes.access)],
            randomness: visitStream(side == .offerer ? .pathThere : .pathBack, offerer))
        return TalkParty(
            media, securedAt: securedAt, path: path, route: route(of: call, from: side, at: now))
    }

    /// What a side says: live at full fidelity, else its part of a recorded conversation.
    private func speechSource(
        of call: Handle, _ side: Side
    ) throws(MediaFailure) -> SpeechSource {
        let offerer = calls[call].offerer
        let party: Party = side == .offerer ? .first : .second
        guard calls[call].fidelity == .full else {
            var stream = visitStream(.recording, offerer)
            let (conversation, offset) = corpus!.drawPlace(using: &stream)
            return .corpus(corpus!, conversation: conversation, party: party, offset: offset)
        }
        let talker = Talker(
            material: speech,
            conversation: ConversationPattern(
                randomness: visitStream(.conversationPattern, offerer)),
            party: party, randomness: visitStream(.speech, calls[call][side]))
        do {
            return try .live(talker, quality.endpoint.codec)
        } catch {
            throw .codec(error)
        }
    }

    /// Ends the associations of a call's sides, and with them keys that nobody has taken.
    mutating func closeHandshakes(of call: Handle, _ engine: inout Engine<PlatformEvent>) {
        guard hasMachines(call) else { return }
        for side in Side.both {
            let place = place(of: LegID(call: call, side: side))
            engine.disarm(&legs[place].handshakeTimer)
            if plantedLeak == .keptKeys { plantedKeys.append(legs[place].handshake) }
            legs[place].handshake = nil
        }
    }
}
