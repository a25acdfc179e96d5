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
        for item in EnginePlan(includesLargest: includesLargest).cases {
            progress(item.workload.name)
            measure(item, beside: present.filter { item.rivals.contains($0.name) }, &report)
        }
        report.targets = Self.targets(of: report)
        return report
    }

    /// Rounds of one workload in which the contenders take turns. A rival that fails is left out.
    private func measure(
        _ item: EnginePlan.Case, beside rivals: [Rival], _ report: inout BenchmarkReport
    ) {
        let name = item.workload.name
        var contenders: [(rival: Rival, session: RivalSession, samples: Samples)] = []
        for rival in rivals {
            do throws(RivalSession.Failure) {
                contenders.append((rival, try rival.session(item.workload), Samples()))
            } catch {
                report.absences.append(
                    .init(contender: rival.name, reason: "\(name): \(error.description)"))
            }
        }
        var own = Samples()
        for _ in 0..<repetitions {
            own.add(item.workload.run(operations: item.operations).nanoseconds)
            contenders = contenders.compactMap { rival, session, samples in
                do throws(RivalSession.Failure) {
                    var samples = samples
                    samples.add(
                        try session.round(
                            operations: rival.operations(of: item.workload, item.operations)))
                    return (rival, session, samples)
                } catch {
                    report.absences.append(
                        .init(contender: rival.name, reason: "\(name): \(error.description)"))
                    return nil
                }
            }
        }
        report.results.append(.init(workload: name, contender: Self.ours, nanoseconds: own))
        for (rival, _, samples) in contenders {
            report.results.append(
                .init(workload: name, contender: rival.name, nanoseconds: samples))
        }
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
