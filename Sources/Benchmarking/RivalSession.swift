import Foundation

/// A rival's process that has its queue filled and warmed and waits to be asked for rounds.
///
/// A class, because it ends its process when it is let go.
final class RivalSession {
    /// Why a rival gave no figure.
    enum Failure: Error {
        /// It did not start, or left early; its exit status where it has one.
        case ended(status: Int32?)
        /// It gave no answer within this many seconds.
        case silent(seconds: Int)
        /// It answered something that is no figure.
        case unintelligible(answer: String)
    }

    /// How long the rival may take to get ready or to do a round, s: no workload of the plan comes
    /// near it, and a rival that hangs does not hang the benchmark.
    private static let patience = 180

    private let process = Process()
    private let requests = Pipe()
    private let answers = Pipe()
    private var unread: [UInt8] = []

    private init() {}

    /// Starts `command` with `arguments` and waits until it is ready.
    static func open(
        command: [String], arguments: [String]
    ) throws(Failure) -> RivalSession {
        let session = RivalSession()
        try session.start(command: command, arguments: arguments)
        return session
    }

    private func start(command: [String], arguments: [String]) throws(Failure) {
        // Who writes to a rival that has died wants an error, not a signal.
        signal(SIGPIPE, SIG_IGN)
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = command.dropFirst() + arguments
        process.standardInput = requests
        process.standardOutput = answers
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { throw .ended(status: nil) }
        let answer = try line()
        guard answer == "ready" else { throw .unintelligible(answer: answer) }
    }

    deinit {
        try? requests.fileHandleForWriting.close()
        end()
    }

    /// Has it do `operations`; the CPU time of each, ns.
    func round(operations: Int) throws(Failure) -> Double {
        try begin(operations: operations)
        return try finish()
    }

    /// Has it begin with `operations`.
    func begin(operations: Int) throws(Failure) {
        do {
            try requests.fileHandleForWriting.write(contentsOf: Data("\(operations)\n".utf8))
        } catch {
            throw .ended(status: nil)
        }
    }

    /// Waits for the end of what it began with; the CPU time of each operation, ns.
    func finish() throws(Failure) -> Double {
        let answer = try line()
        guard let figure = Double(answer), figure > 0, figure.isFinite else {
            throw .unintelligible(answer: answer)
        }
        return figure
    }

    /// Ends the process, with a signal that it cannot block.
    private func end() {
        guard process.processIdentifier > 0 else { return }
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
    }

    private func line() throws(Failure) -> String {
        let descriptor = answers.fileHandleForReading.fileDescriptor
        var buffer = [UInt8](repeating: 0, count: 256)
        while true {
            if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
                defer { unread.removeFirst(end + 1) }
                return String(decoding: unread[..<end], as: UTF8.self)
                    .trimmingCharacters(in: .whitespaces)
            }
            var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&waiting, 1, Int32(Self.patience * 1000))
            if ready < 0, errno == EINTR { continue }
            guard ready > 0 else {
                end()
                throw .silent(seconds: Self.patience)
            }
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else {
                process.waitUntilExit()
                throw .ended(status: process.terminationStatus)
            }
            unread += buffer[..<count]
        }
    }
}

extension RivalSession.Failure: CustomStringConvertible {
    var description: String {
        switch self {
        case .ended(.some(let status)): "it left with status \(status)"
        case .ended(nil): "it cannot be started or left early"
        case .silent(let seconds): "it gave no answer within \(seconds) s"
        case .unintelligible(let answer): "it answered “\(answer)”"
        }
    }
}
