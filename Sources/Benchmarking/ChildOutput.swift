import Foundation

/// What a process of its own prints.
enum ChildOutput {
    /// What `command` prints, without the blanks around it, with `environment` on top of this
    /// process's own.
    static func text(
        of command: [String], environment: [String: String] = [:]
    ) throws -> String {
        let process = Process()
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = Array(command.dropFirst())
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.run()
        let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// What `probe` finds out about itself under the interposer in the directory `rivals`, which
    /// counts allocations; nil where it cannot be had, and `report` says so in the name of `what`.
    static func counts<Counts: Decodable>(
        of probe: [String], interposerIn rivals: String, _ what: String,
        _ report: inout BenchmarkReport
    ) -> Counts? {
        let interposer = rivals + "/allocations.so"
        guard !probe.isEmpty, FileManager.default.fileExists(atPath: interposer) else {
            report.absences.append(
                .init(
                    contender: what,
                    reason: "\(interposer) is not there; `make bench` builds it"))
            return nil
        }
        let environment = ["LD_PRELOAD": URL(fileURLWithPath: interposer).path]
        guard
            let text = try? text(of: probe, environment: environment),
            let counts = try? JSONDecoder().decode(Counts.self, from: Data(text.utf8))
        else {
            report.absences.append(
                .init(contender: what, reason: "the process that counts failed"))
            return nil
        }
        return counts
    }
}
