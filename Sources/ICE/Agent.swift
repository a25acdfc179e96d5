import Addressing
import Quantities
import RandomStreams
import STUN

/// A full ICE agent (RFC 8445) for one stream of one component, trickling its candidates
/// (RFC 8838).
///
/// Order of use: ``startGathering(at:)``, and as the peer's signalling arrives
/// ``setRemoteCredentials(_:at:)``, ``addRemoteCandidate(_:at:)`` and ``endOfRemoteCandidates(at:)``
/// in any order; ``handle(_:from:to:transport:at:)`` for every datagram; ``handleTimeout(at:)``
/// once ``nextTimeout`` has come. After each of these, take what ``pollTransmit()`` and
/// ``pollEvent()`` give until they give nil, then look at ``nextTimeout`` again. Last
/// ``close(at:)``, and go on until ``nextTimeout`` is nil: an allocation is being given back.
///
/// It is large, and a call of a method that only reads may copy it: those on the way of every
/// datagram and timer are inlined.
public struct Agent: Sendable {
    /// Most local base addresses used; more are ignored.
    public static let maximumLocalAddresses = 4
    /// Most candidates of the peer's that are kept, signalled and learnt: bounds what a peer can
    /// make an agent check.
    public static let maximumRemoteCandidates = 32
    /// Most of the peer's candidates that are learnt from checks to one base. An
    /// endpoint-dependent NAT shows each of our addresses another port; two such NATs without
    /// filters show each other ever new ones, and not every one must be chased.
    public static let maximumLearntCandidates = 6
    /// Most candidates of our own: the bases, what servers and peers see of them, two relayed ones;
    /// a NAT that shows every peer address another port cannot fill memory.
    public static let maximumLocalCandidates = 32
    /// Most pairs on the checklist (RFC 8445 §6.1.2.5).
    public static let maximumPairs = 100
    /// Most unanswered checks remembered: at one check every 48 ms the answers of three seconds.
    public static let maximumUnansweredChecks = 64

    /// Most ways to relays at once: two transports, the former path's, and those of a few quick
    /// restarts that are being given back.
    public static let maximumLegs = 8
    /// Most foundations remembered beyond a restart, after which they are numbered anew: a host
    /// that changes networks again and again has ever new ones.
    public static let maximumFoundations = 64
    /// Longest Ta that a peer can impose: with the pairs of a call that still leaves the
    /// connectivity timeout room.
    public static let longestPacing = SimDuration.seconds(1)

    /// What it does.
    public internal(set) var configuration: AgentConfiguration
    /// Whether it nominates; a role conflict may change that.
    public internal(set) var role: Role
    /// What the peer's checks must carry.
    public internal(set) var localCredentials: Credentials
    /// How many ICE restarts there have been.
    public internal(set) var generation: UInt32 = 0
    /// What has happened so far.
    public internal(set) var counters = AgentCounters()
    /// When ``handleTimeout(at:)`` is due; nil when nothing is planned.
    public internal(set) var nextTimeout: SimTime?

    var phase = Phase.new
    var randomness: RandomStream
    var tieBreaker: UInt64
    var localKey: IntegrityKey
    var peer: Peer?
    var bases: [TransportAddress]
    var locals: [LocalCandidate] = []
    var remotes: [RemoteCandidate] = []
    var pairs: [CandidatePair] = []
    var checks: [CheckTransaction] = []
    var queries: [ServerQuery] = []
    var legs: [RelayLeg] = []
    var foundationKeys: [FoundationKey] = []
    var gathering = GatheringProgress()
    var formers: [FormerPath] = []
    var early: [EarlyCandidate] = []
    var names: [HiddenCandidate] = []
    var loss = AgentFailure.timeout
    var hasConnected = false
    var isDirectPermitted = false
    var peerReflexiveCount: UInt32 = 0
    var hasRemoteEnded = false
    var triggeredCount: UInt32 = 0
    var lastCheckAt: SimTime?
    var peerPacing = SimDuration.zero
    var sentAt = SimTime.zero
    var keepAliveAt = SimTime.distantFuture
    var deadline = SimTime.distantFuture
    var firstValidAt = SimTime.distantFuture
    var nomination: Nomination?
    var selected: Int?
    var consent = Consent()
    var transmits = OutputQueue<Transmit>()
    var events = OutputQueue<AgentEvent>()

