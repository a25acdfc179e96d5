import Foundation

/// What `host.json` holds: everything that depends on the machine rather than on the scenario.
public struct HostFacts: Hashable, Sendable {
    /// The name and version of the file's format.
    public static let schema = "voicesim.host/1"

    /// Real time that the run took, in seconds.
    public var wallSeconds: Double
    /// Real time of each replication, in seconds, in order.
    public var replicationSeconds: [Double]
    /// Simulated events over all replications.
    public var events: UInt64
    /// Time that the run's threads were running, in seconds over all replications.
    public var cpuSeconds: Double
    /// The replications' warm-ups.
    public var warmUp: RunPhase
    /// What was measured of the replications.
    public var measured: RunPhase
    /// Tickets created over all replications, measured or not.
    public var tickets: Int
    /// What the records took; nil where it was not looked at.
    public var memory: MemoryFacts?
    /// Simulated time over all replications, in seconds.
    public var simulatedSeconds: Double
    /// The most memory the process held, in bytes.
    public var peakMemory: Int64
    /// Threads that replications and the media of their calls ran on.
    public var threads: Int
    /// The processor, as the system names it.
    public var processor: String
    /// Processors the system offers.
    public var processorCount: Int

    /// The given measurements, with what the system says of itself.
    public init(
        wallSeconds: Double, replicationSeconds: [Double], events: UInt64,
        simulatedSeconds: Double, threads: Int, tickets: Int = 0,
        cpuSeconds: Double = 0, warmUp: RunPhase = .none, measured: RunPhase = .none,
        memory: MemoryFacts? = nil
    ) {
        self.wallSeconds = wallSeconds
        self.replicationSeconds = replicationSeconds
        self.events = events
        self.simulatedSeconds = simulatedSeconds
        self.threads = threads
        self.tickets = tickets
        self.cpuSeconds = cpuSeconds
        self.warmUp = warmUp
        self.measured = measured
        self.memory = memory
        peakMemory = Self.peakMemory()
        processor = Self.processorName()
        processorCount = ProcessInfo.processInfo.processorCount
    }

    /// The document as JSON.
    public var json: JSONValue {
        .object([
            .init("schema", .string(Self.schema)),
            .init("wall_time", .number(wallSeconds)),
            .init("replication_wall_times", .array(replicationSeconds.map { .number($0) })),
            .init("events", .unsigned(events)),
            .init(
                "events_per_second",
                wallSeconds > 0 ? .number((Double(events) / wallSeconds).rounded()) : .null),
            .init("simulated_time", .number(simulatedSeconds)),
            .init(
                "speed_up", wallSeconds > 0 ? .number(simulatedSeconds / wallSeconds) : .null),
            .init("cpu_time", .number(cpuSeconds)),
            .init("warm_up", warmUp.json),
            .init("measured", measured.json),
            .init("tickets", .integer(Int64(tickets))),
            .init("tickets_per_core_second", ticketRate.map { .number($0) } ?? .null),
            .init("peak_memory", .integer(peakMemory)),
            .init("memory", memory?.json ?? .null),
            .init("threads", .integer(Int64(threads))),
            .init("cpu_model", .string(processor)),
            .init("cpu_count", .integer(Int64(processorCount))),
        ])
    }

    /// Tickets for each second that a thread was running; nil where none passed.
    private var ticketRate: Double? {
        cpuSeconds > 0 ? (Double(tickets) / cpuSeconds).rounded() : nil
    }

    /// Time that the calling thread has been running so far, in seconds.
    public static func threadSeconds() -> Double {
        var time = timespec()
        guard clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0 else { return 0 }
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The most memory this program has held so far, in bytes.
    ///
    /// Linux's `getrusage` counts what the process held before it became this program as well, so
    /// it is asked only where the kernel's own `VmHWM` (proc(5)) cannot be read.
    public static func peakMemory() -> Int64 {
        if let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
            let kibibytes = kibibytes(named: "VmHWM", in: status)
        {
            return kibibytes * 1024
        }
        var usage = rusage()
        guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
        return Int64(usage.ru_maxrss) * 1024
    }

    /// The value of the line `name: N kB` of a status file.
    static func kibibytes(named name: String, in status: String) -> Int64? {
        for line in status.split(separator: "\n") where line.hasPrefix(name + ":") {
            let words = line.dropFirst(name.count + 1).split(whereSeparator: \.isWhitespace)
            guard words.count == 2, words[1] == "kB" else { return nil }
            return Int64(words[0])
        }
        return nil
    }

    /// The processor's name; `unknown` where the system does not tell.
    public static func processorName() -> String {
        guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else {
            return "unknown"
        }
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, parts[0].hasPrefix("model name") else { continue }
            return parts[1].trimmingCharacters(in: .whitespaces)
        }
        return "unknown"
    }
}
