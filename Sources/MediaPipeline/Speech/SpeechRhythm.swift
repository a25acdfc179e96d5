import Quantities

/// Which frames of a talker become packets, and what they tell a listener: all that playout knows of
/// speech. It goes round and round.
public struct SpeechRhythm: Hashable, Sendable {
    /// What becomes of a frame.
    public enum Beat: UInt8, Hashable, Sendable, BitwiseCopyable {
        /// Nothing is sent: the talker is silent.
        case withheld
        /// A packet says that the talker falls silent.
        case silence
        /// A packet of speech.
        case speech
        /// A packet of speech with a coarse copy of the frame before it.
        case redundant
    }

    /// The span of a frame.
    public let frame: SimDuration
    /// What becomes of each frame.
    public private(set) var beats: [Beat]

    /// A rhythm of these beats, one each `frame`.
    ///
    /// - Precondition: `frame` is positive.
    public init(frame: SimDuration, beats: [Beat] = []) {
        precondition(frame > .zero, "a frame has some length")
        self.frame = frame
        self.beats = beats
    }

    /// Adds a frame at the end.
    public mutating func append(_ beat: Beat) { beats.append(beat) }
}
