/// What the platform promises of what others come to know, as far as an audit can tell.
public enum PlatformPromise: String, CaseIterable, Hashable, Sendable {
    /// Nobody learns where the other one is on the Internet; a direct call shows it.
    case partnerSeesNoAddress = "partner_sees_no_public_address"
    /// Candidates hide local addresses behind mDNS names (RFC 8828, draft-ietf-mmusic-mdns-ice-candidates).
    case localAddressesHidden = "local_addresses_hidden"
    /// What is said on a direct path passes no server, sealed or not.
    case directCallsUnheard = "direct_calls_unheard"
    /// Relays forward what came and cannot read it.
    case relaysForwardUnread = "relays_forward_unread"
    /// Keys are with the two of a call, and go with it.
    case keysGone = "keys_gone_with_calls"
    /// What was recorded on the way cannot be opened afterwards.
    case recordingsStaySealed = "recordings_stay_sealed"
    /// What a browser shows of its device is hashed and forgotten.
    case signalsForgotten = "device_signals_forgotten"
    /// A report is about one device.
    case reportsNameNobodyElse = "reports_name_nobody_else"
    /// Reports, messages and relay log go in time.
    case lifetimesKept = "lifetimes_kept"
    /// What a ticket says goes with it.
    case ticketsForgotten = "tickets_forgotten"
    /// Of calls there are counts.
    case callsOnlyCounted = "calls_only_counted"
    /// Whoever reads what is kept is written down.
    case readsWrittenDown = "reads_written_down"
    /// Of sessions, their interest, language and tier, and the order of the queue, decide who meets.
    case matchingBlind = "matching_blind"
    /// A device's name in a report tells nothing without the key.
    case identifiersSealed = "identifiers_sealed"
    /// There are no accounts: a copy of the stores does not show whose visits were one person's.
    case visitsUnlinkedInStores = "visits_not_linked_in_stores"
    /// Nothing of what went is in the bytes of a database.
    case deletedIsGone = "deleted_is_gone"
    /// Nobody is known again by what a visit is called (RFC 8829 §5.2.1 for session numbers).
    case visitsUnlinked = "visits_not_linked"

    /// Whether only the bytes of a database can tell; without one nothing is said of it.
    public var needsDatabase: Bool { self == .deletedIsGone }

    /// The promise in words.
    public var statement: String {
        switch self {
        case .partnerSeesNoAddress: "A partner never sees one's public address."
        case .localAddressesHidden:
            "Whose browser hides local addresses shows them to nobody outside the own network."
        case .directCallsUnheard: "On a direct call no server has audio, not even encrypted."
        case .relaysForwardUnread:
            "A relay sends on what has come, and has neither its keys nor what is said."
        case .keysGone:
            "Keys are with the two of a call only, and gone when it is over, however it ends."
        case .recordingsStaySealed:
            "Who has recorded a call cannot open it with all servers, stores and both devices after it."
        case .signalsForgotten: "Device signals are hashed and forgotten, and are in no record."
        case .reportsNameNobodyElse:
            "A report names no reporter, no address and no call, and no time finer than an hour."
        case .lifetimesKept:
            "Reports go after 30 days, signalling messages after 24 hours, relay logs after 7 days, each with the next sweep."
        case .deletedIsGone:
            "What has been deleted is nowhere in the database's file, and nothing is left of it beside."
        case .ticketsForgotten:
            "Interest, language and tier are forgotten with the ticket that they stood in."
        case .callsOnlyCounted:
            "Calls are counted by hour, and no record tells how long one was; of a reported one, no more than how many quarters of half a minute it filled."
        case .readsWrittenDown:
            "Nobody is shown what is stored without a right to it, and whoever is stands in the access log."
        case .matchingBlind:
            "Who is paired with whom is decided by interest, language, tier and the queue alone."
        case .identifiersSealed:
            "Who has the stores and not the keys cannot tell which device a report names, nor follow it from one key to the next."
        case .visitsUnlinkedInStores:
            "Who has the stores cannot tell which visits of somebody unreported were one person's."
        case .visitsUnlinked:
            "No two visits go by one name in what signalling and relays are shown, or is read on the way."
        }
    }
}
