import EventEngine
import Measurement
import MediaPipeline
import OpusCodec
public import PrivacyStores
import Quantities
import ScenarioModel
import Talks

/// One replication of a scenario: the platform, its people and the engine that moves them.
///
/// Advance it in as many stretches as you like up to ``end``, then ``finish()``; the stretches
/// change nothing. The media of calls go by windows of simulated time: when the engine is at the end
/// of one, its ``Talks/TalkBatch`` is given to a crew, which performs it while the engine runs through
/// the next; at the end of that the results are taken over. The sequence is the same whoever
/// performs, so nothing depends on the number of threads. But for the crew's work it is used by one
/// thread at a time.
public struct ReplicationRun: ~Copyable {
    /// The length of a window: long against the span of a frame, so that a talk's state is brought
    /// into the cache for many of them, and short enough that little memory waits to be freed.
    public static let usualWindow = SimDuration.seconds(1)

    private var platform: Platform
    private var engine: Engine<PlatformEvent>
    private let window: SimDuration
    private var windowEnd: SimTime
    private var isConcluded = false
    private let alone = LoneCrew()

    /// Replication number `replication` of `scenario` at time zero.
    ///
    /// - Parameters:
    ///   - seed: with `replication` the beginning of every stream's name.
    ///   - speech: what callers at full fidelity say.
    ///   - traffic: what a speaker sends, measured on `speech`.
    ///   - rehearsals: what is heard in calls without packets, as far as others have rehearsed it.
    ///   - corpus: what callers at sealed fidelity say; made of `speech` if needed and not given.
    ///   - capture: numbers of the trajectory records to keep.
    ///   - keepingTickets: whether ``tickets`` are kept; else only as many as hindsight looks at.
    ///   - audited: whether it is noted who comes to know what, for ``knowledge()``. Where the scenario does not fill its
    ///     stores, nobody knows anything from records.
    ///   - journalsStores: whether it is noted what is done to the stores, for ``takeStoreChanges()``.
    ///   - window: the length of a window; it changes the order of the trajectory's records of
    ///     media and nothing else.
    /// - Precondition: `scenario` is valid, as those that files give are; `window` is positive.
    public init(
        _ scenario: Scenario, seed: UInt64, replication: UInt32, speech: SpeechMaterial,
        traffic: SpeechTraffic, rehearsals: Rehearsals = Rehearsals(), corpus: SpeechCorpus? = nil,
        capturing capture: Range<UInt64> = 0..<0, keepingTickets: Bool = false,
        audited: Bool = false, journalsStores: Bool = false,
        window: SimDuration = ReplicationRun.usualWindow
    ) {
        precondition(window > .zero, "a window has some length")
        let needsCorpus = scenario.media.fidelity.sealed > 0
        platform = Platform(
            scenario: scenario, seed: seed, replication: replication, speech: speech,
            traffic: traffic,
            rehearsals: rehearsals,
            corpus: needsCorpus ? corpus ?? SpeechCorpus(of: speech, for: scenario.media) : nil,
            keepingTickets: keepingTickets, audited: audited, journalsStores: journalsStores)
        engine = Engine()
        engine.fingerprint.captureRange = capture
        self.window = window
        windowEnd = .zero + window
        platform.start(&engine)
    }

    /// When the replication ends.
    public var end: SimTime { platform.stopTime }

    /// The simulated time reached.
    public var now: SimTime { engine.now }

    /// The hash of the trajectory so far.
    public var fingerprint: TrajectoryFingerprint { engine.fingerprint }

    /// How many events have happened.
    public var eventCount: UInt64 { engine.handledCount }

    /// The most events that were pending at once.
    public var peakPending: Int { engine.peakPending }

    /// What the tables came to so far.
    public var footprint: Footprint { platform.footprint(engine) }

    /// What became of the tickets so far, in the order of their numbers; all of them if they are kept.
    public var tickets: [TicketLife] { platform.lives.tickets }

    /// The first law of the platform that was found broken: a bug, whatever the scenario.
    public var violation: InvariantViolation? { platform.invariants.first }

    /// Lets everything before `time` happen, on this thread alone.
    ///
    /// - Precondition: `time` is neither past nor after ``end``.
    public mutating func advance(to time: SimTime) {
        advance(to: time, with: alone)
    }

