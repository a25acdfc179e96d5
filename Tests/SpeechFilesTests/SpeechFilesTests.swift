import Foundation
import MediaPipeline
import OpusCodec
import Testing

@testable import SpeechFiles

private func little(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
}

/// A WAV file of `samples`, with a chunk before the sound that readers must pass over.
private func wav(
    _ samples: [Int16], rate: Int = 16_000, format: Int = 1, channels: Int = 1, bits: Int = 16
) -> [UInt8] {
    let sound = samples.flatMap { little(Int($0), 2) }
    var chunks = Array("WAVEfmt ".utf8) + little(16, 4)
    chunks += little(format, 2) + little(channels, 2) + little(rate, 4)
    chunks += little(rate * 2, 4) + little(2, 2) + little(bits, 2)
    chunks += Array("LIST".utf8) + little(3, 4) + [1, 2, 3, 0]
    chunks += Array("data".utf8) + little(sound.count, 4) + sound
    return Array("RIFF".utf8) + little(chunks.count, 4) + chunks
}

@Suite struct WAVFileTests {
    @Test func `samples and rate are read, other chunks passed over`() throws {
        let file = try WAVFile(wav([1, -1, 32_767, -32_768], rate: 48_000))
        #expect(file.samples == [1, -1, 32_767, -32_768])
        #expect(file.sampleRate == 48_000)
    }

    @Test(arguments: [8_000, 16_000, 48_000])
    func `what is written is read again`(rate: Int) throws {
        let file = WAVFile(sampleRate: rate, samples: [0, 1, -1, 32_767, -32_768])
        #expect(file.bytes.count == 54)
        #expect(try WAVFile(file.bytes) == file)
    }

    @Test func `a file cut anywhere is an error, never a trap`() {
        let bytes = wav([Int16](repeating: 7, count: 20))
        for count in 0..<bytes.count {
            #expect(throws: WAVError.self) { try WAVFile(Array(bytes[..<count])) }
        }
    }

    @Test func `altered bytes are read or refused, never trapped on`() {
        let bytes = wav([Int16](repeating: 7, count: 20))
        for position in 0..<bytes.count {
            for value: UInt8 in [0, 1, 2, 127, 128, 255] {
                var altered = bytes
                altered[position] = value
                _ = try? WAVFile(altered)
            }
        }
    }

    @Test func `what is no 16-bit mono PCM is refused by name`() {
        #expect(throws: WAVError.notRIFF) { try WAVFile(Array("RIFX".utf8)) }
        #expect(throws: WAVError.unsupportedEncoding(format: 3)) {
            try WAVFile(wav([1], format: 3))
        }
        #expect(throws: WAVError.unsupportedLayout(bits: 16, channels: 2)) {
            try WAVFile(wav([1], channels: 2))
        }
        #expect(throws: WAVError.unsupportedLayout(bits: 24, channels: 1)) {
            try WAVFile(wav([1], bits: 24))
        }
        #expect(throws: WAVError.unsupportedRate(0)) { try WAVFile(wav([1], rate: 0)) }
        let noSound = Array(wav([]).dropLast(8))
        #expect(throws: WAVError.missingData) { try WAVFile(noSound) }
        let noFormat = Array("RIFF".utf8) + little(12, 4) + Array("WAVEdata".utf8) + little(0, 4)
        #expect(throws: WAVError.missingFormat) { try WAVFile(noFormat) }
    }
}

@Suite struct SpeechLibraryTests {
    /// A folder with `files`, gone after `body`.
    private func withFolder(_ files: [String: [UInt8]], _ body: (String) -> Void) throws {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: folder) }
        for (name, bytes) in files {
            let file = folder.appendingPathComponent(name)
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(bytes).write(to: file)
        }
        body(folder.path)
    }

    private let voice = (0..<16_000).map { Int16(($0 % 100) * 200 - 10_000) }

    @Test func `files come in the order of their paths, noise and wrecks do not`() throws {
        let raw: [UInt8] = voice.flatMap { little(Int($0), 2) }
        let files: [String: [UInt8]] = [
            "b/2.wav": wav(voice), "b/1.raw": raw,
            "a.wav": wav(voice, rate: 48_000), "Noise.wav": wav(voice), "note.txt": [1],
            "wreck.wav": [1, 2, 3], "odd.wav": wav(voice, rate: 22_050),
        ]
        try withFolder(files) { folder in
            let library = SpeechLibrary(folders: [folder])
            #expect(library.source == .recordings(files: 3))
            #expect(library.material.clips.map(\.name) == ["a.wav", "1.raw", "2.wav"])
            #expect(!library.material.isSynthetic)
            #expect(
                library.skipped == [
                    SkippedRecording(name: "odd.wav", reason: .format(.unsupportedRate(22_050))),
                    SkippedRecording(name: "wreck.wav", reason: .format(.notRIFF)),
                ])
            #expect(
                SpeechLibrary(folders: [folder]).material.contentHash
                    == library.material.contentHash)
        }
    }

    @Test func `without recordings the generator stands in and says so`() throws {
        let library = SpeechLibrary(folders: ["/nowhere/at/all"])
        #expect(library.source == .generator)
        #expect(library.material.isSynthetic)
        try withFolder(["silent.wav": wav([Int16](repeating: 0, count: 16_000))]) { folder in
            #expect(SpeechLibrary(folders: [folder]).source == .generator)
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: SpeechLibrary.pocketsphinxFolder)))
    func `Debian's recordings are speech of this rate and more than half a minute`() {
        let library = SpeechLibrary(folders: [SpeechLibrary.pocketsphinxFolder])
        let samples = library.material.clips.reduce(0) { $0 + $1.samples.count }
        #expect(!library.material.isSynthetic)
        #expect(library.skipped.isEmpty)
        #expect(samples > 16_000 * 30)
    }
}
