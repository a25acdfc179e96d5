public import KnowledgeLedger
public import PlatformModel
public import PrivacyStores

/// Whether a promise holds.
public enum PromiseVerdict: Hashable, Sendable {
    /// In this run it held.
    case kept
    /// It did not.
    case broken
    /// Nothing of this run could have broken it: there was nothing to look at.
    case untried
    /// It did not, and does with these settings, which what broke it calls for: the same people tried it with them.
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
    /// Parts of the promise of which there was nothing in the run to look at; where that is all of it, the verdict says so.
    public var untried: [String] = []
    /// What would keep it, by all that broke it; nothing where some of that is beyond any setting.
    var remedies: [PromiseRemedy] = []
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
        if check.isTried { untried = check.untried }
        if check.isBroken, !check.isIncurable {
            remedies = PromiseRemedy.allCases.filter(check.remedies.contains)
        }
    }
}
