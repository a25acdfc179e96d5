import MediaPipeline
import NetworkModel
import Quantities
import RandomStreams
import Testing

@testable import Talks

/// What talks without packets are given.
@Suite struct RehearsalTests {
    /// Two seconds of speech and two of silence, round and round.
    static let rhythm = SpeechRhythm(
        frame: .milliseconds(20),
        beats: Array(repeating: .speech, count: 100) + [.silence]
            + Array(repeating: .withheld, count: 99))

    /// Links that lose so much in bursts of such a mean length, and their rehearsals.
    private static let losses: [(loss: Double, burst: Double)] = [
        (0.01, 2), (0.05, 1.2), (0.08, 4),
    ]
    private static let lossy = losses.map { link in
        rehearsal(
            LinkBehaviour(
                jitter: .gamma(mean: 0.005, shape: 2),
                loss: GilbertLoss(loss: link.loss, meanBurst: link.burst)!))
    }

    private static let jittery = rehearsal(Call.jittery)

    private static func rehearsal(
        _ link: LinkBehaviour, along route: MediaRoute = .direct(.zero),
        rhythm: SpeechRhythm = RehearsalTests.rhythm,
        buffer: JitterBufferSettings = JitterBufferSettings(), apart: Double = 0
    ) -> Rehearsal {
        var isTalker = false
        return Rehearsal(
            of: RehearsedWay(from: link, to: link, along: route), rhythm: rhythm,
            buffer: buffer,
            drift: { _ in
                isTalker.toggle()
                return isTalker ? apart / 2 : -apart / 2
            },
            randomness: { Call.stream(20 + UInt16($1), UInt64($0)) })
    }

    /// The sum of the figures of many talks of length `age`.
    private func figures(
        _ rehearsal: Rehearsal, age: SimDuration, talks: Int = 1_000
    ) -> TakeFigures {
        var stream = Call.stream(30, 1)
        var sum = TakeFigures()
        for _ in 0..<talks { sum.add(to: rehearsal.figures(at: age, using: &stream)) }
        return sum
    }

    @Test(arguments: losses.indices, [10, 30, 60] as [Int64])
    func `loss meets its closed form`(_ index: Int, _ age: Int64) {
        let (link, rehearsal) = (Self.losses[index], Self.lossy[index])
        let step = Int(SimDuration.seconds(age).nanoseconds / Rehearsal.step.nanoseconds) - 1
        var (expected, lost, former) = (0.0, 0.0, 0.0)
        for (number, bound) in rehearsal.odds.enumerated() {
            #expect(bound >= former)
            let figures = rehearsal.take(number)[step]
            expected += (bound - former) * Double(figures.expected)
            lost += (bound - former) * Double(figures.lost)
            former = bound
        }
        // Packets lost before the first or after the last that came are not seen: at each end what
        // is left of a burst, or of two where the links' bursts meet, in its share of the talks.
        let share = 1 - (1 - link.loss) * (1 - link.loss)
        let unseen = 2 * share * 2 * link.burst / expected
        #expect(abs(lost / expected - share) < unseen + 0.001 * share, "\(lost / expected)")
        #expect(abs(former - 1) < 1e-12)
    }

    @Test func `over a perfect way everything is played after one frame and the wait for the next`()
    {
        var buffer = JitterBufferSettings()
        buffer.awaitsRedundancy = false
        buffer.initialDelay = .milliseconds(20)
        let rehearsal = Self.rehearsal(Call.plain, buffer: buffer)
        let sum = figures(rehearsal, age: .seconds(30))
        #expect(sum.lost == 0 && sum.late == 0 && sum.concealed == 0)
        // Of what was sent last some is still waiting.
        #expect(sum.played <= sum.sent && sum.played > sum.sent - 4 * 1_000)
        // The least delay of 20 ms in steps of 2 ms, and up to a frame until the next boundary.
        let delay = sum.meanDelay!
        #expect(delay >= .milliseconds(20) && delay <= .milliseconds(44), "\(delay)")
    }

    @Test func `ages come to themselves on average, within takes and beyond`() {
        let rehearsal = Self.jittery
        #expect(figures(rehearsal, age: .zero) == TakeFigures())
        // Half of the time is speech, with one packet more at its end; 32 takes begin anywhere in 4 s.
        let rate = 101.0 / 4
        for (seconds, within) in [(0.5, 0.4), (12, 0.1), (60, 0.02), (61, 0.02), (333, 0.02)] {
            let talks = seconds < 10 ? 5_000 : 500
            let sum = figures(rehearsal, age: SimDuration(seconds: seconds), talks: talks)
            let mean = Double(sum.sent) / Double(talks)
            #expect(abs(mean / (rate * seconds) - 1) < within, "\(mean) in \(seconds) s")
            // What is under way is neither expected nor lost yet.
            #expect(sum.expected <= sum.sent && sum.lost >= 0)
        }
    }

    /// Losses that are rare, or come in few long bursts, cannot be balanced; nobody stands for all.
    @Test(arguments: [(1e-6, 2.0), (1e-4, 2), (0.002, 1.1), (0.01, 200), (0.3, 20), (0, 1)])
    func `no take is chosen for most talks`(_ loss: Double, _ burst: Double) {
        let link = LinkBehaviour(
            jitter: .constant(0), loss: GilbertLoss(loss: loss, meanBurst: burst)!)
        let unbroken = SpeechRhythm(frame: .milliseconds(20), beats: [.speech])
        for rhythm in [Self.rhythm, unbroken] {
            let odds = Self.rehearsal(link, rhythm: rhythm).odds
            let weights = zip(odds, [0] + odds).map { $0 - $1 }
            #expect(abs(odds.last! - 1) < 1e-12)
            #expect(weights.allSatisfy { $0 >= 0 })
            #expect(weights.reduce(0) { $0 + $1 * $1 } <= 2 / Double(Rehearsal.takeCount) + 1e-12)
        }
    }

