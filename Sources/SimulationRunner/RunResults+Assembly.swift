import Measurement
import MediaPipeline
import Results
import ScenarioModel

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

    /// The given identity.
    public init(
        name: String, scenarioHash: String, effectiveScenario: JSONValue, toolVersion: String,
        libraries: [RunDocument.Library], speech: RunDocument.Speech
    ) {
        self.name = name
        self.scenarioHash = scenarioHash
        self.effectiveScenario = effectiveScenario
        self.toolVersion = toolVersion
        self.libraries = libraries
        self.speech = speech
    }
}

extension RunResults {
    /// The four files of `simulation`, which took `wallSeconds` and gave `outcomes`.
    public init(
        _ simulation: Simulation, _ identity: RunIdentity, _ outcomes: [ReplicationOutcome],
        wallSeconds: Double
    ) {
        let fingerprint = runFingerprint(outcomes).hexadecimal
        var builder = RunSummaryBuilder()
        for outcome in outcomes { builder.add(outcome.record) }
        let summary = builder.summary()
        self.init(
            run: RunDocument(
                scenario: identity.name, scenarioHash: identity.scenarioHash,
                effectiveScenario: identity.effectiveScenario, seed: simulation.seed,
                replications: outcomes.count,
                finishedReplications: outcomes.count < simulation.replications.count
                    ? outcomes.map(\.replication) : nil,
                toolVersion: identity.toolVersion,
                libraries: identity.libraries, speech: identity.speech, fingerprint: fingerprint,
                replicationFingerprints: outcomes.map(\.fingerprint.hexadecimal)),
            summary: SummaryDocument(
                scenario: identity.name, seed: simulation.seed, fingerprint: fingerprint,
                summary: summary,
                verdicts: simulation.scenario.thresholds.map { Verdict($0, of: summary) }),
            series: SeriesFile.text(outcomes.map(\.record)),
            host: HostFacts(
                wallSeconds: wallSeconds, replicationSeconds: outcomes.map(\.wallSeconds),
                events: outcomes.reduce(0) { $0 + $1.events },
                simulatedSeconds: simulation.scenario.general.stopTime.seconds
                    * Double(outcomes.count),
                threads: simulation.threads))
    }
}
