/// What the control plane costs: a scenario's population made larger until a given number of
/// tickets pass, with flows instead of voices.
public struct ControlPlaneBenchmark: Sendable {
    /// Who runs what.
    public var runner: ScenarioRunner
    /// Tickets with connections by rule and formula (`ice.setup: modelled`).
    public var tickets = 1_000_000
    /// Tickets with connections by packets; fewer, as each costs more.
    public var ticketsWithPackets = 100_000
    /// How often each is run.
    public var rounds = 3

    /// The benchmark of `runner`'s scenario.
    public init(_ runner: ScenarioRunner) { self.runner = runner }

    static let modelled = "control plane, modelled: a ticket"
    static let packets = "control plane, packets: a call"
    static let memory = "control plane, modelled: a live peer"

    /// What the control plane is to reach.
    public static let targets: [SpeedTarget] = [
        SpeedTarget(
            "tickets simulated per second and core, setup modelled", .rate(workload: modelled),
            .atLeast(100_000), unit: "/s", why: "a million tickets in ten seconds"),
        SpeedTarget(
            "CPU time per call, setup by packets", .ours(workload: packets, factor: 1e-3),
            .atMost(150), unit: "µs", why: "every STUN message of half a million calls in 75 s"),
        SpeedTarget(
            "memory per live peer", .ours(workload: memory, factor: 1), .atMost(1024), unit: "B",
            why: "a million live peers in 1 GB"),
    ]

    /// Measures CPU time and memory; `report` gets the figures.
    ///
    /// The cost of a ticket or call is what the large run takes more than the scenario's first
    /// second, which is the start of the program, divided by what it has more of them. The memory
    /// of a peer is likewise what a run at least twice as large as the scenario itself takes more.
    public func run(
        into report: inout BenchmarkReport, progress: (String) -> Void
    ) throws(ScenarioRunner.Failure) {
        progress("control plane, first look")
        let look = try runner.run(Self.settings(.modelled), replications: 1, threads: 1)
        guard let rate = look.arrivalRate else { throw .noRate }
        var perTicket = Samples()
        var perCall = Samples()
        var perPeer = Samples()
        for round in 1...rounds {
            for (setup, wanted) in [(Setup.modelled, tickets), (.packets, ticketsWithPackets)] {
                progress("control plane, \(setup.rawValue), round \(round) of \(rounds)")
                let factor = Double(wanted) / max(1, look.tickets)
                guard let faster = ScenarioRunner.scaled(rate, by: factor) else { throw .noRate }
                let scaled = ["arrivals.rate=\(faster)"]
                let settings = Self.settings(setup)
                let start = try runner.run(
                    settings + ["general.stop_time=1 s", "general.series_step=1 s"],
                    replications: 1, threads: 1)
                let large = try runner.run(settings + scaled, replications: 1, threads: 1)
                let seconds = large.child.cpuSeconds - start.child.cpuSeconds
                switch setup {
                case .modelled:
                    perTicket.add(seconds * 1e9 / max(1, large.tickets - start.tickets))
                    // What a run holds whatever its size is in the scenario as it is, too.
                    let base = large.peakPeers >= 2 * look.peakPeers ? look : start
                    let growth = large.peakMemory - base.peakMemory
                    // A run too small to hold more than its base says nothing of a peer.
                    if growth > 0 {
                        perPeer.add(growth / max(1, large.peakPeers - base.peakPeers))
                    }
                case .packets:
                    perCall.add(seconds * 1e9 / max(1, large.calls - start.calls))
                }
            }
        }
        for (name, unit, samples) in [
            (Self.modelled, BenchmarkReport.Unit.nanoseconds, perTicket),
            (Self.packets, .nanoseconds, perCall), (Self.memory, .bytes, perPeer),
        ] where !samples.values.isEmpty {
            report.add(
                .init(
                    workload: name, contender: BenchmarkReport.ours, unit: unit, samples: samples))
        }
    }

    private enum Setup: String {
        case modelled
        case packets
    }

    /// All calls as flows, observed from the start, so that the metrics count every ticket.
    private static func settings(_ setup: Setup) -> [String] {
        ["general.warm_up=0 s", "media.fidelity={flow: 100 %}", "ice.setup=\(setup.rawValue)"]
    }
}
