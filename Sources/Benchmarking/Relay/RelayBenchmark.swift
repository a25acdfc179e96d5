/// The benchmark of the relay beside its rivals, in process.
///
/// What goes over real sockets is another part, with contenders that are servers of their own; it
/// adds its workloads and targets beside these.
public struct RelayBenchmark: Sendable {
    /// How often each contender does each workload, at least 1.
    public var rounds = 5
    /// Where the rivals are.
    public var rivals = ".build-bench"
    /// This program and what makes it print a ``RelayProbe``.
    public var probe: [String] = []

    /// Five rounds of everything with the rivals in `.build-bench`.
    public init() {}

    /// Measures everything; `progress` is told the name of each workload before it begins.
    public func run(into report: inout BenchmarkReport, progress: (String) -> Void) {
        let present = Rival.present(of: Rival.relay(in: rivals), &report)
        for workload in RelayWorkload.all {
            progress(workload.name)
            measure(workload, present, &report)
        }
        checkRivals(present, &report)
        progress("allocations")
        count(into: &report)
    }

    private func measure(
        _ workload: RelayWorkload, _ present: [Rival], _ report: inout BenchmarkReport
    ) {
        let work = workload.work()
        _ = work(workload.operations / 4)
        let contenders = present.filter { workload.rivals.contains($0.name) }.map { rival in
            Rounds.Contender(
                rival: rival, arguments: workload.arguments, operations: workload.operations)
        }
        Rounds(name: workload.name, count: rounds).measure(beside: contenders, into: &report) {
            work(workload.operations)
        }
    }

    /// Allocations, by this program in a process that counts them.
    private func count(into report: inout BenchmarkReport) {
        let counts: RelayProbe? = ChildOutput.counts(
            of: probe, interposerIn: rivals, "allocations", &report)
        counts?.add(to: &report)
    }

    static let digestName = "rivals forward and check to the same bytes"

    /// Whether the rivals do the same: what they send on, and the check that they build.
    private func checkRivals(_ present: [Rival], _ report: inout BenchmarkReport) {
        guard !present.isEmpty else { return }
        let forwarding = RelayForwarding(.both, allocations: 1000)
        _ = forwarding.round(2000)
        let expected = ["forward": "\(forwarding.checksum)", "check": CheckWork.firstMessage]
        var different: [String] = []
        for rival in present {
            for what in ["forward", "check"] {
                let program = [rival.command[0], "digest", what] + rival.command.dropFirst()
                if (try? ChildOutput.text(of: program)) != expected[what] {
                    different.append("\(rival.name) (\(what))")
                }
            }
        }
        report.checks.append(
            .init(
                name: Self.digestName, holds: different.isEmpty,
                detail: different.isEmpty
                    ? "2,000 packets over 1,000 allocations, and a check"
                    : "others by " + different.joined(separator: ", ")))
    }
}

extension RelayWorkload {
    /// What we do of it: operations in, the CPU time of one out, ns.
    func work() -> (Int) -> Double {
        switch self {
        case .forward(let direction, let allocations):
            let forwarding = RelayForwarding(direction, allocations: allocations)
            return { forwarding.round($0) }
        case .check:
            var check = CheckWork()
            return { check.round($0) }
        }
    }

    /// Who does it too.
    var rivals: [String] {
        switch self {
        case .forward: [Rival.relayLoopName]
        case .check: [Rival.relayLoopName, Rival.reusedContextName]
        }
    }
}

extension Rival {
    static let relayLoopName = "C loop"
    static let reusedContextName = "C over HMAC_CTX"

    /// The rivals of the relay that `make bench` puts into `directory`.
    static func relay(in directory: String) -> [Rival] {
        [(relayLoopName, []), (reusedContextName, ["evp"])].map { name, arguments in
            Rival(
                name: name, command: [directory + "/relay_loop"] + arguments,
                mostOperations: .max, mostCustomers: .max)
        }
    }
}
