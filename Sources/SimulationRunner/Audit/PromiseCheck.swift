import KnowledgeLedger
import PlatformModel
import PrivacyStores

/// The checks, one for each promise, by name.
struct PromiseCheck {
    let knowledge: PlatformKnowledge
    let bytes: ByteEvidence
    /// What anybody has, declared or found.
    let known: Ledger

    /// In which calls it was broken, to whom, and who knows; what outlives it.
    var calls = NumberSet()
    var subjects = NumberSet()
    var observers: Set<Observer> = []
    var outliving: [RecordKind] = []
    var endings: [CallEnding] = []
    var evidence: [PromiseEvidence] = []
    /// Parts of which there was nothing to look at.
    var untried: [String] = []

    init(_ knowledge: PlatformKnowledge) {
        self.knowledge = knowledge
        bytes = knowledge.evidence
        known = knowledge.known
    }

    /// What would keep from it some of what broke it, and whether nothing would some of it.
    private(set) var remedies: Set<PromiseRemedy> = []
    private(set) var isIncurable = false

    var isBroken: Bool { !observers.isEmpty || !outliving.isEmpty }

    static let services = Coalition.servers.members + [.infrastructureOnCall]

    /// Whether there was anything in the run that could have broken it.
    var isTried = true

    /// So many were looked at.
    mutating func note(_ count: Int, _ what: String) {
        evidence.append(PromiseEvidence(count, what))
    }

    /// So many were looked at, and without any the promise was not tried.
    mutating func require(_ count: Int, _ what: String) {
        note(count, what)
        if count == 0 { isTried = false }
    }

    /// So many of a part of it were looked at, and without any that part was not tried.
    mutating func tell(_ count: Int, _ what: String, without part: String) {
        note(count, what)
        if count == 0 { untried.append(part) }
    }

    /// `observer` has what it should not, and would not with `remedy`; with nil whatever the setting.
    mutating func blame(_ observer: Observer, curedBy remedy: PromiseRemedy? = nil) {
        observers.insert(observer)
        if let remedy { remedies.insert(remedy) } else { isIncurable = true }
    }

    /// Records of that kind outlive the promise.
    mutating func blame(_ kind: RecordKind) {
        outliving.append(kind)
        isIncurable = true
    }

    /// `observer` has what it should not.
    mutating func blame(
        _ observer: Observer, _ knowledge: Knowledge, curedBy remedy: PromiseRemedy? = nil
    ) {
        guard !knowledge.isEmpty else { return }
        blame(observer, curedBy: remedy)
        calls.formUnion(knowledge.calls)
        subjects.formUnion(knowledge.subjects)
    }

    /// `observer` has what it should not, in calls at least.
    mutating func blame(
        _ observer: Observer, in broken: NumberSet, curedBy remedy: PromiseRemedy? = nil
    ) {
        guard broken.count > 0 else { return }
        blame(observer, curedBy: remedy)
        calls.formUnion(broken)
    }

    // MARK: The checks

    mutating func partnerSeesNoAddress() {
        blame(.partner, known[.partner, .publicAddress], curedBy: .relaysAlone)
        require(knowledge.calls, "calls")
    }

    mutating func localAddressesHidden() {
        for observer in Observer.allCases {
            blame(observer, knowledge.unhidden[observer, .privateAddress])
        }
        var hiding = bytes.hiding
        hiding.formIntersection(knowledge.labels[.matchmaker, .when].subjects)
        require(hiding.count, "people in calls who hide private addresses")
        note(knowledge.calls, "calls")
        note(bytes.heardDatagrams, "datagrams on the Internet searched for addresses")
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
        require(bytes.directPackets, "media packets sent in them")
    }

    mutating func relaysForwardUnread() {
        for observer in [Observer.relayProcessor, .infrastructureOnCall] {
            blame(observer, known[observer, .keys])
            blame(observer, known[observer, .speech])
        }
        blame(.relayProcessor, in: bytes.altered)
        require(bytes.payloads, "media packets at relays held against what had come")
        tell(
            bytes.frames, "of them searched for their own frame",
            without: "frames of speech at relays")
    }

    mutating func keysGone() {
        for observer in Observer.allCases where observer != .partner {
            blame(observer, known[observer, .keys])
        }
        require(bytes.keyedCalls.count, "calls whose keys were looked for")
        note(bytes.searched, "messages, log entries, reports and datagrams searched for them")
        note(
            bytes.keyBlocks,
            "blocks of memory with keys looked at as they were freed, OpenSSL's and libsrtp2's own not"
        )
        note(bytes.uncleansed.count, "calls of which such a block had not been overwritten")
        for ending in CallEnding.allCases {
            let part = "calls with keys: \(ending.name)"
            if let ended = bytes.ended[ending] { note(ended, part) } else { untried.append(part) }
            guard let kept = bytes.kept[ending], kept.count > 0 else { continue }
            endings.append(ending)
            blame(.ownDevice, in: kept)
        }
    }

    mutating func recordingsStaySealed() {
        let seized = Self.services + [.ownDevice, .productTeam, .networkObserver, .thief]
        blame(.networkObserver, in: Holdings(of: seized, in: known).conclude(by: .speech).calls)
        // What was never sealed need not be opened.
        blame(.networkObserver, known[.networkObserver, .speech])
        var recorded = known[.networkObserver, .ciphertext].calls
        note(recorded.count, "calls recorded")
        recorded.formIntersection(bytes.keyedCalls)
        require(recorded.count, "of them with keys that were looked for")
        note(bytes.heardPackets, "media packets on the Internet searched for keys")
        note(bytes.heardFrames, "of them searched for their own frame")
    }
}
