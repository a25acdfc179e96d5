/// Whoever performs talks while the world goes on: one thread, or many.
public protocol TalkCrew: AnyObject {
    /// Takes `batch` on; it may begin at once.
    ///
    /// - Precondition: what was taken on before has been finished.
    func begin(_ batch: TalkBatch)

    /// Returns when all of what was taken on is performed; at once without any.
    func finish()
}

/// A crew of nobody but the thread that asks: it performs everything when it is asked to finish.
public final class LoneCrew: TalkCrew {
    private var batch: TalkBatch?

    /// A crew with nothing to do.
    public init() {}

    /// Keeps `batch` for later.
    public func begin(_ batch: TalkBatch) {
        precondition(self.batch == nil, "a crew finishes what it has begun")
        self.batch = batch
    }

    /// Performs what was kept.
    public func finish() {
        guard let batch = batch.take() else { return }
        batch.perform(0..<batch.talks.count)
    }
}
