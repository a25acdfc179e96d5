import Quantities
import RandomStreams
import RiskScoring
import Signaling
import TURN

@testable import PrivacyDatabase
@testable import PrivacyStores

/// A store that can go down and come back with what it had.
protocol Restartable: PrivacyStore, ~Copyable {
    consuming func restarted() throws -> Self
}

extension FlatStores: Restartable {
    /// Memory does not outlive a process: what a new one takes over is all that there was.
    consuming func restarted() throws -> FlatStores {
        let contents = contents(DumpPermit())
        var fresh = FlatStores(policy: policy)
        fresh.replace(with: contents)
        return fresh
    }
}

extension DatabaseStores: Restartable {
    consuming func restarted() throws -> DatabaseStores {
        let (policy, medium, form) = (policy, medium, form)
        try close()
        return try DatabaseStores(policy: policy, on: medium, as: form)
    }
}

/// What an operation told.
enum Told: Equatable {
    case nothing
    case admission(Admission)
    case imported(Int)
    case swept([SweepOutcome])
    case restored(SweepOutcome?)
    case backedUp(StoreBackup)
    case entries([RelayLogEntry])
    case refused(AccessVerdict)
}

/// A service that keeps its records in stores of one kind.
struct Service<Store: Restartable & ~Copyable>: ~Copyable {
    static var readers: AccessGrant {
        AccessGrant(role: .trustAndSafety, purpose: .abuse, scope: .relayLog)
    }
    static var dumpers: AccessGrant {
        AccessGrant(role: .backupService, purpose: .backup, scope: .dump)
    }

    var guarded: GuardedStores<Store>
    var backup: StoreBackup?

    init(_ store: consuming Store) throws {
        guarded = try GuardedStores(
            store,
            access: AccessControl(key: [1, 2, 3], granting: [Self.readers, Self.dumpers]))
    }

    mutating func perform(_ step: Step) throws -> Told {
        let now = step.clock
        switch step.operation {
        case .insert(let record):
            return .admission(try guarded.store.insert(record, at: now))
        case .importRecords(let records):
            return .imported(try guarded.store.importRecords(records, at: now))
        case .count(let cell):
            try guarded.store.countCall(cell)
            return .nothing
        case .sweep: return .swept([try guarded.store.sweep(at: now)])
        case .crashedSweep(let limit):
            let first = try guarded.store.sweep(at: now, atMost: limit)
            restart()
            return .swept([first, try guarded.store.sweep(at: now)])
        case .restart:
            restart()
            return .swept([try guarded.store.sweep(at: now)])
        case .backUp:
            let shown = guarded.access.authorise(Self.dumpers, from: now, for: .minutes(1))
            switch try guarded.backUp(by: shown, at: now) {
            case .granted(let taken):
                backup = taken
                return .backedUp(taken)
            case .refused(let verdict): return .refused(verdict)
            }
        case .restore:
            guard let backup else { return .nothing }
            return .restored(try guarded.restore(backup, at: now))
        case .read(let query, let isAuthorised):
            let shown =
                isAuthorised
                ? guarded.access.authorise(Self.readers, from: now, for: .minutes(1)) : nil
            switch try guarded.relayLog(query, by: shown, at: now) {
            case .granted(let entries): return .entries(entries)
            case .refused(let verdict): return .refused(verdict)
            }
        }
    }

    private mutating func restart() {
        let (access, anchor, backup) = (guarded.access, guarded.anchor, backup)
        let store = try! guarded.dismissed().restarted()
        self = Service(
            guarded: try! GuardedStores(store, access: access, anchor: anchor), backup: backup)
    }

    private init(guarded: consuming GuardedStores<Store>, backup: StoreBackup?) {
        self.guarded = guarded
        self.backup = backup
    }

    /// All that is stored, without a trace in the access log.
    func dump() throws -> StoreContents { try guarded.store.contents(DumpPermit()) }
}
