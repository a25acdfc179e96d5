import PlatformModel

/// A database that is taken through all that the stores of a run go through, while the run goes on: it does what was done to
/// them up to the last time that it was told.
struct DatabaseFollower {
    private actor Keeper {
        private var mirror: DatabaseMirror

        init(at path: String, _ rules: StoreRules) throws(AuditFailure) {
            mirror = try DatabaseMirror(at: path, rules)
        }

        func perform(_ changes: [StoreChange]) -> AuditFailure? {
            do throws(AuditFailure) {
                try mirror.perform(changes)
                return nil
            } catch {
                return error
            }
        }

        func finish() throws(AuditFailure) -> DatabaseFindings { try mirror.finish() }
    }

    private let keeper: Keeper
    /// What it is at, with what comes of that.
    private var step: Task<AuditFailure?, Never>?

    /// Opens an empty database in the file at `path`, to be kept by `rules`.
    init(at path: String, _ rules: StoreRules) throws(AuditFailure) {
        keeper = try Keeper(at: path, rules)
    }

    /// Begins to do `changes` to the database, too, once it is done with those before; throws where another thing came of one
    /// of those.
    mutating func perform(_ changes: [StoreChange]) async throws(AuditFailure) {
        try await wait()
        let keeper = keeper
        step = Task { await keeper.perform(changes) }
    }

    /// Waits until it has done all that it was told.
    mutating func wait() async throws(AuditFailure) {
        if let failure = await step.take()?.value { throw failure }
    }

    /// Does the last changes, closes the database and looks in its bytes for what has gone from it.
    ///
    /// - Precondition: the last change is that everything was read.
    mutating func finish(with changes: [StoreChange]) async throws(AuditFailure) -> DatabaseFindings
    {
        try await perform(changes)
        try await wait()
        return try await keeper.finish()
    }
}
