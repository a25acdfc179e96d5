import OpusCodec
import Quantities
import RandomStreams

/// One party's microphone: clips of the material strung into the party's turns of a conversation.
///
/// A turn goes on where the last one broke off in the clip, and a clip that ends is followed by a
/// randomly chosen one. Turns begin and end at frames, with ramps of 5 ms against clicks; between
/// them there is digital silence.
public struct Talker: Sendable {
    /// Milliseconds over which a turn fades in and out.
    public static var rampMilliseconds: Int { 5 }

    /// What the talker says.
    public let material: SpeechMaterial
    private var conversation: ConversationPattern
    private let party: Party
    private var randomness: RandomStream
    private var clip: Int
    private var position = 0
    private var elapsedSamples: Int64 = 0
    private var isTalking = false

    /// The talker for `party` of a conversation; `randomness` chooses the clips.
    public init(
        material: SpeechMaterial, conversation: ConversationPattern, party: Party,
        randomness: RandomStream
    ) {
        self.material = material
        self.conversation = conversation
        self.party = party
        self.randomness = randomness
        clip = Int(self.randomness.nextInteger(below: UInt64(material.clips.count)))
    }

    /// Fills `frame` with what the microphone picks up next; true if the party has its turn.
    public mutating func nextFrame(into frame: UnsafeMutableBufferPointer<Int16>) -> Bool {
        let rate = Int64(material.sampleRate.rawValue)
        let (seconds, rest) = elapsedSamples.quotientAndRemainder(dividingBy: rate)
        let offset =
            SimDuration.seconds(seconds) + SimDuration(nanoseconds: rest * 1_000_000_000 / rate)
        elapsedSamples += Int64(frame.count)
        let wasTalking = isTalking
        isTalking = conversation.isTalking(party, at: offset)
        guard isTalking || wasTalking else {
            frame.initialize(repeating: 0)
            return false
        }
        speak(into: frame)
        let ramp = min(frame.count, Int(rate) * Self.rampMilliseconds / 1000)
        if !wasTalking {
            for index in 0..<ramp {
                frame[index] = Int16(Int(frame[index]) * index / ramp)
            }
        }
        if !isTalking {
            // The turn is over: this frame only fades it out.
            for index in 0..<ramp {
                frame[index] = Int16(Int(frame[index]) * (ramp - index) / ramp)
            }
            for index in ramp..<frame.count { frame[index] = 0 }
        }
        return isTalking
    }

    private mutating func speak(into frame: UnsafeMutableBufferPointer<Int16>) {
        var filled = 0
        while filled < frame.count {
            if position == material.clips[clip].samples.count {
                position = 0
                clip = Int(randomness.nextInteger(below: UInt64(material.clips.count)))
            }
            let available = material.clips[clip].samples.count - position
            let count = min(available, frame.count - filled)
            material.clips[clip].samples.withUnsafeBufferPointer { samples in
                (frame.baseAddress! + filled).update(
                    from: samples.baseAddress! + position, count: count)
            }
            position += count
            filled += count
        }
    }
}
