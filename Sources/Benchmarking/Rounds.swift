/// Rounds of one workload in which the contenders take turns, so that a machine that slows down
/// slows all of them.
struct Rounds {
    /// A rival with what it is told and asked for.
    struct Contender {
        var rival: Rival
        var arguments: [String]
        var operations: Int
    }

    /// The workload, as the report calls it.
    var name: String
    /// How many, at least 1.
    var count: Int

    /// Calls `own` and asks the rivals in each round; each gives the CPU time of an operation, ns.
    /// A rival that fails is left out.
    func measure(
        beside rivals: [Contender], into report: inout BenchmarkReport, own: () -> Double
    ) {
        var contenders: [(rival: Contender, session: RivalSession, samples: Samples)] = []
        for rival in rivals {
            do throws(RivalSession.Failure) {
                let session = try RivalSession.open(
                    command: rival.rival.command, arguments: rival.arguments)
                contenders.append((rival, session, Samples()))
            } catch {
                note(error, of: rival, &report)
            }
        }
        var figures = Samples()
        for _ in 0..<count {
            figures.add(own())
            var failed: [Int] = []
            for index in contenders.indices {
                let (rival, session, _) = contenders[index]
                do throws(RivalSession.Failure) {
                    contenders[index].samples.add(
                        try session.round(operations: rival.operations))
                } catch {
                    failed.append(index)
                    note(error, of: rival, &report)
                }
            }
            for index in failed.reversed() { contenders.remove(at: index) }
        }
        report.add(.init(workload: name, contender: BenchmarkReport.ours, samples: figures))
        for (rival, _, samples) in contenders {
            report.add(.init(workload: name, contender: rival.rival.name, samples: samples))
        }
    }

    private func note(
        _ failure: RivalSession.Failure, of contender: Contender, _ report: inout BenchmarkReport
    ) {
        report.absences.append(
            .init(contender: contender.rival.name, reason: "\(name): \(failure.description)"))
    }
}
