import Addressing
import Glibc
import TURN

/// The relay's log: when which client had which relayed port, and nothing of what passed.
///
/// Lines are appended whole, by one system call each. At each start, lines older than
/// ``retention`` are dropped. Only the owner of the file may read it.
final class RelayLog: Sendable {
    /// How long addresses are kept, in seconds: 7 days.
    static let retention: Int64 = 7 * 86_400
    private let descriptor: CInt

    /// Opens the log at `path`, without its lines of more than ``retention`` before `now`, in Unix
    /// seconds.
    init(path: String, now: Int64 = RelayLog.unixSeconds) throws(RelayFailure) {
        try Self.dropLines(of: path, before: now - Self.retention)
        descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    deinit { close(descriptor) }

    private static func failure(_ path: String) -> RelayFailure {
        .cannotLog(path: path, reason: String(cString: strerror(errno)))
    }

    /// `SECONDS opened|closed CLIENT TRANSPORT PORT`, the time in Unix seconds.
    func write(_ change: RelayedPortChange, now: Int64 = RelayLog.unixSeconds) {
        let line =
            "\(now) \(change.kind) \(change.client) \(change.transport) "
            + "\(change.port)\n"
        // A full disk must not end calls: what cannot be logged is not.
        _ = Array(line.utf8).withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }

    static var unixSeconds: Int64 { Int64(time(nil)) }

    private static func dropLines(
        of path: String, before oldest: Int64
    ) throws(RelayFailure) {
        guard let file = fopen(path, "re") else {
            if errno == ENOENT { return }
            throw failure(path)
        }
        defer { fclose(file) }
        let aside = path + ".new"
        let descriptor = open(aside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure(aside) }
        defer { close(descriptor) }
        var line: UnsafeMutablePointer<CChar>?
        var capacity = 0
        defer { free(line) }
        while case let count = getline(&line, &capacity, file), count > 0, let line {
            guard strtoll(line, nil, 10) >= oldest else { continue }
            guard Glibc.write(descriptor, line, count) == count else { throw failure(aside) }
        }
        guard rename(aside, path) == 0 else { throw failure(path) }
    }
}
