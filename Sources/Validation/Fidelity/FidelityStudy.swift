public import Measurement
public import MediaPipeline
import PlatformModel
import ScenarioModel
import Synchronization

/// The same calls in several details: whether they come to the same.
///
/// Details share every draw that does not belong to the packets themselves: who comes, who meets whom,
/// over what network, for how long. So figures are compared replication by replication, and what
/// the replications have in common drops out of the differences.
public struct FidelityStudy: Sendable {
    /// What is run.
    public let conditions: [FidelityCondition]
    /// How many replications each condition has in each detail, at least 2.
    public let replications: Int
    /// The seed of all.
    public let seed: UInt64
    private let speech: SpeechMaterial

    /// The study of `conditions`, which all use the same codec.
    public init(
        _ conditions: [FidelityCondition], replications: Int, seed: UInt64, speech: SpeechMaterial
    ) {
        precondition(replications >= 2, "an interval takes at least two replications")
        precondition(
            Set(conditions.map(\.scenario.media.codec)).count == 1, "one codec for all")
        self.conditions = conditions
        self.replications = replications
        self.seed = seed
        self.speech = speech
    }

    private struct Job {
        let condition: Int
        let detail: Detail
        let replication: UInt32
    }

    /// Runs everything on `threads` ≥ 1 threads, which change no result, and compares.
    ///
    /// - Parameter progress: told how many of how many runs are over, from any thread.
    /// - Throws: the first run in which a law of the platform was broken: a bug.
    public func run(
        threads: Int, progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
    ) async throws(BrokenRun) -> FidelityReport {
        let jobs = jobs
        let count = Count()
        let media = conditions[0].scenario.media
        let traffic = SpeechTraffic(of: speech, as: media)
        let corpus = SpeechCorpus(of: speech, for: media)
        let rehearsals = Rehearsals()
        let figures = await withTaskGroup(of: [(Int, Result<[Double?], BrokenRun>)].self) { group in
            for _ in 0..<threads {
                group.addTask {
                    var figures: [(Int, Result<[Double?], BrokenRun>)] = []
                    while true {
                        let index = count.taken.add(1, ordering: .relaxed).oldValue
                        guard index < jobs.count else { return figures }
                        let job = jobs[index]
                        figures.append(
                            (index, self.figures(job, traffic, rehearsals, corpus)))
                        progress(
                            count.finished.add(1, ordering: .relaxed).newValue, jobs.count)
                    }
                }
            }
            var all: [(Int, Result<[Double?], BrokenRun>)] = []
            for await some in group { all += some }
            return all.sorted { $0.0 < $1.0 }.map(\.1)
        }
        var values: [[Double?]] = []
        for result in figures { values.append(try result.get()) }
        return report(jobs, values)
    }

    /// All runs, the longest first within each condition.
    private var jobs: [Job] {
        conditions.indices.flatMap { condition in
            conditions[condition].details.flatMap { detail in
                (0..<UInt32(replications)).map {
                    Job(condition: condition, detail: detail, replication: $0)
                }
            }
        }
    }

    private func figures(
        _ job: Job, _ traffic: SpeechTraffic, _ rehearsals: Rehearsals, _ corpus: SpeechCorpus
    ) -> Result<[Double?], BrokenRun> {
        var scenario = conditions[job.condition].scenario
        scenario.media.fidelity = job.detail.shares
        var run = ReplicationRun(
            scenario, seed: seed, replication: job.replication, speech: speech, traffic: traffic,
            rehearsals: rehearsals, corpus: corpus)
        run.advance(to: run.end)
        if let violation = run.violation {
            return .failure(
                BrokenRun(
                    condition: conditions[job.condition].name, detail: job.detail,
                    replication: job.replication, violation: violation))
        }
        let record = run.finish()
        return .success(AgreementRule.all.map { record.value($0.metric) })
    }

    private func report(_ jobs: [Job], _ figures: [[Double?]]) -> FidelityReport {
        var rest = Agreement.corrected(
            conditions.indices.flatMap { agreements(in: $0, jobs, figures) })[...]
        return FidelityReport(
            conditions: conditions.map { condition in
                let pairs = condition.details.count * (condition.details.count - 1) / 2
                let own = rest.prefix(pairs * AgreementRule.all.count)
                rest = rest.dropFirst(own.count)
                return FidelityReport.Condition(name: condition.name, agreements: Array(own))
            }, replications: replications, seed: seed)
    }

    private func agreements(
        in condition: Int, _ jobs: [Job], _ figures: [[Double?]]
    ) -> [Agreement] {
        func values(_ detail: Detail, _ rule: Int) -> [Double?] {
            jobs.indices
                .filter { jobs[$0].condition == condition && jobs[$0].detail == detail }
                .map { figures[$0][rule] }
        }
        let details = conditions[condition].details
        return details.indices.flatMap { greater in
            details.indices.dropFirst(greater + 1).flatMap { lesser in
                AgreementRule.all.enumerated().map { index, rule in
                    Agreement(
                        rule, details[greater], values(details[greater], index),
                        details[lesser], values(details[lesser], index))
                }
            }
        }
    }
}

/// A run in which a law of the platform was broken: a bug, whatever the scenario.
public struct BrokenRun: Error, Hashable, Sendable {
    /// What was run.
    public let condition: String
    /// In what detail.
    public let detail: Detail
    /// Which replication.
    public let replication: UInt32
    /// Which law, when and by whom.
    public let violation: InvariantViolation
}

/// How many runs have been taken, and are over. A class, because the threads share it.
private final class Count: Sendable {
    let taken = Atomic<Int>(0)
    let finished = Atomic<Int>(0)
}
