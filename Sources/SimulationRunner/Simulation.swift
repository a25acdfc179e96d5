import EventEngine
import Measurement
import MediaPipeline
import OpusCodec
import PlatformModel
import ScenarioModel
import Synchronization

/// A run: the replications of one scenario.
public struct Simulation: Sendable {
    /// What is simulated.
    public var scenario: Scenario
    /// The seed of all streams.
    public var seed: UInt64
    /// The numbers of the replications, ascending.
    public var replications: [UInt32]
    /// How many threads there are, ≥ 1, for replications and the media of their calls; changes no
    /// result.
    public var threads: Int
    /// What callers at full fidelity say.
    public var speech: SpeechMaterial
    /// What a speaker sends, measured on ``speech``; each run measures it unless it is given.
    public var traffic: SpeechTraffic?
    /// What callers at sealed fidelity say; each run that has some encodes it unless it is given.
    public var corpus: SpeechCorpus?
    /// What is heard in calls without packets: rehearsed once for this value and its copies.
    public var rehearsals = Rehearsals()
    /// Trajectory records to keep, by replication.
    public var captures: [UInt32: Range<UInt64>] = [:]
    /// Whether outcomes hold what became of every ticket.
    public var keepsTickets = false
    /// Until when ``account(_:)`` adds replications, whatever ``replications`` says; nil for just
    /// those.
    public var precision: PrecisionGoal?

    /// The run of all replications that `scenario` asks for.
    public init(
        scenario: Scenario, seed: UInt64, replications: [UInt32], threads: Int,
        speech: SpeechMaterial
    ) {
        precondition(threads >= 1, "a run needs a thread")
        self.scenario = scenario
        self.seed = seed
        self.replications = replications
        self.threads = threads
        self.speech = speech
    }

    /// Measures ``traffic`` and encodes ``corpus`` where a run needs them and they are not given, so
    /// that several runs with equal media do so once.
    public mutating func prepare() async {
        traffic = traffic ?? SpeechTraffic(of: speech, as: scenario.media)
        if corpus == nil, scenario.media.fidelity.sealed > 0 { corpus = await recordedSpeech() }
    }

    /// Runs the replications and gives those that finished, in the order of their numbers; fewer
    /// than asked for only if `progress` was told to stop.
    ///
    /// A replication is one synchronous function on one thread; which thread takes which changes
    /// nothing but the order in which they finish. Threads that have no replication to take help
    /// the others with the media of calls.
    public func run(_ progress: RunProgress) async -> [ReplicationOutcome] {
        var prepared = self
        await prepared.prepare()
        let run = prepared
        let next = NextIndex()
        let pool = MediaPool()
        let outcomes = await withTaskGroup(of: [ReplicationOutcome].self) { group in
            for _ in 0..<threads {
                group.addTask {
                    pool.enter()
                    let outcomes = run.takeReplications(from: next, pool, progress)
                    pool.leaveAndHelp()
                    return outcomes
                }
            }
            var all: [ReplicationOutcome] = []
            for await some in group { all += some }
            return all
        }
        return outcomes.sorted { $0.replication < $1.replication }
    }

    /// What callers at sealed fidelity say, encoded once for all of them, by all threads.
    private func recordedSpeech() async -> SpeechCorpus {
        let next = NextIndex()
        let count = SpeechCorpus.trackCount()
        let settings = OpusSettings(scenario.media.codec)
        let tracks = await withTaskGroup(of: [(Int, SpeechCorpus.Track)].self) { group in
            for _ in 0..<min(threads, count) {
                group.addTask {
                    var tracks: [(Int, SpeechCorpus.Track)] = []
                    while let index = next.take(below: count) {
                        do {
                            tracks.append(
                                (index, try SpeechCorpus.track(index, of: speech, as: settings)))
                        } catch {
                            preconditionFailure("validated codec settings are refused: \(error)")
                        }
                    }
                    return tracks
                }
            }
            var all: [(Int, SpeechCorpus.Track)] = []
            for await some in group { all += some }
            return all
        }
        return SpeechCorpus(
            of: speech, as: settings, tracks: tracks.sorted { $0.0 < $1.0 }.map(\.1))
    }

    private func takeReplications(
        from next: NextIndex, _ pool: MediaPool, _ progress: RunProgress
    ) -> [ReplicationOutcome] {
        var outcomes: [ReplicationOutcome] = []
        while let index = next.take(below: replications.count) {
            let number = replications[index]
            guard
                let outcome = simulate(
                    scenario, seed: seed, replication: number, speech: speech,
                    traffic: traffic!, rehearsals: rehearsals, corpus: corpus,
                    capturing: captures[number] ?? 0..<0, keepingTickets: keepsTickets,
                    crew: PooledCrew(pool), progress: progress)
            else { break }
            outcomes.append(outcome)
        }
        return outcomes
    }
}

/// Hands out 0, 1, 2… to whoever asks first. A class, because the threads share it.
private final class NextIndex: Sendable {
    private let value = Atomic<Int>(0)

    func take(below limit: Int) -> Int? {
        let index = value.add(1, ordering: .relaxed).oldValue
        return index < limit ? index : nil
    }
}
