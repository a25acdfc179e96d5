import Quantities
import Testing

@testable import Benchmarking

@Suite struct MatchmakerBenchmarkTests {
    /// A report in which every figure is ours and as good as it has to be.
    private func fullReport(nanoseconds: Double) -> BenchmarkReport {
        var report = BenchmarkReport()
        for workload in MatchmakerWorkload.all {
            report.add(
                .init(
                    workload: workload.name, contender: BenchmarkReport.ours,
                    samples: Samples([nanoseconds])))
            for rival in workload.rivals {
                report.add(
                    .init(
                        workload: workload.name, contender: rival.name,
                        samples: Samples([200 * nanoseconds])))
            }
        }
        MatchmakerProbe(ticket: 128, accounted: 120, device: 500).add(to: &report)
        let names =
            [
                MatchmakerBenchmark.decisionsName, MatchmakerBenchmark.weightName,
                MatchmakerBenchmark.stationaryName,
            ] + MatchmakerWorkload.devices.map { "\(MatchmakerBenchmark.lapseName): \($0) devices" }
        report.checks += names.map { .init(name: $0, holds: true, detail: "") }
        return report
    }

    @Test func `every target is a figure or check of the benchmark`() {
        let report = fullReport(nanoseconds: 400)
        for target in SpeedTarget.matchmaker {
            #expect(target.verdict(on: report).outcome == .met, "\(target.name)")
        }
        let known = Set(Rival.matchmaker(in: "").map(\.name))
        #expect(MatchmakerWorkload.all.allSatisfy { known.isSuperset(of: $0.rivals.map(\.name)) })
    }

    @Test func `a figure that misses its bound misses its target, and no other`() throws {
        func missed(_ change: (inout BenchmarkReport) -> Void) -> [String] {
            var report = fullReport(nanoseconds: 400)
            change(&report)
            return SpeedTarget.matchmaker.filter { $0.verdict(on: report).outcome != .met }
                .map(\.name)
        }
        func set(_ workload: String, _ value: Double) -> (inout BenchmarkReport) -> Void {
            { report in
                for index in report.results.indices
                where report.results[index].workload == workload
                    && report.results[index].contender == BenchmarkReport.ours
                {
                    report.results[index].samples = Samples([value])
                }
            }
        }
        #expect(
            missed(set(MatchmakerProbe.ticketName, 129)) == [
                "memory per waiting ticket, 1e6 waiting"
            ])
        let exact = MatchmakerWorkload.matching(tickets: MatchmakerWorkload.batch).name
        #expect(missed(set(exact, 799)).isEmpty)
        #expect(
            missed(set(exact, 51e6)) == [
                "exact maximum-weight matching of 1,000 tickets",
                "exact matching, against NetworkX",
            ])
        let few = MatchmakerWorkload.tickets(waiting: 1000).name
        #expect(missed(set(few, 260)) == ["a ticket event at 1e6 waiting, against one at 1e3"])
        let score = MatchmakerWorkload.score(.recorded, devices: 1_000_000).name
        #expect(
            missed(set(score, 501)) == [
                "scores per second and core, 1e6 devices on record"
            ])
        let lapse = "\(MatchmakerBenchmark.lapseName): 100000 devices"
        #expect(
            missed { report in
                let index = report.checks.firstIndex { $0.name == lapse } ?? 0
                report.checks[index].holds = false
            } == [lapse])
    }

    @Test func `what is missing is not measured, and said so`() {
        var report = BenchmarkReport()
        #expect(Rival.present(of: Rival.matchmaker(in: "/nonexistent"), &report).isEmpty)
        #expect(report.absences.count == 3)
        #expect(report.absences.allSatisfy { $0.reason.contains("make bench") })
        for target in SpeedTarget.matchmaker {
            #expect(target.verdict(on: report).outcome == .notMeasured, "\(target.name)")
        }
    }
}