    /// Lets everything before `time` happen, with the media of calls performed by `crew`: the same
    /// one from beginning to end.
    ///
    /// - Precondition: `time` is neither past nor after ``end``.
    public mutating func advance(to time: SimTime, with crew: some TalkCrew) {
        precondition(time <= end, "a replication does not go on after its end")
        while windowEnd <= time {
            engine.run(until: windowEnd, in: &platform)
            platform.turnWindow(with: crew, &engine)
            windowEnd += window
        }
        engine.run(until: time, in: &platform)
        guard time == end, !isConcluded else { return }
        isConcluded = true
        platform.endTalks(with: crew, &engine)
        platform.checkInvariants(at: time)
    }

    /// What a test wants an audit to find.
    mutating func plant(_ leak: PlantedLeak) { platform.plant(leak) }

    /// What a test lets the service that keeps the stores neglect.
    mutating func plant(_ neglect: StoreNeglect) { platform.stores?.neglect = neglect }

    /// A thief copies the stores now.
    ///
    /// - Returns: what the copy gives.
    /// - Precondition: the run is audited, and nothing was copied before.
    @discardableResult
    public mutating func stealStores() -> BreachMeasures {
        precondition(platform.knowledge?.breach == nil, "the stores are copied once")
        guard let measures = platform.stealStores(at: engine.now) else {
            preconditionFailure("a run that is not audited has nothing to copy")
        }
        return measures
    }

    /// What a copy of the stores would give now, that nobody takes; nil if the run is not audited.
    public mutating func measureBreach() -> BreachMeasures? {
        platform.measureBreach(at: engine.now)
    }

    /// The moment at which a copy would have told of most pairs of people that they were in a call with each other, the first of
    /// several, and how many; nil if the run is not audited. Records go with sweeps and restorations
    /// alone, so it is just before one of these, or the end.
    ///
    /// - Precondition: the end has been reached.
    public var worstBreach: (time: SimTime, pairs: Int)? {
        precondition(engine.now == end, "how bad it gets is known at the end")
        return platform.worstBreach
    }

    /// `count` moments of a replication, drawn evenly over all of its time from a stream of their own, in order.
    public static func breachTimes(
        _ count: Int, in scenario: Scenario, seed: UInt64, replication: UInt32
    ) -> [SimTime] {
        var draws = StreamRoot(seed: seed, replication: replication).stream(.breach)
        let length = UInt64(scenario.general.stopTime.nanoseconds)
        return (0..<count).map { _ in
            .zero + .nanoseconds(Int64(draws.nextInteger(below: length)) + 1)
        }.sorted()
    }

    /// What the operator can answer to `subpoena` now, out of what is stored and what the scorer holds; nil if the run fills no
    /// stores.
    public mutating func answer(_ subpoena: Subpoena) -> SubpoenaAnswer? {
        platform.answer(subpoena, at: engine.now)
    }

    /// How the platform's stores are kept, and who may read them; nil if the run fills none.
    public mutating func storeRules() -> StoreRules? { platform.stores?.rules }

    /// What was done to the stores since this was last asked, in order; nothing unless the run notes it.
    public mutating func takeStoreChanges() -> [StoreChange] {
        platform.stores?.takeChanges() ?? []
    }

    /// All that is stored now, read as the auditor who may; nil if the run fills no stores.
    @discardableResult
    public mutating func dumpStores() -> StoreContents? { platform.stores?.dump(at: engine.now) }

    /// Who came to know what so far; nil if the run is not audited.
    public mutating func knowledge() -> PlatformKnowledge? {
        platform.currentKnowledge(at: engine.now)
    }

    /// What was measured.
    ///
    /// - Precondition: the end has been reached.
    public consuming func finish() -> ReplicationRecord {
        precondition(engine.now == platform.stopTime, "a replication is finished at its end")
        return platform.finish()
    }
}

extension SpeechCorpus {
    /// The corpus of `speech` as callers of a scenario with these `media` encode it.
    ///
    /// - Precondition: `media` are valid.
    public convenience init(of speech: SpeechMaterial, for media: Media) {
        do {
            try self.init(of: speech, as: OpusSettings(media.codec))
        } catch {
            preconditionFailure("validated codec settings are refused: \(error)")
        }
    }
}
