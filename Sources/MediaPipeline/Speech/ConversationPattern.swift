import Quantities
import RandomStreams

/// Which of the two parties of a call.
public enum Party: UInt8, Hashable, Sendable, BitwiseCopyable {
    /// The one who offers.
    case first
    /// The one who answers.
    case second
}

/// Who talks when in a conversation of two (ITU-T P.59): single talk of either party, double talk
/// and mutual silence take turns.
///
/// Single talk ends in double talk with probability 0.294, else in mutual silence; both of those
/// end in single talk of either party with equal probability. The durations are exponential with
/// means 0.870 s, 0.228 s and 0.508 s. With these values talk spurts last 1.004 s and pauses
/// 1.587 s on average, double talk 0.228 s and mutual silence 0.508 s, which are the durations of
/// P.59 Table 1; a party talks 38.75 % of the time. The table's shares of time contradict its
/// durations and are not met: double talk takes 5.2 %, mutual silence 27.7 %.
///
/// Both parties hold a copy made from equal streams, so their patterns agree without talking to
/// each other; each starts when its own media starts, half a round trip apart.
public struct ConversationPattern: Sendable {
    /// Mean duration of single talk in seconds.
    public static var singleTalkMean: Double { 0.870 }
    /// Mean duration of double talk in seconds.
    public static var doubleTalkMean: Double { 0.228 }
    /// Mean duration of mutual silence in seconds.
    public static var mutualSilenceMean: Double { 0.508 }
    /// Probability that single talk ends because the other party joins in.
    public static var interruption: Double { 0.294 }

    /// Mean time from the beginning of a party's spurt to that of the next, in seconds.
    public static var meanCycle: Double { 2.591 }

    /// Share of the time that a party talks in the long run: a spurt of 1.004 s in every cycle.
    public static var activity: Double { 1.004 / meanCycle }

    private enum Phase {
        case singleTalk(Party)
        case doubleTalk
        case mutualSilence
    }

    private var randomness: RandomStream
    private var phase: Phase = .mutualSilence
    private var end = SimDuration.zero

    /// A conversation that begins with one party's turn.
    public init(randomness: RandomStream) {
        self.randomness = randomness
    }

    /// A conversation in which one party talks all the time and the other listens.
    public static func monologue(of party: Party) -> ConversationPattern {
        var pattern = ConversationPattern(
            randomness: RandomStream(
                StreamName(
                    seed: 0, replication: 0, purpose: StreamPurpose(rawValue: 0), entity: 0)))
        pattern.phase = .singleTalk(party)
        pattern.end = .max
        return pattern
    }

    /// Whether `party` talks at `offset` from the beginning.
    ///
    /// - Precondition: offsets never decrease.
    public mutating func isTalking(_ party: Party, at offset: SimDuration) -> Bool {
        while end <= offset { advance() }
        switch phase {
        case .singleTalk(let talker): return talker == party
        case .doubleTalk: return true
        case .mutualSilence: return false
        }
    }

    private mutating func advance() {
        let mean: Double
        switch phase {
        case .singleTalk:
            if randomness.nextBool(probability: Self.interruption) {
                phase = .doubleTalk
                mean = Self.doubleTalkMean
            } else {
                phase = .mutualSilence
                mean = Self.mutualSilenceMean
            }
        case .doubleTalk, .mutualSilence:
            phase = .singleTalk(randomness.nextBool(probability: 0.5) ? .first : .second)
            mean = Self.singleTalkMean
        }
        let length = SimDuration(seconds: randomness.nextExponential(mean: mean))
        end += max(length, .nanoseconds(1))
    }
}