    /// An agent that has done nothing yet.
    ///
    /// - Parameters:
    ///   - configuration: what it is to do.
    ///   - role: controlling for the offerer (RFC 8445 §6.1.1).
    ///   - localAddresses: what the host's interfaces report, best first, with the bound ports.
    ///   - randomness: a stream of its own.
    public init(
        configuration: AgentConfiguration, role: Role, localAddresses: [TransportAddress],
        randomness: RandomStream
    ) {
        var stream = randomness
        self.configuration = configuration
        self.role = role
        bases = Self.usable(localAddresses)
        localCredentials = Credentials(using: &stream)
        localKey = IntegrityKey(shortTermPassword: localCredentials.password)
        tieBreaker = stream.nextUInt64()
        self.randomness = stream
        reserveUsualCapacity()
    }

    /// Room for what most sessions have: growing step by step would allocate again and again.
    private mutating func reserveUsualCapacity() {
        locals.reserveCapacity(4)
        remotes.reserveCapacity(4)
        pairs.reserveCapacity(8)
        checks.reserveCapacity(8)
    }

    /// The next datagram to send, nil when there is none.
    public mutating func pollTransmit() -> Transmit? { transmits.popFirst() }

    /// The next thing to know, nil when there is none.
    public mutating func pollEvent() -> AgentEvent? { events.popFirst() }

    /// Does what has come due.
    public mutating func handleTimeout(at now: SimTime) { advance(at: now) }

    /// The peer's credentials: checks may go out from now on.
    ///
    /// The same again are ignored. Others than before mean that the peer restarts: unless
    /// ``restart(with:localAddresses:at:)`` was called just before, this agent restarts with it
    /// (RFC 8839 §4.4.2), and its new ``localCredentials`` belong into the answer.
    ///
    /// - Parameters:
    ///   - credentials: `a=ice-ufrag` and `a=ice-pwd`.
    ///   - isLite: whether the peer is a lite agent (`a=ice-lite`): it answers checks and sends
    ///     none, so this agent controls (RFC 8445 §6.1.1).
    ///   - pacing: Ta as the peer proposes it (`a=ice-pacing`, RFC 8839 §5.5): both use the larger
    ///     one (RFC 8445 §14.2). Nil where it says nothing.
    ///   - now: the time.
    public mutating func setRemoteCredentials(
        _ credentials: Credentials, isLite: Bool = false, pacing: SimDuration? = nil,
        at now: SimTime
    ) {
        guard phase.isLive, credentials != peer?.credentials,
            formers.allSatisfy({ $0.peer.credentials != credentials })
        else { return }
        if phase != .new, peer != nil || phase != .running { beginGeneration(nil, nil, at: now) }
        peer = Peer(credentials, localFragment: localCredentials.usernameFragment)
        if isLite, role == .controlled { switchRole() }
        peerPacing = min(pacing ?? .zero, Self.longestPacing)
        deadline = now + configuration.timing.connectivityTimeout
        takeEarlyCandidates(at: now)
        advance(at: now)
    }

    /// The peer has no more candidates (RFC 8838 §13).
    ///
    /// - Parameter usernameFragment: the generation that this is about; nil for that of the last
    ///   credentials.
    public mutating func endOfRemoteCandidates(
        usernameFragment: [UInt8]? = nil, at now: SimTime
    ) {
        guard phase.isLive, isCurrent(nil, of: usernameFragment) else { return }
        hasRemoteEnded = true
        advance(at: now)
    }

    /// Ends the session: checks stop, the allocation is given back. Idempotent.
    public mutating func close(at now: SimTime) {
        guard phase != .closed else { return }
        stop(.closed, at: now)
        nextTimeout = earliestTimeout()
    }

