import MediaPipeline
import NetworkModel
import Quantities
import RandomStreams
import Synchronization

/// Where a rehearsed direction leads: between which links, and which of its legs are streams.
public struct RehearsedWay: Sendable {
    /// The link of the peer that sends.
    public let sender: LinkBehaviour
    /// The link of the peer that receives.
    public let receiver: LinkBehaviour
    /// The legs; the delays of legs over UDP are of no account and best left out.
    public let route: MediaRoute

    /// The way from a peer whose link is `sender` to one whose link is `receiver` along `route`.
    public init(
        from sender: LinkBehaviour, to receiver: LinkBehaviour, along route: MediaRoute
    ) {
        self.sender = sender
        self.receiver = receiver
        self.route = route
    }

    /// Share of the packets that are lost in the long run; what is lost on a stream is sent again.
    var loss: Double {
        let lost = (
            route.first.isStream ? 0 : sender.loss.loss,
            route.relayCount > 0 && route.last.isStream ? 0 : receiver.loss.loss
        )
        return 1 - (1 - lost.0) * (1 - lost.1)
    }
}

/// What playout comes to over a way, for talks none of whose packets are simulated.
///
/// A few takes are performed, each when it is first asked for: with the real jitter buffer, over the
/// real path, but without bytes. A talk without packets is then given the figures of one of them at
/// its own age, chosen by the talk's own stream; what is lost, late and concealed, in runs or one by one,
/// belongs together as it does in a real talk. A talk longer than a take goes on in the settled part of
/// others.
///
/// Over UDP the takes are so weighted that loss meets its closed form at several ages: with few takes
/// it would be off for all talks over this way alike.
///
/// A class because the replications of a run share it. A take depends on its number alone: whoever
/// asks for it first, everybody gets the same.
public final class Rehearsal: Sendable {
    /// Takes of a way: the mean delay is then good to a millisecond or two where jitter is strong.
    public static var takeCount: Int { 32 }
    /// The length of a take.
    public static var span: SimDuration { .seconds(60) }
    /// When the jitter buffer has seen as many packets as it remembers.
    public static var settledAge: SimDuration { .seconds(20) }
    /// The ages at which figures are taken are that far apart.
    public static var step: SimDuration { .milliseconds(250) }
    /// The ages at which the takes' losses are made to meet the closed form.
    static var balancedAges: [SimDuration] {
        [.seconds(5), .seconds(10), .seconds(20), .seconds(30), .seconds(45), span]
    }

    private static var stepCount: Int { steps(in: span) }
    private static var settledStep: Int { steps(in: settledAge) }

    private static func steps(in age: SimDuration) -> Int {
        Int(age.nanoseconds / step.nanoseconds)
    }

    private let route: MediaRoute
    private let rhythm: SpeechRhythm
    private let buffer: JitterBufferSettings
    private let casts: [Take.Cast]
    /// Chance that a take or one before it is chosen.
    let odds: [Double]
    /// For each take that has been performed the figures at the end of each step.
    private let takes = Mutex([[TakeFigures]?](repeating: nil, count: takeCount))

    /// The rehearsal of `way` by talkers with `rhythm` and listeners with `buffer`.
    ///
    /// - Parameters:
    ///   - drift: draws by how much a clock is fast, in ppm.
    ///   - randomness: one of the three streams of the take of that number.
    /// - Precondition: `rhythm` has a beat, and its frame is that of `buffer`.
    /// - Complexity: a millisecond or two, and as much for each take when it is asked for.
    public init(
        of way: RehearsedWay, rhythm: SpeechRhythm, buffer: JitterBufferSettings,
        drift: (inout RandomStream) -> Double,
        randomness: (_ take: Int, _ stream: Int) -> RandomStream
    ) {
        route = way.route
        self.rhythm = rhythm
        self.buffer = buffer
        // On a way with streams a loss is a delay, and the two cannot be told apart.
        let isWhole = way.route.hasStream
        casts = (0..<Self.takeCount).map { number in
            var stream = randomness(number, 0)
            func path(
                _ part: (LinkBehaviour) -> LinkBehaviour, _ randomness: RandomStream
            ) -> MediaPath {
                MediaPath(
                    from: part(way.sender), to: part(way.receiver), randomness: randomness)
            }
            return Take.Cast(
                drift: (drift(&stream), drift(&stream)),
                frame: Int(stream.nextInteger(below: UInt64(rhythm.beats.count))),
                phase: SimDuration(
                    nanoseconds: Int64(
                        stream.nextInteger(below: UInt64(rhythm.frame.nanoseconds)))),
                losses: path({ isWhole ? $0.losses.delays : $0.losses }, randomness(number, 1)),
                delays: path({ isWhole ? $0 : $0.delays }, randomness(number, 2)))
        }
        odds = Self.odds(
            isWhole ? [] : Self.excessLosses(casts, rhythm, beyond: way.loss))
    }

