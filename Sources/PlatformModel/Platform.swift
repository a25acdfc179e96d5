import Addressing
import ArrivalProcesses
import EventEngine
import Matchmaking
import Measurement
import MediaPipeline
import NetworkModel
import Quantities
import RandomStreams
import RiskScoring
import ScenarioModel
import Signaling
import Talks

/// The platform and its people, wired to the engine: one replication of a scenario.
///
/// Everything the services do here is the real services' code; this type only carries messages
/// between them, lets people behave, and writes down what happened.
struct Platform: ~Copyable {
    let scenario: Scenario
    let root: StreamRoot
    let speech: SpeechMaterial
    /// What callers at sealed fidelity say; nil where there are none.
    let corpus: SpeechCorpus?
    var crowd: Crowd

    var arrivals: ArrivalProcess
    /// Only arrivals draw from it: the same people come whatever is done with them.
    var arrivalRandomness: RandomStream
    var matchmaker: Matchmaker
    var risk: RiskDesk
    var signaling: SignalingService
    var network: Network
    var relays: RelayFleet
    var recorder: RunRecorder
    var egress = EgressMeter()
    var invariants = InvariantChecker()
    var tally = Tally()
    var overtaking = Overtaking()
    var lives: TicketLog
    var meetings = Meetings()

    var peers = Slots<Peer>()
    var arrived: UInt32 = 0
    var tickets = Slots<TicketRecord>()
    var ticketed: UInt32 = 0
    var calls = Slots<Call>()
    var paired: UInt32 = 0
    /// The machines of calls whose packets are simulated, two neighbours each.
    var legs: [Leg] = []
    /// Where pairs of them are unused.
    var freeLegs: [Int32] = []
    var talks = TalkDesk()
    var datagrams = Slots<Datagram>()
    var signals = Slots<SignalInFlight>()
    /// Who is behind a host of the network, by the host's place.
    var hostOwners: [HostOwner] = []
    var gateways = Gateways()
    var expansionTimer = ArmedTimer()
    var riskTimer = ArmedTimer()
    /// Keeps the platform in its place: what holds an existential is handed on by its address, and
    /// a method that only looks at `self` would otherwise be given a copy of these three kilobytes.
    private let anchor: any Sendable = ()
    /// What the platform keeps; nil in a run that does not ask for it.
    var stores: StoreDesk?
    /// What the two of modelled connections say, where that is of account.
    var dialogues = DialogueDesk()
    /// Who comes to know what; nil in a run that is not audited.
    var knowledge: KnowledgeDesk?
    /// For how long people stay; nobody where it is not.
    var visitSpans = VisitSpans()
    /// What a test wants an audit to find; nothing in any other run.
    var plantedLeak: PlantedLeak?
    var plantedKeys: [Handshake?] = []
    var quality: QualityDesk
    /// What playout comes to over ways without packets, for all replications of the run.
    let rehearsals: Rehearsals
    let rehearsalBasis: Rehearsals.Basis
    /// Those that this replication has used.
    var rehearsed: [Rehearsals.Way: Rehearsal] = [:]
    let paths: PathDesk
    /// By access network.
    let links: [LinkBehaviour]
    /// By persona.
    let inclinations: [Inclinations]
    /// The share of the innocent that some brigade aims at; nil without one.
    let greatestAim: Double?

    enum HostOwner: BitwiseCopyable {
        case nobody
        case peer(Handle)
        case relay(UInt16)
    }

    struct TicketRecord: BitwiseCopyable {
        let serial: UInt32
        /// Its number in ``overtaking``.
        let order: UInt32
        let peer: Handle
        let createdAt: SimTime
        let isMeasured: Bool
        let tier: RiskTier
        var patience: EventID
        /// Whether a younger ticket was given a partner that this one could have had.
        var wasPassedOver = false
    }

    /// The platform of `scenario` at time zero, drawing from the streams (`seed`, `replication`).
    ///
    /// - Precondition: `scenario` is valid, as those that files give are.
    init(
        scenario: Scenario, seed: UInt64, replication: UInt32, speech: SpeechMaterial,
        traffic: SpeechTraffic, rehearsals: Rehearsals = Rehearsals(), corpus: SpeechCorpus? = nil,
        keepingTickets: Bool = false, audited: Bool = false, journalsStores: Bool = false
    ) {
        precondition(
            corpus != nil || scenario.media.fidelity.sealed == 0, "sealed calls need a corpus")
        self.scenario = scenario
        self.speech = speech
        self.corpus = corpus
        self.rehearsals = rehearsals
        rehearsalBasis = Rehearsals.Basis(scenario, traffic: traffic)
        lives = TicketLog(keepsAll: keepingTickets)
        root = StreamRoot(seed: seed, replication: replication)
        crowd = Crowd(scenario, root: root)
        arrivals = scenario.arrivals.process
        arrivalRandomness = root.stream(.arrivals)
        matchmaker = Matchmaker(rules: Self.rules(scenario))
        risk = RiskDesk(
            scenario.risk, population: scenario.population,
            randomness: root.stream(.identifierKeys))
        signaling = SignalingService(
            retention: scenario.signaling.disconnect > 0 ? scenario.signaling.retention : .zero)
        network = Network(backbone: scenario.regions.delay)
        relays = RelayFleet(
            scenario.relay, regions: scenario.regions, root: root,
            isDualStack: scenario.access.contains { $0.ipv6 > 0 },
            keepsLog: scenario.privacy.fillsStores)
        stores = StoreDesk(scenario, root: root, isJournalled: journalsStores)
        recorder = RunRecorder(
            replication: Int(replication),
            labels: LabelSpaces(
                language: scenario.languages, interest: scenario.interests,
                persona: scenario.population.map(\.name), access: scenario.access.map(\.name),
                nat: crowd.natClasses.map(\.description), tier: RiskDesk.tierNames,
                crossed: scenario.matchmaking.crossedGroups),
            seriesStep: scenario.general.seriesStep)
        quality = QualityDesk(scenario, traffic: traffic)
        paths = PathDesk(scenario)
        links = scenario.access.map { LinkBehaviour(jitter: $0.jitter, loss: $0.loss) }
        inclinations = scenario.population.map { Inclinations($0) }
        greatestAim = inclinations.filter(\.isBomber).map(\.aim).max()
        attachRelays()
        if audited {
            knowledge = KnowledgeDesk(
                scenario,
                relays: relays.stations.flatMap {
                    [$0.address.ip] + ($0.address6.map { [$0.ip] } ?? [])
                }, root: root)
            knowledge?.edges = EdgeTimes(countingRecords: !scenario.storeFaults.isEmpty)
        }
    }

