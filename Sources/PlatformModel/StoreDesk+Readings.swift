import PrivacyStores

extension StoreDesk {
    /// How often something of the stores was handed out, how often the access log says so, and whether that log is
    /// what was written.
    var readings: StoreReadings {
        let isIntact = if case .intact = guarded.auditState() { true } else { false }
        return StoreReadings(
            handedOut: guarded.readings,
            written: guarded.store.auditLog().count { $0.verdict == .granted },
            isIntact: isIntact)
    }
}
