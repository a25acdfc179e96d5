import OpusCodec
import RTP

/// A frame as its sender has it for a packet.
struct CapturedFrame: BitwiseCopyable {
    /// Bytes of Opus; 0 if the frame is withheld, because the talker is silent.
    var count: Int
    /// Its level below full scale in dB, 0…127.
    var level: UInt8
    /// Whether the party had its turn.
    var isSpoken: Bool

    /// Whether it carries a signal.
    var hasVoice: Bool { count > OpusPayload.silenceByteCount }
}

/// A microphone and its encoder.
///
/// A class so that the sides of calls without one stay small; a side is its only owner.
final class LiveSpeech {
    private var talker: Talker
    private var encoder: OpusEncoder
    private var isWithholding = false
    private let frame: UnsafeMutableBufferPointer<Int16>

    init(_ talker: Talker, _ settings: OpusSettings) throws(OpusError) {
        encoder = try OpusEncoder(settings: settings, sampleRate: talker.material.sampleRate)
        self.talker = talker
        frame = .allocate(capacity: settings.frame.samples(at: talker.material.sampleRate))
        frame.initialize(repeating: 0)
    }

    deinit {
        frame.deallocate()
    }

    /// Samples per second.
    var sampleRate: OpusSampleRate { talker.material.sampleRate }

    /// The samples captured last.
    var samples: UnsafeBufferPointer<Int16> { UnsafeBufferPointer(frame) }

    /// Captures the next frame and encodes it into `output`.
    ///
    /// In silence the first empty packet is sent, so that the listener knows, and the others are
    /// withheld (RFC 7587 §3.1.3).
    func capture(into output: UnsafeMutableRawBufferPointer) -> CapturedFrame {
        let isSpoken = talker.nextFrame(into: frame)
        let count: Int
        do {
            count = try encoder.encode(UnsafeBufferPointer(frame), into: output)
        } catch {
            preconditionFailure("a whole frame with room for any packet encodes, but \(error)")
        }
        let isSilent = count <= OpusPayload.silenceByteCount
        if isSilent, isWithholding || count == 0 {
            return CapturedFrame(count: 0, level: 127, isSpoken: isSpoken)
        }
        isWithholding = isSilent
        let level = AudioLevel.decibelsBelowFullScale(UnsafeBufferPointer(frame))
        return CapturedFrame(count: count, level: level, isSpoken: isSpoken)
    }
}