    /// For each take how many more packets are lost than `loss` says, at each of ``balancedAges``.
    private static func excessLosses(
        _ casts: [Take.Cast], _ rhythm: SpeechRhythm, beyond loss: Double
    ) -> [[Double]] {
        let steps = balancedAges.map { self.steps(in: $0) }
        return casts.map { cast in
            Take.losses(of: cast, rhythm: rhythm, at: steps, of: step).map {
                Double($0.lost) - loss * Double($0.sent)
            }
        }
    }

    /// Weights with which the columns of `excess` are 0 on average, cumulated: linear in each take's
    /// row, which is the least change that does it. All alike without rows.
    private static func odds(_ excess: [[Double]]) -> [Double] {
        var weights = [Double](repeating: 1, count: takeCount)
        if !excess.isEmpty {
            let slopes = slopes(excess)
            weights = excess.map {
                max(0, 1 - zip(slopes, $0).reduce(0) { $0 + $1.0 * $1.1 })
            }
        }
        let total = weights.reduce(0, +)
        var sum = 0.0
        return weights.map { weight in
            sum += weight / total
            return sum
        }
    }

    /// The solution x of (Σ e eᵀ) x = Σ e over the rows e of `excess`, by elimination; 0 where a
    /// column tells nothing beyond those before it.
    private static func slopes(_ excess: [[Double]]) -> [Double] {
        let count = excess[0].count
        var rows = (0..<count).map { row in
            (0..<count).map { column in excess.reduce(0) { $0 + $1[row] * $1[column] } }
                + [excess.reduce(0) { $0 + $1[row] }]
        }
        let scale = (0..<count).map { rows[$0][$0] }
        var isSolved = [Bool](repeating: false, count: count)
        for pivot in 0..<count where rows[pivot][pivot] > 1e-9 * scale[pivot] {
            isSolved[pivot] = true
            for row in 0..<count where row != pivot {
                let factor = rows[row][pivot] / rows[pivot][pivot]
                for column in 0...count { rows[row][column] -= factor * rows[pivot][column] }
            }
        }
        return (0..<count).map { isSolved[$0] ? rows[$0][count] / rows[$0][$0] : 0 }
    }

    /// The figures of the take numbered `number` at the end of each step.
    func take(_ number: Int) -> [TakeFigures] {
        takes.withLock { takes in
            if let figures = takes[number] { return figures }
            var take = Take(casts[number], along: route, rhythm: rhythm, buffer: buffer)
            let figures = take.perform(Self.stepCount, of: Self.step)
            takes[number] = figures
            return figures
        }
    }

    /// The figures of a talk of length `age`, chosen by `randomness`.
    ///
    /// They are those of a whole number of steps, rounded up or down by chance such that talks of
    /// an age come to it on average.
    public func figures(at age: SimDuration, using randomness: inout RandomStream) -> TakeFigures {
        let (whole, rest) = age.nanoseconds.quotientAndRemainder(
            dividingBy: Self.step.nanoseconds)
        var steps = Int(whole)
        if Int64(randomness.nextInteger(below: UInt64(Self.step.nanoseconds))) < rest { steps += 1 }
        var figures = TakeFigures()
        guard steps > 0 else { return figures }
        let beginning = min(steps, Self.stepCount)
        figures.add(to: choose(using: &randomness)[beginning - 1])
        steps -= beginning
        while steps > 0 {
            let take = choose(using: &randomness)
            let stretch = min(steps, Self.stepCount - Self.settledStep)
            figures.add(
                from: take[Self.settledStep - 1], to: take[Self.settledStep + stretch - 1])
            steps -= stretch
        }
        return figures
    }

    private func choose(using randomness: inout RandomStream) -> [TakeFigures] {
        let draw = randomness.nextUnit()
        return take(odds.firstIndex { draw < $0 } ?? odds.count - 1)
    }
}
