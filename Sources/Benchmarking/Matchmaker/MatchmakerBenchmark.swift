/// The benchmark of matchmaker and risk scorer beside their rivals.
public struct MatchmakerBenchmark: Sendable {
    /// How often each contender does each workload, at least 1.
    public var rounds = 5
    /// Where the rivals are.
    public var rivals = ".build-bench"
    /// This program and what makes it print a ``MatchmakerProbe``.
    public var probe: [String] = []

    /// Five rounds of everything with the rivals in `.build-bench`.
    public init() {}

    static let decisionsName = "rivals decide the same about the same tickets"
    static let weightName = "NetworkX finds a matching of the same weight"
    static let stationaryName = "as many tickets wait throughout"
    static let lapseName = "reports lapse as fast as they come"

    /// Measures everything; `progress` is told the name of each workload before it begins.
    public func run(into report: inout BenchmarkReport, progress: (String) -> Void) {
        let present = Rival.present(of: Rival.matchmaker(in: rivals), &report)
        measureTickets(present, &report, progress)
        measureMatching(present, &report, progress)
        for devices in MatchmakerWorkload.devices {
            progress("a scorer with \(devices) devices on record")
            measureScorer(devices, &report)
        }
        progress("what the rivals decide")
        checkDecisions(present, &report)
        progress("memory")
        measureMemory(&report)
    }

    private func measure(
        _ workload: MatchmakerWorkload, _ present: [Rival], _ report: inout BenchmarkReport,
        own: (Int) -> Double
    ) {
        let contenders = present.compactMap { rival in
            workload.rivals.first { $0.name == rival.name }.map {
                Rounds.Contender(
                    rival: rival, arguments: workload.arguments, operations: $0.operations)
            }
        }
        let count = min(rounds, workload.mostRounds)
        Rounds(name: workload.name, count: count).measure(beside: contenders, into: &report) {
            own(workload.operations)
        }
    }

    // MARK: Tickets

    private func measureTickets(
        _ present: [Rival], _ report: inout BenchmarkReport, _ progress: (String) -> Void
    ) {
        var seen: [String] = []
        var isStationary = true
        for waiting in [nil] + MatchmakerWorkload.waiting {
            let workload = MatchmakerWorkload.tickets(waiting: waiting)
            progress(workload.name)
            let work = TicketWork(waiting: waiting)
            work.warmUp()
            let before = work.tally
            measure(workload, present, &report, own: work.round)
            let range = work.waiting ?? 0...0
            if let waiting {
                // Chance alone moves a queue of a thousand by some percent.
                let room = waiting / 20 + 50
                isStationary =
                    isStationary && range.lowerBound >= waiting - room
                    && range.upperBound <= waiting + room
            }
            seen.append(Self.mix(of: work.tally, since: before, waiting: range))
        }
        report.checks.append(
            .init(
                name: Self.stationaryName, holds: isStationary,
                detail: seen.joined(separator: "; ")))
    }

    /// What a hundred events were, and how many waited.
    private static func mix(
        of tally: TicketTally, since earlier: TicketTally, waiting: ClosedRange<Int>
    ) -> String {
        let events = Double(max(1, tally.events(since: earlier)))
        func share(_ kind: KeyPath<TicketTally, Int>) -> String {
            BenchmarkReport.fixed(
                100 * Double(tally[keyPath: kind] - earlier[keyPath: kind]) / events, 1)
        }
        return """
            \(waiting.lowerBound)…\(waiting.upperBound) wait: of 100 events \
            \(share(\.arrivals)) arrivals, \(share(\.matches)) pairs, \
            \(share(\.cancels)) leave, \(share(\.steps)) steps
            """
    }

    // MARK: Matching

