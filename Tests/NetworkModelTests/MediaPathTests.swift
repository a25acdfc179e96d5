import NetworkModel
import Quantities
import RandomStreams
import Testing

/// What paths of established calls do to packets, against the closed forms and the network's own
/// streams.
@Suite struct MediaPathTests {
    private static let lossy = GilbertLoss(loss: 0.05, meanBurst: 3)!
    private static let other = GilbertLoss(loss: 0.02, meanBurst: 6)!

    private func path(
        _ sender: LinkBehaviour, _ receiver: LinkBehaviour, entity: UInt64 = 1
    ) -> MediaPath {
        MediaPath(from: sender, to: receiver, randomness: World.stream(entity))
    }

    private static func leg(_ ms: Int64, isStream: Bool = false) -> MediaRoute.Leg {
        MediaRoute.Leg(delay: .milliseconds(ms), isStream: isStream)
    }

    static let routes: [MediaRoute] = [
        .direct(.milliseconds(60)),
        .relayed(leg(15), over: 3, leg(55)),
        .relayedTwice(leg(15), over: 3, .milliseconds(45), and: 4, leg(9)),
    ]

    @Test(arguments: routes)
    func `loss, bursts and mean delay are those of the path's statistics`(
        _ route: MediaRoute
    ) {
        var path = path(
            LinkBehaviour(jitter: .gamma(mean: 0.008, shape: 2), loss: Self.lossy),
            LinkBehaviour(jitter: .exponential(mean: 0.003), loss: Self.other))
        let n = 300_000
        var (lost, bursts, sum, early) = (0, 0, Int64(0), 0)
        var wasLost = false
        for i in 0..<n {
            let now = SimTime.ms(Int64(i) * 20)
            let arrival = path.carry(along: route, at: now)
            if let arrival {
                if arrival - now < route.delay { early += 1 }
                sum += (arrival - now).nanoseconds
            } else {
                lost += 1
                if !wasLost { bursts += 1 }
            }
            wasLost = arrival == nil
        }
        #expect(early == 0)
        let (loss, burstRatio) = Self.lossy.followed(by: Self.other)
        // Standard errors: about 0.0010 for the loss and 0.03 for the burst; 4.5 of them.
        #expect(abs(Double(lost) / Double(n) - loss) < 0.0045)
        #expect(abs(Double(lost) / Double(bursts) * (1 - loss) - burstRatio) < 0.14)
        // Deviation √(2·4² + 3²) = 6.4 ms, 4.5 standard errors of 12 µs.
        let mean = Double(sum) / Double(n - lost)
        let expected = Double(route.delay.nanoseconds) + 11e6
        #expect(abs(mean - expected) < 60_000)
    }

    @Test func `without jitter and loss a packet takes the legs' delays`() {
        let plain = LinkBehaviour(jitter: .constant(0), loss: .none)
        for route in Self.routes {
            var path = path(plain, plain)
            let arrival = path.carry(along: route, at: .s(1))
            #expect(arrival == .s(1) + route.delay)
        }
        #expect(Self.routes.map(\.relayCount) == [0, 1, 2])
        #expect(Self.routes[2].relay(at: 1) == 3)
        #expect(Self.routes[2].relay(at: 2) == 4)
    }

    @Test func `over streams nothing is lost and nothing overtakes, but losses cost time`() throws {
        var path = path(
            LinkBehaviour(
                jitter: .exponential(mean: 0.03), loss: GilbertLoss(loss: 0.1, meanBurst: 2)!),
            LinkBehaviour(jitter: .exponential(mean: 0.01), loss: Self.lossy))
        let route = MediaRoute.relayed(
            Self.leg(15, isStream: true), over: 0, Self.leg(20, isStream: true))
        var (last, late) = (SimTime.zero, 0)
        for i in 0..<5_000 {
            let now = SimTime.ms(Int64(i) * 200)
            let carried = path.carry(along: route, at: now)
            let arrival = try #require(carried)
            #expect(arrival >= last && arrival - now >= route.delay)
            if arrival - now >= .milliseconds(200) { late += 1 }
            last = arrival
        }
        // A tenth is lost on the one leg and a twentieth on the other; jitter alone is rarely so long.
        #expect(late > 500 && late < 1_500)
    }

    @Test func `a relay's load delays what passes and loses some of it, but no stream's segments`()
    {
        let plain = LinkBehaviour(jitter: .constant(0), loss: .none)
        let effect = FluidLink.Effect(loss: 0.25, delay: .milliseconds(50))
        var path = path(plain, plain)
        var lost = 0
        for i in 0..<20_000 {
            let now = SimTime.ms(Int64(i))
            let arrival = path.depart(from: 1, of: Self.routes[1], at: now, under: effect)
            if let arrival { #expect(arrival == now + .milliseconds(50 + 55)) } else { lost += 1 }
        }
        // 4.5 standard errors of 61.
        #expect(abs(lost - 5_000) < 276)
        let stream = MediaRoute.relayed(Self.leg(15, isStream: true), over: 0, Self.leg(20))
        for i in 0..<1_000 {
            let arrival = path.depart(from: 1, of: stream, at: .ms(Int64(i)), under: effect)
            #expect(arrival != nil)
        }
    }

    @Test func `equal streams give equal packets, other streams others`() {
        let link = LinkBehaviour(jitter: .gamma(mean: 0.008, shape: 2), loss: Self.lossy)
        func trace(_ entity: UInt64) -> [SimTime?] {
            var path = path(link, link, entity: entity)
            return (0..<500).map { path.carry(along: Self.routes[1], at: .ms(Int64($0) * 20)) }
        }
        #expect(trace(1) == trace(1))
        #expect(trace(1) != trace(2))
    }
}
