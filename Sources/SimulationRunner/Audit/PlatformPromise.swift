public import KnowledgeLedger
public import PlatformModel
public import PrivacyStores
import Quantities
import ScenarioModel

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
            "Reports go after 30 days, signalling messages after 24 hours, relay logs after 7 days."
        case .deletedIsGone:
            "What has been deleted is nowhere in the database's file, and nothing is left of it beside."
        case .ticketsForgotten:
            "Interest, language and tier are forgotten with the ticket that they stood in."
        case .callsOnlyCounted:
            "Calls are counted by hour; but for the relay log, and in quarters of half a minute the scorer's record of a reported one, nothing that is kept tells how long a call was."
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

/// Whether a promise holds.
public enum PromiseVerdict: Hashable, Sendable {
    /// In this run it held.
    case kept
    /// It did not.
    case broken
    /// Nothing of this run could have broken it: there was nothing to look at.
    case untried
    /// It did not, and does in the same run with these settings.
    case keptOnlyIf([Setting])

    /// A key of the scenario with a value, as `--set` takes it.
    public struct Setting: Hashable, Sendable {
        /// The key.
        public var key: String
        /// The value as files write it.
        public var value: String

        /// `key: value` of a scenario.
        public init(_ key: String, _ value: String) {
            self.key = key
            self.value = value
        }

        /// `key=value`.
        public var text: String { "\(key)=\(value)" }
    }

    /// The verdict in words.
    public var name: String {
        switch self {
        case .kept: "kept"
        case .broken: "broken"
        case .untried: "not tried"
        case .keptOnlyIf: "kept only if"
        }
    }

    /// The settings that it is kept with; none otherwise.
    public var settings: [Setting] {
        if case .keptOnlyIf(let settings) = self { settings } else { [] }
    }

    /// The settings, each as `--set` takes it; nil where there are none.
    public var condition: String? {
        settings.isEmpty ? nil : settings.map(\.text).joined(separator: " and ")
    }
}

/// How much of something was looked at for a verdict.
public struct PromiseEvidence: Hashable, Sendable {
    /// How many.
    public var count: Int
    /// Of what.
    public var what: String

    init(_ count: Int, _ what: String) {
        self.count = count
        self.what = what
    }
}

/// What an audit found of one promise.
public struct PromiseFinding: Hashable, Sendable {
    /// Which one.
    public var promise: PlatformPromise
    /// Whether it holds.
    public var verdict = PromiseVerdict.kept
    /// Calls in which it was broken.
    public var brokenCalls = 0
    /// Calls of the run.
    public var calls: Int
    /// People to whom it was broken.
    public var brokenSubjects = 0
    /// To whom what it keeps from others became known.
    public var observers: [Observer] = []
    /// Records that outlive it: which.
    public var outliving: [RecordKind] = []
    /// What ended the calls that it was broken in, where that matters.
    public var endings: [CallEnding] = []
    /// What was looked at.
    public var evidence: [PromiseEvidence] = []
}

extension PromiseFinding {
    /// What `knowledge` says of `promise`, and a database of what needs one; of a promise that a setting may keep, only whether it
    /// was kept.
    init(
        _ promise: PlatformPromise, in knowledge: PlatformKnowledge,
        _ database: DatabaseFindings? = nil
    ) {
        var check = PromiseCheck(knowledge)
        switch promise {
        case .partnerSeesNoAddress: check.partnerSeesNoAddress()
        case .localAddressesHidden: check.localAddressesHidden()
        case .directCallsUnheard: check.directCallsUnheard()
        case .relaysForwardUnread: check.relaysForwardUnread()
        case .keysGone: check.keysGone()
        case .recordingsStaySealed: check.recordingsStaySealed()
        case .signalsForgotten: check.signalsForgotten()
        case .reportsNameNobodyElse: check.reportsNameNobodyElse()
        case .lifetimesKept: check.lifetimesKept()
        case .deletedIsGone: check.deletedIsGone(from: database)
        case .ticketsForgotten: check.ticketsForgotten()
        case .callsOnlyCounted: check.callsOnlyCounted()
        case .readsWrittenDown: check.readsWrittenDown()
        case .matchingBlind: check.matchingBlind()
        case .identifiersSealed: check.identifiersSealed()
        case .visitsUnlinkedInStores: check.visitsUnlinkedInStores()
        case .visitsUnlinked: check.visitsUnlinked()
        }
        self.init(promise: promise, calls: knowledge.calls)
        verdict = check.isBroken ? .broken : check.isTried ? .kept : .untried
        brokenCalls = check.calls.count
        brokenSubjects = check.subjects.count
        observers = Observer.allCases.filter(check.observers.contains)
        outliving = check.outliving
        endings = check.endings
        evidence = check.evidence
    }
}

/// The checks, one for each promise, by name.
private struct PromiseCheck {
    private let knowledge: PlatformKnowledge
    private let bytes: ByteEvidence
    /// What anybody has, declared or found.
    private let known: Ledger

