import EventEngine
import Quantities
import ScenarioModel
import Signaling

/// One side's connection to the signalling service, where connections are lost.
struct SignalingConnection {
    var channel: SignalingChannel
    var course: ConnectionCourse
    /// Whether the side has been told that it is paired.
    var isTold = false

    /// Which connection it is: what was under way on an earlier one is lost.
    var number: Int { course.losses }
}

/// Connections to the signalling service that break while calls are set up or talked
/// (`signaling.disconnect`).
///
/// What is under way to a side is lost with its connection, and what it sends meanwhile stays with
/// it. Both ends resume: the service keeps messages, and each comes once and in order
/// (``Signaling/SignalingChannel``). Messages reach the service at once and the other side later, so
/// that it takes only the recipient's connection to lose one.
extension Platform {
    /// The course of the connection of a side.
    func connectionCourse(of leg: LegID) -> ConnectionCourse? {
        ConnectionCourse(
            scenario.signaling, from: calls[leg.call].pairedAt,
            using: visitStream(.connection, calls[leg.call][leg.side]))
    }

    /// Opens a side's connection where it may be lost.
    mutating func openConnection(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        guard let course = connectionCourse(of: leg) else { return }
        legs[place(of: leg)].connection = SignalingConnection(
            channel: SignalingChannel(call: callID(leg.call)), course: course)
        engine.post(.connectionChanges(leg), at: course.next)
    }

    /// A side's connection is lost, or another stands.
    mutating func connectionChanges(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        guard calls.contains(leg.call), calls[leg.call].phase < .windingUp else { return }
        let place = place(of: leg)
        legs[place].connection!.course.turn()
        let connection = legs[place].connection!
        engine.log(
            TrajectoryCode.connection, UInt64(calls[leg.call].serial),
            UInt64(leg.side.rawValue) << 1 | (connection.course.isUp ? 1 : 0))
        engine.post(.connectionChanges(leg), at: connection.course.next)
        guard connection.course.isUp else {
            signaling.disconnect(party(leg.call, leg.side), from: callID(leg.call))
            return
        }
        legs[place].channelFree = engine.now
        for text in legs[place].connection!.channel.resume() { pass(text, from: leg, &engine) }
        if !connection.isTold { deliver([], to: leg, &engine) }
        tellSeenList(leg, &engine)
    }

    /// Hands the text of a side to the service, which passes it on, keeps it, or has more to say.
    mutating func pass(
        _ text: [UInt8], from sender: LegID, _ engine: inout Engine<PlatformEvent>
    ) {
        let verdict = signaling.handle(text, from: party(sender.call, sender.side), at: engine.now)
        switch verdict {
        case .forward:
            keepNumbered(text, from: sender, at: engine.now)
            deliver(text, to: LegID(call: sender.call, side: sender.side.other), &engine)
        case .redeliver(let missed):
            for text in missed { deliver(text, to: sender, &engine) }
        case .hold: keepNumbered(text, from: sender, at: engine.now)
        case .reply, .refuse: break
        }
    }

    private mutating func keepNumbered(_ text: [UInt8], from sender: LegID, at now: SimTime) {
        guard stores != nil else { return }
        keepMessage(text, numbered: SignalingMessage.number(of: text), from: sender, at: now)
    }

    /// The dialogue of a modelled set-up: when the offerer begins, and how long a message takes from
    /// then on so that the set-up is as late as the losses make it.
    ///
    /// What a set-up waits for is the answerer's candidate at the offerer, two messages away, and the
    /// offerer's at the answerer; `found` is how long each side takes to find its own. The channel
    /// keeps the order, so neither comes before offer or answer. The answerer gives up some time after
    /// the offer.
    func modelDialogue(
        of call: Handle, notice: SimDuration, message: SimDuration,
        found: BothSides<SimDuration>, at now: SimTime
    ) -> (begins: SimTime, signalling: SimDuration, patience: SimDuration) {
        guard let offerer = connectionCourse(of: LegID(call: call, side: .offerer)),
            let answerer = connectionCourse(of: LegID(call: call, side: .answerer))
        else { return (now + notice, message, .max) }
        let begins = offerer.arrival(ofMessageSentAt: now, taking: notice)
        let offered = answerer.arrival(ofMessageSentAt: begins, taking: message)
        let answered = offerer.arrival(ofMessageSentAt: offered, taking: message)
        let toAnswerer = answerer.arrival(
            ofMessageSentAt: offerer.sending(at: begins + found.offerer), taking: message)
        let toOfferer = offerer.arrival(
            ofMessageSentAt: answerer.sending(at: offered + found.answerer), taking: message)
        let usual = (
            answerer: begins + found.offerer + message,
            offerer: begins + message + found.answerer + message
        )
        let delay = max(
            max(toAnswerer, offered) - max(usual.answerer, begins + message),
            max(toOfferer, answered) - max(usual.offerer, begins + message * 2))
        return (
            begins, message + max(delay, .zero) / 2,
            offered - begins + formula.connectivityTimeout
        )
    }

    /// What became of the connections of a call that is over.
    mutating func recordConnections(of call: Handle, hasFailed: Bool, at now: SimTime) {
        guard scenario.signaling.disconnect > 0, calls[call].isMeasured else { return }
        var (losses, returns) = (0, 0)
        for side in Side.both {
            guard var course = connectionCourse(of: LegID(call: call, side: side)) else { continue }
            course.advance(to: now)
            losses += course.losses
            returns += course.returns
        }
        recorder.count(.signalingReconnections, Int64(returns))
        if hasFailed, losses > 0 { recorder.count(.signalingFailed) }
    }
}
