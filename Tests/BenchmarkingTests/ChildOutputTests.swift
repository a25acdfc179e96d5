import Foundation
import Testing

@testable import Benchmarking

@Suite struct ChildOutputTests {
    /// Calls `body` with a directory that has a file for an interposer, which counts nothing.
    private func withInterposer(_ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(
            "voicesim-child-output-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try Data().write(to: directory.appendingPathComponent("allocations.so"))
        try body(directory.path)
    }

    @Test func `what a program prints comes without the blanks around it`() throws {
        let environment = ["GREETING": " good day "]
        let program = ["/bin/sh", "-c", "echo; echo \"$GREETING\"; echo left out >&2"]
        #expect(try ChildOutput.text(of: program, environment: environment) == "good day")
        #expect(throws: (any Error).self) {
            try ChildOutput.text(of: ["/nonexistent/program"])
        }
    }

    @Test func `counts are what the probe prints with the interposer loaded`() throws {
        try withInterposer { rivals in
            var report = BenchmarkReport()
            let script = "case $LD_PRELOAD in */allocations.so) echo '[\"loaded\"]';; esac"
            let counts: [String]? = ChildOutput.counts(
                of: ["/bin/sh", "-c", script], interposerIn: rivals, "allocations", &report)
            #expect(counts == ["loaded"])
            #expect(report.absences.isEmpty)
        }
    }

    @Test func `counts that cannot be had are named with the reason`() throws {
        var report = BenchmarkReport()
        func counts(_ probe: [String], _ rivals: String) -> [String]? {
            ChildOutput.counts(of: probe, interposerIn: rivals, "memory", &report)
        }
        #expect(counts(["/bin/echo", "[]"], "/nonexistent") == nil)
        try withInterposer { rivals in
            #expect(counts([], rivals) == nil)
            #expect(counts(["/bin/echo", "no JSON"], rivals) == nil)
            #expect(counts(["/nonexistent/program"], rivals) == nil)
        }
        #expect(report.absences.map(\.contender) == [String](repeating: "memory", count: 4))
        #expect(report.absences[0].reason.hasPrefix("/nonexistent/allocations.so is not there"))
        #expect(report.absences[1].reason.hasSuffix("`make bench` builds it"))
        #expect(report.absences[2].reason == "the process that counts failed")
        #expect(report.absences[3].reason == "the process that counts failed")
    }
}
