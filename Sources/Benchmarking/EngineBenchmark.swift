/// The benchmark of the event engine beside its rivals.
public struct EngineBenchmark: Sendable {
    /// How often each contender does each workload, at least 1.
    public var rounds = 5
    /// Where the rivals are.
    public var rivals = ".build-bench"
    /// Whether ten million pending events are measured too: 2 GB of memory, some minutes.
    public var includesLargest = false

    /// Five rounds with the rivals in `.build-bench`.
    public init() {}

    /// Measures everything; `progress` is told the name of each workload before it begins.
    public func run(into report: inout BenchmarkReport, progress: (String) -> Void) {
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
        progress("ties and moved timers")
        report.checks.append(EngineChecks.ties(pending: 100_000, rounds: 5))
        report.checks.append(
            EngineChecks.growth(entities: 1_000_000, moves: 10, steps: 1_000_000))
    }

    /// Rounds of one workload in which the contenders take turns. A rival that fails is left out.
    private func measure(
        _ item: EnginePlan.Case, beside rivals: [Rival], _ report: inout BenchmarkReport
    ) {
        let name = item.workload.name
        var contenders: [(rival: Rival, session: RivalSession, samples: Samples)] = []
        for rival in rivals {
            do throws(RivalSession.Failure) {
                let session = try rival.session(item.workload)
                contenders.append((rival, session, Samples()))
            } catch {
                report.absences.append(
                    .init(contender: rival.name, reason: "\(name): \(error.description)"))
            }
        }
        var own = Samples()
        for _ in 0..<rounds {
            own.add(item.workload.run(operations: item.operations).nanoseconds)
            var failed: [Int] = []
            for index in contenders.indices {
                let (rival, session, _) = contenders[index]
                let operations = rival.operations(of: item.workload, item.operations)
                do throws(RivalSession.Failure) {
                    let time = try session.round(operations: operations)
                    contenders[index].samples.add(time)
                } catch {
                    failed.append(index)
                    report.absences.append(
                        .init(contender: rival.name, reason: "\(name): \(error.description)"))
                }
            }
            for index in failed.reversed() { contenders.remove(at: index) }
        }
        report.add(.init(workload: name, contender: BenchmarkReport.ours, samples: own))
        for (rival, _, samples) in contenders {
            report.add(.init(workload: name, contender: rival.name, samples: samples))
        }
    }
}
