import Addressing
import ICE
import KnowledgeLedger
import PrivacyStores
import Quantities
import RiskScoring
import ScenarioModel
import Signaling
import TURN

/// The two oracles of who came to know what, in a run that is audited.
///
/// *Labels* are declared where something crosses a trust boundary, by what the crossing means: a candidate of that type, a
/// packet that came directly, a record of that kind. *Canaries* are people's real addresses, as the network knows them, and
/// what else is theirs alone; they are looked for in the very bytes that somebody received or stores. Neither asks the other.
struct KnowledgeDesk {
    /// By what crossings mean.
    private(set) var labels = Ledger()
    /// By what crossings mean of which there are no bytes to look at: packets of modelled connections.
    private(set) var unseen = Ledger()
    /// By what is in the bytes; addresses and device identifiers only.
    var canaries = Ledger()
    /// Private addresses that were shown though their owners' browsers hide them: of whom, in which calls.
    private(set) var unhidden = Ledger()
    /// When a thief copied the stores.
    var breach: SimTime?
    /// How many calls there had been by then.
    var callsBeforeBreach = 0
    /// The people of each call, by its number.
    private(set) var parties: [BothSides<UInt32>] = []

    /// How long the stores keep what; a record goes with the first sweep from then on.
    let policy: RetentionPolicy
    let relayAddresses: Set<IPAddress>
    /// Whose browsers hide private addresses.
    private var hidden = NumberSet()
    /// The addresses of people's own interfaces, and those with which their packets go out.
    var book = AddressBook()
    /// Whose packets go out with an address and port, last.
    private(set) var owners: [TransportAddress: UInt32] = [:]
    /// The last call of each person; ``noCall`` before the first.
    private var lastCalls: [UInt32] = []
    private static var noCall: UInt32 { .max }
    /// Who holds a relayed address.
    var relayed: [TransportAddress: RelayHolder] = [:]
    /// By the number of a call, what was noted of addresses in its datagrams on the Internet.
    var heard: [HeardNotes] = []
    /// Since when the matchmaker keeps a session from its former partners.
    private var remembered: [UInt32: SimTime] = [:]

    /// What was overheard last of each person: the address, in which call.
    private var overheard: [UInt32: Overheard] = [:]
    /// Under which name each person's device goes, the lower words.
    var devices: [UInt64] = []
    /// Whether the scorer keeps who has reported.
    let weighsReporters: Bool
    /// How long the signalling service itself holds what it has forwarded.
    let serviceRetention: SimDuration

    struct RelayHolder: BitwiseCopyable {
        var subject: UInt32
        var call: UInt32
        /// Since when.
        var since: SimTime
    }

    private struct Overheard: Equatable {
        var address: IPAddress
        var call: UInt32
    }

    /// Whom a report is about.
    struct ReportNote: BitwiseCopyable {
        var subject: UInt32
        var device: DeviceIdentifier
    }

    /// Decides anew whom the matchmaker pairs.
    var blind: BlindMatchmaker
    /// Holds identifiers in reports against what can be had without keys.
    var identifiers: IdentifierWatch
    /// What a look at bytes came to.
    var evidence = ByteEvidence()
    /// Keys of calls, by number.
    var secrets = SecretSearch()
    /// User fragments, and what was noted of the checks that name them.
    var checks = CheckDesk()
    /// Who has the keys of calls that go on; only looked up.
    var keyOwners: [UInt32: KeyOwners] = [:]
    /// The same of calls that are over, in the order of their ends, and the first that was not looked at.
    var endedOwners: [KeyOwners] = []
    var nextEnded = 0
    /// How many windows of media have been turned.
    var turns = 0
    /// What people's browsers have shown, by person.
    var signals = SignalBook()
    /// What whoever stands before the signalling service is handed.
    var edge = EdgeLink()

