import EventEngine
import MediaPipeline
import MediaSecurity
import Quantities
import RandomStreams
import ScenarioModel

/// Calls at full fidelity: every packet is encoded, encrypted, carried and decoded.
extension Platform {
    /// A side has a path: its handshake begins. The answerer is the active side (RFC 5763 §5).
    mutating func startMedia(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        let place = place(of: leg)
        let peer = calls[leg.call][leg.side]
        let talker = Talker(
            material: speech,
            conversation: ConversationPattern(
                randomness: visitStream(.conversationPattern, calls[leg.call].offerer)),
            party: leg.side == .offerer ? .first : .second,
            randomness: visitStream(.speech, peer))
        let media: MediaEndpoint
        do {
            media = try MediaEndpoint(
                configuration: quality.endpoint,
                dtlsRole: leg.side == .answerer ? .client : .server,
                certificate: legs[place].certificate!,
                remoteFingerprint: legs[place].remoteFingerprint, speech: talker,
                randomness: MediaRandomness(
                    handshake: visitStream(.handshake, peer),
                    session: visitStream(.mediaSession, peer)))
        } catch {
            preconditionFailure("validated codec settings are refused: \(error)")
        }
        legs[place].media = media
        media.start(at: engine.now)
        drainMedia(leg, &engine)
    }

    /// Application data has come through the side's agent.
    mutating func mediaReceives(
        _ leg: LegID, _ data: consuming [UInt8], _ engine: inout Engine<PlatformEvent>
    ) {
        guard let media = legs[place(of: leg)].media else {
            // The other side has found its path first; its hello comes again.
            return
        }
        media.handle(data, at: engine.now)
        drainMedia(leg, &engine)
    }

    mutating func mediaTimerFires(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        let place = place(of: leg)
        legs[place].mediaTimer.fired()
        legs[place].media?.handleTimeout(at: engine.now)
        drainMedia(leg, &engine)
        drainAgent(leg, &engine)
    }

    /// Carries out what a side's media endpoint wants; what it sends leaves through the agent.
    private mutating func drainMedia(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        let place = place(of: leg)
        guard let media = legs[place].media else { return }
        while let payload = media.pollTransmit() {
            _ = legs[place].agent!.send(payload, at: engine.now)
        }
        while let event = media.pollEvent() {
            switch event {
            case .secured: sideSecured(leg, &engine)
            case .failed: fail(leg.call, .handshake, &engine)
            case .heard, .remoteLeft: break
            }
        }
        guard legs[place].media === media else { return }
        engine.rearm(&legs[place].mediaTimer, to: media.nextTimeout, .mediaTimer(leg))
    }

    private mutating func sideSecured(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        let other = LegID(call: leg.call, side: leg.side.other)
        legs[place(of: leg)].securedAt = engine.now
        guard legs[place(of: other)].securedAt != nil, calls[leg.call].phase == .securing else {
            return
        }
        beginTalk(leg.call, &engine)
    }

    /// Ends both sides' media; keys are gone afterwards. What both heard.
    mutating func concludeMedia(
        of call: Handle, _ engine: inout Engine<PlatformEvent>
    ) -> BothSides<HeardQuality> {
        let reports = BothSides { side in
            closeMedia(LegID(call: call, side: side), &engine)!
        }
        for side in Side.both {
            let report = reports[side]
            engine.log(
                TrajectoryCode.media, UInt64(calls[call].serial),
                UInt64(report.mediaReceived.datagrams) << 32 | UInt64(report.playout.played))
        }
        return BothSides { quality.heard(reports[$0], speaker: reports[$0.other]) }
    }

    /// Ends the media of a set-up that failed.
    mutating func abandonMedia(of call: Handle, _ engine: inout Engine<PlatformEvent>) {
        guard hasMachines(call) else { return }
        for side in Side.both { _ = closeMedia(LegID(call: call, side: side), &engine) }
    }

    private mutating func closeMedia(
        _ leg: LegID, _ engine: inout Engine<PlatformEvent>
    ) -> MediaReport? {
        let place = place(of: leg)
        engine.disarm(&legs[place].mediaTimer)
        return legs[place].media.take()?.close(at: engine.now)
    }
}
