import OpusCodec
import Quantities
import RTP
import Testing

@testable import MediaPipeline

@Suite struct SpeechCorpusTests {
    @Test func `tracks put together in order make the same corpus whoever encoded them`() throws {
        let settings = OpusSettings()
        var tracks: [SpeechCorpus.Track] = []
        for index in (0..<SpeechCorpus.trackCount(conversations: 2)).reversed() {
            tracks.insert(
                try SpeechCorpus.track(
                    index, of: TestSpeech.wide, as: settings, span: .seconds(12)), at: 0)
        }
        let apart = SpeechCorpus(of: TestSpeech.wide, as: settings, tracks: tracks)
        let whole = TestCorpus.short
        #expect(apart.figures == whole.figures && apart.byteCount == whole.byteCount)
        for conversation in 0..<2 {
            for party in [Party.first, .second] {
                var one = apart.cursor(conversation: conversation, party: party, offset: 0)
                var other = whole.cursor(conversation: conversation, party: party, offset: 0)
                for _ in 0..<whole.frameCount {
                    let (a, b) = (one.next(), other.next())
                    #expect(bytes(a) == bytes(b) && a.frame.level == b.frame.level)
                }
            }
        }
    }

    private func bytes(_ frame: (frame: SpeechCorpus.Frame, bytes: UnsafeRawPointer)) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: frame.bytes, count: Int(frame.frame.count)))
    }

    @Test func `a cursor starts anywhere and goes round`() {
        let corpus = TestCorpus.short
        var all = corpus.cursor(conversation: 1, party: .second, offset: 0)
        let frames = (0..<corpus.frameCount).map { _ in bytes(all.next()) }
        var late = corpus.cursor(
            conversation: 1, party: .second, offset: corpus.frameCount * 5 + 590)
        for index in 590..<2000 {
            #expect(bytes(late.next()) == frames[index % corpus.frameCount])
        }
    }

    @Test func `the table says what the frames are`() throws {
        let corpus = TestCorpus.short
        var figures = SpeechFigures(frameDuration: .milliseconds(20))
        var decoder = try OpusDecoder(sampleRate: .wideband)
        var output = [Int16](repeating: 0, count: 320)
        var largest = 0
        for conversation in 0..<2 {
            for party in [Party.first, .second] {
                var pattern = ConversationPattern(
                    randomness: SpeechCorpus.stream(UInt64(3 * conversation)))
                var cursor = corpus.cursor(conversation: conversation, party: party, offset: 0)
                for index in 0..<corpus.frameCount {
                    let (frame, start) = cursor.next()
                    let payload = UnsafeRawBufferPointer(start: start, count: Int(frame.count))
                    figures.count(frame)
                    largest = max(largest, payload.count)
                    #expect(
                        frame.isSpoken
                            == pattern.isTalking(party, at: .milliseconds(20) * Int64(index)))
                    #expect(frame.hasRedundancy == OpusPayload.hasRedundancy(payload))
                    #expect(frame.hasVoice == (payload.count > 2))
                    guard !payload.isEmpty else { continue }
                    let count = try output.withUnsafeMutableBufferPointer {
                        try decoder.decode(payload, into: $0)
                    }
                    #expect(count == 320)
                }
            }
        }
        #expect(figures == corpus.figures && largest == corpus.largestPayload)
        #expect(figures.frames == 4 * 600)
        #expect(figures.meanPayload > 30 && figures.meanPayload < 80)
        #expect(figures.packetRate > 12 && figures.packetRate < 35)
    }

    @Test func `the default conversations hold as much talk as conversations do`() {
        var spoken = 0
        let count = SpeechCorpus.defaultConversationCount
        let frames = Int(SpeechCorpus.defaultSpan.nanoseconds / 20_000_000)
        for conversation in 0..<count {
            for party in [Party.first, .second] {
                var pattern = ConversationPattern(
                    randomness: SpeechCorpus.stream(UInt64(3 * conversation)))
                for index in 0..<frames {
                    let talks = pattern.isTalking(party, at: .milliseconds(20) * Int64(index))
                    spoken += talks ? 1 : 0
                }
            }
        }
        let share = Double(spoken) / Double(2 * count * frames)
        #expect(abs(share / ConversationPattern.activity - 1) < 0.01)
    }

    @Test func `speech that repeats frames and speech without pauses is known as such`() throws {
        var settings = OpusSettings()
        settings.isDiscontinuous = false
        settings.expectedLossPercentage = 10
        settings.bitrate = .kilobitsPerSecond(32)
        let corpus = try SpeechCorpus(
            of: TestSpeech.wide, as: settings, conversations: 1, span: .seconds(4))
        #expect(corpus.figures.packetRate == 50)
        #expect(corpus.figures.redundancy > 0.2 && corpus.figures.redundancy < 1)
    }

    @Test func `places are drawn all over the corpus`() {
        var randomness = stream(81)
        var conversations: Set<Int> = []
        var offsets: Set<Int> = []
        for _ in 0..<2000 {
            let place = TestCorpus.short.drawPlace(using: &randomness)
            conversations.insert(place.conversation)
            offsets.insert(place.offset)
        }
        #expect(conversations == [0, 1])
        #expect(offsets.count > 500 && offsets.allSatisfy { (0..<600).contains($0) })
    }
}
