import Addressing
import ICE
import NetworkModel
import Quantities
import RandomStreams
import TURN

/// Two ICE agents, a TURN server and a network in virtual time: the offerer gathers and offers,
/// the other answers when the offer arrives, both trickle their candidates.
///
/// A class, because the expectation macros cannot call mutating members.
final class CallWorld {
    /// Who of the two.
    enum Side: Int, CaseIterable {
        case offerer
        case answerer

        var other: Side { self == .offerer ? .answerer : .offerer }
    }

    /// What the world is like.
    struct Setting {
        var offerer: NATClass
        var answerer: NATClass
        var timing = TimingProfile.browser
        var policy = CandidatePolicy.all
        var hidesHostAddresses = true
        var accessDelay = (SimDuration.milliseconds(8), SimDuration.milliseconds(8))
        var regions = (0, 0)
        var relayRegions = (0, 0)
        var signalling = SimDuration.milliseconds(30)
        var jitter = Distribution.constant(0)
        var loss = GilbertLoss.none
        var gathersRelay = (true, true)
        var hasRelay = true
        var relayedPorts = 16
        var seed: UInt64 = 1
    }

    /// One way: 5 ms within a region, 45 ms between the two.
    static let backbone: [[SimDuration]] = [
        [.milliseconds(5), .milliseconds(45)], [.milliseconds(45), .milliseconds(5)],
    ]

    private enum Event {
        case arrival(Flight, [UInt8])
        case offer
        case answer
        case candidate(Candidate, to: Side)
        case endOfCandidates(to: Side)
    }

    let setting: Setting
    private(set) var now = SimTime.zero
    private(set) var network = Network(backbone: CallWorld.backbone)
    private(set) var agents: [Agent] = []
    private(set) var servers: [TURN.Server] = []
    private(set) var hosts: [HostID] = []
    private(set) var serverHosts: [HostID] = []
    /// What each side reported, with its time.
    private(set) var events: [[(at: SimTime, event: AgentEvent)]] = [[], []]
    /// Application data each side received, with its time.
    private(set) var heard: [[(at: SimTime, bytes: [UInt8])]] = [[], []]
    private(set) var rejections: [Rejection] = []
    private(set) var lost: [LossReason: Int] = [:]
    private(set) var dropped: [NetworkModel.DropReason: Int] = [:]
    /// When each side's server first had an allocation.
    private(set) var allocatedAt: [SimTime?] = [nil, nil]
    private var queue: [(at: SimTime, sequence: Int, event: Event)] = []
    private var sequence = 0
    private var hasAnswered = false

    init(_ setting: Setting) {
        self.setting = setting
        let secret = SharedSecret(Array("a test's own secret".utf8))
        let natClasses = [setting.offerer, setting.answerer]
        let regions = [setting.regions.0, setting.regions.1]
        let relayRegions = [setting.relayRegions.0, setting.relayRegions.1]
        let delays = [setting.accessDelay.0, setting.accessDelay.1]
        let gathersRelay = [setting.gathersRelay.0, setting.gathersRelay.1]
        for side in Side.allCases {
            let i = side.rawValue
            let address = IPAddress(v4: 0xc000_0201 + UInt32(i))
            servers.append(
                TURN.Server(
                    configuration: ServerConfiguration(
                        address: address, realm: "test.invalid", secret: secret,
                        relayedPortCount: setting.relayedPorts),
                    randomness: stream(entity: 10 + UInt64(i))))
            serverHosts.append(network.attachServer(address: address, region: relayRegions[i]))
            hosts.append(
                network.attachHost(
                    HostConfiguration(
                        nat: natClasses[i], region: regions[i],
                        path: PathQuality(
                            accessDelay: delays[i], jitter: setting.jitter, loss: setting.loss),
                        randomness: stream(entity: 20 + UInt64(i)))))
            let server = TransportAddress(address, port: 3478)
            let credentials = secret.credentials(for: "side\(i)", until: SimTime.zero + .hours(1))
            agents.append(
                Agent(
                    configuration: AgentConfiguration(
                        timing: setting.timing, policy: setting.policy,
                        hidesHostAddresses: setting.hidesHostAddresses,
                        stunServer: server,
                        turnServer: setting.hasRelay
                            ? TURNServerDescription(
                                address: server, username: credentials.username,
                                password: credentials.password) : nil,
                        gathersRelay: gathersRelay[i]),
                    role: side == .offerer ? .controlling : .controlled,
                    localAddresses: [
                        TransportAddress(network.localAddress(of: hosts[i]), port: 50_000)
                    ],
                    randomness: stream(entity: 30 + UInt64(i))))
        }
    }

    private func stream(entity: UInt64) -> RandomStream {
        RandomStream(
            StreamName(
                seed: setting.seed, replication: 0, purpose: StreamPurpose(rawValue: 1),
                entity: entity))
    }

    private func schedule(_ event: Event, at time: SimTime) {
        sequence += 1
        let entry = (at: time, sequence: sequence, event: event)
        let place = queue.firstIndex { $0.at > time } ?? queue.endIndex
        queue.insert(entry, at: place)
    }

    /// The offerer starts; runs until `end` or, if earlier, until nothing is left to happen.
    func run(until end: SimDuration) {
        if sequence == 0 {
            agents[0].startGathering(at: now)
            schedule(.offer, at: now + setting.signalling)
            drain(.offerer)
        }
        advance(to: SimTime.zero + end)
    }

    /// Runs until both sides are connected or one has failed, at most until `end`.
    func connect(within end: SimDuration = .seconds(60)) {
        run(until: .zero)
        while now < SimTime.zero + end {
            if areConnected || hasFailed { return }
            guard step(notAfter: SimTime.zero + end) else { return }
        }
    }

