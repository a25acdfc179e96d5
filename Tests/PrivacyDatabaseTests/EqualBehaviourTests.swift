import Quantities
import Testing

@testable import PrivacyDatabase
@testable import PrivacyStores

@Suite struct EqualBehaviourTests {
    /// Flat memory and SQLite, through the same weeks: every answer is the same, and so are all contents after each
    /// sweep and often in between. The true age of what is stored is watched beside them.
    @Test(arguments: 0..<2 as Range<UInt64>)
    func `both kinds of stores do the same, and keep nothing for too long`(seed: UInt64) throws {
        let scratch = Scratch()
        let policy = History.policy
        var flat = try Service(FlatStores(policy: policy))
        var database = try Service(
            DatabaseStores(policy: policy, on: .file(scratch.path()), as: .unhurried))
        var history = History(seed: seed)
        var seen = Set<String>()
        for number in 0..<100 {
            let (step, isClockWrong) = history.next(maySetClock: seed % 2 == 1)
            let (one, other) = (try flat.perform(step), try database.perform(step))
            #expect(one == other, "seed \(seed), step \(number): \(step)")
            seen.insert(one.name)
            guard one == other else { return }
            let isSwept = if case .swept = one { true } else { false }
            guard isSwept || number % 5 == 0 else { continue }
            let contents = try flat.dump()
            try Self.compare(flat, database, contents, "seed \(seed), step \(number): \(step)")
            // What a complete sweep by a clock that is right leaves has not lapsed by the true time.
            if isSwept, !isClockWrong, seed % 2 == 0 {
                try Self.watch(contents, at: step.time, "seed \(seed), step \(number)")
            }
        }
        #expect(flat.guarded.auditState() == .intact(since: 0))
        #expect(try database.guarded.auditState() == .intact(since: 0))
        #expect(seen.count >= 5, "\(seen)")
    }

    private static func compare(
        _ flat: borrowing Service<FlatStores>, _ database: borrowing Service<DatabaseStores>,
        _ contents: StoreContents, _ text: String
    ) throws {
        let dump = try database.dump()
        #expect(contents == dump, "\(text)")
        let (anchor, other) = (flat.guarded.anchor, database.guarded.anchor)
        #expect(anchor == other, "\(text)")
        for kind in RecordKind.allCases {
            let (one, other) = (flat.guarded.store.count(kind), database.guarded.store.count(kind))
            #expect(one == other, "\(text)")
        }
        let devices = (flat.guarded.store.deviceCount(), try database.guarded.store.deviceCount())
        #expect(devices.0 == devices.1, "\(text)")
        for report in contents.reports.prefix(2) {
            let one = flat.guarded.store.reports(of: report.device)
            let other = try database.guarded.store.reports(of: report.device)
            #expect(one == other, "\(text)")
        }
        for message in contents.messages.prefix(2) {
            let one = flat.guarded.store.messages(of: message.call)
            let other = try database.guarded.store.messages(of: message.call)
            #expect(one == other, "\(text)")
        }
    }

    /// Stamps are of clocks that are off by the tolerance at most.
    private static func watch(_ contents: StoreContents, at time: SimTime, _ text: String) throws {
        let policy = History.policy
        for (kind, lifetime, stamps) in [
            (RecordKind.reports, policy.reports, contents.reports.map(\.time)),
            (.signaling, policy.signaling, contents.messages.map(\.time)),
            (.relayLog, policy.relayLog, contents.relayLog.map(\.time)),
        ] {
            for stamp in stamps {
                #expect(
                    time < stamp - policy.clockTolerance + lifetime,
                    "\(text): \(kind) of \(stamp) at \(time)")
            }
        }
    }
}

extension Told {
    fileprivate var name: String { String(describing: self).prefix { $0 != "(" }.description }
}
