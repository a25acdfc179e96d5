import PlatformModel
import PrivacyDatabase
import PrivacyStores
import Quantities

/// A database that is taken through all that the stores of a run go through, and is held against them.
struct DatabaseMirror: ~Copyable {
    /// Records and calls are written once there are so many of them, or something else happens: each transaction waits for
    /// the disk.
    private static let batchSize = 4096

    private let path: String
    /// Nil once it is closed.
    private var guarded: GuardedStores<DatabaseStores>?
    private var records: [StoredRecord] = []
    private var calls: [CallCell] = []
    private var canaries = CanarySearch()
    private var kept = 0
    private var comparisons = 0
    /// What was there when it was last read.
    private var contents = StoreContents()

    /// Opens an empty database in the file at `path`, to be kept by `rules`.
    init(at path: String, _ rules: StoreRules) throws(AuditFailure) {
        self.path = path
        do throws(DatabaseFailure) {
            guarded = try GuardedStores(
                DatabaseStores(policy: rules.policy, on: .file(path), waitingForDisk: false),
                access: rules.access)
        } catch {
            throw AuditFailure(error)
        }
    }

    /// Does `changes` to the database, too; throws where another thing comes of one.
    mutating func perform(_ changes: [StoreChange]) throws(AuditFailure) {
        var difference: StoreDifference?
        do throws(DatabaseFailure) {
            for change in changes where difference == nil { difference = try perform(change) }
        } catch {
            throw AuditFailure(error)
        }
        if let difference { throw .databaseDiffers(difference) }
    }

    private mutating func perform(
        _ change: StoreChange
    ) throws(DatabaseFailure) -> StoreDifference? {
        switch change {
        case .kept(let record):
            canaries.note(record)
            kept += 1
            records.append(record)
            if records.count >= Self.batchSize { try write() }
            return nil
        case .counted(let cell):
            calls.append(cell)
            if calls.count >= Self.batchSize { try write() }
            return nil
        default: try write()
        }
        return try performAlone(change)
    }

    /// Writes what waits, in one transaction.
    private mutating func write() throws(DatabaseFailure) {
        guard !records.isEmpty || !calls.isEmpty else { return }
        try guarded!.store.hold(contentsOf: records, counting: calls)
        records.removeAll(keepingCapacity: true)
        calls.removeAll(keepingCapacity: true)
    }

    private mutating func performAlone(
        _ change: StoreChange
    ) throws(DatabaseFailure) -> StoreDifference? {
        switch change {
        case .kept, .counted: preconditionFailure("records and calls are written together")
        case .swept(let outcome, let time, let limit):
            let other = try guarded!.store.sweep(at: time, atMost: limit)
            return StoreDifference("a sweep", outcome, other, at: time)
        case .restarted:
            try restart()
            return nil
        case .restored(let backup, let outcome, let time):
            let other = try guarded!.restore(backup, at: time)
            return StoreDifference("a restoration", Optional(outcome), other, at: time)
        case .dumped(let contents, let authorisation, let time):
            let other = try guarded!.dump(by: authorisation, at: time)
            guard let found = other.value else {
                return StoreDifference("a right to read", true, false, at: time)
            }
            comparisons += 1
            self.contents = found
            return StoreDifference(contents, found, at: time)
        case .backedUp(let backup, let authorisation, let time):
            let other = try guarded!.backUp(by: authorisation, at: time)
            return StoreDifference("a backup", Optional(backup), other.value, at: time)
        case .attempted(let attempts, let time):
            for attempt in attempts {
                let other = try AccessAttempt(
                    attempt.scope, by: attempt.authorisation, at: &guarded!, time)
                guard other == attempt else {
                    return StoreDifference(
                        "an attempt to read", attempt.verdict, other.verdict, at: time)
                }
            }
            return nil
        case .answered(let records, let authorisation, let time):
            let named = Set(records)
            let other = try guarded!.records(
                where: { named.contains($0) }, by: authorisation, at: time)
            return StoreDifference("an answer", records, other.value ?? [], at: time)
        }
    }

    /// Closes the database and opens it again, with the access log's end as it was kept apart.
    private mutating func restart() throws(DatabaseFailure) {
        guard let open = guarded.take() else { return }
        let (access, anchor, policy) = (open.access, open.anchor, open.store.policy)
        try open.dismissed().close()
        guarded = try GuardedStores(
            DatabaseStores(policy: policy, on: .file(path), waitingForDisk: false),
            access: access, anchor: anchor)
    }

    /// Closes the database and looks in its bytes for what has gone from it.
    ///
    /// - Precondition: the last change was that everything was read.
    mutating func finish() throws(AuditFailure) -> DatabaseFindings {
        do throws(DatabaseFailure) {
            var anchor = AuditAnchor.empty
            if let open = guarded.take() {
                anchor = open.anchor
                try open.dismissed().close()
            }
            return DatabaseFindings(
                canaries: try canaries.findings(inFilesAt: path, standing: contents),
                kept: kept, standing: contents.recordCount, comparisons: comparisons,
                anchor: anchor)
        } catch {
            throw AuditFailure(error)
        }
    }
}