    var areConnected: Bool { agents.allSatisfy(\.isConnected) }

    var hasFailed: Bool {
        events.joined().contains {
            if case .failed = $0.event { return true }
            return false
        }
    }

    private func advance(to end: SimTime) {
        while step(notAfter: end) {}
        now = max(now, end)
    }

    /// Does the next thing; false when it would be later than `end`.
    private func step(notAfter end: SimTime) -> Bool {
        var due = queue.first?.at ?? .distantFuture
        for agent in agents { due = min(due, agent.nextTimeout ?? .distantFuture) }
        for server in servers { due = min(due, server.nextTimeout ?? .distantFuture) }
        guard due <= end, due < .distantFuture else { return false }
        now = max(now, due)
        if let first = queue.first, first.at <= now {
            queue.removeFirst()
            process(first.event)
        }
        for side in Side.allCases {
            let i = side.rawValue
            if let timeout = agents[i].nextTimeout, timeout <= now {
                agents[i].handleTimeout(at: now)
                drain(side)
            }
            if let timeout = servers[i].nextTimeout, timeout <= now {
                servers[i].handleTimeout(at: now)
                drainServer(i)
            }
        }
        return true
    }

    private func process(_ event: Event) {
        switch event {
        case .arrival(let flight, let payload): arrive(flight, payload)
        case .offer:
            hasAnswered = true
            agents[1].startGathering(at: now)
            agents[1].setRemoteCredentials(agents[0].localCredentials, at: now)
            schedule(.answer, at: now + setting.signalling)
            drain(.answerer)
        case .answer:
            agents[0].setRemoteCredentials(agents[1].localCredentials, at: now)
            drain(.offerer)
        case .candidate(let candidate, let side):
            agents[side.rawValue].addRemoteCandidate(candidate, at: now)
            drain(side)
        case .endOfCandidates(let side):
            agents[side.rawValue].endOfRemoteCandidates(at: now)
            drain(side)
        }
    }

    private func arrive(_ flight: Flight, _ payload: [UInt8]) {
        switch network.arrive(flight, at: now) {
        case .dropped(let reason): dropped[reason, default: 0] += 1
        case .delivered(let host, let local, let source):
            if let server = serverHosts.firstIndex(of: host) {
                servers[server].handle(
                    payload, from: source, transport: flight.transport, to: local, at: now)
                if servers[server].allocationCount > 0, allocatedAt[server] == nil {
                    allocatedAt[server] = now
                }
                drainServer(server)
            } else if let i = hosts.firstIndex(of: host), let side = Side(rawValue: i) {
                let received = agents[i].handle(
                    payload, from: source, to: local, transport: flight.transport, at: now)
                switch received {
                case .application(let bytes): heard[i].append((now, bytes))
                case .rejected(let reason): rejections.append(reason)
                case .consumed: break
                }
                drain(side)
            }
        }
    }

    /// Allocations alive on both servers.
    var allocationCount: Int { servers[0].allocationCount + servers[1].allocationCount }

    private func drain(_ side: Side) {
        let i = side.rawValue
        while let output = agents[i].pollTransmit() { send(output, from: hosts[i]) }
        while let event = agents[i].pollEvent() {
            events[i].append((now, event))
            switch event {
            case .localCandidate(let candidate):
                schedule(.candidate(candidate, to: side.other), at: now + setting.signalling)
            case .gatheringComplete:
                schedule(.endOfCandidates(to: side.other), at: now + setting.signalling)
            default: break
            }
        }
        while let output = agents[i].pollTransmit() { send(output, from: hosts[i]) }
    }

    private func drainServer(_ index: Int) {
        while let output = servers[index].pollTransmit() {
            send(output, from: serverHosts[index])
        }
    }

    private func send(_ output: Transmit, from host: HostID) {
        let outcome = network.send(
            from: host, source: output.source, to: output.destination,
            transport: output.transport, byteCount: output.payload.count, at: now)
        switch outcome {
        case .inFlight(let flight): schedule(.arrival(flight, output.payload), at: flight.arrival)
        case .lost(let reason): lost[reason, default: 0] += 1
        }
    }

    /// Sends application data from `side` over its selected pair.
    func say(_ bytes: [UInt8], _ side: Side) -> Bool {
        let isSent = agents[side.rawValue].send(bytes, at: now)
        drain(side)
        return isSent
    }

    /// Both sides permit direct paths; the offerer restarts, and its offer is on its way.
    func permitDirect() {
        for side in Side.allCases where agents[side.rawValue].permitDirect(at: now) {
            schedule(side == .offerer ? .offer : .answer, at: now + setting.signalling)
        }
        for side in Side.allCases { drain(side) }
    }

    /// When `side` said that a restart has a pair, since the beginning; nil if it never did.
    func restartedAt(_ side: Side) -> SimDuration? {
        for (time, event) in events[side.rawValue] {
            if case .restarted = event { return time.sinceStart }
        }
        return nil
    }

    /// Takes every relayed port away.
    func exhaustRelays() {
        for i in servers.indices { while servers[i].holdPorts() != nil {} }
    }

    /// Both hang up.
    func close() {
        for side in Side.allCases {
            agents[side.rawValue].close(at: now)
            drain(side)
        }
    }

    /// When `side` said it was connected, since the beginning; nil if it never did.
    func connectedAt(_ side: Side) -> SimDuration? {
        for (time, event) in events[side.rawValue] {
            if case .connected = event { return time.sinceStart }
        }
        return nil
    }

    /// When `side` had gathered all its candidates; nil if it never had.
    func gatheredAt(_ side: Side) -> SimDuration? {
        events[side.rawValue].first { $0.event == .gatheringComplete }?.at.sinceStart
    }
}
