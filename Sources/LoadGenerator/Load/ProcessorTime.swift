import Glibc

/// CPU time that a process has used, user and system together.
struct ProcessorTime: Sendable {
    private let process: Int32?

    /// Of the process with this identifier, or of this one.
    init(of process: Int32? = nil) { self.process = process }

    /// Seconds so far; nil when there is no such process. Another process's are known to a clock
    /// tick, 10 ms.
    var seconds: Double? {
        guard let process else {
            var usage = rusage()
            guard getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return nil }
            return Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
        }
        guard let file = fopen("/proc/\(process)/stat", "re") else { return nil }
        defer { fclose(file) }
        var text = [UInt8](repeating: 0, count: 1024)
        let count = fread(&text, 1, text.count, file)
        return Self.seconds(inStat: text[..<count])
    }

    /// The 14th and 15th field of /proc/PID/stat. The second is a name in parentheses that may hold
    /// anything, so fields are counted from the last parenthesis on.
    static func seconds(inStat text: ArraySlice<UInt8>) -> Double? {
        guard let end = text.lastIndex(of: UInt8(ascii: ")")) else { return nil }
        let fields = text[(end + 1)...].split(separator: UInt8(ascii: " "))
        guard fields.count > 12, let user = Int64(String(decoding: fields[11], as: UTF8.self)),
            let system = Int64(String(decoding: fields[12], as: UTF8.self))
        else { return nil }
        return Double(user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }
}
