import EventEngine
import Measurement
import MediaPipeline
import Quantities
import ScenarioModel
import Talks

/// The talks of calls whose packets are simulated, between windows.
struct TalkDesk {
    /// A talk of a call that is over, with what its report is recorded under.
    struct Ending {
        let talk: Talk
        let isMeasured: Bool
        let labels: BothSides<Labels>
    }

    /// A call whose answering handshake is kept until its peer has shown the keys.
    struct Held {
        let talk: Talk
        let call: Handle
    }

    /// Those going on, in the order in which they began; those that ended in the present window
    /// still among them.
    private(set) var live: [Talk] = []
    /// Calls that ended in the present window.
    var endings: [Ending] = []
    /// Calls that ended in the window that is being performed.
    private(set) var closing: [Ending] = []
    var held: [Held] = []
    /// Packets that failed authentication, in all talks that are over.
    var authenticationFailures: Int64 = 0
    /// The most talks at the end of a window, and the most memory of them then.
    private(set) var fullest = Footprint.Table(peak: 0, bytes: 0)

    mutating func open(_ talk: Talk, of call: Handle) {
        live.append(talk)
        held.append(Held(talk: talk, call: call))
    }

    /// The window is over: what is to be performed of it, under what the relays did. Nobody
    /// performs anything at that moment, and what was performed has been absorbed.
    mutating func cutBatch(at now: SimTime, _ relays: RelayFleet) -> TalkBatch {
        var bytes = 0
        for talk in live {
            talk.handOver()
            bytes += talk.byteCount
        }
        if live.count >= fullest.peak {
            fullest = Footprint.Table(
                peak: live.count,
                bytes: live.count > fullest.peak ? bytes : max(bytes, fullest.bytes))
        }
        let batch = TalkBatch(live, until: now, under: relays.stations.map(\.load))
        live.removeAll { $0.isEnding }
        swap(&closing, &endings)
        return batch
    }

    /// The calls that ended in the window performed last, by number.
    mutating func takeClosed() -> [Ending] {
        defer { closing = [] }
        return closing.sorted { $0.talk.serial < $1.talk.serial }
    }

    /// Nobody goes on talking.
    mutating func takeLive() -> [Talk] {
        defer {
            live = []
            held = []
        }
        return live
    }
}

/// Windows: the engine runs through one, then the talks of that window are performed, by whomever,
/// while the engine runs through the next; then what came of them is absorbed.
extension Platform {
    /// The end of a window: what `crew` performed of the last one is absorbed, and it is given
    /// what there is to perform of this one.
    mutating func turnWindow(with crew: some TalkCrew, _ engine: inout Engine<PlatformEvent>) {
        crew.finish()
        absorbTalks(&engine)
        crew.begin(talks.cutBatch(at: engine.now, relays))
        // A talk begins when its earlier side has keys, which is after the call was paired.
        relays.forget(before: engine.now - SetUp.patience)
    }

    /// The end of the run: everything is performed and absorbed, and talks that go on are broken off.
    mutating func endTalks(with crew: some TalkCrew, _ engine: inout Engine<PlatformEvent>) {
        turnWindow(with: crew, &engine)
        crew.finish()
        absorbTalks(&engine)
        for talk in talks.takeLive() {
            let report = talk.conclude(at: engine.now)
            countRejections(report)
            knowMedia(of: talk, report, at: engine.now)
        }
        recorder.count(.mediaAuthenticationFailures, talks.authenticationFailures)
    }

    /// The media of a call end with it; what came of them is known when its talk has been performed.
    mutating func closeTalk(of call: Handle, _ engine: inout Engine<PlatformEvent>) {
        let place = place(of: LegID(call: call, side: .offerer))
        let talk = legs[place].talk.take()!
        talk.tell(.end, at: engine.now)
        talks.endings.append(
            TalkDesk.Ending(
                talk: talk, isMeasured: calls[call].isMeasured,
                labels: BothSides { labels(of: call, $0) }))
        closeHandshakes(of: call, &engine)
    }

    /// Takes over what came of the window that has been performed.
    private mutating func absorbTalks(_ engine: inout Engine<PlatformEvent>) {
        for ending in talks.takeClosed() { absorb(ending, &engine) }
        releaseHandshakes(&engine)
        knowledge?.turnWindow(at: engine.now)
    }

    private mutating func absorb(
        _ ending: TalkDesk.Ending, _ engine: inout Engine<PlatformEvent>
    ) {
        guard let report = ending.talk.report else {
            preconditionFailure("a talk that was told to end has been performed to its end")
        }
        engine.log(TrajectoryCode.media, UInt64(ending.talk.serial), report.digest)
        invariants.check(
            .packetsAreGivenBack, report.keptSlots == 0, subject: UInt64(ending.talk.serial),
            at: engine.now)
        countRejections(report)
        knowMedia(of: ending.talk, report, at: engine.now)
        guard ending.isMeasured else { return }
        recordTraffic(report)
        recordHeard(
            quality.heard(report.offerer, speaker: report.answerer), ending.labels.offerer)
        recordHeard(
            quality.heard(report.answerer, speaker: report.offerer), ending.labels.answerer)
    }

    private mutating func countRejections(_ report: TalkReport) {
        talks.authenticationFailures += report.offerer.rejected[.authentication]
        talks.authenticationFailures += report.answerer.rejected[.authentication]
    }

    /// Frees the associations of sides whose peers have shown, by a packet that authenticates,
    /// that they have the last flight (RFC 5764 §5.1.2).
    private mutating func releaseHandshakes(_ engine: inout Engine<PlatformEvent>) {
        var kept: [TalkDesk.Held] = []
        for entry in talks.held where !entry.talk.isEnding {
            guard entry.talk.hasAuthenticated(.offerer), entry.talk.hasAuthenticated(.answerer)
            else {
                kept.append(entry)
                continue
            }
            closeHandshakes(of: entry.call, &engine)
        }
        talks.held = kept
    }
}
