// swift-tools-version: 6.2
import PackageDescription

// The layer diagram. A target may import what stands in a layer below it, and nothing else;
// `--explicit-target-dependency-import-check error` in CI holds the sources to the lists here.

let strict: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]

func room(_ name: String, uses dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(of name: String, with others: [Target.Dependency] = []) -> Target {
    .testTarget(
        name: "\(name)Tests", dependencies: [.byName(name: name)] + others, swiftSettings: strict)
}

let systemLibraries: [Target] = [
    .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "COpus", pkgConfig: "opus", providers: [.apt(["libopus-dev"])]),
    .systemLibrary(name: "CSRTP", pkgConfig: "libsrtp2", providers: [.apt(["libsrtp2-dev"])]),
    .target(name: "CMediaShim", dependencies: ["COpus", "CSRTP", "COpenSSL"]),
    .target(name: "CMemoryHints"),
    .target(name: "CDatagrams"),
    // SQLite is the one that GRDB finds.
    .target(name: "CScrubbedFiles", linkerSettings: [.linkedLibrary("sqlite3")]),
]

let foundations: [Target] = [
    room("Quantities"),
    room("RandomStreams", uses: ["Quantities"]),
    room(
        "Statistics",
        uses: [
            "Quantities", "RandomStreams",
            .product(name: "Histogram", package: "hdrhistogram-swift"),
        ]),
    room("Addressing"),
    room("TextFields"),
    room("Digests", uses: ["COpenSSL"]),
    room("FlatStorage", uses: ["CMemoryHints"]),
]

let domains: [Target] = [
    room("ArrivalProcesses", uses: ["Quantities", "RandomStreams"]),
    room("ClosedForms", uses: ["Quantities", "RandomStreams"]),
    room("ICE", uses: ["Quantities", "RandomStreams", "Addressing", "STUN", "TURN", "TextFields"]),
    room("KnowledgeLedger", uses: ["Quantities", "Addressing"]),
    room("Matchmaking", uses: ["Quantities", "FlatStorage"]),
    room(
        "MediaPipeline",
        uses: [
            "Quantities", "RandomStreams", "CMemoryHints", "Digests", "MediaSecurity", "OpusCodec",
            "RTP", "VoiceQuality",
        ]),
    room(
        "MediaSecurity", uses: ["Quantities", "RandomStreams", "CMediaShim", "COpenSSL", "CSRTP"]),
    room("OpusCodec", uses: ["Quantities", "COpus", "CMediaShim"]),
    room(
        "PrivacyStores",
        uses: [
            "Quantities", "RandomStreams", "Addressing", "Digests", "RiskScoring", "Signaling",
            "TURN",
        ]),
    room("RTP", uses: ["Quantities", "RandomStreams"]),
    room("RiskScoring", uses: ["Quantities", "RandomStreams", "Digests", "FlatStorage"]),
    room("STUN", uses: ["Quantities", "RandomStreams", "Addressing", "Digests"]),
    room("Signaling", uses: ["Quantities", "ICE", "TextFields"]),
    room("TURN", uses: ["Quantities", "RandomStreams", "Addressing", "Digests", "STUN"]),
    room("VoiceQuality", uses: ["Quantities", "RandomStreams"]),
]

let engine: [Target] = [
    room("EventEngine", uses: ["Quantities", "CMemoryHints"])
]

let world: [Target] = [
    room("Measurement", uses: ["Quantities", "RandomStreams", "Statistics"]),
    room("NetworkModel", uses: ["Quantities", "RandomStreams", "Addressing"]),
    room(
        "PlatformModel",
        uses: [
            "Quantities", "RandomStreams", "Addressing", "ArrivalProcesses", "EventEngine", "ICE",
            "KnowledgeLedger", "Matchmaking", "Measurement", "MediaPipeline", "MediaSecurity",
            "NetworkModel", "OpusCodec", "PrivacyStores", "RTP", "RiskScoring", "STUN",
            "ScenarioModel", "Signaling", "TURN", "Talks", "VoiceQuality",
        ]),
    room(
        "ScenarioModel",
        uses: ["Quantities", "RandomStreams", "ArrivalProcesses", "NetworkModel"]),
    room(
        "Talks",
        uses: [
            "Quantities", "RandomStreams", "Addressing", "KnowledgeLedger", "MediaPipeline",
            "MediaSecurity", "NetworkModel", "TURN",
        ]),
    room(
        "Theory",
        uses: [
            "Quantities", "RandomStreams", "ArrivalProcesses", "ClosedForms", "Measurement",
            "NetworkModel", "ScenarioModel",
        ]),
]

let files: [Target] = [
    room(
        "PrivacyDatabase",
        uses: [
            "Quantities", "Addressing", "CScrubbedFiles", "PrivacyStores", "RiskScoring",
            "Signaling", "TURN", .product(name: "GRDB", package: "GRDB.swift"),
            .product(name: "GRDBSQLite", package: "GRDB.swift"),
        ]),
    room(
        "Results",
        uses: ["Quantities", "Statistics", "ScenarioModel", "Measurement", "Theory"]),
    room(
        "ScenarioFiles",
        uses: [
            "Quantities", "RandomStreams", "ArrivalProcesses", "Digests", "KnowledgeLedger",
            "Measurement", "NetworkModel", "ScenarioModel", "VoiceQuality",
            .product(name: "Yams", package: "Yams"),
        ]),
    room("SpeechFiles", uses: ["MediaPipeline", "OpusCodec"]),
]

