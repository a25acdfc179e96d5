import OpusCodec

/// Where one side's frames of Opus come from: a microphone with an encoder, or a corpus.
public struct SpeechSource: ~Copyable, @unchecked Sendable {
    let live: LiveSpeech?
    /// Held for the storage that ``cursor`` points into.
    private let corpus: SpeechCorpus?
    private var cursor: SpeechCorpus.Cursor
    /// Samples per second of what was encoded.
    public let sampleRate: OpusSampleRate

    private init(_ live: LiveSpeech) {
        self.live = live
        corpus = nil
        cursor = SpeechCorpus.Cursor()
        sampleRate = live.sampleRate
    }

    private init(_ corpus: SpeechCorpus, _ cursor: SpeechCorpus.Cursor) {
        live = nil
        self.corpus = corpus
        self.cursor = cursor
        sampleRate = corpus.sampleRate
    }

    /// What `talker` says, encoded frame by frame as `settings` say.
    ///
    /// - Throws: ``OpusError`` if the codec refuses its settings.
    public static func live(
        _ talker: Talker, _ settings: OpusSettings
    ) throws(OpusError) -> SpeechSource {
        SpeechSource(try LiveSpeech(talker, settings))
    }

    /// What `party` says in a conversation of `corpus`, from the frame `offset` on and round and
    /// round; both parties of a call take the same conversation and offset.
    ///
    /// - Precondition: `conversation` is one of the corpus; `offset` is not negative.
    public static func corpus(
        _ corpus: SpeechCorpus, conversation: Int, party: Party, offset: Int
    ) -> SpeechSource {
        SpeechSource(
            corpus, corpus.cursor(conversation: conversation, party: party, offset: offset))
    }

    /// The next frame of the corpus and where its bytes are.
    @inline(__always)
    mutating func nextRecorded() -> (frame: SpeechCorpus.Frame, bytes: UnsafeRawPointer) {
        cursor.next()
    }

    @inline(__always)
    mutating func prefetch() {
        cursor.prefetch()
    }

    @inline(__always)
    mutating func prefetchPayload() {
        cursor.prefetchPayload()
    }
}
