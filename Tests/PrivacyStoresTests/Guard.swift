import Quantities

@testable import PrivacyStores

/// Guarded flat stores that expectations can call, with somebody allowed to read.
final class Guard {
    static let onCall = AccessGrant(
        role: .infrastructureOnCall, purpose: .abuse, scope: .relayLog)
    static let auditor = AccessGrant(role: .auditor, purpose: .audit, scope: .dump)
    static let backup = AccessGrant(role: .backupService, purpose: .backup, scope: .dump)

    var stores: GuardedStores<FlatStores>

    init(_ policy: RetentionPolicy = RetentionPolicy()) {
        var keys = stream(1)
        stores = GuardedStores(
            FlatStores(policy: policy),
            access: AccessControl(
                key: keys.nextBytes(32), granting: [Self.onCall, Self.auditor, Self.backup]))
    }

    func authorisation(
        _ grant: AccessGrant, from: SimTime, for validity: SimDuration = .hours(1)
    ) -> Authorisation? {
        stores.access.authorise(grant, from: from, for: validity)
    }

    func backUp(at now: SimTime) -> StoreBackup? {
        let shown = authorisation(Self.backup, from: now)
        return stores.backUp(by: shown, at: now).value
    }
}
