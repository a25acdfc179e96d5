import Foundation

/// Another program that does the same work.
struct Rival: Sendable {
    var name: String
    /// Executable and leading arguments.
    var command: [String]

    /// Why it cannot take part, or nil.
    var obstacle: String? {
        for file in command.prefix(2) where file.contains("/") {
            guard FileManager.default.fileExists(atPath: file) else {
                return "\(file) is not there; `make bench` builds or installs it"
            }
        }
        return nil
    }

    /// Runs it once; the ns per operation that it prints, or nil if it fails.
    func run(_ workload: EngineWorkload, operations: Int) -> Double? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: command[0])
        process.arguments = command.dropFirst() + workload.arguments(operations: operations)
        let output = Pipe()
        process.standardOutput = output
        guard (try? process.run()) != nil else { return nil }
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0, let text = String(data: data, encoding: .utf8)
        else { return nil }
        return Double(text.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    static let heapName = "std::priority_queue"
    static let ladderName = "C++ ladder"
    static let simpyName = "SimPy"

    /// The rivals that `make bench` puts into `directory`.
    static func all(in directory: String) -> [Rival] {
        [
            Rival(name: heapName, command: [directory + "/rivals", "heap"]),
            Rival(name: ladderName, command: [directory + "/rivals", "ladder"]),
            Rival(
                name: simpyName,
                command: [directory + "/venv/bin/python", directory + "/simpy_rival.py"]),
        ]
    }
}
