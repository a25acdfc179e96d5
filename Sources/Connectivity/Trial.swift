import Addressing
import EventEngine
import ICE
import NetworkModel
import Quantities
import RandomStreams
import Signaling
import TURN

/// Two real agents, a STUN and TURN server, a signalling service and the network between them, in
/// virtual time: from the offer to the pair that both selected.
///
/// Nothing of it is modelled: agents exchange SDP as text and STUN and TURN messages as bytes,
/// and NATs keep their state packet by packet.
public enum Trial {
    /// How long a pair may take before it is given up; longer than any agent tries.
    public static let limit = SimDuration.seconds(60)
    /// How long the trial goes on after both have a pair: late candidates may still name an end
    /// that was learnt from a check, and allocations are given back.
    public static let settling = SimDuration.seconds(2)

    /// Runs the trial of `setting`.
    public static func run(_ setting: PairSetting) -> PairOutcome {
        var world = TrialWorld(setting, isRecorded: false)
        return world.run()
    }

    /// Runs the trial of `setting` and tells all that was said.
    public static func record(
        _ setting: PairSetting
    ) -> (outcome: PairOutcome, exchange: [ExchangeRecord]) {
        var world = TrialWorld(setting, isRecorded: true)
        let outcome = world.run()
        return (outcome, world.records ?? [])
    }
}

/// Who and what takes part in a trial.
struct TrialWorld: ~Copyable {
    enum Event: BitwiseCopyable {
        case datagram(Int32)
        case signal(Int32)
        case agentTimer(End)
        case relayTimer
    }

    struct Datagram {
        var flight: Flight
        var payload: [UInt8]
        /// Its place in the record of the exchange; -1 without one.
        var record: Int
    }

    let setting: PairSetting
    var network: Network
    var relay: TURN.Server
    let relayHost: HostID
    var agents: BothEnds<Agent>
    let hosts: BothEnds<HostID>
    var signaling = SignalingService()
    var datagrams: [Datagram] = []
    var signals: [(to: End, text: [UInt8])] = []
    var connectedAt = BothEnds<SimTime?>(a: nil, b: nil)
    var hasFailed = false
    var datagramCount = 0
    var postedTimers = BothEnds<SimTime?>(a: nil, b: nil)
    var postedRelayTimer: SimTime?
    /// Nil unless the exchange is recorded.
    var records: [ExchangeRecord]?

    static let call = CallID(rawValue: 1)
    static let relayAddress = IPAddress(v4: 0xc000_0201)
    /// The server's IPv6 address, in trials in which somebody has IPv6.
    static let relayIPv6Address = IPAddress(v6High: 0x2001_0db8 << 32, low: 1)
    static let socketPort: UInt16 = 50_000

    init(_ setting: PairSetting, isRecorded: Bool) {
        self.setting = setting
        network = Network(backbone: [[setting.backboneDelay]])
        relayHost = network.attachServer(
            addresses: [Self.relayAddress] + (setting.isDualStack ? [Self.relayIPv6Address] : []),
            region: 0)
        let secret = SharedSecret(Array("a trial's own secret".utf8))
        var service = ServerConfiguration(
            address: Self.relayAddress, realm: "voicemeet", secret: secret)
        if setting.isDualStack { service.additionalAddress = Self.relayIPv6Address }
        relay = TURN.Server(
            configuration: service, randomness: Self.stream(.relay, setting.seed, .a))
        var network = self.network
        let gateway = Self.attachGateway(setting, to: &network)
        let hosts = BothEnds(
            a: Self.attach(.a, setting, behind: gateway, to: &network),
            b: Self.attach(.b, setting, behind: gateway, to: &network))
        self.network = network
        self.hosts = hosts
        agents = BothEnds(
            a: Self.agent(.a, setting, network.localAddresses(of: hosts.a), secret),
            b: Self.agent(.b, setting, network.localAddresses(of: hosts.b), secret))
        records = isRecorded ? [] : nil
        signaling.open(Self.call, between: Self.party(.a), and: Self.party(.b))
    }

    private enum Purpose: UInt16 {
        case relay = 1
        case host = 2
        case agent = 3
        case description = 4
    }

    private static func stream(_ purpose: Purpose, _ seed: UInt64, _ end: End) -> RandomStream {
        RandomStream(
            StreamName(
                seed: seed, replication: 0, purpose: StreamPurpose(rawValue: purpose.rawValue),
                entity: UInt64(end.rawValue)))
    }

    static func party(_ end: End) -> PartyID { PartyID(rawValue: UInt64(end.rawValue) + 1) }

    /// The NAT that both hosts are behind, if there is one.
    private static func attachGateway(
        _ setting: PairSetting, to network: inout Network
    ) -> GatewayID? {
        let (shared, lan): (NATClass, LANKind)
        switch setting.placement {
        case .apart: return nil
        case .sameNAT: (shared, lan) = (setting.nat.a, .home)
        case .sameCarrier(let carrier): (shared, lan) = (carrier, .carrier)
        }
        guard case .translated(let mapping, let filtering) = shared else {
            preconditionFailure("\(shared) is no NAT that hosts could share")
        }
        var behaviour = NATBehaviour(mapping, filtering)
        behaviour.hairpins = setting.hairpins
        return network.attachGateway(GatewayConfiguration(behaviour, lan: lan))
    }

