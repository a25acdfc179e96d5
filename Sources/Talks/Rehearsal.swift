import MediaPipeline
import NetworkModel
import Quantities
import RandomStreams

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

    /// Whether the receiver is reached by a stream.
    private var endsInStream: Bool { route.relayCount > 0 && route.last.isStream }

    /// Share of the packets that are lost in the long run; what is lost on a stream is sent again.
    var loss: Double {
        let lost = (
            route.first.isStream ? 0 : sender.loss.loss, endsInStream ? 0 : receiver.loss.loss
        )
        return 1 - (1 - lost.0) * (1 - lost.1)
    }

    /// What loses packets for good, and nothing else.
    func losses(_ randomness: RandomStream) -> MediaPath {
        MediaPath(
            from: route.first.isStream ? sender.losses.delays : sender.losses,
            to: endsInStream ? receiver.losses.delays : receiver.losses, randomness: randomness)
    }

    /// What delays packets: jitter, and the losses of streams.
    func delays(_ randomness: RandomStream) -> MediaPath {
        MediaPath(
            from: route.first.isStream ? sender : sender.delays,
            to: endsInStream ? receiver : receiver.delays, randomness: randomness)
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
/// The takes are so weighted that loss meets its closed form at several ages: with few takes it would
/// be off for all talks over this way alike. Where losses are too few for that, the early ages are given up.
///
/// A class because the replications of a run share it. A take depends on its number alone: whoever
/// asks for it first, everybody gets the same.
public final class Rehearsal: Sendable {
    /// Takes of a way: the mean delay is then good to a millisecond or two where jitter is strong.
    public static var takeCount: Int { 32 }
    /// The length of a take.
    public static var span: SimDuration { .seconds(60) }
    /// When the jitter buffer has settled: it remembers 512 packets, 10 s of unbroken speech.
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
    private let takes = WriteOnceMap<Int, [TakeFigures]>()

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
        casts = (0..<Self.takeCount).map { number in
            var stream = randomness(number, 0)
            return Take.Cast(
                drift: (drift(&stream), drift(&stream)),
                frame: Int(stream.nextInteger(below: UInt64(rhythm.beats.count))),
                phase: SimDuration(
                    nanoseconds: Int64(
                        stream.nextInteger(below: UInt64(rhythm.frame.nanoseconds)))),
                losses: way.losses(randomness(number, 1)),
                delays: way.delays(randomness(number, 2)))
        }
        odds = Self.odds(Self.excessLosses(casts, rhythm, beyond: way.loss))
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

    /// Weights with which the columns of `excess` are 0 on average, cumulated.
    ///
    /// Early columns are given up, and in the end all, where losses are so few or come in such bursts
    /// that a few takes would have to stand for all.
    private static func odds(_ excess: [[Double]]) -> [Double] {
        let columns = excess[0].count
        let weights =
            (0..<columns).lazy.map { first in balance(excess.map { Array($0[first...]) }) }
            .first { weights in
                let (sum, squares) = weights.reduce((0.0, 0.0)) { ($0.0 + $1, $0.1 + $1 * $1) }
                return weights.allSatisfy { $0 >= 0 }
                    && sum * sum >= squares * Double(takeCount) / 2
            } ?? [Double](repeating: 1, count: takeCount)
        let total = weights.reduce(0, +)
        var sum = 0.0
        return weights.map { weight in
            sum += weight / total
            return sum
        }
    }

    /// The weights nearest to 1 with which the columns of `excess` are 0 on average: linear in how far
    /// each row is from the mean row.
    private static func balance(_ excess: [[Double]]) -> [Double] {
        let count = excess[0].count
        let means = (0..<count).map { column in
            excess.reduce(0) { $0 + $1[column] } / Double(excess.count)
        }
        let centred = excess.map { row in zip(row, means).map { $0 - $1 } }
        let slopes = solution(
            (0..<count).map { row in
                (0..<count).map { column in
                    centred.reduce(0) { $0 + $1[row] * $1[column] } / Double(excess.count)
                } + [means[row]]
            })
        return centred.map { 1 - zip(slopes, $0).reduce(0) { $0 + $1.0 * $1.1 } }
    }

    /// The solution of equations whose last column is the right side, by elimination; 0 where an
    /// equation says nothing beyond those before it.
    private static func solution(_ equations: [[Double]]) -> [Double] {
        var rows = equations
        let count = rows.count
        var isSolved = [Bool](repeating: false, count: count)
        for pivot in 0..<count where rows[pivot][pivot] > 1e-9 * max(equations[pivot][pivot], 1) {
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
        takes.value(of: number) {
            var take = Take(casts[number], along: route, rhythm: rhythm, buffer: buffer)
            return take.perform(Self.stepCount, of: Self.step)
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
