import CMemoryHints
import OpusCodec
import Quantities
import RTP
import RandomStreams

/// Conversations of a run's speech, encoded once as one codec setting says, for calls whose packets
/// are real but whose frames are encoded only once for all of them.
///
/// Both parties of each conversation are in it, so double talk and mutual silence are those of
/// ``ConversationPattern``; frames that DTX withholds are there with length 0. A call starts
/// anywhere in a conversation and goes round. All frames lie in one piece of memory beside one
/// table. Only sizes and flags may decide what a run does: the bytes may differ between processors.
///
/// A class because all calls of a run share it; it never changes.
public final class SpeechCorpus: @unchecked Sendable {
    /// Conversations if nobody says otherwise.
    public static var defaultConversationCount: Int { 8 }
    /// The length of each conversation if nobody says otherwise.
    public static var defaultSpan: SimDuration { .seconds(40) }
    /// The streams of the corpus belong to no run: the same speech and setting give the same one.
    static var purpose: StreamPurpose { StreamPurpose(rawValue: .max - 2) }

    /// A frame of a party: where its bytes lie, and what is known of it.
    struct Frame: BitwiseCopyable {
        /// Its first byte in the corpus.
        var offset: UInt32
        /// Bytes of Opus; 0 if the frame is withheld.
        var count: UInt16
        /// Level below full scale in dB, 0…127, and in the highest bit whether it is spoken.
        private var levelAndTurn: UInt8
        /// Whether a coarse copy of the frame before is in it.
        private var redundancy: UInt8

        init(offset: UInt32, captured: CapturedFrame, hasRedundancy: Bool) {
            self.offset = offset
            count = UInt16(captured.count)
            levelAndTurn = captured.level | (captured.isSpoken ? 0x80 : 0)
            redundancy = hasRedundancy ? 1 : 0
        }

        /// Level below full scale in dB, 0…127.
        var level: UInt8 { levelAndTurn & 0x7f }
        /// Whether the party had its turn.
        var isSpoken: Bool { levelAndTurn & 0x80 != 0 }
        /// Whether a coarse copy of the frame before is in it.
        var hasRedundancy: Bool { redundancy != 0 }
        /// Whether it carries a signal.
        var hasVoice: Bool { Int(count) > OpusPayload.silenceByteCount }
    }

    /// A place in a party's frames; points into a corpus that must outlive it.
    struct Cursor: BitwiseCopyable {
        private var frames: UnsafePointer<Frame>?
        private var bytes: UnsafeRawPointer?
        private var position: Int32 = 0
        private var count: Int32 = 0

        /// A place in no corpus.
        init() {
            frames = nil
            bytes = nil
        }

        init(frames: UnsafePointer<Frame>, count: Int, bytes: UnsafeRawPointer, position: Int) {
            self.frames = frames
            self.bytes = bytes
            self.count = Int32(count)
            self.position = Int32(position)
        }

        /// The frame here and its bytes; goes on to the next one.
        @inline(__always)
        mutating func next() -> (frame: Frame, bytes: UnsafeRawPointer) {
            guard let frames, let bytes else {
                preconditionFailure("only a corpus has recorded frames")
            }
            let frame = frames[Int(position)]
            position += 1
            if position == count { position = 0 }
            return (frame, bytes + Int(frame.offset))
        }

        @inline(__always)
        func prefetch() {
            guard let frames else { return }
            memory_hint_fetch(frames + Int(position))
        }

        /// Asks for the bytes of the frame here, most of which fit into two lines.
        @inline(__always)
        func prefetchPayload() {
            guard let frames, let bytes else { return }
            let start = bytes + Int(frames[Int(position)].offset)
            memory_hint_fetch(start)
            memory_hint_fetch(start + 64)
        }
    }

    /// One party of one conversation, encoded; made independently of all others.
    public struct Track: Sendable {
        fileprivate(set) var frames: [Frame] = []
        fileprivate(set) var bytes: [UInt8] = []
    }

    /// How the speech was encoded.
    public let settings: OpusSettings
    /// Samples per second of what was encoded.
    public let sampleRate: OpusSampleRate
    /// The conversations.
    public let conversationCount: Int
    /// Frames of each party in each conversation.
    public let frameCount: Int
    /// Bytes of the longest frame.
    public let largestPayload: Int
    /// Bytes of memory that all calls share.
    public let byteCount: Int
    /// How much is sent.
    public let figures: SpeechFigures
    private let frames: UnsafeMutableBufferPointer<Frame>
    private let payloads: UnsafeMutableRawBufferPointer

    /// Encodes conversations of `speech`.
    ///
    /// - Precondition: at least one conversation of at least one frame.
    /// - Throws: ``OpusError`` if the codec refuses its settings.
    /// - Complexity: 50 frames a second of `span`, conversation and party, each 50 to 200 µs.
    public convenience init(
        of speech: SpeechMaterial, as settings: OpusSettings,
        conversations: Int = SpeechCorpus.defaultConversationCount,
        span: SimDuration = SpeechCorpus.defaultSpan
    ) throws(OpusError) {
        var tracks: [Track] = []
        for index in 0..<Self.trackCount(conversations: conversations) {
            tracks.append(try Self.track(index, of: speech, as: settings, span: span))
        }
        self.init(of: speech, as: settings, tracks: tracks)
    }

