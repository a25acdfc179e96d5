import Addressing
import ICE
import NetworkModel
import Quantities
import RandomStreams
import STUN
import TURN

/// One end of a meeting, as a test wants it.
struct Side {
    var nat: NATClass
    var accessDelay = SimDuration.milliseconds(10)
    var loss = GilbertLoss.none
    var policy = CandidatePolicy.all
    var hidesHostAddresses = true
    var gathersRelay = true
    var hasIPv4 = true
    var ipv6: IPv6Access?

    init(_ nat: NATClass) { self.nat = nat }
    init(_ name: String) { nat = NATClass(name)! }
}

/// Two agents with a network, its NATs, signalling and a relay between them, in virtual time.
///
/// Side 0 offers. Everything goes as bytes: datagrams through ``Network``, candidates as text.
struct Meeting {
    enum Happening {
        case arrival(Flight, [UInt8])
        case signal(to: Int, Signal)
    }

    enum Signal {
        case credentials(ICE.Credentials)
        case offer(ICE.Credentials)
        case answer(ICE.Credentials)
        case candidate([UInt8], fragment: [UInt8]?)
        case end(fragment: [UInt8]?)
    }

    var network = Network(backbone: [[.milliseconds(15)]])
    var server: TURN.Server
    let serverHost: HostID
    /// Another relay, for when the first is down.
    var backup: TURN.Server
    let backupHost: HostID
    var isServerDown = false
    /// Whether both sides are on one link, as far as names go.
    var resolvesNames = false
    /// What each side is to do from its next restart on.
    var next: [AgentConfiguration?] = [nil, nil]
    /// How many packets each side has said.
    var said = 0
    var agents: [Agent] = []
    var hosts: [HostID] = []
    var now = SimTime.zero
    var signalDelay: SimDuration
    /// How much later than its credentials each side's candidates come.
    var candidateDelays = [SimDuration.zero, SimDuration.zero]

    private var pending: [(time: SimTime, order: UInt64, happening: Happening)] = []
    private var scheduled: UInt64 = 0

    // What happened.
    var connected: [SelectedPair?] = [nil, nil]
    var connectedAt: [SimTime?] = [nil, nil]
    var restartedAt: [SimTime?] = [nil, nil]
    /// What else each side told, with its time.
    var tidings: [[(at: SimTime, event: AgentEvent)]] = [[], []]
    var failures: [AgentFailure?] = [nil, nil]
    var released = [0, 0]
    var refusals: [UInt16] = []
    var gathered = [false, false]
    var signalled: [[Candidate]] = [[], []]
    var received: [[[UInt8]]] = [[], []]
    var datagrams = 0
    /// FNV-1a over every datagram with its time and addresses.
    var fingerprint: UInt64 = 0xcbf2_9ce4_8422_2325
    /// The last datagrams that reached each side, as they came.
    var delivered: [[(from: TransportAddress, to: TransportAddress, bytes: [UInt8])]] = [[], []]

    static let serverIP = IPAddress(v4: 0xC633_6401)
    static let serverIPv6 = IPAddress(v6High: 0x2001_0db8 << 32, low: 1)
    static let backupIP = IPAddress(v4: 0xC633_6402)

