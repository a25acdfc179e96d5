import Measurement
import PlatformModel
import Results
import ScenarioModel
import Theory

/// What a run's files say besides its figures.
public struct RunIdentity: Sendable {
    /// The scenario's name.
    public var name: String
    /// SHA-256 of the scenario's text in hexadecimal.
    public var scenarioHash: String
    /// The scenario with all defaults filled in.
    public var effectiveScenario: JSONValue
    /// The version of the tool.
    public var toolVersion: String
    /// The libraries that the results depend on.
    public var libraries: [RunDocument.Library]
    /// Where the speech comes from.
    public var speech: RunDocument.Speech
    /// The files of times that the scenario refers to.
    public var inputs: [RunDocument.Input]

    /// The given identity.
    public init(
        name: String, scenarioHash: String, effectiveScenario: JSONValue, toolVersion: String,
        libraries: [RunDocument.Library], speech: RunDocument.Speech,
        inputs: [RunDocument.Input] = []
    ) {
        self.name = name
        self.scenarioHash = scenarioHash
        self.effectiveScenario = effectiveScenario
        self.toolVersion = toolVersion
        self.libraries = libraries
        self.speech = speech
        self.inputs = inputs
    }
}

extension RunResults {
    /// The four files of `simulation`, which took `wallSeconds` and gave `account`.
    ///
    /// - Precondition: a replication has finished.
    public init(
        _ simulation: Simulation, _ identity: RunIdentity, _ account: RunAccount,
        wallSeconds: Double
    ) {
        let fingerprint = account.fingerprint.hexadecimal
        let summary = account.builder.summary()
        let scenario = simulation.scenario
        let count = account.replications.count
        self.init(
            run: RunDocument(
                scenario: identity.name, scenarioHash: identity.scenarioHash,
                effectiveScenario: identity.effectiveScenario, seed: simulation.seed,
                replications: count,
                finishedReplications: count < account.planned ? account.replications : nil,
                toolVersion: identity.toolVersion,
                libraries: identity.libraries, inputs: identity.inputs, speech: identity.speech,
                fingerprint: fingerprint,
                replicationFingerprints: account.trajectories.replications.map(\.fingerprint),
                precision: simulation.precision.map {
                    RunDocument.Precision(goal: $0.relative, wave: $0.wave, limit: $0.limit)
                }),
            summary: SummaryDocument(
                scenario: identity.name, seed: simulation.seed, fingerprint: fingerprint,
                summary: summary,
                verdicts: scenario.thresholds.map { Verdict($0, of: summary) },
                theory: Theory.predictions(for: scenario)
                    .map { TheoryComparison($0, of: summary) },
                warmUp: WarmUpCheck(scenario, account.pool), precision: account.precision),
            series: account.series,
            host: HostFacts(
                wallSeconds: wallSeconds, replicationSeconds: account.seconds,
                events: account.events,
                simulatedSeconds: scenario.general.stopTime.seconds * Double(count),
                threads: simulation.threads, tickets: account.tickets,
                cpuSeconds: account.cpuSeconds,
                warmUp: account.phases.warmUp, measured: account.phases.measured,
                memory: account.footprint.map { MemoryFacts($0) }))
    }
}

extension MemoryFacts {
    init(_ footprint: Footprint) {
        func records(_ table: Footprint.Table) -> Records {
            Records(peak: table.peak, bytes: table.bytes)
        }
        self.init(
            peers: records(footprint.peers), waitingTickets: records(footprint.waitingTickets),
            calls: records(footprint.calls), talks: records(footprint.talks),
            events: records(footprint.events),
            bytes: footprint.bytes, histogramBytes: footprint.histogramBytes)
    }
}
