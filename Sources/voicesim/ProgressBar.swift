import Foundation
import SimulationRunner

/// A line on the terminal that shows how far a run is; silent when standard error is no terminal.
///
/// A class, because its timer task shares the flag that ends it.
final class ProgressBar: Sendable {
    private let task: Task<Void, Never>?

    /// Starts drawing `progress` four times a second, unless `quiet` or not on a terminal.
    init(_ progress: RunProgress, label: String, quiet: Bool) {
        guard !quiet, isatty(STDERR_FILENO) == 1 else {
            task = nil
            return
        }
        let start = Date()
        task = Task.detached {
            while !Task.isCancelled {
                Self.draw(progress, label: label, elapsed: Date().timeIntervalSince(start))
                try? await Task.sleep(for: .milliseconds(250))
            }
            FileHandle.standardError.write(Data("\r\u{1b}[2K".utf8))
        }
    }

    /// Takes the line away.
    func finish() async {
        task?.cancel()
        await task?.value
    }

    private static func draw(_ progress: RunProgress, label: String, elapsed: Double) {
        let share = progress.share
        let width = 30
        let filled = Int(share * Double(width))
        let bar =
            String(repeating: "█", count: filled)
            + String(repeating: "░", count: width - filled)
        let left = share > 0.02 ? Int(elapsed / share * (1 - share)) : nil
        let remaining = left.map { "about \($0) s left" } ?? ""
        let line =
            "\r\u{1b}[2K\(label) \(bar) \(Int(share * 100)) %  "
            + "\(progress.finishedReplications) of \(progress.replications) replications  "
            + remaining
        FileHandle.standardError.write(Data(line.utf8))
    }
}
