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
}

/// All relay servers of a run.
struct RelayFleet {
    var stations: [RelayStation] = []
    private var byRegion: [[UInt16]]
    private let link: FluidLink
    private let secret: SharedSecret

    /// Server addresses count up from 198.18.0.1, a range for benchmarks (RFC 2544).
    private static let firstAddress: UInt32 = 0xc612_0001

    init(_ relay: Relay, regions: Regions, root: StreamRoot) {
        var keys = root.stream(.relaySecret)
        let secret = SharedSecret(keys.nextBytes(32))
        self.secret = secret
        link = FluidLink(
            capacity: relay.bandwidth, packetCapacity: Int64(relay.packetRate.rounded(.up)))
        byRegion = Array(repeating: [], count: regions.names.count)
        for entry in relay.regions {
            for _ in 0..<entry.servers {
                let number = stations.count
                let address = TransportAddress(
                    IPAddress(v4: Self.firstAddress + UInt32(number)), port: 3478)
                byRegion[entry.region].append(UInt16(number))
                stations.append(
                    RelayStation(
                        region: entry.region, address: address,
                        server: Server(
                            configuration: ServerConfiguration(
                                address: address.ip, realm: "voicemeet", secret: secret,
                                relayedPortCount: relay.ports),
                            randomness: root.stream(.relayServer, UInt64(number))),
                        overload: root.stream(.overload, UInt64(number))))
            }
        }
        fillFrom(neighbours: regions)
    }

    /// Regions without a server use the nearest region that has one.
    private mutating func fillFrom(neighbours regions: Regions) {
        let own = byRegion
        for region in own.indices where own[region].isEmpty {
            let nearest = own.indices.filter { !own[$0].isEmpty }
                .min { regions.delay[region][$0] < regions.delay[region][$1] }
            if let nearest { byRegion[region] = own[nearest] }
        }
    }

    /// The server that the peer numbered `spread` in `region` uses; nil without any.
    func nearest(to region: Int, spread: UInt32) -> UInt16? {
        let choices = byRegion[region]
        return choices.isEmpty ? nil : choices[Int(spread) % choices.count]
    }

    /// How the peer numbered `serial` reaches a server, with credentials for an hour.
    func description(
        of server: UInt16, for serial: UInt32, at now: SimTime
    ) -> TURNServerDescription {
        let credentials = secret.credentials(for: String(serial), until: now + .hours(1))
        return TURNServerDescription(
            address: stations[Int(server)].address, username: credentials.username,
            password: credentials.password)
    }

    /// More (or, negative, less) media goes through a server.
    mutating func load(_ server: UInt16, _ flow: MediaFlow, isAdded: Bool, at now: SimTime) {
        let station = Int(server)
        let offered = stations[station].offered
        stations[station].offered = isAdded ? offered + flow : offered - flow
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

    static var none: MediaFlow { MediaFlow(bitrate: .zero, packetRate: 0) }

    static func + (a: MediaFlow, b: MediaFlow) -> MediaFlow {
        MediaFlow(bitrate: a.bitrate + b.bitrate, packetRate: a.packetRate + b.packetRate)
    }

    static func - (a: MediaFlow, b: MediaFlow) -> MediaFlow {
        MediaFlow(bitrate: a.bitrate - b.bitrate, packetRate: a.packetRate - b.packetRate)
    }
}
