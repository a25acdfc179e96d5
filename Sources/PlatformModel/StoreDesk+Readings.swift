import PrivacyStores
import Quantities

/// An attempt to read, and how it was judged.
public struct AccessAttempt: Hashable, Sendable {
    /// What of the stores: the relay log, or everything.
    public let scope: AccessScope
    /// What was shown; nil for nothing.
    public let authorisation: Authorisation?
    /// How it was judged.
    public let verdict: AccessVerdict

    /// One that was made.
    init(_ scope: AccessScope, by authorisation: Authorisation?, _ verdict: AccessVerdict) {
        self.scope = scope
        self.authorisation = authorisation
        self.verdict = verdict
    }

    /// Makes the attempt at `guarded`.
    public init<Store: PrivacyStore & ~Copyable>(
        _ scope: AccessScope, by authorisation: Authorisation?,
        at guarded: inout GuardedStores<Store>, _ now: SimTime
    ) throws(Store.Failure) {
        self.scope = scope
        self.authorisation = authorisation
        verdict =
            switch scope {
            case .relayLog:
                try guarded.relayLog(.everything, by: authorisation, at: now).verdict
            case .dump: try guarded.dump(by: authorisation, at: now).verdict
            case .namedRecords:
                try guarded.records(where: { _ in false }, by: authorisation, at: now).verdict
            }
    }
}

extension Reading {
    var verdict: AccessVerdict {
        switch self {
        case .granted: .granted
        case .refused(let verdict): verdict
        }
    }
}

extension RelayLogQuery {
    /// All that is there.
    fileprivate static var everything: RelayLogQuery {
        RelayLogQuery(.zero..<SimTime.distantFuture)
    }
}

extension StoreDesk {
    /// How often something of the stores was handed out, how often the access log says so, and whether that log is
    /// what was written; and what came of attempts that ought to be refused.
    var readings: StoreReadings {
        let isIntact = if case .intact = guarded.auditState() { true } else { false }
        return StoreReadings(
            handedOut: guarded.readings,
            written: guarded.store.auditLog().count { $0.verdict == .granted },
            refused: attempts.count { $0.verdict != .granted },
            wronglyGranted: wronglyGranted, isIntact: isIntact)
    }

    /// Tries all doors at `now`, as an audit ends: without an authorisation, with one for something else, before it holds and
    /// after it, and once as whoever looks into abuse of the relays and may read their log.
    mutating func tryDoors(at now: SimTime) {
        let time = time(at: now)
        let minute = SimDuration.minutes(1)
        let abuse = guarded.access.authorise(Self.abuseGrant, from: time, for: minute)
        let later = guarded.access.authorise(Self.abuseGrant, from: time + minute, for: minute)
        let past = guarded.access.authorise(
            Self.abuseGrant, from: SimTime(nanoseconds: time.nanoseconds - minute.nanoseconds),
            for: minute)
        let wrong: [(AccessScope, Authorisation?)] = [
            (.relayLog, nil), (.dump, nil), (.namedRecords, nil), (.dump, abuse),
            (.namedRecords, abuse), (.relayLog, later), (.relayLog, past),
        ]
        var made: [AccessAttempt] = []
        for (scope, shown) in wrong {
            let attempt = AccessAttempt(scope, by: shown, at: &guarded, time)
            if attempt.verdict == .granted { wronglyGranted += 1 }
            made.append(attempt)
        }
        made.append(AccessAttempt(.relayLog, by: abuse, at: &guarded, time))
        attempts += made
        note(.attempted(made, at: time))
    }
}