let runners: [Target] = [
    room(
        "Benchmarking",
        uses: [
            "Addressing", "COpenSSL", "EventEngine", "Matchmaking", "MediaPipeline",
            "MediaSecurity", "NetworkModel", "OpusCodec", "Quantities", "RTP", "RandomStreams",
            "Results", "RiskScoring", "STUN", "SpeechFiles", "Statistics", "TURN", "Talks",
        ]),
    room(
        "Connectivity",
        uses: [
            "Addressing", "EventEngine", "ICE", "NetworkModel", "Quantities", "RandomStreams",
            "Results", "STUN", "Signaling", "TURN",
        ]),
    room(
        "Listening",
        uses: [
            "MediaPipeline", "MediaSecurity", "NetworkModel", "OpusCodec", "Quantities", "RTP",
            "RandomStreams", "Statistics", "VoiceQuality",
        ]),
    room(
        "LoadGenerator",
        uses: [
            "Quantities", "RandomStreams", "Addressing", "CDatagrams", "COpenSSL", "ICE",
            "MediaPipeline", "MediaSecurity", "OpusCodec", "STUN", "Signaling", "TURN",
            .product(name: "Histogram", package: "hdrhistogram-swift"),
            .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
            .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOPosix", package: "swift-nio"),
        ]),
    room(
        "SimulationRunner",
        uses: [
            "Addressing", "Digests", "EventEngine", "KnowledgeLedger", "Matchmaking",
            "Measurement", "MediaPipeline", "OpusCodec", "PlatformModel", "PrivacyDatabase",
            "PrivacyStores", "Quantities", "Results", "RiskScoring", "ScenarioModel", "Signaling",
            "Statistics", "TURN", "Talks", "Theory",
        ]),
    room(
        "Validation",
        uses: [
            "ArrivalProcesses", "ClosedForms", "EventEngine", "Matchmaking", "Measurement",
            "MediaPipeline", "PlatformModel", "Quantities", "RandomStreams", "Results",
            "ScenarioModel", "Statistics", "Theory",
        ]),
]

let commandLine: [Target] = [
    .executableTarget(
        name: "voicesim",
        dependencies: [
            "Addressing", "Benchmarking", "COpenSSL", "COpus", "CSRTP", "ClosedForms",
            "Connectivity", "Digests",
            "ICE", "KnowledgeLedger", "Listening", "LoadGenerator", "Measurement",
            "MediaPipeline", "MediaSecurity",
            "NetworkModel", "OpusCodec", "PlatformModel", "PrivacyDatabase", "PrivacyStores",
            "Quantities", "Results",
            "ScenarioFiles", "ScenarioModel", "SimulationRunner", "SpeechFiles", "TURN",
            "Validation", "VoiceQuality",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ], swiftSettings: strict)
]