    /// The pair that media takes, once there is one; while a restart looks for a new one, that
    /// selected before.
    public var selectedPair: SelectedPair? {
        selected.map { describe($0) } ?? formers.first { !$0.isSuperseded }?.pair
    }

    /// Whether media can be sent: a pair is selected, and neither lost, failed nor closed.
    public var isConnected: Bool {
        phase == .connected || phase == .running && formers.first?.isInUse == true
    }

    /// Live allocations this agent holds or is asking for; 0 or 1 but for the moment of a race
    /// between transports.
    public var allocationCount: Int {
        legs.reduce(0) { $0 + ($1.holdsAllocation ? 1 : 0) }
    }

    /// Does all that is due at `now`, in a fixed order.
    mutating func advance(at now: SimTime) {
        advanceGathering(at: now)
        advanceRelay(at: now)
        if phase == .running {
            expireChecks(at: now)
            decide(at: now)
            runChecks(at: now)
            giveUpIfHopeless(at: now)
        } else if phase == .connected {
            runFollowUpChecks(at: now)
            advanceConsent(at: now)
            if now >= keepAliveAt { keepAlive(at: now) }
        }
        if !formers.isEmpty { advanceFormer(at: now) }
        if phase == .lost, now >= deadline { fail(loss, at: now) }
        drainRelay(at: now)
        nextTimeout = earliestTimeout()
    }

    /// Leaves the live phases for `end`: nothing is sent but what gives the allocation back.
    mutating func stop(_ end: Phase, at now: SimTime) {
        phase = end
        checks.removeAll()
        queries.removeAll()
        nomination = nil
        formers.removeAll()
        releaseRelay(except: nil, at: now)
        drainRelay(at: now)
    }

    mutating func fail(_ reason: AgentFailure, at now: SimTime) {
        stop(.failed, at: now)
        events.append(.failed(reason))
    }
}

/// Where an agent is in its life.
enum Phase: UInt8, BitwiseCopyable {
    case new
    case running
    case connected
    /// The selected pair serves no longer; a restart may follow.
    case lost
    case failed
    case closed

    @inline(__always) var isLive: Bool { rawValue < Phase.failed.rawValue }
}

/// What is known of the peer's session.
struct Peer: Sendable {
    let credentials: Credentials
    /// Authenticates what we send to it.
    let key: IntegrityKey
    /// USERNAME of our checks: the peer's fragment, a colon, ours (RFC 8445 §7.2.2).
    let username: [UInt8]

    init(_ credentials: Credentials, localFragment: [UInt8]) {
        self.credentials = credentials
        key = IntegrityKey(shortTermPassword: credentials.password)
        username = credentials.usernameFragment + [UInt8(ascii: ":")] + localFragment
    }
}

/// A candidate of the peer's, or nil for their end, whose generation is not known yet.
struct EarlyCandidate: Sendable {
    var candidate: Candidate?
    var usernameFragment: [UInt8]
}

/// A candidate of ours; a host or relayed one is its own base.
struct LocalCandidate: BitwiseCopyable {
    var address: TransportAddress
    /// Index of its base among the local candidates.
    var base: Int
    var type: CandidateType
    var localPreference: UInt16
    var priority: UInt32
    var foundation: Foundation
    var related: TransportAddress?
    /// Of a relayed candidate: index of its leg; -1 otherwise.
    var leg = -1
    /// What its address is signalled as.
    var name: MDNSName?

    /// As the application may see it.
    var shownAddress: CandidateAddress { .shown(address, behind: name) }
}

/// A candidate of the peer's.
struct RemoteCandidate: BitwiseCopyable {
    var address: TransportAddress
    var type: CandidateType
    var priority: UInt32
    var foundation: Foundation
    var related: TransportAddress?
    /// Index of the base whose check it was learnt from; -1 when it was signalled.
    var learntAt = -1
    /// What its address was signalled as.
    var name: MDNSName?

    /// As the application may see it.
    var shownAddress: CandidateAddress { .shown(address, behind: name) }
}
