import Foundation

/// Runs one scenario in two processes with different numbers of threads and compares everything
/// that must not depend on them.
public struct Verification: Sendable {
    /// The program to run.
    public var executable: URL
    /// The program of the second process, where it is another build.
    public var otherExecutable: URL?
    /// The arguments of `voicesim run` up to the options that this adds.
    public var arguments: [String]
    /// The numbers of threads of the two processes.
    public var threads: [Int] = [1, 2]
    /// Where both may write.
    public var scratch: URL

    /// The result files that must be equal byte for byte.
    public static let comparedFiles = ["run.json", "summary.json", "series.csv"]

    /// What came out.
    public enum Verdict: Sendable {
        /// Everything was equal.
        case identical(fingerprint: String, replications: Int, records: UInt64)
        /// The trajectories parted at the record numbered `index` of a replication.
        case diverged(
            replication: UInt32, index: UInt64, first: TrajectoryFile.Record?,
            second: TrajectoryFile.Record?)
        /// The trajectories parted, but not in the same place when looked at again.
        case divergedUnsteadily(replication: UInt32, records: Range<UInt64>)
        /// The trajectories were equal, but a result file was not.
        case filesDiffer(name: String)
    }

    /// Why there is no verdict.
    public enum Failure: Error, Sendable {
        /// A process ended with this exit status after printing `message`.
        case processFailed(status: Int32, message: String)
        /// A file that a process should have written cannot be read.
        case unreadable(file: String)
    }

    /// The comparison of `executable` run twice with `arguments`, writing below `scratch`.
    public init(executable: URL, arguments: [String], scratch: URL) {
        self.executable = executable
        self.arguments = arguments
        self.scratch = scratch
    }

    /// Runs both processes, and both again where they differ to name the first differing record.
    public func run() throws(Failure) -> Verdict {
        let first = try trajectory(of: 0, extra: [])
        let second = try trajectory(of: 1, extra: [])
        guard let difference = TrajectoryFile.firstDifference(first, second) else {
            for name in Self.comparedFiles {
                guard try contents(name, of: 0) == contents(name, of: 1) else {
                    return .filesDiffer(name: name)
                }
            }
            return .identical(
                fingerprint: try fingerprint(), replications: first.replications.count,
                records: first.replications.reduce(0) { $0 + $1.count })
        }
        return try locate(difference.replication, difference.records)
    }

    private func locate(
        _ replication: UInt32, _ records: Range<UInt64>
    ) throws(Failure) -> Verdict {
        let capture = [
            "--capture", "\(replication):\(records.lowerBound):\(records.upperBound)",
        ]
        let first = try captured(replication, in: trajectory(of: 0, extra: capture))
        let second = try captured(replication, in: trajectory(of: 1, extra: capture))
        for index in 0..<max(first.count, second.count) {
            let a = index < first.count ? first[index] : nil
            let b = index < second.count ? second[index] : nil
            if a != b {
                return .diverged(
                    replication: replication, index: records.lowerBound + UInt64(index), first: a,
                    second: b)
            }
        }
        return .divergedUnsteadily(replication: replication, records: records)
    }

    private func captured(
        _ replication: UInt32, in file: TrajectoryFile
    ) -> [TrajectoryFile.Record] {
        file.replications.first { $0.replication == replication }?.records ?? []
    }

    private func directory(of process: Int) -> URL {
        scratch.appendingPathComponent("process-\(process)", isDirectory: true)
    }

    private func contents(_ name: String, of process: Int) throws(Failure) -> Data {
        let file = directory(of: process).appendingPathComponent(name)
        guard let data = try? Data(contentsOf: file) else {
            throw .unreadable(file: name)
        }
        return data
    }

    private func fingerprint() throws(Failure) -> String {
        struct Run: Decodable { var fingerprint: String }
        guard let run = try? JSONDecoder().decode(Run.self, from: contents("run.json", of: 0))
        else { throw .unreadable(file: "run.json") }
        return run.fingerprint
    }

    private func trajectory(
        of process: Int, extra: [String]
    ) throws(Failure) -> TrajectoryFile {
        let out = directory(of: process)
        let file = out.appendingPathComponent("trajectory.json")
        let child = Process()
        let program = process == 1 ? otherExecutable ?? executable : executable
        child.executableURL = program
        child.arguments =
            arguments + [
                "--threads", "\(threads[process])", "--out", out.path, "--quiet",
                "--trajectory", file.path,
            ] + extra
        let errors = Pipe()
        child.standardOutput = FileHandle.nullDevice
        child.standardError = errors
        do { try child.run() } catch {
            throw .processFailed(status: -1, message: "\(program.path) cannot be started")
        }
        let message = errors.fileHandleForReading.readDataToEndOfFile()
        child.waitUntilExit()
        guard Self.compared.contains(child.terminationStatus) else {
            throw .processFailed(
                status: child.terminationStatus, message: String(decoding: message, as: UTF8.self))
        }
        guard let data = try? Data(contentsOf: file),
            let trajectory = try? JSONDecoder().decode(TrajectoryFile.self, from: data)
        else { throw .unreadable(file: "trajectory.json") }
        return trajectory
    }

    /// Statuses after which there are results to compare: success, and a failed threshold.
    private static let compared: Set<Int32> = [0, 99]
}