    /// Tracks of a corpus of `conversations`: both parties of each.
    public static func trackCount(
        conversations: Int = SpeechCorpus.defaultConversationCount
    ) -> Int { 2 * conversations }

    /// Encodes the track numbered `index`, as any thread may do for any track.
    ///
    /// - Throws: ``OpusError`` if the codec refuses its settings.
    public static func track(
        _ index: Int, of speech: SpeechMaterial, as settings: OpusSettings,
        span: SimDuration = SpeechCorpus.defaultSpan
    ) throws(OpusError) -> Track {
        let talker = talker(
            of: speech, conversation: index / 2, index.isMultiple(of: 2) ? .first : .second)
        let live = try LiveSpeech(talker, settings)
        let count = max(1, Int(span.nanoseconds / settings.frame.duration.nanoseconds))
        var track = Track()
        track.frames.reserveCapacity(count)
        let scratch = UnsafeMutableRawBufferPointer.allocate(
            byteCount: OpusPayload.maximumFrameBytes, alignment: 16)
        defer { scratch.deallocate() }
        for _ in 0..<count {
            let captured = live.capture(into: scratch)
            let payload = UnsafeRawBufferPointer(rebasing: scratch[..<captured.count])
            track.frames.append(
                Frame(
                    offset: UInt32(track.bytes.count), captured: captured,
                    hasRedundancy: OpusPayload.hasRedundancy(payload)))
            track.bytes.append(contentsOf: payload)
        }
        return track
    }

    /// The talker for `party` of the conversation numbered `conversation`.
    static func talker(of speech: SpeechMaterial, conversation: Int, _ party: Party) -> Talker {
        let entity = 3 * UInt64(conversation)
        return Talker(
            material: speech, conversation: ConversationPattern(randomness: stream(entity)),
            party: party, randomness: stream(entity + 1 + UInt64(party.rawValue)))
    }

    static func stream(_ entity: UInt64) -> RandomStream {
        RandomStream(
            StreamName(seed: 0, replication: 0, purpose: purpose, entity: entity))
    }

    /// Puts the tracks of `speech`, all as `settings` say, together in order of their numbers.
    ///
    /// - Precondition: both parties of at least one conversation, all of one length.
    public init(of speech: SpeechMaterial, as settings: OpusSettings, tracks: [Track]) {
        precondition(
            !tracks.isEmpty && tracks.count.isMultiple(of: 2), "a conversation has two parties")
        self.settings = settings
        sampleRate = speech.sampleRate
        conversationCount = tracks.count / 2
        frameCount = tracks[0].frames.count
        let total = tracks.reduce(0) { $0 + $1.bytes.count }
        precondition(total <= Int(UInt32.max), "a corpus has up to 4 GiB")
        frames = .allocate(capacity: tracks.count * frameCount)
        payloads = .allocate(byteCount: total, alignment: 64)
        byteCount = total + tracks.count * frameCount * MemoryLayout<Frame>.stride
        var figures = SpeechFigures(frameDuration: settings.frame.duration)
        var (place, start, largest) = (0, 0, 0)
        for track in tracks {
            precondition(track.frames.count == frameCount, "tracks are equally long")
            for var frame in track.frames {
                figures.count(frame)
                largest = max(largest, Int(frame.count))
                frame.offset += UInt32(start)
                (frames.baseAddress! + place).initialize(to: frame)
                place += 1
            }
            UnsafeMutableRawBufferPointer(rebasing: payloads[start...]).copyBytes(from: track.bytes)
            start += track.bytes.count
        }
        self.figures = figures
        largestPayload = largest
    }

    deinit {
        frames.deallocate()
        payloads.deallocate()
    }

    func cursor(conversation: Int, party: Party, offset: Int) -> Cursor {
        precondition(
            conversation >= 0 && conversation < conversationCount && offset >= 0,
            "conversation \(conversation) of \(conversationCount) from frame \(offset)")
        let track = 2 * conversation + Int(party.rawValue)
        return Cursor(
            frames: UnsafePointer(frames.baseAddress! + track * frameCount), count: frameCount,
            bytes: UnsafeRawPointer(payloads.baseAddress!), position: offset % frameCount)
    }

    /// Which frames of `party` in a conversation become packets.
    public func rhythm(conversation: Int, party: Party) -> SpeechRhythm {
        var cursor = cursor(conversation: conversation, party: party, offset: 0)
        return SpeechRhythm(
            frame: settings.frame.duration,
            beats: (0..<frameCount).map { _ in
                let frame = cursor.next().frame
                guard frame.count > 0 else { return .withheld }
                guard frame.hasVoice else { return .silence }
                return frame.hasRedundancy ? .redundant : .speech
            })
    }

    /// Where a call begins: a conversation and a frame of it, drawn from the call's stream.
    public func drawPlace(
        using randomness: inout RandomStream
    ) -> (conversation: Int, offset: Int) {
        (
            Int(randomness.nextInteger(below: UInt64(conversationCount))),
            Int(randomness.nextInteger(below: UInt64(frameCount)))
        )
    }
}
