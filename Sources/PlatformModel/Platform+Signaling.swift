import EventEngine
import ICE
import MediaSecurity
import Quantities
import ScenarioModel
import Signaling

/// The set-up dialogue: the service tells both that they are paired; the offerer offers, the
/// other answers, and both send candidates as they find them (RFC 8838).
extension Platform {
    /// Opens the dialogue of a call and tells both sides that they are paired.
    mutating func openSignaling(of call: Handle, _ engine: inout Engine<PlatformEvent>) {
        signaling.open(
            callID(call), between: party(call, .offerer), and: party(call, .answerer))
        for side in Side.both {
            let leg = LegID(call: call, side: side)
            openConnection(leg, &engine)
            deliver([], to: leg, &engine)
            tellSeenList(leg, &engine)
        }
    }

    func callID(_ call: Handle) -> CallID {
        CallID(rawValue: UInt64(calls[call].serial))
    }

    func party(_ call: Handle, _ side: Side) -> PartyID {
        PartyID(rawValue: UInt64(peers[calls[call][side]].serial))
    }

    /// The service forgets a call that is over.
    mutating func closeSignaling(of call: Handle, at now: SimTime) {
        let id = callID(call)
        let wasOpen = knowledge != nil && signaling.isOpen(id)
        if plantedLeak != .callHeld { signaling.close(id) }
        guard knowledge != nil else { return }
        knowledge?.noteServed(
            calls[call].serial, wasOpen: wasOpen, isOpen: signaling.isOpen(id), at: now)
    }

    /// Sends `message` from `sender` to the other side through the service.
    mutating func send(
        _ message: SignalingMessage, from sender: LegID, _ engine: inout Engine<PlatformEvent>
    ) {
        let place = place(of: sender)
        if legs[place].connection != nil {
            // A side has far fewer messages to send than its channel keeps.
            let text = legs[place].connection!.channel.send(message)
            if let text, legs[place].connection!.course.isUp { pass(text, from: sender, &engine) }
            return
        }
        let text = message.text(in: callID(sender.call))
        let verdict = signaling.handle(text, from: party(sender.call, sender.side), at: engine.now)
        guard case .forward = verdict else { return }
        keepMessage(text, numbered: nil, from: sender, at: engine.now)
        deliver(text, to: LegID(call: sender.call, side: sender.side.other), &engine)
    }

    /// Puts a message on the channel to a side; the channel keeps the order.
    mutating func deliver(
        _ text: [UInt8], to leg: LegID, _ engine: inout Engine<PlatformEvent>
    ) {
        let place = place(of: leg)
        let latency = scenario.signaling.latency.sampleDuration(using: &legs[place].channel)
        let arrival = max(engine.now + latency, legs[place].channelFree)
        legs[place].channelFree = arrival
        recordSignal(arrival - engine.now, to: leg)
        let signal = signals.insert(
            SignalInFlight(
                recipient: leg, text: text, connection: legs[place].connection?.number ?? 0))
        engine.post(.signal(signal), at: arrival)
    }

    mutating func signalArrives(_ handle: Handle, _ engine: inout Engine<PlatformEvent>) {
        let signal = signals.remove(handle)
        let leg = signal.recipient
        guard calls.contains(leg.call), calls[leg.call].phase < .windingUp else { return }
        let place = place(of: leg)
        if let connection = legs[place].connection, connection.number != signal.connection {
            return
        }
        engine.log(
            TrajectoryCode.signal, UInt64(calls[leg.call].serial), UInt64(signal.text.count))
        guard !signal.text.isEmpty else {
            legs[place].connection?.isTold = true
            if leg.side == .offerer { makeOffer(leg, &engine) }
            return
        }
        knowMessage(signal.text, to: leg, at: engine.now)
        if legs[place].connection != nil {
            let input = legs[place].connection!.channel.receive(signal.text)
            if case .deliver(let message) = input { accept(message, by: leg, &engine) }
            return
        }
        do throws(SignalingError) {
            accept(try SignalingMessage.parse(signal.text).message, by: leg, &engine)
        } catch {
            preconditionFailure("a peer's own message does not parse: \(error)")
        }
    }

    /// What a side tells the other about itself.
    ///
    /// A call whose packets are simulated has a certificate of its own and signals its fingerprint; a `flow`
    /// call, whose handshake is not run, signals random bytes in its place.
    mutating func describe(_ leg: LegID, _ setup: SetupRole) -> SessionDescription {
        let peer = calls[leg.call][leg.side]
        let place = place(of: leg)
        var stream = visitStream(.certificate, peer)
        let fingerprint: [UInt8]
        if calls[leg.call].fidelity.carriesMedia {
            let certificate = Certificate(randomness: &stream)
            // After a restart the association lives on, and with it the fingerprint.
            if calls[leg.call].outage == nil { legs[place].certificate = certificate }
            fingerprint = certificate.fingerprint
        } else {
            fingerprint = stream.nextBytes(SessionDescription.fingerprintByteCount)
        }
        knowFragment(legs[place].agent!.localCredentials, of: leg)
        return description(
            of: leg, setup,
            version: 1 + UInt64(calls[leg.call].outage?.restarts ?? 0)
                + (calls[leg.call].acquaintance == .strangers ? 0 : 1),
            credentials: legs[place].agent!.localCredentials, fingerprint: fingerprint)
    }

    /// The description of a side with these credentials and this fingerprint.
    func description(
        of leg: LegID, _ setup: SetupRole, version: UInt64, credentials: Credentials,
        fingerprint: [UInt8]
    ) -> SessionDescription {
        let peer = calls[leg.call][leg.side]
        let codec = scenario.media.codec
        return SessionDescription(
            sessionID: sessionNumber(of: peer),
            version: version, credentials: credentials, fingerprint: fingerprint,
            setup: setup,
            format: OpusFormat(
                usesInBandFEC: codec.fec, usesDTX: codec.dtx,
                maximumAverageBitrate: UInt32(codec.bitrate.bitsPerSecond),
                packetTime: UInt8(codec.frame.nanoseconds / 1_000_000)))
    }
}
