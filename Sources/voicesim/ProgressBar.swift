import Dispatch
import Foundation
import SimulationRunner

/// A line on the terminal that shows how far a run is; silent when standard error is no terminal.
///
/// It draws on a queue of its own: replications keep every thread of the task pool busy. A class,
/// because the timer must stay alive and be cancelled exactly once.
final class ProgressBar {
    private let queue = DispatchQueue(label: "progress")
    private var timer: (any DispatchSourceTimer)?

    /// Starts drawing `progress` four times a second, unless `quiet` or not on a terminal.
    init(_ progress: RunProgress, label: String, quiet: Bool) {
        guard !quiet, isatty(STDERR_FILENO) == 1 else { return }
        let start = ContinuousClock.now
        let timer = DispatchSource.makeTimerSource(queue: queue)
        timer.schedule(deadline: .now(), repeating: .milliseconds(250))
        timer.setEventHandler {
            Self.draw(
                progress, label: label, elapsed: (ContinuousClock.now - start) / .seconds(1))
        }
        timer.resume()
        self.timer = timer
    }

    /// Takes the line away.
    func finish() {
        guard let timer else { return }
        timer.cancel()
        self.timer = nil
        // After the last drawing, which may be under way.
        queue.sync { FileHandle.standardError.write(Data("\r\u{1b}[2K".utf8)) }
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