    /// Whom each entry of the relay log was about, in the order of time; nil where nobody's packets
    /// had that source.
    var relayNotes: [RelayHolder?] = []
    /// Whom each report was about, likewise.
    var reportNotes: [ReportNote] = []
    /// From when to when the stores tell of which pairs.
    var edges = EdgeTimes()
    /// Calls that were counted, as no store holds them, in the order of their ends.
    var trace: [TracedCall] = []
    /// The keys of media, to be looked for in copies.
    var keyCanaries = KeyCanaries()
    /// When calls that were talked ended, by number; only looked up.
    var ends: [CallEnd] = []
    /// Whose visits went by which names first; only looked up.
    var namedVisits: [VisitName: NamedVisit] = [:]
    /// The call of each person's last visit that had a name; only looked up.
    var lastVisits: [Visitor: UInt32] = [:]
    /// When the run begins, after midnight.
    let dayStart: SimDuration

    init(_ scenario: Scenario, relays: [IPAddress], root: StreamRoot) {
        blind = BlindMatchmaker(rules: Platform.rules(scenario))
        identifiers = IdentifierWatch(scenario, root: root)
        policy = scenario.retentionPolicy
        weighsReporters = scenario.risk.safeguards.contains(.reporters)
        serviceRetention = scenario.signaling.disconnect > 0 ? scenario.signaling.retention : .zero
        relayAddresses = Set(relays)
        dayStart = scenario.arrivals.dayStart
    }

    // MARK: The truth

    /// Person number `subject` comes, with a browser that hides private addresses or not.
    mutating func noteArrival(_ subject: UInt32, hides: Bool, local addresses: [IPAddress]) {
        if hides { hidden.insert(subject) }
        book.note(local: addresses, of: subject)
    }

    /// A packet of `subject` goes out with that source.
    mutating func noteOutside(_ source: TransportAddress, of subject: UInt32) {
        owners[source] = subject
        book.note(outside: source.ip, of: subject)
    }

    /// Call number `call` is set up by formula: packets of `subject` would go out from `address`.
    mutating func noteModelled(_ call: UInt32, of subject: UInt32, from address: IPAddress) {
        evidence.modelledCalls.insert(call)
        book.note(outside: address, of: subject)
    }

    /// Call number `call` begins.
    mutating func noteCall(_ call: UInt32, of people: BothSides<UInt32>) {
        precondition(Int(call) == parties.count, "calls are numbered in order")
        parties.append(people)
        for side in Side.both {
            let subject = Int(people[side])
            while lastCalls.count <= subject { lastCalls.append(Self.noCall) }
            lastCalls[subject] = call
        }
    }

    /// The last call of `subject`, if there was one.
    func lastCall(of subject: UInt32) -> UInt32? {
        guard Int(subject) < lastCalls.count, lastCalls[Int(subject)] != Self.noCall else {
            return nil
        }
        return lastCalls[Int(subject)]
    }

    func partner(of subject: UInt32, in call: UInt32) -> UInt32 {
        let people = parties[Int(call)]
        return people.offerer == subject ? people.answerer : people.offerer
    }

    /// When what is stored at `now` is gone: with the first sweep after its lifetime.
    func gone(_ kind: RecordKind, storedAt now: SimTime) -> SimTime {
        policy.deletion(of: kind, stamped: now)
    }

    /// Whether a person has `address`, by the network's own account.
    func has(_ address: IPAddress, _ subject: UInt32) -> Bool { book.has(address, subject) }

    /// The addresses that a person has, by the network's own account.
    func realAddresses(of subject: UInt32) -> [IPAddress] { book.addresses(of: subject) }

    // MARK: Crossings

    mutating func declare(
        _ item: Item, of subject: UInt32, to observer: Observer, in call: UInt32? = nil,
        since: SimTime, until: SimTime, value: UInt64? = nil
    ) {
        labels.declare(
            item, of: subject, to: observer, in: call, since: since, until: until, value: value)
    }

    /// What a text says of its sender.
    struct Told: BitwiseCopyable {
        /// By what it is: kinds of addresses, whether one is a server's view of the sender, and the user fragment.
        var declared: ItemSet = []
        /// What of the sender is in its bytes: kinds of real addresses, device signals, and the user fragment.
        var found: ItemSet = []

        mutating func formUnion(_ other: Told) {
            declared.formUnion(other.declared)
            found.formUnion(other.found)
        }
    }