    @Test func `where one leg is a stream the other still loses`() {
        let leg = MediaRoute.Leg(delay: .milliseconds(50), isStream: true)
        let other = MediaRoute.Leg(delay: .zero)
        let link = LinkBehaviour(
            jitter: .constant(0.001), loss: GilbertLoss(loss: 0.04, meanBurst: 1.5)!)
        for route in [
            MediaRoute.relayed(leg, over: 0, other), MediaRoute.relayed(other, over: 0, leg),
        ] {
            let sum = figures(Self.rehearsal(link, along: route), age: .seconds(60), talks: 4_000)
            #expect(abs(Double(sum.lost) / Double(sum.expected) - 0.04) < 0.001)
        }
    }

    @Test func `it does not matter which take is asked for first`() {
        let (one, other) = (Self.rehearsal(Call.jittery), Self.rehearsal(Call.jittery))
        let forward = [0, 1, 31].map { one.take($0).last }
        let backward = [31, 1, 0].map { other.take($0).last }
        #expect(forward == backward.reversed())
        #expect(Set(forward).count == 3)
    }

    @Test func `a stream's losses are delays`() {
        let route = MediaRoute.relayed(
            MediaRoute.Leg(delay: .milliseconds(50), isStream: true), over: 0,
            MediaRoute.Leg(delay: .milliseconds(50), isStream: true))
        let overStreams = figures(Self.rehearsal(Call.jittery, along: route), age: .seconds(60))
        let overPackets = figures(Self.jittery, age: .seconds(60))
        #expect(overStreams.lost == 0)
        #expect(overPackets.lost > 0)
        #expect(overStreams.meanDelay! > overPackets.meanDelay! + .milliseconds(50))
        #expect(overStreams.late > overPackets.late)
    }

    @Test func `more jitter makes longer waits, and clocks that are apart stretch or trim`() {
        let gentle = figures(Self.jittery, age: .seconds(40))
        let rough = LinkBehaviour(
            jitter: .gamma(mean: 0.025, shape: 2), loss: GilbertLoss(loss: 0.02, meanBurst: 2)!)
        let harsh = figures(Self.rehearsal(rough), age: .seconds(40))
        #expect(harsh.meanDelay! > gentle.meanDelay! + .milliseconds(40))
        #expect(harsh.late > gentle.late)
        var buffer = JitterBufferSettings()
        buffer.awaitsRedundancy = false
        // A talker whose clock is 2,000 ppm fast against the listener's is six frames ahead after a
        // minute: they wait, until they are left out one by one. A slow one leaves gaps.
        let sound = figures(Self.rehearsal(Call.plain, buffer: buffer), age: .seconds(60))
        let fast = figures(
            Self.rehearsal(Call.plain, buffer: buffer, apart: 2_000), age: .seconds(60))
        let slow = figures(
            Self.rehearsal(Call.plain, buffer: buffer, apart: -2_000), age: .seconds(60))
        #expect(fast.sent > sound.sent && slow.sent < sound.sent)
        #expect(fast.concealed == 0 && fast.lost == 0)
        #expect(fast.meanDelay! != sound.meanDelay! && slow.meanDelay! != sound.meanDelay!)
    }

    /// The figures of sealed talks, with keys and bytes, against those of rehearsals of their way.
    @Test func `a rehearsal comes to what real talks come to`() throws {
        var loss = (talk: 0.0, expected: 0.0)
        var (late, concealed, due, delays, played) = (0.0, 0.0, 0.0, 0.0, 0.0)
        let fixed =
            MediaConfiguration().codecDelay + MediaConfiguration().deviceDelay
            + .milliseconds(40)
        for seed in 1...24 as ClosedRange<UInt64> {
            var call = Call()
            call.link = Call.jittery
            call.seed = seed
            // Frames of both sides lie anyhow to each other.
            call.answererSecuredAt = .zero + .milliseconds(Int64(seed % 20))
            let report = try call.report(seconds: 30)
            for side in [report.offerer, report.answerer] {
                loss.talk += Double(side.packetsLost)
                loss.expected += Double(side.packetsExpected)
                late += Double(side.playout.late)
                concealed += Double(side.playout.concealed)
                due += Double(side.playout.due)
                delays +=
                    Double(side.mouthToEar.nanoseconds) / 1e6
                    - Double(side.mouthToEar.count) * fixed.milliseconds
                played += Double(side.mouthToEar.count)
            }
        }
        let settings = MediaConfiguration(codec: .init()).jitterBuffer
        let rehearsed = Rehearsal(
            of: RehearsedWay(from: Call.jittery, to: Call.jittery, along: .direct(.zero)),
            rhythm: Call.rhythm, buffer: settings, drift: { _ in 0 },
            randomness: { Call.stream(20 + UInt16($1), UInt64($0)) })
        let sum = figures(rehearsed, age: .seconds(30))
        func expect(_ real: Double, _ modelled: Double, within: Double, _ what: Comment) {
            #expect(abs(real - modelled) <= within, "\(what): \(real) and \(modelled)")
        }
        expect(
            loss.talk / loss.expected, Double(sum.lost) / Double(sum.expected), within: 0.004,
            "loss")
        expect(
            late / loss.expected, Double(sum.late) / Double(sum.expected), within: 0.003, "late")
        expect(
            concealed / due, sum.playout.effectiveLoss, within: 0.005, "concealed")
        expect(delays / played, sum.meanDelay!.milliseconds, within: 4, "delay in ms")
    }
}