    init(
        _ first: Side, _ second: Side, timing: TimingProfile = .browser, seed: UInt64 = 1,
        ports: Int = 64, signalDelay: SimDuration = .milliseconds(25),
        transports: [TransportProtocol] = [.udp, .tcp], consent: Bool = true,
        noticesSilence: Bool = false, isDualStack: Bool = false,
        relaying families: RelayedFamilies = .v4,
        offererRole: Role = .controlling, answererRole: Role = .controlled
    ) {
        func stream(_ entity: UInt64) -> RandomStream {
            RandomStream(
                StreamName(
                    seed: seed, replication: 0, purpose: StreamPurpose(rawValue: 9),
                    entity: entity))
        }
        self.signalDelay = signalDelay
        let secret = SharedSecret(Array("a secret".utf8))
        var service = ServerConfiguration(
            address: Self.serverIP, realm: "voicemeet.example", secret: secret,
            relayedPortCount: ports)
        if isDualStack { service.additionalAddress = Self.serverIPv6 }
        server = TURN.Server(configuration: service, randomness: stream(1))
        serverHost = network.attachServer(
            addresses: [Self.serverIP] + (isDualStack ? [Self.serverIPv6] : []), region: 0)
        backup = TURN.Server(
            configuration: ServerConfiguration(
                address: Self.backupIP, realm: "voicemeet.example", secret: secret,
                relayedPortCount: ports),
            randomness: stream(2))
        backupHost = network.attachServer(address: Self.backupIP, region: 0)
        let credentials = secret.credentials(for: "x", until: SimTime.zero + .days(1))
        for (index, side) in [first, second].enumerated() {
            var place = HostConfiguration(
                nat: side.nat, region: 0,
                path: PathQuality(accessDelay: side.accessDelay, loss: side.loss),
                ipv6: side.ipv6, randomness: stream(10 + UInt64(index)))
            place.hasIPv4 = side.hasIPv4
            let host = network.attachHost(place)
            hosts.append(host)
            let address = TransportAddress(Self.serverIP, port: 3478)
            let address6 = isDualStack ? TransportAddress(Self.serverIPv6, port: 3478) : nil
            var configuration = AgentConfiguration(
                timing: timing, policy: side.policy, hidesHostAddresses: side.hidesHostAddresses,
                stunServer: address,
                turnServer: TURNServerDescription(
                    address: address, alternative: address6, transports: transports,
                    username: credentials.username, password: credentials.password),
                gathersRelay: side.gathersRelay, relayedFamilies: families, consentChecks: consent,
                noticesSilence: noticesSilence)
            if let address6 { configuration.stunServers.append(address6) }
            agents.append(
                Agent(
                    configuration: configuration,
                    role: index == 0 ? offererRole : answererRole,
                    localAddresses: network.localAddresses(of: host).reversed().map {
                        TransportAddress($0, port: 50_000 + UInt16(index))
                    },
                    randomness: stream(20 + UInt64(index))))
        }
    }

    /// Starts and runs until both sides have a verdict and a second more, or `limit` has passed.
    mutating func run(limit: SimDuration = .seconds(60)) {
        agents[0].startGathering(at: now)
        signal(.credentials(agents[0].localCredentials), to: 1)
        collect(0)
        step(until: now + limit) { $0.isSettled }
        step(until: now + .seconds(1))
    }

    var isSettled: Bool {
        (0...1).allSatisfy { connected[$0] != nil || failures[$0] != nil }
    }

    /// Both sides' verdicts as types, such as `serverReflexive–peerReflexive`.
    func path(of side: Int) -> [CandidateType]? {
        agents[side].selectedPair.map { [$0.local.type, $0.remote.type] }
    }

    var isDirect: Bool {
        (0...1).allSatisfy { agents[$0].selectedPair?.isRelayed == false }
    }

    mutating func step(until end: SimTime, orWhen stop: (Meeting) -> Bool = { _ in false }) {
        while !stop(self) {
            var next = pending.first?.time ?? .distantFuture
            for index in agents.indices {
                next = min(next, agents[index].nextTimeout ?? .distantFuture)
            }
            next = min(next, server.nextTimeout ?? .distantFuture)
            next = min(next, backup.nextTimeout ?? .distantFuture)
            guard next <= end else { break }
            precondition(next >= now, "time went backwards: \(next) after \(now)")
            now = next
            for index in agents.indices where (agents[index].nextTimeout ?? .distantFuture) <= now {
                agents[index].handleTimeout(at: now)
                precondition(
                    agents[index].nextTimeout ?? .distantFuture > now,
                    "a timeout stays due at \(now)")
                collect(index)
            }
            if server.nextTimeout ?? .distantFuture <= now { server.handleTimeout(at: now) }
            if backup.nextTimeout ?? .distantFuture <= now { backup.handleTimeout(at: now) }
            collectServer()
            while let first = pending.first, first.time <= now {
                pending.removeFirst()
                handle(first.happening)
            }
        }
        if now < end, !stop(self) { now = end }
    }

    private mutating func schedule(_ happening: Happening, at time: SimTime) {
        scheduled += 1
        let place = pending.firstIndex { $0.time > time } ?? pending.count
        pending.insert((time, scheduled, happening), at: place)
    }

    mutating func signal(_ signal: Signal, to side: Int) {
        schedule(.signal(to: side, signal), at: now + signalDelay)
    }

    private mutating func handle(_ happening: Happening) {
        switch happening {
        case .signal(let side, let signal):
            take(signal, at: side)
        case .arrival(let flight, let bytes):
            guard case .delivered(let host, let local, let from) = network.arrive(flight, at: now)
            else { return }
            if host == serverHost {
                if isServerDown { return }
                server.handle(bytes, from: from, transport: flight.transport, to: local, at: now)
                collectServer()
            } else if host == backupHost {
                backup.handle(bytes, from: from, transport: flight.transport, to: local, at: now)
                collectServer()
            } else if let side = hosts.firstIndex(of: host) {
                deliver(bytes, from: from, to: local, flight.transport, side: side)
            }
        }
    }

