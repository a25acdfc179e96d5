import NetworkModel
import Quantities
import RandomStreams
import Testing

@testable import PlatformModel

/// The handshake of calls without packets.
@Suite struct ModelledHandshakeTests {
    private static func stream(_ purpose: UInt16, _ seed: UInt64) -> RandomStream {
        RandomStream(
            StreamName(
                seed: seed, replication: 0, purpose: StreamPurpose(rawValue: purpose), entity: 3))
    }

    private func handshake(
        delay: SimDuration, loss: Double = 0, first: SimDuration = .milliseconds(50),
        seed: UInt64 = 1
    ) -> ModelledHandshake {
        func direction(_ purpose: UInt16) -> ModelledHandshake.Direction {
            let link = LinkBehaviour(
                jitter: .constant(0),
                loss: loss > 0
                    ? GilbertLoss(loss: loss, meanBurst: 1 / (1 - loss))! : .none)
            return ModelledHandshake.Direction(
                path: MediaPath(
                    from: link, to: LinkBehaviour(jitter: .constant(0), loss: .none),
                    randomness: Self.stream(purpose, seed)),
                route: .direct(delay))
        }
        return ModelledHandshake(
            firstTimeout: first, there: direction(1), back: direction(2))
    }

    private let begin = SimTime.zero + .seconds(5)
    private var limit: SimTime { begin + .seconds(60) }

    @Test(arguments: [1, 10, 24, 30, 120, 700] as [Int64])
    func `two round trips, whatever the timers say`(_ milliseconds: Int64) {
        var handshake = handshake(delay: .milliseconds(milliseconds))
        let end = handshake.run(from: begin, serverReady: begin, until: limit)
        #expect(end == begin + .milliseconds(4 * milliseconds))
    }

    @Test func `a hello that comes too early comes again after the first timer`() {
        var handshake = handshake(delay: .milliseconds(10))
        let end = handshake.run(
            from: begin, serverReady: begin + .milliseconds(30), until: limit)
        #expect(end == begin + .milliseconds(50 + 40))
        // After 1 s by the RFC's timers.
        var slow = self.handshake(delay: .milliseconds(10), first: .seconds(1))
        #expect(
            slow.run(from: begin, serverReady: begin + .milliseconds(30), until: limit)
                == begin + .milliseconds(1040))
    }

    @Test func `who never gets ready has no keys`() {
        var handshake = handshake(delay: .milliseconds(10))
        #expect(
            handshake.run(from: begin, serverReady: .distantFuture, until: limit) == nil)
    }

    /// One flight lost costs one timer: of two independent losses of 5 % each way the mean follows.
    @Test func `losses cost timers`() {
        let count = 4_000
        var (sum, whole) = (0.0, 0)
        for seed in 1...UInt64(count) {
            var handshake = handshake(
                delay: .milliseconds(10), loss: 0.05, first: .seconds(1), seed: seed)
            let end = handshake.run(from: begin, serverReady: begin, until: limit)!
            sum += (end - begin).seconds
            if end == begin + .milliseconds(40) { whole += 1 }
        }
        // All four flights come through at once in 0.95^4 of the cases, 81.45 %, ± 0.6 %.
        #expect(abs(Double(whole) / Double(count) - 0.8145) < 0.025)
        // One loss more costs a second, or, where one of several messages sent again is lost, two.
        let mean = sum / Double(count)
        #expect(mean > 0.04 + 0.2 && mean < 0.04 + 0.2 * 1.8, "\(mean)")
    }
}
