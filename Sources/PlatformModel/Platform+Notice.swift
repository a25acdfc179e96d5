import EventEngine
import Quantities
import ScenarioModel
import Signaling

/// That the published list of processors has changed reaches people when they next connect (`privacy.notice`).
///
/// A side says which list its device has shown when its connection for a call is made, or made anew; where the service
/// publishes another by then, it answers. Neither text is kept, and the answer may be lost with its connection. What a
/// run says of both lists are stand-ins of the real ones' size: services and devices only compare them.
extension Platform {
    /// The list of the run's beginning, and the one that it changes to.
    private static let firstList = ListVersion(
        digest: [UInt8](repeating: 1, count: ListVersion.byteCount))
    static let changedList = ListVersion(
        digest: [UInt8](repeating: 2, count: ListVersion.byteCount))

    /// Publishes a list, and schedules its change.
    mutating func scheduleNotice(_ engine: inout Engine<PlatformEvent>) {
        guard let change = scenario.privacy.listChange else { return }
        signaling.publishedList = Self.firstList
        engine.post(.listChanges, at: .zero + change)
    }

    mutating func listChanges(_ engine: inout Engine<PlatformEvent>) {
        signaling.publishedList = Self.changedList
        engine.log(TrajectoryCode.notice, 0, .max)
    }

    /// The connection of a side is new: it says which list it has seen, and may be told of another.
    mutating func tellSeenList(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        guard scenario.privacy.listChange != nil else { return }
        let peer = calls[leg.call][leg.side]
        let seen = peers[peer].hasSeenChange ? Self.changedList : Self.firstList
        let text = SignalingMessage.seen(seen).text(in: callID(leg.call))
        let verdict = signaling.handle(text, from: party(leg.call, leg.side), at: engine.now)
        guard case .reply(let answer?) = verdict else { return }
        // Draws and order of its own: nothing else comes later for it.
        var stream = visitStream(.notice, peer)
        let latency = scenario.signaling.latency.sampleDuration(using: &stream)
        let notice = signals.insert(
            SignalInFlight(
                recipient: leg, text: answer,
                connection: legs[place(of: leg)].connection?.number ?? 0))
        engine.post(.notice(notice), after: latency)
    }

    /// A notice reaches a side, unless its connection is lost by now or the call over.
    mutating func noticeArrives(_ handle: Handle, _ engine: inout Engine<PlatformEvent>) {
        let signal = signals.remove(handle)
        let leg = signal.recipient
        guard calls.contains(leg.call), calls[leg.call].phase < .windingUp else { return }
        let place = place(of: leg)
        if legs[place].connection != nil {
            guard legs[place].connection!.number == signal.connection,
                case .notice(Self.changedList) = legs[place].connection!.channel.receive(
                    signal.text)
            else { return }
        } else {
            let message = try? SignalingMessage.parse(signal.text).message
            guard case .notice(Self.changedList)? = message else { return }
        }
        noteChange(leg, &engine)
    }

    private mutating func noteChange(_ leg: LegID, _ engine: inout Engine<PlatformEvent>) {
        let peer = calls[leg.call][leg.side]
        guard !peers[peer].hasSeenChange, let change = scenario.privacy.listChange else { return }
        peers[peer].hasSeenChange = true
        engine.log(
            TrajectoryCode.notice, UInt64(calls[leg.call].serial), UInt64(leg.side.rawValue))
        guard isMeasured(engine.now) else { return }
        recorder.count(.privacyNotices)
        recorder.record(.privacyNoticeDelay, engine.now - (.zero + change))
    }
}
