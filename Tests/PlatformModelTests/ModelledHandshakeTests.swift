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
        // None is due before all is over.
        let checks = PairChecks(under: .rfc8445, sent: 1, lastAt: limit, selected: begin)
        func direction(_ purpose: UInt16) -> HandshakeDirection {
            let link = LinkBehaviour(
                jitter: .constant(0),
                loss: loss > 0
                    ? GilbertLoss(loss: loss, meanBurst: 1 / (1 - loss))! : .none)
            return HandshakeDirection(
                path: MediaPath(
                    from: link, to: LinkBehaviour(jitter: .constant(0), loss: .none),
                    randomness: Self.stream(purpose, seed)),
                route: .direct(delay), checks: checks, asked: checks, askingTime: delay)
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

    /// Whoever has just got through is less often lost: by the chance to turn bad, not by the loss.
    @Test func `a handshake begins after a check that came through`() {
        let link = LinkBehaviour(
            jitter: .constant(0), loss: GilbertLoss(loss: 0.2, meanBurst: 5)!)
        let free = LinkBehaviour(jitter: .constant(0), loss: .none)
        func share(isProven: Bool) -> Double {
            let lost = (1...UInt64(20_000)).count { seed in
                var path = MediaPath(
                    from: link, to: free, randomness: Self.stream(4, seed), isProven: isProven)
                return path.carry(along: .direct(.milliseconds(10)), at: begin) == nil
            }
            return Double(lost) / 20_000
        }
        // Standard errors of 0.3 and 0.15 points.
        #expect(abs(share(isProven: false) - 0.2) < 0.012)
        #expect(abs(share(isProven: true) - 0.05) < 0.007)
    }

    /// A flight that was lost in a burst meets it again unless other packets have ended it.
    @Test func `checks end bursts of loss`() {
        let link = LinkBehaviour(
            jitter: .constant(0), loss: GilbertLoss(loss: 0.25, meanBurst: 2)!)
        let free = LinkBehaviour(jitter: .constant(0), loss: .none)
        func lostAgain(after gap: SimDuration) -> Double {
            var (lost, again) = (0, 0)
            for seed in 1...UInt64(20_000) {
                let checks = PairChecks(
                    under: .browser, sent: 2, lastAt: begin - .milliseconds(20), selected: begin)
                var direction = HandshakeDirection(
                    path: MediaPath(from: link, to: free, randomness: Self.stream(5, seed)),
                    route: .direct(.milliseconds(10)), checks: checks, asked: checks,
                    askingTime: .milliseconds(10))
                guard direction.carry(at: begin) == nil else { continue }
                lost += 1
                if direction.carry(at: begin + gap) == nil { again += 1 }
            }
            return Double(again) / Double(lost)
        }
        // The next packet is lost in half of the cases; behind the third check, at 28 ms, and the answer
        // to the other's, at 38 ms, it is the third next: 0.25 + 0.75 / 27.
        #expect(abs(lostAgain(after: .milliseconds(25)) - 0.5) < 0.03)
        #expect(abs(lostAgain(after: .milliseconds(50)) - 0.278) < 0.03)
    }

    @Test func `a pair is checked three times quickly, then each 900 ms`() {
        var checks = PairChecks(
            under: .browser, sent: 2, lastAt: begin - .milliseconds(20), selected: begin)
        var times: [SimDuration] = []
        for _ in 0..<3 {
            times.append(checks.next - begin)
            checks.advance()
        }
        #expect(times == [.milliseconds(28), .milliseconds(928), .milliseconds(1828)])
        // A check that was due while its forerunner's answer was waited for goes out at once.
        let late = PairChecks(
            under: .browser, sent: 2, lastAt: begin - .milliseconds(200), selected: begin)
        #expect(late.next == begin)
        let slow = PairChecks(
            under: .rfc8445, sent: 2, lastAt: begin - .milliseconds(200), selected: begin)
        #expect(slow.next == begin + .milliseconds(4800))
    }
}