    private static func attach(
        _ end: End, _ setting: PairSetting, behind gateway: GatewayID?, to network: inout Network
    ) -> HostID {
        var configuration = HostConfiguration(
            nat: setting.placement == .sameNAT ? .public : setting.nat[end], region: 0,
            path: PathQuality(accessDelay: setting.accessDelay[end]), gateway: gateway,
            ipv6: setting.hasIPv6[end] ? IPv6Access() : nil,
            randomness: stream(.host, setting.seed, end))
        configuration.hasIPv4 = setting.hasIPv4[end]
        if case .translated(let mapping, let filtering) = configuration.nat {
            var behaviour = NATBehaviour(mapping, filtering)
            behaviour.hairpins = setting.hairpins
            configuration.behaviour = behaviour
        }
        return network.attachHost(configuration)
    }

    private static func agent(
        _ end: End, _ setting: PairSetting, _ locals: [IPAddress], _ secret: SharedSecret
    ) -> Agent {
        let server = TransportAddress(relayAddress, port: 3478)
        let credentials = secret.credentials(
            for: Participant.host(end).name, until: SimTime.zero + .hours(1))
        let server6 = TransportAddress(relayIPv6Address, port: server.port)
        let turn = TURNServerDescription(
            address: server, alternative: setting.hasIPv6[end] ? server6 : nil,
            username: credentials.username, password: credentials.password)
        var configuration = AgentConfiguration(
            timing: setting.timing, hidesHostAddresses: setting.hidesHostAddresses,
            stunServer: server, turnServer: setting.hasRelay ? turn : nil,
            relayedFamilies: setting.relayedFamilies)
        if setting.hasIPv6[end] { configuration.stunServers.append(server6) }
        return Agent(
            configuration: configuration,
            role: end == .a ? .controlling : .controlled,
            // IPv6 first (RFC 8421 §3).
            localAddresses: locals.reversed().map { TransportAddress($0, port: socketPort) },
            randomness: stream(.agent, setting.seed, end))
    }

    /// What `end` tells of itself. No media follow, so random bytes stand for its certificate's
    /// fingerprint.
    func description(of end: End) -> SessionDescription {
        var stream = Self.stream(.description, setting.seed, end)
        return SessionDescription(
            sessionID: UInt64(end.rawValue) + 1, credentials: agents[end].localCredentials,
            fingerprint: stream.nextBytes(SessionDescription.fingerprintByteCount),
            setup: end == .a ? .actpass : .active)
    }

    mutating func run() -> PairOutcome {
        var engine = Engine<Event>()
        agents.a.startGathering(at: engine.now)
        send(.offer(description(of: .a)), from: .a, &engine)
        drain(.a, &engine)
        let end = SimTime.zero + Trial.limit
        while engine.now < end, engine.pendingCount > 0, !isDecided {
            engine.run(until: min(end, engine.now + Self.step), in: &self)
        }
        engine.run(until: engine.now + Trial.settling, in: &self)
        return outcome
    }

    /// How often the trial looks whether it is over.
    private static let step = SimDuration.milliseconds(100)

    private var isDecided: Bool {
        hasFailed || connectedAt.a != nil && connectedAt.b != nil
    }

    private var outcome: PairOutcome {
        let pair = hasFailed ? nil : agents.a.selectedPair
        let peers = hasFailed ? nil : agents.b.selectedPair
        let path: PathKind =
            if let pair, let peers {
                pair.isRelayed || peers.isRelayed ? .relay : .direct
            } else { .none }
        return PairOutcome(
            setting: setting, path: path, local: path == .none ? nil : pair?.local.type,
            remote: path == .none ? nil : pair?.remote.type,
            allocations: relay.allocationCount,
            connectedAfter: BothEnds(
                a: path == .none ? nil : connectedAt.a?.sinceStart,
                b: path == .none ? nil : connectedAt.b?.sinceStart),
            datagramCount: datagramCount)
    }
}

extension TrialWorld: EventWorld {
    mutating func handle(_ event: Event, engine: inout Engine<Event>) {
        let now = engine.now
        switch event {
        case .datagram(let number):
            arrive(Int(number), &engine)
        case .signal(let number):
            take(signals[Int(number)].text, at: signals[Int(number)].to, &engine)
        case .agentTimer(let end):
            if postedTimers[end] == now { postedTimers[end] = nil }
            guard let due = agents[end].nextTimeout, due <= now else { return }
            agents[end].handleTimeout(at: now)
            drain(end, &engine)
        case .relayTimer:
            if postedRelayTimer == now { postedRelayTimer = nil }
            guard let due = relay.nextTimeout, due <= now else { return }
            relay.handleTimeout(at: now)
            drainRelay(&engine)
        }
    }
}
