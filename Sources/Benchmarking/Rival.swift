import Foundation

/// Another program that does the same work.
struct Rival: Sendable {
    /// As tables and targets call it.
    var name: String
    /// Executable and leading arguments.
    var command: [String]
    /// The Python package it is made of, where it is one.
    var package: String?
    /// The most operations of a round; slow rivals do fewer, as the figure is per operation.
    var mostOperations: Int
    /// The most customers of a round of the M/M/8 queue.
    var mostCustomers: Int

    /// Why it cannot take part, or nil.
    var obstacle: String? {
        for file in command.prefix(2) where file.contains("/") {
            guard FileManager.default.fileExists(atPath: file) else {
                return "\(file) is not there; `make bench` builds or installs it"
            }
        }
        if let package, !Self.isInstalled(package, beside: command[0]) {
            return "the package \(package) is not there; `make bench` installs it"
        }
        return nil
    }

    /// Whether the environment of the interpreter `python` has `package`.
    private static func isInstalled(_ package: String, beside python: String) -> Bool {
        let library = URL(fileURLWithPath: python).deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("lib")
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: library.path)) ?? []
        return versions.contains { version in
            let place = library.appendingPathComponent("\(version)/site-packages/\(package)")
            return FileManager.default.fileExists(atPath: place.path)
        }
    }

    /// How many of the workload's `operations` it does in a round.
    func operations(of workload: EngineWorkload, _ operations: Int) -> Int {
        if case .queue = workload { return min(operations, mostCustomers) }
        return min(operations, mostOperations)
    }

    /// Those of `rivals` that can take part; `report` names the others.
    static func present(of rivals: [Rival], _ report: inout BenchmarkReport) -> [Rival] {
        rivals.filter { rival in
            guard let obstacle = rival.obstacle else { return true }
            report.absences.append(.init(contender: rival.name, reason: obstacle))
            return false
        }
    }

    static let heapName = "std::priority_queue"
    static let quaternaryName = "C++ 4-ary heap"
    static let ladderName = "C++ ladder"
    static let simpyName = "SimPy"
    static let salabimName = "salabim"

    /// The schedulers of ns-3, the one it takes unless told otherwise first; without the list,
    /// which takes time in proportion to the number pending.
    private static let schedulers = ["Map", "PriorityQueue", "Heap", "Calendar"]
    /// ns-3 with each of its schedulers.
    static let ns3Names = schedulers.map { "ns-3 " + $0 }

    /// The rivals that `make bench` puts into `directory`.
    static func all(in directory: String) -> [Rival] {
        func compiled(_ name: String, _ program: String, _ argument: String, most: Int) -> Rival {
            Rival(
                name: name, command: [directory + "/" + program, argument], mostOperations: most,
                mostCustomers: most)
        }
        func interpreted(_ name: String, _ package: String, _ most: (Int, Int)) -> Rival {
            Rival(
                name: name,
                command: [
                    directory + "/venv/bin/python", directory + "/\(package)_rival.py",
                ],
                package: package, mostOperations: most.0, mostCustomers: most.1)
        }
        return [
            compiled(heapName, "rivals", "binary", most: 2_000_000),
            compiled(quaternaryName, "rivals", "quaternary", most: 2_000_000),
            compiled(ladderName, "rivals", "ladder", most: 10_000_000),
        ]
            + zip(ns3Names, schedulers).map { name, scheduler in
                compiled(name, "ns3_rival", scheduler, most: 500_000)
            }
            + [
                interpreted(simpyName, "simpy", (100_000, 50_000)),
                interpreted(salabimName, "salabim", (50_000, 2_000)),
            ]
    }
}
