import Synchronization

/// A study with all its seeds.
public struct StudyRun: Sendable {
    /// What is simulated.
    public let study: any Study
    /// How many seeds, from the study's first on.
    public let seeds: Int
    /// How many seeds are simulated at the same time, ≥ 1; changes no result.
    public let threads: Int

    /// `study` with `seeds` ≥ 2 seeds.
    public init(_ study: any Study, seeds: Int, threads: Int) {
        precondition(seeds >= 2 && threads >= 1, "a study has seeds and a thread")
        self.study = study
        self.seeds = seeds
        self.threads = threads
    }

    /// Simulates all seeds.
    ///
    /// - Throws: ``StudyFailure`` when a run broke a law of the platform.
    public func run() async throws -> StudyResult {
        let next = NextSeed()
        let bySeed = try await withThrowingTaskGroup(of: [(Int, [[Double]])].self) { group in
            for _ in 0..<min(threads, seeds) {
                group.addTask { try takeSeeds(from: next) }
            }
            var all: [(Int, [[Double]])] = []
            for try await some in group { all += some }
            return all.sorted { $0.0 < $1.0 }.map(\.1)
        }
        return StudyResult(
            name: study.name, firstSeed: study.firstSeed, replications: study.replications,
            oracles: study.oracles.enumerated().map { index, oracle in
                OracleResult(oracle, values: bySeed.map { $0.map { $0[index] } })
            })
    }

    /// The figures of each replication of some of the seeds.
    private func takeSeeds(from next: NextSeed) throws(StudyFailure) -> [(Int, [[Double]])] {
        var taken: [(Int, [[Double]])] = []
        while let index = next.take(below: seeds) {
            let seed = study.firstSeed + UInt64(index)
            var replications: [[Double]] = []
            for number in 0..<UInt32(study.replications) {
                replications.append(try study.figures(seed: seed, replication: number))
            }
            taken.append((index, replications))
        }
        return taken
    }
}

/// Hands out 0, 1, 2… to whoever asks first. A class, because the threads share it.
private final class NextSeed: Sendable {
    private let value = Atomic<Int>(0)

    func take(below limit: Int) -> Int? {
        let index = value.add(1, ordering: .relaxed).oldValue
        return index < limit ? index : nil
    }
}

/// What came of a study.
public struct StudyResult: Hashable, Sendable {
    /// The study's name.
    public let name: String
    /// Its first seed.
    public let firstSeed: UInt64
    /// Replications for each seed.
    public let replications: Int
    /// Its oracles in their order.
    public let oracles: [OracleResult]

    /// The given results.
    public init(
        name: String, firstSeed: UInt64, replications: Int, oracles: [OracleResult]
    ) {
        self.name = name
        self.firstSeed = firstSeed
        self.replications = replications
        self.oracles = oracles
    }
}
