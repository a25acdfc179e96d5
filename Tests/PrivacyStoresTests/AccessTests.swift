import Quantities
import RandomStreams
import Testing

@testable import PrivacyStores

@Suite struct AccessTests {
    @Test func `nothing is granted unless it is said to be`() {
        var access = AccessControl(key: [1, 2, 3])
        for role in AccessRole.allCases {
            for purpose in AccessPurpose.allCases {
                for scope in AccessScope.allCases {
                    let grant = AccessGrant(role: role, purpose: purpose, scope: scope)
                    #expect(access.authorise(grant, from: .zero, for: .hours(1)) == nil)
                }
            }
        }
        let desk = Guard()
        #expect(desk.authorisation(Guard.onCall, from: .zero, for: .hours(25)) == nil)
        #expect(desk.authorisation(Guard.onCall, from: .zero, for: .zero) == nil)
    }

    @Test func `each way to be refused has its name, and each attempt is written down`() throws {
        let desk = Guard()
        let now = at(.hours(10))
        let good = try #require(desk.authorisation(Guard.onCall, from: now))
        let dump = try #require(desk.authorisation(Guard.auditor, from: now))
        let forged = Authorisation(
            number: good.number, grant: good.grant, from: good.from,
            until: good.until + .hours(9), seal: good.seal)
        let query = RelayLogQuery(.zero..<now + .hours(1))
        let attempts: [(Authorisation?, SimTime, AccessVerdict)] = [
            (nil, now, .unauthorised), (forged, now, .forged), (dump, now, .otherScope),
            (good, now - .nanoseconds(1), .early), (good, now + .hours(1), .expired),
            (good, now, .granted), (good, now + .hours(1) - .nanoseconds(1), .granted),
        ]
        for (shown, time, verdict) in attempts {
            let reading = desk.stores.relayLog(query, by: shown, at: time)
            switch reading {
            case .granted(let found): #expect(verdict == .granted && found.isEmpty)
            case .refused(let reason): #expect(reason == verdict)
            }
        }
        let log = desk.stores.store.auditLog()
        #expect(log.map(\.verdict) == attempts.map(\.2))
        #expect(log.map(\.time) == attempts.map(\.1))
        #expect(log[0].shown == nil)
        #expect(
            log[1].shown
                == AuditEntry.Shown(
                    number: good.number, role: .infrastructureOnCall, purpose: .abuse))
        #expect(desk.stores.auditState() == .intact(since: 0))
    }

    @Test func `a right that was withdrawn holds no longer`() throws {
        let desk = Guard()
        let shown = try #require(desk.authorisation(Guard.auditor, from: .zero))
        #expect(desk.stores.dump(by: shown, at: .zero).value != nil)
        var keys = stream(1)
        desk.stores.access = AccessControl(key: keys.nextBytes(32), granting: [Guard.onCall])
        guard case .refused(.notGranted) = desk.stores.dump(by: shown, at: .zero) else {
            Issue.record("a right outlived its withdrawal")
            return
        }
    }

    @Test func `the relay log is read by window and by address, and only what stands`() throws {
        let desk = Guard()
        for hour in 0..<48 as Range<Int64> {
            let now = at(.hours(hour))
            _ = desk.stores.store.insert(
                Sample.relayLog(UInt64(hour % 2), at: now), at: now)
        }
        let now = at(.hours(47))
        let shown = desk.authorisation(Guard.onCall, from: now, for: .hours(24))
        func read(_ query: RelayLogQuery, at time: SimTime) throws -> [SimTime] {
            try #require(desk.stores.relayLog(query, by: shown, at: time).value).map(\.time)
        }
        let window = at(.hours(10))..<at(.hours(14))
        #expect(
            try read(RelayLogQuery(window), at: now)
                == [10, 11, 12, 13].map { at(.hours($0)) })
        #expect(
            try read(RelayLogQuery(window, of: Sample.relayed(1)), at: now)
                == [11, 13].map { at(.hours($0)) })
        let old = Guard()
        _ = old.stores.store.insert(Sample.relayLog(1, at: .zero), at: .zero)
        let later = at(.days(7))
        let right = old.authorisation(Guard.onCall, from: later)
        #expect(
            old.stores.relayLog(RelayLogQuery(.zero..<later), by: right, at: later).value == [])
        #expect(old.stores.store.count(.relayLog) == 1)
    }
}

@Suite struct AuditTrailTests {
    /// A log of attempts, with the anchor at its end.
    static func log(_ count: Int) -> (entries: [AuditEntry], anchor: AuditAnchor) {
        let desk = Guard()
        for n in 0..<count {
            let now = at(.minutes(Int64(n)))
            let shown =
                n % 3 == 0 ? nil : desk.authorisation(Guard.auditor, from: now, for: .hours(1))
            _ = desk.stores.dump(by: shown, at: now)
        }
        return (desk.stores.store.auditLog(), desk.stores.anchor)
    }

