import Addressing
import EventEngine
import ICE
import NetworkModel
import Quantities
import RandomStreams
import ScenarioModel
import TURN

/// One relay server: the real TURN server, where it stands, and the load that calls put on it.
struct RelayStation {
    let region: Int
    let address: TransportAddress
    /// Its address of IPv6, if it has one.
    let address6: TransportAddress?
    var host: HostID?
    var server: Server
    var timer = ArmedTimer()
    /// What the server's own counters were when they were last looked at.
    var countedPorts = 0
    var countedRefusals: Int64 = 0
    /// What calls send through it at present, as flows, and what packets feel of that.
    var offered = MediaFlow.none
    var load = EffectHistory()
    /// What packets feel now.
    var effect: FluidLink.Effect { load.current }
    /// Decides which packets of set-ups an overloaded server loses.
    var overload: RandomStream
    /// Since when it has been down; nil while it is up.
    var downSince: SimTime?
    /// Whether it is given nothing new.
    var isDraining = false
    /// How often it has crashed.
    var crashes: UInt64 = 0
}

/// All relay servers of a run.
struct RelayFleet {
    var stations: [RelayStation] = []
    private var byRegion: [[UInt16]]
    private var nearestRegions: [[Int]] = []
    /// Servers that are down or drained at present.
    private var troubledServers = 0
    private let link: FluidLink
    private let secret: SharedSecret
    private let healthCheck: SimDuration
    private let root: StreamRoot

    /// Server addresses count up from 198.18.0.1, a range for benchmarks (RFC 2544).
    private static let firstAddress: UInt32 = 0xc612_0001

    /// The same over IPv6: interfaces of 2001:db8::/48, a range for examples (RFC 3849).
    private static func address6(_ number: Int) -> TransportAddress {
        TransportAddress(
            IPAddress(
                v6High: 0x2001_0db8 << 32 | UInt64(number >> 14),
                low: UInt64(number & 0x3fff) + 1), port: 3478)
    }

    /// The servers of a run, all on both families where `isDualStack`, which write down whom they
    /// relayed if `keepsLog`.
    init(
        _ relay: Relay, regions: Regions, root: StreamRoot, isDualStack: Bool, keepsLog: Bool
    ) {
        var keys = root.stream(.relaySecret)
        let secret = SharedSecret(keys.nextBytes(32))
        self.secret = secret
        self.root = root
        healthCheck = relay.healthCheck
        link = FluidLink(
            capacity: relay.bandwidth, packetCapacity: Int64(relay.packetRate.rounded(.up)))
        byRegion = Array(repeating: [], count: regions.names.count)
        for entry in relay.regions {
            for _ in 0..<entry.servers {
                let number = stations.count
                let address = TransportAddress(
                    IPAddress(v4: Self.firstAddress + UInt32(number)), port: 3478)
                let address6 = isDualStack ? Self.address6(number) : nil
                var configuration = ServerConfiguration(
                    address: address.ip, realm: "voicemeet", secret: secret,
                    relayedPortCount: relay.ports)
                configuration.additionalAddress = address6?.ip
                configuration.keepsLog = keepsLog
                byRegion[entry.region].append(UInt16(number))
                stations.append(
                    RelayStation(
                        region: entry.region, address: address, address6: address6,
                        server: Server(
                            configuration: configuration,
                            randomness: root.stream(.relayServer, UInt64(number))),
                        overload: root.stream(.overload, UInt64(number))))
            }
        }
        rank(regions)
    }

    /// For each region, the regions that have a server, the nearest first: its own, if it has one.
    private mutating func rank(_ regions: Regions) {
        let home = byRegion.indices
        nearestRegions = home.map { region in
            home.filter { !byRegion[$0].isEmpty }.sorted { a, b in
                // The own region comes first, whatever the delay within it.
                if (a == region) != (b == region) { return a == region }
                let (x, y) = (regions.delay[region][a], regions.delay[region][b])
                return x != y ? x < y : a < b
            }
        }
    }

