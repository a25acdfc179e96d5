import Dispatch
import Foundation
import SimulationRunner

/// Turns SIGINT and SIGTERM into a request to stop, until ``end()``.
///
/// A class, because the dispatch sources must stay alive and be cancelled exactly once. The first
/// signal asks the run to stop at the next safe point; the second one gets the default treatment.
final class Interruption {
    private var sources: [any DispatchSourceSignal] = []
    private static let numbers = [SIGINT, SIGTERM]

    init(stopping progress: RunProgress) {
        for number in Self.numbers {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                progress.stop()
                for number in Self.numbers { signal(number, SIG_DFL) }
            }
            source.resume()
            sources.append(source)
        }
    }

    /// Signals get the default treatment again.
    func end() {
        for source in sources { source.cancel() }
        sources = []
        for number in Self.numbers { signal(number, SIG_DFL) }
    }
}