    /// What the text of a message of `sender` says, by both oracles.
    ///
    /// - Parameter message: what it is, where that is known; else it is what it parses to.
    mutating func told(
        by text: [UInt8], meaning message: SignalingMessage? = nil, of sender: UInt32,
        in call: UInt32
    ) -> Told {
        var told = Told()
        let message = message ?? (try? SignalingMessage.parse(text).message)
        if message?.usernameFragment != nil { told.declared.insert(.userFragment) }
        if let candidate = message.flatMap(Self.candidate(of:)) {
            for address in Self.addresses(in: candidate) {
                told.declared.insert(address.isPrivate ? .privateAddress : .publicAddress)
            }
            if Self.isReflexive(candidate) { told.declared.insert(.reflexiveCandidate) }
        }
        told.found = book.found(in: text, of: sender)
        if signals.show(sender, in: text) { told.found.insert(.deviceSignals) }
        let side: Side = parties[Int(call)].offerer == sender ? .offerer : .answerer
        if checks.book.isTold(of: side, in: call, by: text) { told.found.insert(.userFragment) }
        return told
    }

    /// What a message of `sender` says comes to `observer`.
    mutating func disclose(
        _ told: Told, of sender: UInt32, to observer: Observer, in call: UInt32, since: SimTime,
        until: SimTime
    ) {
        for item in told.declared {
            declareKind(item, of: sender, to: observer, in: call, since: since, until: until)
        }
        for item in told.found {
            canaries.declare(
                item, of: sender, to: observer, in: call, since: since, until: until)
        }
    }

    /// The text of a message of `sender` comes to `observer`.
    mutating func discloseText(
        _ text: [UInt8], of sender: UInt32, to observer: Observer, in call: UInt32,
        since: SimTime, until: SimTime
    ) {
        disclose(
            told(by: text, of: sender, in: call), of: sender, to: observer, in: call,
            since: since, until: until)
    }

    private static func candidate(in text: [UInt8]) -> Candidate? {
        (try? SignalingMessage.parse(text).message).flatMap(candidate(of:))
    }

    private static func candidate(of message: SignalingMessage) -> Candidate? {
        if case .candidate(let candidate, _) = message { candidate } else { nil }
    }

    /// Whether a candidate says as what a server has seen its owner: a relayed one by its related address.
    private static func isReflexive(_ candidate: Candidate) -> Bool {
        switch candidate.type {
        case .serverReflexive: true
        case .relayed: candidate.related.map { !$0.ip.isUnspecified } ?? false
        default: false
        }
    }

    /// What a message says of its sender's addresses, by what it is.
    static func told(by text: [UInt8]) -> [IPAddress] {
        candidate(in: text).map(addresses) ?? []
    }

    static func told(by message: SignalingMessage?) -> [IPAddress] {
        guard case .candidate(let candidate, _)? = message else { return [] }
        return addresses(in: candidate)
    }

    /// What a candidate says of its owner's addresses, by what it is.
    private static func addresses(in candidate: Candidate) -> [IPAddress] {
        // A relayed candidate's own address is the relay's; the related one is the client's.
        let own = candidate.type == .relayed ? nil : candidate.address.transportAddress?.ip
        return [own, candidate.related?.ip].compactMap { $0 }.filter { !$0.isUnspecified }
    }

    mutating func declareAddress(
        _ address: IPAddress, of subject: UInt32, to observer: Observer, in call: UInt32,
        isNeighbour: Bool = false, since: SimTime, until: SimTime
    ) {
        declareKind(
            address.isPrivate ? .privateAddress : .publicAddress, of: subject, to: observer,
            in: call, isNeighbour: isNeighbour, since: since, until: until)
    }

    /// Something of that kind comes to `observer`: an address, or a server's view of one.
    private mutating func declareKind(
        _ item: Item, of subject: UInt32, to observer: Observer, in call: UInt32,
        isNeighbour: Bool = false, since: SimTime, until: SimTime
    ) {
        labels.declare(item, of: subject, to: observer, in: call, since: since, until: until)
        guard item == .privateAddress, !isNeighbour, hidden.contains(subject) else { return }
        unhidden.declare(item, of: subject, to: observer, in: call, since: since, until: until)
    }

    /// An address that stands for `subject` comes to `observer`.
    mutating func discloseAddress(
        _ address: IPAddress, of subject: UInt32, to observer: Observer, in call: UInt32,
        since: SimTime, until: SimTime
    ) {
        declareAddress(address, of: subject, to: observer, in: call, since: since, until: until)
        findAddress(address, of: subject, to: observer, in: call, since: since, until: until)
    }

