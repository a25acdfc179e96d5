import Foundation

/// A process that ran to its end, with what it took.
struct ChildRun: Sendable {
    /// Why there is nothing to tell.
    enum Failure: Error {
        /// It cannot be started.
        case notStarted(program: String)
        /// It left with this status, or was ended by a signal (128 + its number), and said this.
        case failed(status: Int32, message: String)
    }

    /// Real time, s.
    var wallSeconds: Double
    /// CPU time of all its threads, s.
    var cpuSeconds: Double

    /// Runs `program` with `arguments`; statuses other than `accepted` are failures. What it
    /// complains of goes to the file `log` on the way.
    init(
        _ program: String, _ arguments: [String], accepting accepted: Set<Int32>, log: String
    ) throws(Failure) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions, STDERR_FILENO, log, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        var words = ([program] + arguments).map { strdup($0) }
        words.append(nil)
        defer { for word in words { free(word) } }
        let clock = ContinuousClock()
        let began = clock.now
        var child: pid_t = 0
        guard posix_spawn(&child, program, &actions, nil, words, environ) == 0 else {
            throw .notStarted(program: program)
        }
        var status: Int32 = 0
        var usage = rusage()
        while wait4(child, &status, 0, &usage) < 0, errno == EINTR {}
        wallSeconds = (clock.now - began) / .seconds(1)
        cpuSeconds = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
        let signal = status & 0x7f
        let code = signal == 0 ? (status >> 8) & 0xff : 128 + signal
        guard accepted.contains(code) else {
            let message = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
            throw .failed(status: code, message: message)
        }
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }
}