    private func measureMatching(
        _ present: [Rival], _ report: inout BenchmarkReport, _ progress: (String) -> Void
    ) {
        let workload = MatchmakerWorkload.matching(tickets: MatchmakerWorkload.batch)
        progress(workload.name)
        let graph = BatchGraph(tickets: MatchmakerWorkload.batch)
        measure(workload, present, &report) { matchings in
            (0..<matchings).reduce(0) { sum, _ in sum + graph.match().nanoseconds }
                / Double(matchings)
        }
        guard let rival = present.first(where: { $0.name == Rival.networkxName }) else { return }
        let own = graph.match().matching
        let theirs = Self.digest(of: rival, workload.arguments).flatMap(BatchMatching.init(line:))
        report.checks.append(
            .init(
                name: Self.weightName, holds: theirs == own,
                detail: """
                    \(graph.edgeCount) edges; \(own.pairs) pairs of weight \(own.weight), there \
                    \(theirs.map { "\($0.pairs) of weight \($0.weight)" } ?? "no answer")
                    """))
    }

    // MARK: Scorer

    private func measureScorer(_ devices: Int, _ report: inout BenchmarkReport) {
        let work = ScorerWork(devices: devices)
        for question in ScorerWork.Question.allCases {
            measure(.score(question, devices: devices), [], &report) { work.ask(question, $0) }
        }
        measure(.report(devices: devices), [], &report, own: work.report)
        let size = work.size
        let room = devices / 20
        report.checks.append(
            .init(
                name: "\(Self.lapseName): \(devices) devices",
                holds: abs(size.records - devices) <= room
                    && abs(size.reports - ScorerWork.liveReports(against: devices)) <= 1,
                detail: "\(size.records) devices on record with \(size.reports) reports at the end"
            ))
    }

    // MARK: Decisions

    /// The tickets after which rivals say what they decided, by how many wait; the scan takes part
    /// where it gets through.
    static let compared: [(waiting: Int?, arrivals: Int, rivals: [String])] = [
        (nil, 200_000, [Rival.scanName, Rival.mapName]),
        (1000, 200_000, [Rival.scanName, Rival.mapName]),
        (10_000, 50_000, [Rival.scanName, Rival.mapName]),
        (1_000_000, 2_000_000, [Rival.mapName]),
    ]

    private func checkDecisions(_ present: [Rival], _ report: inout BenchmarkReport) {
        var different: [String] = []
        var seen: [String] = []
        for (waiting, arrivals, names) in Self.compared {
            let rivals = present.filter { names.contains($0.name) }
            guard !rivals.isEmpty else { continue }
            let work = TicketWork(waiting: waiting)
            work.go(arrivals)
            let own = work.tally
            let arguments =
                MatchmakerWorkload.tickets(waiting: waiting).arguments + ["\(arrivals)"]
            for rival in rivals
            where Self.digest(of: rival, arguments).flatMap(TicketTally.init(line:)) != own {
                different.append("\(rival.name) (\(waiting ?? 0) waiting)")
            }
            seen.append("\(own.matches) pairs of \(arrivals) tickets")
        }
        guard !seen.isEmpty else { return }
        report.checks.append(
            .init(
                name: Self.decisionsName, holds: different.isEmpty,
                detail: different.isEmpty
                    ? seen.joined(separator: ", ")
                    : "others by " + different.joined(separator: ", ")))
    }

    /// What a rival prints of its decisions.
    private static func digest(of rival: Rival, _ arguments: [String]) -> String? {
        // A script comes before `digest`, a kind of queue behind it.
        let isScript = rival.package != nil
        let head = rival.command.prefix(isScript ? 2 : 1)
        let command = head + ["digest"] + rival.command.dropFirst(head.count) + arguments
        return try? ChildOutput.text(of: Array(command))
    }

    // MARK: Memory

    private func measureMemory(_ report: inout BenchmarkReport) {
        let bytes: MatchmakerProbe? = ChildOutput.counts(
            of: probe, interposerIn: rivals, "memory", &report)
        bytes?.add(to: &report)
    }
}