    @Test func `a log is intact against each anchor that was ever taken of it`() {
        let (entries, _) = Self.log(20)
        #expect(AuditTrail.check(entries, against: .empty) == .intact(since: 20))
        for (place, entry) in entries.enumerated() {
            #expect(
                AuditTrail.check(entries, against: AuditAnchor(at: entry))
                    == .intact(since: 19 - place))
        }
    }

    @Test func `whatever is changed in whichever entry is found`() {
        let (entries, anchor) = Self.log(12)
        for place in entries.indices {
            for change in 0..<6 {
                var changed = entries
                changed[place] = Self.changed(entries[place], change)
                #expect(
                    AuditTrail.check(changed, against: anchor) == .altered(at: place),
                    "entry \(place), change \(change)")
            }
        }
    }

    static func changed(_ entry: AuditEntry, _ change: Int) -> AuditEntry {
        let other = AuditEntry.Shown(number: 99, role: .legal, purpose: .legalRequest)
        return AuditEntry(
            number: change == 0 ? entry.number + 1 : entry.number,
            time: change == 1 ? entry.time + .nanoseconds(1) : entry.time,
            scope: change == 2 ? .relayLog : entry.scope,
            verdict: change == 3 ? .forged : entry.verdict,
            shown: change == 4 ? other : entry.shown,
            digest: change == 5 ? .zero : entry.digest)
    }

    @Test func `a log that was cut off, or out of which entries were taken, is found out`() {
        let (entries, anchor) = Self.log(12)
        for length in 0..<12 {
            #expect(
                AuditTrail.check(Array(entries.prefix(length)), against: anchor)
                    == .truncated(found: length, expected: 12))
            var shortened = entries
            shortened.remove(at: length)
            let expected: AuditState =
                length == 11 ? .truncated(found: 11, expected: 12) : .altered(at: length)
            #expect(AuditTrail.check(shortened, against: anchor) == expected)
        }
    }

    /// Whoever rewrites the log from some entry on, with right hashes, has a chain that holds in itself.
    @Test func `a log rewritten with right hashes does not end at the anchor`() {
        let (entries, anchor) = Self.log(12)
        for place in entries.indices {
            var rewritten = Array(entries.prefix(place))
            var end = place == 0 ? AuditAnchor.empty : AuditAnchor(at: entries[place - 1])
            for entry in entries[place...] {
                let forged = AuditEntry(
                    after: end, time: entry.time, scope: entry.scope, verdict: .unauthorised,
                    shown: entry.number == UInt64(place)
                        ? .init(number: 5, role: .legal, purpose: .audit)
                        : entry.shown)
                rewritten.append(forged)
                end = AuditAnchor(at: forged)
            }
            #expect(AuditTrail.check(rewritten, against: end) == .intact(since: 0))
            #expect(AuditTrail.check(rewritten, against: anchor) == .altered(at: 11))
        }
    }

    @Test func `a log is taken up again where it was left`() {
        let desk = Guard()
        _ = desk.stores.dump(by: nil, at: .zero)
        let early = desk.stores.anchor
        _ = desk.stores.dump(by: nil, at: at(.seconds(1)))
        // The machine stopped before the second anchor was put away.
        var again = FlatStores(policy: RetentionPolicy())
        for entry in desk.stores.store.auditLog() { again.append(entry) }
        var guarded = GuardedStores(again, access: AccessControl(key: [1]), anchor: early)
        _ = guarded.dump(by: nil, at: at(.seconds(2)))
        #expect(guarded.store.auditLog().map(\.number) == [0, 1, 2])
        #expect(guarded.auditState() == .intact(since: 0))
    }

    @Test func `a log that was cut off while nobody looked stays found out`() {
        let (entries, anchor) = Self.log(6)
        var cut = FlatStores(policy: RetentionPolicy())
        for entry in entries.prefix(4) { cut.append(entry) }
        var guarded = GuardedStores(cut, access: AccessControl(key: [1]), anchor: anchor)
        #expect(guarded.auditState() == .truncated(found: 4, expected: 6))
        _ = guarded.dump(by: nil, at: .zero)
        #expect(guarded.auditState() == .altered(at: 4))
    }

    @Test func `the chain is SHA-256 over what the description says`() {
        let entry = AuditEntry(
            after: .empty, time: SimTime(nanoseconds: 0x0102_0304_0506_0708), scope: .dump,
            verdict: .granted, shown: .init(number: 9, role: .auditor, purpose: .audit))
        // printf of 32 zeros, number, time, 1 0 1, 9, 3 3, by sha256sum.
        #expect(
            entry.digest.bytes.hexadecimalText
                == "ccb1d5958f5033aa92bdd40f04c54aee2ed8c0274a714225245caa5a69f8675b")
    }
}

extension [UInt8] {
    fileprivate var hexadecimalText: String {
        map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }
}
