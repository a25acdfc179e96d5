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
        case .reportsNameNobodyElse: "A report names no reporter, no address and no call."
        case .lifetimesKept:
            "Reports go after 30 days, signalling messages after 24 hours, relay logs after 7 days."
        case .deletedIsGone:
            "What has been deleted is nowhere in the database's file, and nothing is left of it beside."
        case .ticketsForgotten:
            "Interest, language and tier are forgotten with the ticket that they stood in."
        case .callsOnlyCounted:
            "Calls are counted by hour; but for the relay log no record tells how long one was."
        case .readsWrittenDown: "Whoever is shown what is stored is in the access log."
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
    /// It did not, and does in the same run with this setting.
    case keptOnlyIf(key: String, value: String)

    /// The verdict in words.
    public var name: String {
        switch self {
        case .kept: "kept"
        case .broken: "broken"
        case .keptOnlyIf: "kept only if"
        }
    }

    /// The setting as `--set` takes it.
    public var condition: String? {
        if case .keptOnlyIf(let key, let value) = self { "\(key)=\(value)" } else { nil }
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
        case .deletedIsGone: if let database { check.deletedIsGone(from: database) }
        case .ticketsForgotten: check.ticketsForgotten()
        case .callsOnlyCounted: check.callsOnlyCounted()
        case .readsWrittenDown: check.readsWrittenDown()
        case .visitsUnlinked: check.visitsUnlinked()
        }
        self.init(promise: promise, calls: knowledge.calls)
        verdict = check.isBroken ? .broken : .kept
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

    private mutating func note(_ count: Int, _ what: String) {
        evidence.append(PromiseEvidence(count, what))
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
        blame(.partner, knowledge.labels[.partner, .publicAddress])
        note(knowledge.calls, "calls")
    }

    mutating func localAddressesHidden() {
        for observer in Observer.allCases {
            blame(observer, knowledge.unhidden[observer, .privateAddress])
        }
        note(knowledge.calls, "calls")
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
        note(bytes.direct.count, "direct calls")
        note(bytes.directPackets, "media packets sent in them")
    }

    mutating func relaysForwardUnread() {
        for observer in [Observer.relayProcessor, .infrastructureOnCall] {
            blame(observer, known[observer, .keys])
            blame(observer, known[observer, .speech])
        }
        blame(.relayProcessor, in: bytes.altered)
        note(bytes.payloads, "media packets at relays held against what had come")
        note(bytes.frames, "of them searched for their own frame")
    }

    mutating func keysGone() {
        for observer in Observer.allCases where observer != .partner {
            blame(observer, known[observer, .keys])
        }
        note(bytes.keyedCalls.count, "calls whose keys were looked for")
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
        note(known[.networkObserver, .ciphertext].calls.count, "calls recorded")
    }

    mutating func signalsForgotten() {
        let scorer = known[.riskScorer, .deviceSignals]
        if scorer.longestResidence > .zero { blame(.riskScorer, scorer) }
        for observer in Observer.allCases where observer != .riskScorer {
            blame(observer, known[observer, .deviceSignals])
        }
        note(bytes.signalSearches, "messages and reports searched for signals")
    }

    mutating func reportsNameNobodyElse() {
        if bytes.telling.count > 0 { observers.insert(.riskScorer) }
        subjects = bytes.telling
        note(bytes.reports, "reports")
    }

    /// Records that stay longer than the platform promises and a sweep takes to come, by what was declared when they were
    /// stored; and such as stayed longer than the platform keeps them and a sweep takes, by their true age before each sweep.
    mutating func lifetimesKept() {
        let promised = RetentionPolicy()
        let stored: [(kind: RecordKind, observer: Observer, item: Item)] = [
            (.reports, .riskScorer, .report), (.signaling, .signalingProcessor, .when),
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
        note(knowledge.ages.looks, "looks at how old records were: before each sweep, at the end")
    }

    mutating func ticketsForgotten() {
        // Tickets are looked for only where they should not be.
        for item in [Item.interest, .language, .tier] {
            blame(.matchmaker, knowledge.canaries[.matchmaker, item])
        }
        note(bytes.ticketLooks, "looks at whose tickets the matchmaker holds")
    }

    mutating func callsOnlyCounted() {
        blame(.signalingProcessor, known[.signalingProcessor, .howLong])
        for observer in [Observer.aggregateStore, .productTeam] {
            for item in [Item.when, .howLong, .partner] { blame(observer, known[observer, item]) }
        }
        note(bytes.lateTexts, "texts stored of calls that were over")
    }

    mutating func readsWrittenDown() {
        let readings = bytes.readings
        // A guard that begins anew over an older log has fewer readings of its own.
        if readings.handedOut > readings.written || !readings.isIntact {
            observers.insert(.infrastructureOnCall)
        }
        note(readings.handedOut, "times something was handed out")
        note(readings.written, "of them in the access log")
    }

    /// What a search of the file came to. Whoever has the file has what is in it.
    mutating func deletedIsGone(from database: DatabaseFindings) {
        let total = database.canaries.total
        if total.expiredFound > 0 { observers.insert(.thief) }
        note(total.expired, "expired canaries looked for")
        note(total.expiredFound, "of them found")
        note(database.canaries.bytes, "bytes searched")
        note(total.standingFound, "canaries found of records that stand")
    }

    mutating func visitsUnlinked() {
        for observer in [Observer.signalingProcessor, .relayProcessor, .networkObserver] {
            guard let names = bytes.names[observer] else { continue }
            note(names.visits, "names shown to the \(Audit.words(observer.name))")
            guard names.linked.count > 0 else { continue }
            subjects.formUnion(names.linked)
            blame(observer, in: names.calls)
        }
    }
}