    private mutating func findAddress(
        _ address: IPAddress, of subject: UInt32, to observer: Observer, in call: UInt32,
        since: SimTime, until: SimTime
    ) {
        guard has(address, subject) else { return }
        canaries.declare(
            address.isPrivate ? .privateAddress : .publicAddress, of: subject, to: observer,
            in: call, since: since, until: until)
    }

    /// A datagram reaches a side of a call with that source. Whoever is on one link with the other sees the other's
    /// packets, names or not.
    mutating func discloseSource(
        _ source: TransportAddress, of sender: UInt32, in call: UInt32, isNeighbour: Bool,
        at now: SimTime
    ) {
        // What comes from a relay shows the relay; what strays in, somebody else.
        if owners[source] == sender {
            declareAddress(
                source.ip, of: sender, to: .partner, in: call, isNeighbour: isNeighbour, since: now,
                until: .distantFuture)
        }
        findAddress(
            source.ip, of: sender, to: .partner, in: call, since: now, until: .distantFuture)
    }

    /// A packet of `subject` goes over the Internet with that source. It is overheard once for each call and
    /// address: what comes after tells no more.
    mutating func overhear(_ source: IPAddress, of subject: UInt32, at now: SimTime) {
        guard !source.isPrivate, let call = lastCall(of: subject) else { return }
        let news = Overheard(address: source, call: call)
        guard overheard[subject] != news else { return }
        overheard[subject] = news
        discloseAddress(
            source, of: subject, to: .networkObserver, in: call, since: now, until: .distantFuture)
        labels.declare(
            .traffic, of: subject, to: .networkObserver, in: call, since: now,
            until: .distantFuture)
    }

    /// Packets of `subject` would come to `observer` in a modelled connection, from an address of that kind: there are none
    /// to look at.
    mutating func declareUnseen(
        _ items: ItemSet, of subject: UInt32, to observer: Observer, in call: UInt32,
        at now: SimTime, until: SimTime = .distantFuture
    ) {
        for item in items {
            unseen.declare(item, of: subject, to: observer, in: call, since: now, until: until)
        }
    }

    /// A side of a modelled connection would ask its relay to let `address` of `subject` through, and whoever listens on the
    /// Internet would read that: there is no request to look at.
    mutating func declareUnseenPermission(
        for address: IPAddress, of subject: UInt32, in call: UInt32, at now: SimTime
    ) {
        guard !relayAddresses.contains(address) else { return }
        let item: Item = address.isPrivate ? .privateAddress : .publicAddress
        declareUnseen([item], of: subject, to: .networkObserver, in: call, at: now)
        guard item == .privateAddress, hidden.contains(subject) else { return }
        unhidden.declare(
            item, of: subject, to: .networkObserver, in: call, since: now, until: .distantFuture)
    }

    // MARK: The matchmaker's memory

    /// The matchmaker keeps the person from meeting a partner again, from now on.
    mutating func remember(_ subject: UInt32, at now: SimTime) {
        if remembered[subject] == nil { remembered[subject] = now }
    }

    /// The session is over, and with it that memory.
    mutating func forget(_ subject: UInt32, at now: SimTime) {
        guard let since = remembered.removeValue(forKey: subject) else { return }
        labels.declare(.partner, of: subject, to: .matchmaker, since: since, until: now)
    }

    /// The run is over: who is remembered still.
    mutating func endMemories(at now: SimTime) {
        for subject in remembered.keys.sorted() { forget(subject, at: now) }
    }
}

extension SignalingMessage {
    /// The user fragment that it names, its sender's; nil where it names none.
    fileprivate var usernameFragment: [UInt8]? {
        switch self {
        case .offer(let description), .answer(let description):
            description.credentials.usernameFragment
        case .candidate(_, let fragment), .endOfCandidates(let fragment): fragment
        case .resume, .bye, .seen, .notice: nil
        }
    }
}

extension IPAddress {
    /// `0.0.0.0` and `::`, which stand for an address that is not told.
    var isUnspecified: Bool { high == 0 && low == 0 }
}