    /// In which calls it was broken, to whom, and who knows; what outlives it.
    var calls = NumberSet()
    var subjects = NumberSet()
    var observers: Set<Observer> = []
    var outliving: [RecordKind] = []
    var endings: [CallEnding] = []
    var evidence: [PromiseEvidence] = []

    init(_ knowledge: PlatformKnowledge) {
        self.knowledge = knowledge
        bytes = knowledge.evidence
        known = knowledge.known
    }

    var isBroken: Bool { !observers.isEmpty || !outliving.isEmpty }

    private static let services = Coalition.servers.members + [.infrastructureOnCall]

    /// Whether there was anything in the run that could have broken it.
    private(set) var isTried = true

    /// So many were looked at.
    private mutating func note(_ count: Int, _ what: String) {
        evidence.append(PromiseEvidence(count, what))
    }

    /// So many were looked at, and without any the promise was not tried.
    private mutating func require(_ count: Int, _ what: String) {
        note(count, what)
        if count == 0 { isTried = false }
    }

    /// `observer` has what it should not.
    private mutating func blame(_ observer: Observer, _ knowledge: Knowledge) {
        guard !knowledge.isEmpty else { return }
        observers.insert(observer)
        calls.formUnion(knowledge.calls)
        subjects.formUnion(knowledge.subjects)
    }

    /// `observer` has what it should not, in calls at least.
    private mutating func blame(_ observer: Observer, in broken: NumberSet) {
        guard broken.count > 0 else { return }
        observers.insert(observer)
        calls.formUnion(broken)
    }

    // MARK: The checks

    mutating func partnerSeesNoAddress() {
        blame(.partner, known[.partner, .publicAddress])
        require(knowledge.calls, "calls")
    }

    mutating func localAddressesHidden() {
        for observer in Observer.allCases {
            blame(observer, knowledge.unhidden[observer, .privateAddress])
        }
        require(knowledge.calls, "calls")
        note(bytes.edgeConnections, "connections at the edge searched for addresses")
        note(
            bytes.edgeRecords,
            "sealed messages at the edge searched for addresses and for what they say")
    }

    mutating func directCallsUnheard() {
        for observer in Self.services {
            for item in [Item.speech, .ciphertext] {
                var heard = known[observer, item].calls
                heard.formIntersection(bytes.direct)
                blame(observer, in: heard)
            }
        }
        blame(.relayProcessor, in: bytes.straying)
        require(bytes.direct.count, "direct calls")
        note(bytes.directPackets, "media packets sent in them")
    }

    mutating func relaysForwardUnread() {
        for observer in [Observer.relayProcessor, .infrastructureOnCall] {
            blame(observer, known[observer, .keys])
            blame(observer, known[observer, .speech])
        }
        blame(.relayProcessor, in: bytes.altered)
        require(bytes.payloads, "media packets at relays held against what had come")
        note(bytes.frames, "of them searched for their own frame")
    }

    mutating func keysGone() {
        for observer in Observer.allCases where observer != .partner {
            blame(observer, known[observer, .keys])
        }
        require(bytes.keyedCalls.count, "calls whose keys were looked for")
        note(bytes.searched, "messages, log entries, reports and datagrams searched for them")
        for ending in CallEnding.allCases {
            if let ended = bytes.ended[ending] { note(ended, "calls with keys: \(ending.name)") }
            guard let kept = bytes.kept[ending], kept.count > 0 else { continue }
            endings.append(ending)
            blame(.ownDevice, in: kept)
        }
    }

    mutating func recordingsStaySealed() {
        let seized = Self.services + [.ownDevice, .productTeam, .networkObserver, .thief]
        blame(.networkObserver, in: Holdings(of: seized, in: known).conclude(by: .speech).calls)
        require(bytes.keyedCalls.count, "calls whose packets and keys there are")
        note(known[.networkObserver, .ciphertext].calls.count, "calls recorded")
    }

    mutating func signalsForgotten() {
        let scorer = knowledge.labels[.riskScorer, .deviceSignals]
        if scorer.longestResidence > .zero { blame(.riskScorer, scorer) }
        if bytes.keptSignals.count > 0 { observers.insert(.riskScorer) }
        subjects.formUnion(bytes.keptSignals)
        for observer in Observer.allCases where observer != .riskScorer {
            blame(observer, known[observer, .deviceSignals])
        }
        require(bytes.signalSearches, "messages and reports searched for signals")
        note(
            bytes.scorerLooks,
            "looks into the scorer's memory, of a device after its call, of all at the end")
    }

    mutating func reportsNameNobodyElse() {
        if bytes.telling.count > 0 { observers.insert(.riskScorer) }
        subjects = bytes.telling
        require(bytes.reports, "reports")
    }