    /// How long before an announced departure a patient policy pairs: no time for a person, but before
    /// the departure itself.
    static let notice = SimDuration.milliseconds(1)

    static func rules(_ scenario: Scenario) -> MatchRules {
        let matchmaking = scenario.matchmaking
        let policy: MatchPolicy =
            switch matchmaking.policy {
            case .greedy: .greedy
            case .longestQueue: .longestQueue
            case .batch: .batch(every: matchmaking.interval)
            case .blossom: .blossom(every: matchmaking.interval)
            case .patient:
                switch matchmaking.departures {
                case .unknown: .patient(criticalAge: scenario.criticalAge)
                case .announced: .patientUntilLeaving(notice: Self.notice)
                }
            }
        let tiers: TierPolicy =
            switch matchmaking.tiers {
            case .ignore: .ignore
            case .likeWithLike: .likeWithLike
            case .separate: .separate
            }
        do {
            return try MatchRules(
                expansion: matchmaking.expansion.map {
                    ExpansionStep(
                        after: $0.after, requiresLanguage: $0.requiresLanguage,
                        requiresInterest: $0.requiresInterest)
                },
                avoidRematch: matchmaking.avoidRematch,
                tiers: tiers, policy: policy, reservation: matchmaking.reservation,
                expiry: matchmaking.expiry)
        } catch {
            preconditionFailure("a validated scenario gives rules that make no sense: \(error)")
        }
    }

    /// The end of the simulated time.
    var stopTime: SimTime { .zero + scenario.general.stopTime }

    /// Whether peers need a place on the network: packets of calls are simulated, or records name addresses.
    var givesPlaces: Bool {
        scenario.ice.setup == .packets || scenario.media.fidelity.full > 0
            || scenario.media.fidelity.sealed > 0 || keepsDialogues
    }

    /// Whether it is of account what the two of a modelled connection say.
    var keepsDialogues: Bool { stores != nil || knowledge != nil }

    var measuredFrom: SimTime { .zero + scenario.general.warmUp }

    /// Schedules what starts by itself: the first arrival, the boundaries, the time series.
    mutating func start(_ engine: inout Engine<PlatformEvent>) {
        engine.post(.warmUpEnds, at: measuredFrom, priority: PlatformPriority.boundary)
        engine.post(.seriesStep, at: .zero, priority: PlatformPriority.series)
        scheduleFaults(&engine)
        scheduleNotice(&engine)
        scheduleStores(&engine)
        scheduleNextArrival(&engine)
    }

    /// What was measured until the end.
    consuming func finish() -> ReplicationRecord {
        let end = stopTime
        closeBooks(at: end)
        return recorder.finish(at: end)
    }
}

extension Platform: EventWorld {
    mutating func handle(_ event: PlatformEvent, engine: inout Engine<PlatformEvent>) {
        switch event {
        case .arrival: personArrives(&engine)
        case .joinsQueue(let peer): joinQueue(peer, &engine)
        case .losesPatience(let ticket): losePatience(ticket, &engine)
        case .expansion: expandTickets(&engine)
        case .signal(let signal): signalArrives(signal, &engine)
        case .connectionChanges(let leg): connectionChanges(leg, &engine)
        case .datagram(let datagram): datagramArrives(datagram, &engine)
        case .agentTimer(let leg): agentTimerFires(leg, &engine)
        case .handshakeTimer(let leg): handshakeTimerFires(leg, &engine)
        case .modelledAllocation(let leg): modelledAllocationMade(leg, &engine)
        case .modelledOutcome(let call): modelledOutcomeArrives(call, &engine)
        case .secured(let call): flowCallSecured(call, &engine)
        case .modelledRelease(let leg): modelledReleaseDue(leg, &engine)
        case .dialogue(let turn): dialogueGoesOn(turn, &engine)
        case .deadline(let call): deadlinePasses(call, &engine)
        case .riskTimer: riskTimerFires(&engine)
        case .relayTimer(let server): relayTimerFires(server, &engine)
        case .faultBegins(let number): faultBegins(number, &engine)
        case .faultEnds(let number): faultEnds(number, &engine)
        case .outageNoticed(let call): outageNoticed(call, &engine)
        case .strangerTimePasses(let call): strangerTimePasses(call, &engine)
        case .storesSwept: sweepStores(&engine)
        case .backupTaken: backUpStores(&engine)
        case .listChanges: listChanges(&engine)
        case .notice(let notice): noticeArrives(notice, &engine)
        case .storeFaultBegins(let number): storeFaultBegins(number, &engine)
        case .storeFaultEnds: storeFaultEnds()
        case .warmUpEnds: warmUpEnds(at: engine.now)
        case .seriesStep: takeSeriesRow(&engine)
        }
    }
}
