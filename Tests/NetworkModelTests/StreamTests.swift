import Addressing
import NetworkModel
import Quantities
import Testing

/// TCP and TLS between peers and servers.
@Suite struct StreamTests {
    @Test func `the first segment pays for set-up, later ones do not`() throws {
        for (transport, roundTrips) in [(TransportProtocol.tcp, 1), (.tls, 2)] {
            let world = World()
            let server = world.serverSocket(443)
            let host = world.attach(.udpBlocked)
            let oneWay = SimDuration.milliseconds(15)
            let first = try #require(world.send(host, 5000, to: server, transport))
            #expect(first.arrival == SimTime.zero + oneWay * Int64(2 * roundTrips + 1))
            let second = try #require(
                world.send(host, 5000, to: server, at: .s(1), transport))
            #expect(second.arrival == .s(1) + oneWay)
        }
    }

    @Test(arguments: [TransportProtocol.tcp, .tls])
    func `segments come in order, none lost, however bad the link`(
        transport: TransportProtocol
    ) throws {
        let world = World()
        let serverHost = world.attachServer()
        let server = world.socket(serverHost, 443)
        let host = world.attach(
            .translated(.addressAndPortDependent, .addressAndPortDependent),
            path: PathQuality(
                accessDelay: .milliseconds(10), jitter: .exponential(mean: 0.03),
                loss: GilbertLoss(loss: 0.1, meanBurst: 2)!))
        let first = try #require(world.send(host, 5000, to: server, transport))
        var (toServer, toHost) = (first.arrival, first.arrival)
        var delayed = 0
        for i in 0..<2_000 {
            let now = first.arrival + .milliseconds(Int64(i) * 20)
            let up = try #require(world.send(host, 5000, to: server, at: now, transport))
            #expect(up.arrival >= toServer && world.isDelivered(up))
            if up.arrival - now >= StreamConnectionFigures.minimumWait { delayed += 1 }
            toServer = up.arrival
            let down = try #require(
                world.send(serverHost, 443, to: first.source, at: now, transport))
            #expect(down.arrival >= toHost)
            toHost = down.arrival
            guard case .delivered(_, let local, let from) = world.network.arrive(down, at: toHost)
            else {
                Issue.record("a segment is dropped")
                return
            }
            #expect(local == world.socket(host, 5000) && from == server)
        }
        #expect(delayed > 150, "each loss costs a retransmission")
    }

    private enum StreamConnectionFigures {
        static let minimumWait = SimDuration.milliseconds(200)
    }

    @Test func `a server cannot open a connection and a peer cannot reach a peer`() {
        let world = World()
        let server = world.attachServer()
        let host = world.attach(.public)
        #expect(world.lossReason(server, 443, to: world.socket(host, 1), .tcp) == .noConnection)
        let other = world.attach(.public, entity: 2)
        #expect(world.lossReason(host, 1, to: world.socket(other, 1), .tcp) == .noConnection)
    }

    @Test func `the connection longest unused is forgotten for a further one`() throws {
        let world = World()
        let server = world.attachServer()
        let host = world.attach(.udpBlocked)
        for i in 0...16 {
            let to = world.socket(server, UInt16(1000 + i))
            #expect(world.send(host, 5000, to: to, at: .s(Int64(i)), .tcp) != nil)
        }
        let inside = TransportAddress(world.network.publicAddress(of: host), port: 5000)
        #expect(world.lossReason(server, 1000, to: inside, .tcp) == .noConnection)
        #expect(world.lossReason(server, 1001, to: inside, .tcp) == nil)
    }
}