    private mutating func take(_ signal: Signal, at side: Int) {
        switch signal {
        case .credentials(let credentials):
            agents[side].setRemoteCredentials(credentials, at: now)
            if side == 1 {
                agents[1].startGathering(at: now)
                self.signal(.credentials(agents[1].localCredentials), to: 0)
            }
        case .offer(let credentials):
            if next[side] != nil { agents[side].restart(with: next[side], at: now) }
            agents[side].setRemoteCredentials(credentials, at: now)
            self.signal(.answer(agents[side].localCredentials), to: 1 - side)
        case .answer(let credentials):
            agents[side].setRemoteCredentials(credentials, at: now)
        case .candidate(let text, let fragment):
            agents[side].addRemoteCandidate(
                try! Candidate(text: text), usernameFragment: fragment, at: now)
        case .end(let fragment):
            agents[side].endOfRemoteCandidates(usernameFragment: fragment, at: now)
        }
        collect(side)
    }

    /// Hands a datagram to an agent, as the network does or as a stranger on its link would.
    @discardableResult
    mutating func deliver(
        _ bytes: [UInt8], from: TransportAddress, to local: TransportAddress,
        _ transport: TransportProtocol = .udp, side: Int
    ) -> Received {
        delivered[side].append((from, local, bytes))
        let outcome = agents[side].handle(
            bytes, from: from, to: local, transport: transport, at: now)
        if case .application(let data) = outcome { received[side].append(data) }
        collect(side)
        return outcome
    }

    mutating func collect(_ side: Int) {
        while let transmit = agents[side].pollTransmit() { send(transmit, from: hosts[side]) }
        while let event = agents[side].pollEvent() { note(event, of: side) }
    }

    private mutating func collectServer() {
        while let transmit = server.pollTransmit() {
            if !isServerDown { send(transmit, from: serverHost) }
        }
        while let transmit = backup.pollTransmit() { send(transmit, from: backupHost) }
    }

    private mutating func send(_ transmit: Transmit, from host: HostID) {
        datagrams += 1
        mix(UInt64(bitPattern: now.nanoseconds))
        mix(transmit.source.ip.low << 16 | UInt64(transmit.source.port))
        mix(transmit.destination.ip.low << 16 | UInt64(transmit.destination.port))
        for byte in transmit.payload { mix(UInt64(byte)) }
        let outcome = network.send(
            from: host, source: transmit.source, to: transmit.destination,
            transport: transmit.transport, byteCount: transmit.payload.count, at: now)
        if case .inFlight(let flight) = outcome {
            schedule(.arrival(flight, transmit.payload), at: flight.arrival)
        }
    }

    private mutating func mix(_ value: UInt64) {
        fingerprint = (fingerprint ^ value) &* 0x0000_0100_0000_01b3
    }

    private mutating func note(_ event: AgentEvent, of side: Int) {
        switch event {
        case .localCandidate(let candidate):
            signalled[side].append(candidate)
            schedule(
                .signal(
                    to: 1 - side, .candidate(candidate.text, fragment: fragment(of: side))),
                at: now + signalDelay + candidateDelays[side])
        case .gatheringComplete:
            gathered[side] = true
            schedule(
                .signal(to: 1 - side, .end(fragment: fragment(of: side))),
                at: now + signalDelay + candidateDelays[side])
        case .relayRefused(let code):
            refusals.append(code)
        case .connected(let pair):
            connected[side] = pair
            connectedAt[side] = now
        case .selectedPairChanged(let pair):
            connected[side] = pair
        case .failed(let reason):
            failures[side] = reason
        case .relayReleased:
            released[side] += 1
        case .restarted(let pair):
            connected[side] = pair
            restartedAt[side] = now
        case .resolve(let name):
            let address = resolvesNames ? owner(of: name) : nil
            agents[side].resolved(name, as: address, at: now)
        case .disconnected, .reconnected, .consentLost, .relayLost, .restartFailed:
            tidings[side].append((now, event))
        }
    }

    /// Whose name it is, as multicast DNS would find out.
    private func owner(of name: MDNSName) -> IPAddress? {
        for side in 0...1 {
            for candidate in signalled[side] {
                if case .mdns(name, _) = candidate.address {
                    return network.localAddress(of: hosts[side])
                }
            }
        }
        return nil
    }

    /// The fragment that goes with a side's candidates, once generations must be told apart.
    private func fragment(of side: Int) -> [UInt8]? {
        agents[side].generation == 0 ? nil : agents[side].localCredentials.usernameFragment
    }
}
