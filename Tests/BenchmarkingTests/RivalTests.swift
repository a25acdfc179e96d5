import Foundation
import Testing

@testable import Benchmarking

@Suite struct RivalTests {
    private func shell(_ script: String) -> [String] { ["/bin/sh", "-c", script] }

    @Test func `a rival that is not there says how to get it`() {
        let obstacles = Rival.all(in: "/nonexistent").compactMap(\.obstacle)
        #expect(obstacles.count == 9)
        #expect(obstacles.allSatisfy { $0.contains("make bench") })
    }

    @Test func `a rival without its package says so`() {
        let rival = Rival(
            name: "x", command: ["/bin/sh"], package: "nonexistent", mostOperations: 1,
            mostCustomers: 1)
        #expect(rival.obstacle == "the package nonexistent is not there; `make bench` installs it")
    }

    @Test func `a session asks for rounds and reads the figures`() throws {
        let session = try RivalSession.open(
            command: shell("echo ready; while read n; do echo $n.5; done"), arguments: [])
        #expect(try session.round(operations: 3) == 3.5)
        #expect(try session.round(operations: 70) == 70.5)
    }

    @Test(arguments: [
        ("exit 64", "it left with status 64"),
        ("echo hello", "it answered “hello”"),
        ("echo ready; exit 3", "it left with status 3"),
        ("echo ready; read n; echo -1", "it answered “-1”"),
        ("echo ready; read n; echo nan", "it answered “nan”"),
    ])
    func `a rival that fails is told by its failure`(script: String, failure: String) {
        do throws(RivalSession.Failure) {
            let session = try RivalSession.open(command: shell(script), arguments: [])
            _ = try session.round(operations: 1)
            Issue.record("it did not fail")
        } catch {
            // A rival that has left may be found out when it is written to.
            let early = "it cannot be started or left early"
            #expect([failure, early].contains(error.description))
        }
    }

    @Test func `slow rivals do fewer operations`() throws {
        let rivals = Rival.all(in: "")
        let salabim = try #require(rivals.first { $0.name == Rival.salabimName })
        #expect(salabim.operations(of: .hold(.pareto, pending: 10), 2_000_000) == 50_000)
        #expect(salabim.operations(of: .queue(customers: 10), 2_000_000) == 2_000)
        #expect(salabim.operations(of: .queue(customers: 10), 100) == 100)
    }
}

@Suite struct EngineWorkloadTests {
    @Test(arguments: [
        EngineWorkload.hold(.exponential, pending: 500), .hold(.bimodal, pending: 500),
        .hold(.allEqual, pending: 500), .hold(.pareto, pending: 500),
        .hold(.farFuture, pending: 500), .record(pending: 500), .churn(entities: 500),
        .queue(customers: 2000),
    ])
    func `a workload does the same work each time`(workload: EngineWorkload) {
        let first = workload.run(operations: 2000).checksum
        let second = workload.run(operations: 2000).checksum
        #expect(first == second)
        #expect(first != 0)
    }

    @Test func `ties are in order and moved timers leave nothing behind`() {
        let ties = EngineChecks.ties(pending: 2000, rounds: 3)
        #expect(ties.holds)
        #expect(ties.detail == "0 of 6000 events out of order")
    }
}

@Suite struct ScenarioRunnerTests {
    @Test func `a rate is multiplied in its own unit`() {
        #expect(ScenarioRunner.scaled("15 /s", by: 2) == "30.0 /s")
        #expect(ScenarioRunner.scaled("1.5 /min", by: 3) == "4.5 /min")
        #expect(ScenarioRunner.scaled("fast", by: 3) == nil)
    }

    @Test func `a child's status and message come through, and its time`() throws {
        let log = FileManager.default.temporaryDirectory
            .appendingPathComponent("voicesim-child-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: log) }
        let child = try ChildRun("/bin/sh", ["-c", "exit 99"], accepting: [0, 99], log: log)
        #expect(child.wallSeconds > 0)
        do throws(ChildRun.Failure) {
            _ = try ChildRun(
                "/bin/sh", ["-c", "echo no >&2; exit 65"], accepting: [0], log: log)
            Issue.record("it did not fail")
        } catch {
            guard case .failed(let status, let message) = error else {
                Issue.record("another failure: \(error)")
                return
            }
            #expect(status == 65)
            #expect(message == "no\n")
        }
        #expect(throws: ChildRun.Failure.self) {
            try ChildRun("/nonexistent", [], accepting: [0], log: log)
        }
    }
}
