import Addressing
import NetworkModel
import Quantities
import RandomStreams
import Testing

/// Delay, jitter and loss of links, and whose draws they are.
@Suite struct LinkTests {
    static let jittery = PathQuality(
        accessDelay: .milliseconds(10), jitter: .gamma(mean: 0.002, shape: 2),
        loss: GilbertLoss(loss: 0.05, meanBurst: 3)!)

    @Test func `without jitter the delay is access, backbone, access`() throws {
        let world = World()
        let a = world.attach(.public, region: 0, entity: 1)
        let path = PathQuality(accessDelay: .milliseconds(7))
        let b = world.attach(.public, region: 1, entity: 2, path: path)
        let flight = try #require(world.send(a, 1, to: world.socket(b, 1), at: .s(1)))
        #expect(flight.arrival - .s(1) == .milliseconds(10 + 45 + 7))
        #expect(world.network.meanOneWayDelay(from: a, to: b) == .milliseconds(62))
        let server = world.attachServer(1, region: 0)
        #expect(
            world.network.meanOneWayDelay(from: a, to: b, via: server)
                == .milliseconds(10 + 5 + 45 + 7))
    }

    /// n packets one way; loss and mean burst must lie within 4.5 standard errors: a false
    /// alarm has probability under 1e-5 for each.
    @Test(arguments: [(0.003, 2.0), (0.05, 3.0), (0.2, 1.25), (0.5, 1.0)])
    func `loss and bursts are those of the Gilbert channel`(_ figures: (Double, Double)) throws {
        let loss = try #require(GilbertLoss(loss: figures.0, meanBurst: figures.1))
        let world = World()
        let path = PathQuality(accessDelay: .zero, loss: loss)
        let host = world.attach(.public, path: path)
        let server = world.serverSocket()
        let n = 100_000
        var (lost, bursts) = (0, 0)
        var wasLost = false
        for _ in 0..<n {
            let isLost = world.send(host, 1, to: server) == nil
            if isLost {
                lost += 1
                if !wasLost { bursts += 1 }
            }
            wasLost = isLost
        }
        // Correlation of successive states is r = 1 − p − q, which scales the variance.
        let r = 1 - loss.enterBad - loss.leaveBad
        let deviation =
            (loss.loss * (1 - loss.loss) * (1 + r) / (1 - r) / Double(n)).squareRoot()
        #expect(abs(Double(lost) / Double(n) - loss.loss) <= 4.5 * deviation)
        // A burst is geometric with mean B: its variance is B(B − 1).
        let burst = Double(lost) / Double(bursts)
        let variance = loss.meanBurst * (loss.meanBurst - 1)
        #expect(
            abs(burst - loss.meanBurst) <= 4.5 * (variance / Double(bursts)).squareRoot() + 1e-3)
    }

    @Test func `two links together lose as the closed form says`() throws {
        let world = World()
        let a = world.attach(.public, entity: 1, path: Self.jittery)
        let other = try #require(GilbertLoss(loss: 0.02, meanBurst: 6))
        let b = world.attach(
            .public, entity: 2, path: PathQuality(accessDelay: .zero, loss: other))
        let n = 300_000
        var (lost, bursts) = (0, 0)
        var wasLost = false
        for _ in 0..<n {
            let isLost = world.send(a, 1, to: world.socket(b, 1)) == nil
            if isLost {
                lost += 1
                if !wasLost { bursts += 1 }
            }
            wasLost = isLost
        }
        let (loss, burstRatio) = world.network.pathLoss(from: a, to: b)
        #expect(abs(loss - (1 - 0.95 * 0.98)) < 1e-12)
        // Standard errors: about 0.0010 for the loss and 0.03 for the burst; 4.5 of them.
        #expect(abs(Double(lost) / Double(n) - loss) < 0.0045)
        let measured = Double(lost) / Double(bursts) * (1 - loss)
        #expect(abs(measured - burstRatio) < 0.14)
    }

    @Test func `jitter delays, reorders and never comes before the base delay`() throws {
        let world = World()
        let host = world.attach(.public, path: Self.jittery)
        let server = world.serverSocket()
        var (sum, count, reordered, early) = (Int64(0), Int64(0), 0, 0)
        var last = SimTime.zero
        for i in 0..<50_000 {
            let now = SimTime.zero + .microseconds(Int64(i) * 500)
            guard let flight = world.send(host, 1, to: server, at: now) else { continue }
            let jitter = flight.arrival - now - .milliseconds(15)
            if jitter < .zero { early += 1 }
            sum += jitter.nanoseconds
            count += 1
            if flight.arrival < last { reordered += 1 }
            last = flight.arrival
        }
        #expect(early == 0)
        // Mean 2 ms, deviation √2 ms, 4.5 standard errors of about 6.5 µs.
        let bound = 4.5 * 2e6 / Double(2 * 47_000).squareRoot()
        #expect(abs(Double(sum) / Double(count) - 2e6) < bound)
        #expect(reordered > 1000)
    }

    /// Arrival times of 2,000 packets from host 1 to host 2, with others about or not.
    private func trace(seed: UInt64, crowded: Bool) -> [Int64?] {
        let world = World()
        if crowded { _ = world.attach(.public, entity: 77, path: Self.jittery, seed: seed) }
        let a = world.attach(
            .translated(.addressDependent, .endpointIndependent), entity: 1, path: Self.jittery,
            seed: seed)
        let third = world.attach(.public, entity: 3, path: Self.jittery, seed: seed)
        let fourth = world.attach(.public, entity: 4, path: Self.jittery, seed: seed)
        let b = world.attach(.public, entity: 2, path: Self.jittery, seed: seed)
        return (0..<2_000).map { i in
            let now = SimTime.ms(Int64(i) * 20)
            if crowded { _ = world.send(third, 1, to: world.socket(fourth, 1), at: now) }
            return world.send(a, 1, to: world.socket(b, 1), at: now)?.arrival.nanoseconds
        }
    }

    @Test func `equal seeds give equal packets, other seeds others`() {
        #expect(trace(seed: 1, crowded: false) == trace(seed: 1, crowded: false))
        #expect(trace(seed: 1, crowded: false) != trace(seed: 2, crowded: false))
    }

    @Test func `what others send changes nothing between two hosts`() {
        #expect(trace(seed: 1, crowded: false) == trace(seed: 1, crowded: true))
    }
}
