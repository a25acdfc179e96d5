import Foundation
import Measurement
import Quantities
import Results
import Testing

@Suite struct ResultDirectoryTests {
    private func temporary() -> String {
        FileManager.default.temporaryDirectory
            .appendingPathComponent("voicesim-\(UUID().uuidString)").path
    }

    private func names(_ path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path).sorted()
    }

    private func results() -> RunResults {
        let document = RunSample.document()
        return RunResults(
            run: RunDocument(
                scenario: "sample", scenarioHash: "00", effectiveScenario: .string("title: x"),
                seed: 1, replications: 3, toolVersion: "1",
                libraries: [.init(name: "b", version: "2"), .init(name: "a", version: "1")],
                speech: .init(source: "generator", hash: "ff"), fingerprint: "0123abcd",
                replicationFingerprints: ["1", "2", "3"]),
            summary: document, series: SeriesFile.text(RunSample.records(3)),
            host: HostFacts(
                wallSeconds: 2, replicationSeconds: [1, 1], events: 10, simulatedSeconds: 45,
                threads: 1, tickets: 40, cpuSeconds: 2,
                memory: MemoryFacts(
                    peers: .init(peak: 10, bytes: 3_000), waitingTickets: .init(peak: 0, bytes: 64),
                    calls: .init(peak: 4, bytes: 2_000),
                    talks: .init(peak: 2, bytes: 80_000), events: .init(peak: 20, bytes: 1_000),
                    bytes: 6_064, histogramBytes: 9)))
    }

    @Test func `a run leaves its four files and nothing else`() throws {
        let path = temporary() + "/deep/er"
        try results().write(to: path)
        try results().write(to: path)
        #expect(try names(path) == ["host.json", "run.json", "series.csv", "summary.json"])
        let run = try JSONReader.read(
            Array(try Data(contentsOf: URL(filePath: path + "/run.json"))))
        #expect(run["libraries"]?.members?.map(\.key) == ["a", "b"])
        let host = try JSONReader.read(
            Array(try Data(contentsOf: URL(filePath: path + "/host.json"))))
        #expect(host["events_per_second"]?.number == 5)
        #expect((host["peak_memory"]?.integer ?? 0) > 1_000_000)
        #expect(host["cpu_time"]?.number == 2)
        #expect(host["tickets_per_core_second"]?.number == 20)
        let memory = host["memory"]
        #expect(memory?["idle_peer"]?.integer == 350)
        #expect(memory?["waiting_ticket"] == .null)
        #expect(memory?["call"]?.integer == 550)
        #expect(memory?["event"]?.integer == 50)
        #expect(memory?["live_peer"]?.integer == 606)
        #expect(memory?["peak_calls"]?.integer == 4)
        #expect(memory?["peak_talks"]?.integer == 2)
        #expect(memory?["talk"]?.integer == 40_000)
        #expect(memory?["histograms"]?.integer == 9)
    }

    @Test func `only a run that was cut short lists the replications in its files`() {
        var run = results().run
        #expect(run.json["finished_replications"] == nil)
        run.finishedReplications = [0, 2]
        let listed = run.json["finished_replications"]?.array?.compactMap(\.integer)
        #expect(listed == [0, 2])
    }

    @Test func `a place that is no directory is one clear error`() throws {
        let path = temporary()
        try ResultDirectory(path: path).write([.init(name: "file", text: "x")])
        let below = path + "/file/results"
        let error = #expect(throws: UnwritableResults.self) { try results().write(to: below) }
        #expect(error?.step == .createDirectory)
        #expect(error?.errorNumber == ENOTDIR)
        #expect(error?.description.contains("cannot create the directory") == true)
        #expect(throws: UnwritableResults.self) { try results().write(to: path + "/file") }
    }

    /// A limit on file size stands in for a full disk: the second file does not fit.
    @Test func `when not all files can be written, all stay as they were`() async {
        await #expect(processExitsWith: .success) {
            let path = NSTemporaryDirectory() + "voicesim-full-\(getpid())"
            let directory = try ResultDirectory(path: path)
            try directory.write([
                .init(name: "a", text: "old a"), .init(name: "b", text: "old b"),
            ])
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: 100, rlim_max: 100)
            let kind = __rlimit_resource_t(RLIMIT_FSIZE.rawValue)
            precondition(setrlimit(kind, &limit) == 0)
            do throws(UnwritableResults) {
                try directory.write([
                    .init(name: "a", text: "new a"),
                    .init(name: "b", text: String(repeating: "b", count: 1000)),
                ])
                exit(1)
            } catch {
                precondition(error.step == .write && error.errorNumber == EFBIG)
            }
            let a = try String(contentsOfFile: path + "/a", encoding: .utf8)
            let b = try String(contentsOfFile: path + "/b", encoding: .utf8)
            let names = try FileManager.default.contentsOfDirectory(atPath: path)
            precondition(a == "old a" && b == "old b" && names.count == 2)
            try FileManager.default.removeItem(atPath: path)
        }
    }

    @Test func `the series has a row for each replication and step`() {
        let lines = SeriesFile.text(RunSample.records(2)).split(separator: "\n")
        #expect(lines.count == 5)
        #expect(
            lines[0]
                == "replication,time,peers.present,queue.length,relay.allocations,relay.bitrate,relay.packet_rate,calls.active,calls.relayed"
        )
        #expect(lines[1] == "0,0,0,0,0,0,0,0,0")
        #expect(lines[4] == "1,10,0,3,0,12000000,0,0,0")
    }
}