    /// The server that the peer numbered `spread` in `region` is given at `now`; nil without any.
    ///
    /// Drained servers are left out, crashed ones once the platform's health checks have noticed,
    /// and `lost`, which the peer itself knows to be gone.
    func nearest(
        to region: Int, spread: UInt32, at now: SimTime, avoiding lost: UInt16? = nil
    ) -> UInt16? {
        for near in nearestRegions[region] {
            let choices = byRegion[near]
            guard troubledServers > 0 || lost != nil else {
                return choices[Int(spread) % choices.count]
            }
            let usable = choices.filter { $0 != lost && isOffered($0, at: now) }
            if !usable.isEmpty { return usable[Int(spread) % usable.count] }
        }
        return nil
    }

    private func isOffered(_ server: UInt16, at now: SimTime) -> Bool {
        let station = stations[Int(server)]
        guard !station.isDraining else { return false }
        return station.downSince.map { now < $0 + healthCheck } ?? true
    }

    // MARK: Faults

    mutating func setDraining(_ server: UInt16, _ isDraining: Bool) {
        stations[Int(server)].isDraining = isDraining
        countTroubled()
    }

    /// `server` is gone with all it knew: packets that reach it are lost.
    mutating func crash(_ server: UInt16, at now: SimTime) {
        let number = Int(server)
        stations[number].downSince = now
        stations[number].crashes += 1
        stations[number].server = Server(
            configuration: stations[number].server.configuration,
            randomness: root.stream(
                .relayServer, UInt64(number) | stations[number].crashes << 32))
        stations[number].countedRefusals = 0
        stations[number].load.change(to: .down, at: now)
        countTroubled()
    }

    /// `server` is back, and knows nothing.
    mutating func restore(_ server: UInt16, at now: SimTime) {
        stations[Int(server)].downSince = nil
        countTroubled()
        updateLoad(of: Int(server), at: now)
    }

    private mutating func countTroubled() {
        troubledServers = stations.count { $0.isDraining || $0.downSince != nil }
    }

    /// How whoever goes by `name` reaches a server, with credentials for an hour.
    func description(
        of server: UInt16, for name: String, at now: SimTime
    ) -> TURNServerDescription {
        let credentials = secret.credentials(for: name, until: now + .hours(1))
        return TURNServerDescription(
            address: stations[Int(server)].address, username: credentials.username,
            password: credentials.password)
    }

    /// More (or, negative, less) media goes through a server.
    mutating func load(_ server: UInt16, _ flow: MediaFlow, isAdded: Bool, at now: SimTime) {
        let station = Int(server)
        let offered = stations[station].offered
        stations[station].offered = isAdded ? offered + flow : offered - flow
        updateLoad(of: station, at: now)
    }

    private mutating func updateLoad(of station: Int, at now: SimTime) {
        guard stations[station].downSince == nil else { return }
        stations[station].load.change(
            to: link.effect(
                offered: stations[station].offered.bitrate,
                packets: stations[station].offered.packetRate), at: now)
    }

    /// What the servers did before `time` is not asked for any more.
    mutating func forget(before time: SimTime) {
        for station in stations.indices { stations[station].load.forget(before: time) }
    }
}

/// What a call sends through one relay server: that server's egress.
struct MediaFlow: BitwiseCopyable {
    var bitrate: Bitrate
    /// Packets per second.
    var packetRate: Int64
    /// What of it, or of what its client sends, is paid for.
    var billed: Bitrate

    static var none: MediaFlow { MediaFlow(bitrate: .zero, packetRate: 0, billed: .zero) }

    static func + (a: MediaFlow, b: MediaFlow) -> MediaFlow {
        MediaFlow(
            bitrate: a.bitrate + b.bitrate, packetRate: a.packetRate + b.packetRate,
            billed: a.billed + b.billed)
    }

    static func - (a: MediaFlow, b: MediaFlow) -> MediaFlow {
        MediaFlow(
            bitrate: a.bitrate - b.bitrate, packetRate: a.packetRate - b.packetRate,
            billed: a.billed - b.billed)
    }
}
