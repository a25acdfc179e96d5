/// The benchmark of the event engine beside its rivals.
public struct EngineBenchmark: Sendable {
    /// The contender that is ours.
    public static let ours = "voicesim"

    /// How often each contender does each workload, at least 1.
    public var repetitions = 5
    /// Where the rivals are.
    public var rivals = ".build-bench"
    /// Whether ten million pending events are measured too: 2 GB of memory, some minutes.
    public var includesLargest = false

    /// Five repetitions with the rivals in `.build-bench`.
    public init() {}

    /// A workload and who does it, with how many operations.
    private struct Case {
        var workload: EngineWorkload
        var operations: Int
        var rivals: [String] = []

        /// An interpreted rival does fewer: the figure is per operation.
        func operations(of contender: String) -> Int {
            contender == Rival.simpyName ? min(operations, 100_000) : operations
        }
    }

    private var plan: [Case] {
        let (heap, ladder, simpy) = (Rival.heapName, Rival.ladderName, Rival.simpyName)
        var cases = [
            Case(
                workload: .hold(.exponential, pending: 1000), operations: 2_000_000,
                rivals: [heap, ladder, simpy]),
            Case(
                workload: .hold(.exponential, pending: 100_000), operations: 2_000_000,
                rivals: [heap, ladder, simpy]),
            Case(
                workload: .hold(.exponential, pending: 1_000_000), operations: 3_000_000,
                rivals: [heap, ladder, simpy]),
        ]
        if includesLargest {
            cases.append(
                Case(
                    workload: .hold(.exponential, pending: 10_000_000), operations: 10_000_000,
                    rivals: [heap, ladder]))
        }
        for kind in DelayKind.allCases where kind != .exponential {
            cases.append(
                Case(
                    workload: .hold(kind, pending: 1_000_000), operations: 3_000_000, rivals: [heap]
                ))
        }
        cases += [
            Case(workload: .record(pending: 1_000_000), operations: 3_000_000, rivals: [heap]),
            Case(workload: .churn(entities: 1_000_000), operations: 2_000_000, rivals: [heap]),
            Case(
                workload: .queue(customers: 1_000_000), operations: 1_000_000,
                rivals: [heap, simpy]),
        ]
        return cases
    }

    /// Measures everything; `progress` is told the name of each workload before it begins.
    public func run(progress: (String) -> Void) -> BenchmarkReport {
        var report = BenchmarkReport()
        var present: [Rival] = []
        for rival in Rival.all(in: rivals) {
            if let obstacle = rival.obstacle {
                report.absences.append(.init(contender: rival.name, reason: obstacle))
            } else {
                present.append(rival)
            }
        }
        for item in plan {
            progress(item.workload.name)
            let contenders = present.filter { item.rivals.contains($0.name) }
            var own = Samples()
            var others = contenders.map { _ in Samples() }
            for _ in 0..<repetitions {
                own.add(item.workload.run(operations: item.operations).nanoseconds)
                for (index, rival) in contenders.enumerated() {
                    let operations = item.operations(of: rival.name)
                    if let time = rival.run(item.workload, operations: operations) {
                        others[index].add(time)
                    }
                }
            }
            let name = item.workload.name
            report.results.append(.init(workload: name, contender: Self.ours, nanoseconds: own))
            for (rival, samples) in zip(contenders, others) {
                if samples.values.count == repetitions {
                    report.results.append(
                        .init(workload: name, contender: rival.name, nanoseconds: samples))
                } else {
                    report.absences.append(
                        .init(contender: rival.name, reason: "it failed at \(name)"))
                }
            }
        }
        report.targets = Self.targets(of: report)
        return report
    }

    /// The targets that the figures of `report` allow to judge.
    static func targets(of report: BenchmarkReport) -> [BenchmarkReport.Target] {
        var targets: [BenchmarkReport.Target] = []
        func target(_ workload: String, _ rival: String, atLeast: Double) {
            guard let own = report.median(workload, ours), own > 0,
                let other = report.median(workload, rival)
            else { return }
            targets.append(
                .init(
                    name: "\(workload): speed against \(rival)", ratio: other / own,
                    atLeast: atLeast))
        }
        let million = EngineWorkload.hold(.exponential, pending: 1_000_000).name
        target(million, Rival.heapName, atLeast: 8)
        target(million, Rival.simpyName, atLeast: 100)
        target(million, Rival.ladderName, atLeast: 0.8)
        target("hold exponential 1000", Rival.heapName, atLeast: 1.3)
        target("hold exponential 10000000", Rival.heapName, atLeast: 8)
        target("record exponential 1000000", Rival.heapName, atLeast: 6)
        target("churn exponential 1000000", Rival.heapName, atLeast: 8)
        target("mm8", Rival.heapName, atLeast: 1 / 2.5)
        target("mm8", Rival.simpyName, atLeast: 50)
        for kind in DelayKind.allCases where kind != .exponential {
            let name = EngineWorkload.hold(kind, pending: 1_000_000).name
            guard let own = report.median(name, ours), own > 0,
                let exponential = report.median(million, ours)
            else { continue }
            targets.append(
                .init(
                    name: "\(name): speed against exponential delays", ratio: exponential / own,
                    atLeast: 1.0 / 3))
        }
        return targets
    }
}
