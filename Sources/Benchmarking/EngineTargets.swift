extension SpeedTarget {
    private static let million = name(.exponential, 1_000_000)

    private static func name(_ kind: DelayKind, _ pending: Int) -> String {
        EngineWorkload.hold(kind, pending: pending).name
    }

    private static let record = EngineWorkload.record(pending: 1_000_000).name
    private static let churn = EngineWorkload.churn(entities: 1_000_000).name
    private static let queue = EngineWorkload.queue(customers: 1_000_000).name

    /// What the event engine is to reach.
    public static let engine: [SpeedTarget] =
        [
            SpeedTarget(
                "hold at 1e6, against std::priority_queue",
                .speed(workload: million, against: [Rival.heapName]), .atLeast(8),
                why: "a heap misses the cache at each level, a ladder does not"),
            SpeedTarget(
                "hold at 1e6, against SimPy",
                .speed(workload: million, against: [Rival.simpyName]), .atLeast(100),
                why: "what takes a night there is to take five minutes here"),
            SpeedTarget(
                "hold at 1e6, against ns-3 with its best scheduler",
                .speed(workload: million, against: Rival.ns3Names), .atLeast(10),
                why: "ns-3 is the fastest simulator that people use today"),
            SpeedTarget(
                "hold at 1e6, against the same structure in C++",
                .speed(workload: million, against: [Rival.ladderName]), .atLeast(0.8),
                why: "the language costs next to nothing"),
            SpeedTarget(
                "hold at 1e3, against std::priority_queue",
                .speed(workload: name(.exponential, 1000), against: [Rival.heapName]),
                .atLeast(1.3),
                why: "few pending events, all in the cache: a heap's best case"),
            SpeedTarget(
                "hold at 1e7, against std::priority_queue",
                .speed(workload: name(.exponential, 10_000_000), against: [Rival.heapName]),
                .atLeast(8), why: "the cost of an event does not grow with the number pending"),
            SpeedTarget(
                "64-byte record per event at 1e6, against std::priority_queue",
                .speed(workload: record, against: [Rival.heapName]), .atLeast(6),
                why: "knowing what comes next lets the records be fetched ahead"),
            SpeedTarget(
                "timer churn at 1e6, against std::priority_queue with tombstones",
                .speed(workload: churn, against: [Rival.heapName]), .atLeast(8),
                why: "most timers never fire: to move one must cost next to nothing"),
            SpeedTarget(
                "timer churn: the queue does not grow with moved timers",
                .check(EngineChecks.growthName), .holds, unit: "",
                why: "a run of hours moves each timer thousands of times"),
            SpeedTarget(
                "M/M/8 with statistics and fingerprint, against a C++ loop without",
                .speed(workload: queue, against: [Rival.heapName]), .atLeast(1 / 2.5),
                why: "the bookkeeping of a trustworthy run may cost 1.5 times the bare loop"),
            SpeedTarget(
                "M/M/8, against SimPy", .speed(workload: queue, against: [Rival.simpyName]),
                .atLeast(50), why: "a whole model, not the event list alone"),
        ]
        + DelayKind.allCases.filter { $0 != .exponential }.map { kind in
            SpeedTarget(
                "hold at 1e6 with delays \(kind.rawValue), against exponential ones",
                .speedOfWorkload(name(kind, 1_000_000), againstWorkload: million),
                .atLeast(1.0 / 3), why: "no kind of delay is a trap")
        }
        + [
            SpeedTarget(
                "hold with all delays equal: ties in the order they were scheduled",
                .check(EngineChecks.tiesName), .holds, unit: "",
                why: "the order of ties is part of a run's result")
        ]
}