    /// Records that stay longer than the platform promises and a sweep takes to come, by what was declared when they were
    /// stored; and such as stayed longer than the platform keeps them and a sweep takes, by their true age before each sweep.
    mutating func lifetimesKept() {
        let promised = RetentionPolicy()
        let stored: [(kind: RecordKind, observer: Observer, item: Item)] = [
            (.reports, .riskScorer, .report), (.signaling, .signalingProcessor, .message),
            (.relayLog, .relayProcessor, .when),
        ]
        for (kind, observer, item) in stored {
            let cell = knowledge.labels[observer, item]
            let limit = promised.span(kind) + knowledge.policy.sweepInterval
            let held = knowledge.policy.span(kind) + knowledge.policy.sweepInterval
            if cell.longestResidence > limit || bytes.overdue.contains(kind)
                || knowledge.ages[kind] > held
            {
                outliving.append(kind)
            }
            note(Int(clamping: cell.declarations), "times declared in \(Audit.name(kind))")
        }
        note(bytes.sweeps, "sweeps after which the oldest records were looked at")
        require(
            knowledge.ages.looks, "looks at how old records were: before each sweep, at the end")
    }

    mutating func ticketsForgotten() {
        // Tickets are looked for only where they should not be.
        for item in [Item.interest, .language, .tier] {
            blame(.matchmaker, knowledge.canaries[.matchmaker, item])
        }
        require(bytes.ticketLooks, "looks at whose tickets the matchmaker holds")
    }

    /// Who serves a call until it is over could time it. To keep that is another thing: to declare so, to hold the call, or to
    /// have written it down.
    mutating func callsOnlyCounted() {
        let timed = knowledge.labels[.signalingProcessor, .howLong]
        if timed.longestResidence > .zero { blame(.signalingProcessor, timed) }
        // It is looked for only where it should not be.
        blame(.signalingProcessor, knowledge.canaries[.signalingProcessor, .howLong])
        for observer in [Observer.aggregateStore, .productTeam] {
            for item in [Item.when, .howLong, .partner] { blame(observer, known[observer, item]) }
        }
        require(knowledge.published?.calls ?? 0, "calls counted by hour and duration")
        note(bytes.lateTexts, "texts stored of calls that were over")
        note(
            bytes.servedCalls,
            "calls that the signalling service could time, looked for there after it")
        note(
            known[.edgeProvider, .howLong].calls.count,
            "calls that the edge could time, of which nobody can tell what it keeps")
    }

    mutating func readsWrittenDown() {
        let readings = bytes.readings
        // A guard that begins anew over an older log has fewer readings of its own.
        if readings.handedOut > readings.written || !readings.isIntact
            || readings.wronglyGranted > 0
        {
            observers.insert(.infrastructureOnCall)
        }
        require(readings.handedOut, "times something was handed out")
        note(readings.written, "of them in the access log")
        require(readings.refused, "attempts without a right to it refused")
    }

    /// What a search of the file came to. Whoever has the file has what is in it.
    mutating func deletedIsGone(from database: DatabaseFindings?) {
        guard let database else {
            isTried = false
            return
        }
        let total = database.canaries.total
        if total.expiredFound > 0 { observers.insert(.thief) }
        require(total.expired, "expired canaries looked for")
        note(total.expiredFound, "of them found")
        note(database.canaries.bytes, "bytes searched")
        note(total.standingFound, "canaries found of records that stand")
    }

    mutating func matchingBlind() {
        blame(.matchmaker, in: bytes.unlikeBlind)
        if !bytes.decidesBlindly { observers.insert(.matchmaker) }
        require(
            bytes.blindDecisions, "decisions made anew by a matchmaker that is shown nothing else")
    }

    /// What of identifiers can be had without the keys, and whether these are in the thief's copy.
    mutating func identifiersSealed() {
        let found = bytes.identifiers
        subjects = found.unsealed
        subjects.formUnion(found.linked)
        if subjects.count > 0 || found.keysCopied > 0 { observers.insert(.thief) }
        require(found.looks, "identifiers in reports held against digests without the key")
        note(found.rekeyed, "devices reported under two keys")
        note(found.keys, "keys looked for in a copy of the stores")
    }

    mutating func visitsUnlinkedInStores() {
        guard let copy = bytes.copy else {
            isTried = false
            return
        }
        require(
            max(copy.byAddress.same, copy.bySession.same), "pairs of visits of one person in a copy"
        )
        for (pairs, what) in [
            (copy.byAddress, "public addresses"), (copy.bySession, "session numbers"),
            (copy.byCertificate, "certificates"),
        ] {
            if pairs.sameLinked > 0 { observers.insert(.thief) }
            note(pairs.sameLinked, "of them linked by \(what)")
        }
    }

    mutating func visitsUnlinked() {
        isTried = bytes.names.values.contains { $0.returned > 0 }
        for observer in [Observer.signalingProcessor, .relayProcessor, .networkObserver] {
            guard let names = bytes.names[observer] else { continue }
            note(
                names.returned, "times that somebody came back to the \(Audit.words(observer.name))"
            )
            note(names.visits, "names shown to the \(Audit.words(observer.name))")
            guard names.linked.count > 0 else { continue }
            subjects.formUnion(names.linked)
            blame(observer, in: names.calls)
        }
    }
}
