import Dispatch
import Foundation
import SimulationRunner

/// Turns SIGINT and SIGTERM into a request to stop, for as long as it lives.
///
/// A class, because the dispatch sources must stay alive and be cancelled exactly once. The first
/// signal asks the run to stop at the next safe point; the second one gets the default treatment.
final class Interruption {
    private var sources: [any DispatchSourceSignal] = []

    init(stopping progress: RunProgress) {
        for number in [SIGINT, SIGTERM] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                progress.stop()
                signal(number, SIG_DFL)
            }
            source.resume()
            sources.append(source)
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }
}
