import Foundation

/// The `voicesim` executable that was built beside the tests.
enum Tool {
    /// What a run of it came to.
    struct Result {
        var status: Int32
        var output: String
        var errors: String
    }

    static let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("voicesim")

    /// The root of the repository.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    static let smoke = root.appendingPathComponent("scenarios/smoke.yaml").path

    /// Starts it with standard output and error going to files in `directory`.
    static func start(_ arguments: [String], in directory: URL) throws -> Process {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = directory
        for name in ["output", "errors"] {
            try Data().write(to: directory.appendingPathComponent(name))
        }
        process.standardOutput = try FileHandle(
            forWritingTo: directory.appendingPathComponent("output"))
        process.standardError = try FileHandle(
            forWritingTo: directory.appendingPathComponent("errors"))
        try process.run()
        return process
    }

    /// Waits for it to end.
    static func finish(_ process: Process, in directory: URL) throws -> Result {
        process.waitUntilExit()
        func text(_ name: String) throws -> String {
            String(
                decoding: try Data(contentsOf: directory.appendingPathComponent(name)),
                as: UTF8.self)
        }
        return Result(
            status: process.terminationStatus, output: try text("output"),
            errors: try text("errors"))
    }

    /// Runs it to its end in a directory of its own.
    static func run(_ arguments: String...) throws -> Result {
        try withDirectory { directory in
            try finish(start(arguments, in: directory), in: directory)
        }
    }

    /// Gives `body` an empty directory that goes away afterwards.
    static func withDirectory<T>(_ body: (URL) throws -> T) throws -> T {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("voicesim-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        return try body(directory)
    }
}