let testTargets: [Target] = [
    tests(of: "ArrivalProcesses", with: ["Quantities", "RandomStreams"]),
    tests(of: "Benchmarking", with: ["MediaSecurity"]),
    tests(
        of: "ClosedForms",
        with: [
            "Addressing", "MediaSecurity", "Quantities", "RTP", "RandomStreams", "STUN", "TURN",
        ]),
    // Agents, relay servers and the network together, and the closed forms against them.
    tests(
        of: "Connectivity",
        with: [
            "Quantities", "RandomStreams", "Addressing", "TURN", "ICE", "NetworkModel", "Results",
        ]),
    tests(
        of: "Listening",
        with: [
            "MediaPipeline", "NetworkModel", "OpusCodec", "Quantities", "VoiceQuality",
        ]),
    tests(
        of: "MediaPipeline",
        with: [
            "Quantities", "RandomStreams", "MediaSecurity", "OpusCodec", "RTP", "VoiceQuality",
        ]),
    tests(
        of: "LoadGenerator",
        with: [
            "Addressing", "CDatagrams", "Quantities", "RandomStreams", "TURN",
            .product(name: "Histogram", package: "hdrhistogram-swift"),
            .product(name: "NIOCore", package: "swift-nio"),
        ]),
    tests(of: "KnowledgeLedger", with: ["Addressing", "Quantities"]),
    tests(of: "OpusCodec", with: ["Quantities"]),
    // Both kinds of stores through the same months, and the bytes of the files.
    tests(
        of: "PrivacyDatabase",
        with: [
            "Addressing", "CScrubbedFiles", "MemorySearch", "PrivacyStores", "Quantities",
            "RandomStreams", "RiskScoring", "Signaling", "TURN",
            .product(name: "GRDB", package: "GRDB.swift"),
            .product(name: "GRDBSQLite", package: "GRDB.swift"),
        ]),
    tests(
        of: "PrivacyStores",
        with: [
            "Addressing", "Digests", "MemorySearch", "Quantities", "RandomStreams", "RiskScoring",
            "Signaling", "TURN",
        ]),
    tests(of: "RTP", with: ["Quantities", "RandomStreams"]),
    tests(of: "SpeechFiles", with: ["MediaPipeline", "OpusCodec"]),
    tests(
        of: "Validation",
        with: [
            "ClosedForms", "Measurement", "MediaPipeline", "Quantities", "RandomStreams", "Results",
            "ScenarioFiles", "ScenarioModel",
        ]),
    tests(of: "VoiceQuality", with: ["Quantities"]),
    tests(of: "Quantities"),
    tests(of: "RandomStreams", with: ["Quantities"]),
    tests(
        of: "Statistics",
        with: [
            "Quantities", "RandomStreams",
            .product(name: "Histogram", package: "hdrhistogram-swift"),
        ]),
    tests(of: "Addressing"),
    tests(of: "TextFields"),
    tests(of: "Digests"),
    tests(
        of: "Matchmaking",
        with: ["FlatStorage", "MemorySearch", "Quantities", "RandomStreams", "Statistics"]),
    tests(of: "EventEngine", with: ["Quantities", "RandomStreams"]),
    tests(
        of: "ICE",
        with: ["Quantities", "RandomStreams", "Addressing", "STUN", "TURN", "NetworkModel"]),
    tests(
        of: "MediaSecurity",
        with: [
            "Quantities", "RandomStreams", "CMediaShim", "COpenSSL", "CSRTP", "MemorySearch",
        ]),
    // Damaged inputs for every parser; `make fuzz`.
    .executableTarget(
        name: "fuzz",
        dependencies: [
            "Addressing", "ICE", "MediaSecurity", "Quantities", "RTP", "RandomStreams", "Results",
            "STUN", "ScenarioFiles", "Signaling", "SpeechFiles", "TURN",
        ], path: "Tests/Fuzz", swiftSettings: strict),
    // Looks for secrets in the memory of the process.
    .target(name: "CMemorySearch", path: "Tests/CMemorySearch"),
    .target(
        name: "MemorySearch", dependencies: ["CMemorySearch"], path: "Tests/MemorySearch",
        swiftSettings: strict),
    tests(of: "Measurement", with: ["Quantities", "RandomStreams", "Statistics"]),
    .testTarget(name: "CommandLineTests", dependencies: ["voicesim"], swiftSettings: strict),
    tests(
        of: "PlatformModel",
        with: [
            "Addressing", "ArrivalProcesses", "CMediaShim", "EventEngine", "KnowledgeLedger",
            "Matchmaking", "Measurement", "MediaPipeline", "MediaSecurity", "MemorySearch",
            "NetworkModel", "OpusCodec", "PrivacyStores", "Quantities", "RandomStreams",
            "RiskScoring", "STUN", "ScenarioModel", "Signaling", "Statistics", "TURN", "Talks",
        ]),
    tests(
        of: "SimulationRunner",
        with: [
            "KnowledgeLedger", "Matchmaking", "Measurement", "MediaPipeline", "NetworkModel",
            "OpusCodec", "PlatformModel", "PrivacyDatabase", "PrivacyStores", "Quantities",
            "Results", "RiskScoring", "ScenarioFiles", "ScenarioModel", "Signaling", "Statistics",
            "Theory",
        ]),
    tests(of: "NetworkModel", with: ["Quantities", "RandomStreams", "Addressing"]),
    tests(
        of: "ScenarioFiles",
        with: [
            "Quantities", "RandomStreams", "ArrivalProcesses", "KnowledgeLedger", "ScenarioModel",
        ]),
    tests(of: "ScenarioModel", with: ["NetworkModel", "RandomStreams"]),
    tests(of: "RiskScoring", with: ["MemorySearch", "Quantities", "RandomStreams"]),
    tests(of: "Signaling", with: ["Quantities", "RandomStreams", "Addressing", "ICE"]),
    tests(
        of: "Results",
        with: [
            "ArrivalProcesses", "Quantities", "Statistics", "ScenarioModel", "Measurement",
            "Theory",
        ]),
    tests(of: "STUN", with: ["Quantities", "RandomStreams", "Addressing", "Digests"]),
    tests(
        of: "Talks",
        with: [
            "MediaPipeline", "MediaSecurity", "NetworkModel", "OpusCodec", "Quantities",
            "RandomStreams",
        ]),
    tests(
        of: "Theory",
        with: [
            "ArrivalProcesses", "ClosedForms", "NetworkModel", "Quantities", "RandomStreams",
            "ScenarioModel",
        ]),
    tests(of: "TURN", with: ["Quantities", "RandomStreams", "Addressing", "STUN"]),
]

let package = Package(
    name: "VoiceSim",
    products: [.executable(name: "voicesim", targets: ["voicesim"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", exact: "0.2.0"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
    ],
    targets: systemLibraries + foundations + domains + engine + world + files + runners
        + commandLine + testTargets
)