@Suite struct TicketWorkTests {
    @Test(arguments: [nil, 1000] as [Int?])
    func `tickets come, are paired, leave and expand, and the same ones each time`(waiting: Int?) {
        let (one, other) = (TicketWork(waiting: waiting), TicketWork(waiting: waiting))
        for work in [one, other] {
            work.warmUp()
            #expect(work.round(5000) > 0)
        }
        #expect(one.tally == other.tally)
        let tally = one.tally
        #expect(tally.arrivals > 5000 && tally.matches > 1000)
        #expect(tally.cancels > 100 && tally.steps > 1000)
        #expect(
            tally.arrivals == 2 * tally.matches + tally.cancels + one.waitingCount)
        one.go(1)
        other.go(2)
        #expect(one.tally != other.tally)
    }

    @Test func `as many wait as were asked for`() throws {
        let work = TicketWork(waiting: 3000)
        work.warmUp()
        _ = work.round(8192)
        let waiting = try #require(work.waiting)
        #expect(2800...3200 ~= waiting.lowerBound && 2800...3200 ~= waiting.upperBound)
    }

    /// What the rivals, which draw by a program of their own, draw too.
    @Test func `the first tickets are these`() {
        var source = TicketSource(waiting: 1000)
        #expect(source.held == 1017)
        let cells = TicketSource.cellTable()
        #expect(cells.count == 65536 && cells.first == 0 && cells.last == 199)
        #expect(Set(cells).count == 200)
        let steps = (0..<4).map { _ in source.next() }
        #expect(steps.map(\.ticket.id.rawValue) == [0, 1, 2, 3])
        #expect(
            steps.map { "\($0.ticket.language) \($0.ticket.interest) \($0.ticket.tier.rawValue)" }
                == ["0 0 0", "8 1 0", "4 1 0", "3 2 0"])
        #expect(TicketSource.time(of: steps[3].ticket.id) == .zero + .milliseconds(3))
    }

    @Test func `a rival's account of itself is read, and nothing else`() throws {
        let tally = try #require(TicketTally(line: "18446744073709551615 5 2 1 3"))
        #expect(
            tally
                == TicketTally(arrivals: 5, matches: 2, cancels: 1, steps: 3, digest: .max))
        #expect(tally.events == 11)
        for line in [
            "", "1", "1 2 3 4", "1 2 3 4 5 6", "1 2 3 4 -5", "-1 2 3 4 5", "x 2 3 4 5",
            "1 2 3 4 five", "1  2 3 4 5", "18446744073709551616 1 1 1 1",
        ] {
            #expect(TicketTally(line: line) == nil, "“\(line)”")
        }
    }

    @Test func `the digest tells who was paired with whom, and in which order`() {
        func digest(_ pairs: [(UInt32, UInt32)]) -> UInt64 {
            var tally = TicketTally()
            for (one, other) in pairs { tally.note(.init(one), .init(other)) }
            return tally.digest
        }
        let all = [
            digest([(1, 2), (3, 4)]), digest([(3, 4), (1, 2)]), digest([(1, 3), (2, 4)]),
            digest([(2, 1), (3, 4)]), digest([(1, 2)]), digest([(1, 2), (3, 3)]),
        ]
        #expect(Set(all).count == all.count)
    }
}

@Suite struct BatchGraphTests {
    @Test func `the graph is the same each time, and its matching exact`() {
        let graph = BatchGraph(tickets: 60)
        #expect(graph.count == 60)
        let matching = graph.match().matching
        #expect(matching == BatchGraph(tickets: 60).match().matching)
        #expect(matching.pairs > 10 && matching.weight > Int64(matching.pairs) << 32)
        for a in 0..<60 {
            #expect(graph.weight(a, a) > 0)
            for b in 0..<a { #expect(graph.weight(a, b) == graph.weight(b, a)) }
        }
        #expect(graph.edgeCount > 60 && graph.edgeCount < 60 * 59 / 2)
    }

    @Test func `a rival's matching is read, and nothing else`() {
        #expect(
            BatchMatching(line: "3 12884902000") == BatchMatching(pairs: 3, weight: 12_884_902_000))
        for line in ["", "3", "3 4 5", "-3 4", "3 -4", "3 4.5", "three 4"] {
            #expect(BatchMatching(line: line) == nil, "“\(line)”")
        }
    }
}

@Suite struct ScorerWorkTests {
    @Test func `as many reports lapse as come, and all goes the same each time`() {
        let (one, other) = (ScorerWork(devices: 950), ScorerWork(devices: 950))
        for work in [one, other] {
            #expect(work.size.reports == 1000)
            #expect(work.report(2500) > 0)
            #expect(work.size.reports == 1000)
            #expect(902...998 ~= work.size.records)
            for question in ScorerWork.Question.allCases {
                #expect(work.ask(question, 1500) > 0)
            }
        }
        #expect(one.checksum == other.checksum && one.checksum != 0)
        _ = one.ask(.newcomer, 1)
        #expect(one.checksum != other.checksum)
    }
}
