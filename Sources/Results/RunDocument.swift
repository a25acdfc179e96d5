/// What `run.json` holds: all that a run depends on, so that it can be repeated to the byte.
public struct RunDocument: Hashable, Sendable {
    /// The name and version of the file's format.
    public static let schema = "voicesim.run/1"

    /// The scenario's name.
    public var scenario: String
    /// SHA-256 of the scenario's text, in hexadecimal.
    public var scenarioHash: String
    /// The scenario with every default and override filled in.
    public var effectiveScenario: JSONValue
    /// The seed.
    public var seed: UInt64
    /// The number of replications.
    public var replications: Int
    /// The numbers of the replications that are in the files, counted from 0; nil where the run
    /// was not cut short and all are.
    public var finishedReplications: [UInt32]?
    /// The version of this program.
    public var toolVersion: String
    /// Names and versions of the libraries whose code runs inside the simulation.
    public var libraries: [Library]
    /// The files of times that the scenario refers to.
    public var inputs: [Input]
    /// Where the speech came from; nil where no call ran packet by packet.
    public var speech: Speech?
    /// The trajectory fingerprint over all replications, as text.
    public var fingerprint: String
    /// The trajectory fingerprint of each replication, in order.
    public var replicationFingerprints: [String]
    /// The precision asked for; nil where the number of replications was given.
    public var precision: Precision?

    /// What was asked of a run that chose its own number of replications.
    public struct Precision: Hashable, Sendable {
        /// The relative half-width of intervals.
        public var goal: Double
        /// Replications in a wave.
        public var wave: Int
        /// The most replications.
        public var limit: Int

        /// The given goal.
        public init(goal: Double, wave: Int, limit: Int) {
            self.goal = goal
            self.wave = wave
            self.limit = limit
        }
    }

    /// A library and its version.
    public struct Library: Hashable, Sendable {
        /// Its name, such as `libopus`.
        public var name: String
        /// Its version, as the library itself says.
        public var version: String

        /// `name` in `version`.
        public init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    /// A file of times that the scenario refers to.
    public struct Input: Hashable, Sendable {
        /// Its name without directory.
        public var name: String
        /// SHA-256 of its bytes, in hexadecimal.
        public var hash: String
        /// How many times it holds.
        public var count: Int

        /// The file `name`.
        public init(name: String, hash: String, count: Int) {
            self.name = name
            self.hash = hash
            self.count = count
        }
    }

    /// What was spoken in calls that ran packet by packet.
    public struct Speech: Hashable, Sendable {
        /// Where it came from, in words.
        public var source: String
        /// SHA-256 of all samples, in hexadecimal.
        public var hash: String

        /// Speech from `source`.
        public init(source: String, hash: String) {
            self.source = source
            self.hash = hash
        }
    }

    /// The given contents.
    public init(
        scenario: String, scenarioHash: String, effectiveScenario: JSONValue, seed: UInt64,
        replications: Int, finishedReplications: [UInt32]? = nil, toolVersion: String,
        libraries: [Library], inputs: [Input] = [], speech: Speech?,
        fingerprint: String, replicationFingerprints: [String], precision: Precision? = nil
    ) {
        self.scenario = scenario
        self.scenarioHash = scenarioHash
        self.effectiveScenario = effectiveScenario
        self.seed = seed
        self.replications = replications
        self.finishedReplications = finishedReplications
        self.toolVersion = toolVersion
        self.libraries = libraries
        self.inputs = inputs
        self.speech = speech
        self.fingerprint = fingerprint
        self.replicationFingerprints = replicationFingerprints
        self.precision = precision
    }

    /// The document as JSON; libraries in the order of their names.
    public var json: JSONValue {
        let libraries = libraries.sorted { $0.name < $1.name }
        let speech: JSONValue =
            speech.map {
                .object([
                    .init("source", .string($0.source)), .init("sha256", .string($0.hash)),
                ])
            } ?? .null
        let finished = finishedReplications.map { numbers in
            [
                JSONValue.Member(
                    "finished_replications", .array(numbers.map { .integer(Int64($0)) }))
            ]
        }
        let head: [JSONValue.Member] = [
            .init("schema", .string(Self.schema)),
            .init("scenario", .string(scenario)),
            .init("scenario_sha256", .string(scenarioHash)),
            .init("seed", .unsigned(seed)),
            .init("replications", .integer(Int64(replications))),
        ]
        let tail: [JSONValue.Member] = [
            .init("version", .string(toolVersion)),
            .init(
                "libraries", .object(libraries.map { .init($0.name, .string($0.version)) })),
            .init("speech", speech),
            .init("fingerprint", .string(fingerprint)),
            .init(
                "replication_fingerprints", .array(replicationFingerprints.map { .string($0) })),
            .init("effective_scenario", effectiveScenario),
        ]
        let asked = precision.map { precision in
            [
                JSONValue.Member(
                    "precision",
                    .object([
                        .init("goal", .number(precision.goal)),
                        .init("wave", .integer(Int64(precision.wave))),
                        .init("max_replications", .integer(Int64(precision.limit))),
                    ]))
            ]
        }
        return .object(head + (finished ?? []) + (asked ?? []) + inputMembers + tail)
    }

    /// The files of times; nothing where there are none.
    private var inputMembers: [JSONValue.Member] {
        guard !inputs.isEmpty else { return [] }
        let inputs = inputs.map {
            JSONValue.object([
                .init("name", .string($0.name)), .init("sha256", .string($0.hash)),
                .init("times", .integer(Int64($0.count))),
            ])
        }
        return [.init("inputs", .array(inputs))]
    }
}
