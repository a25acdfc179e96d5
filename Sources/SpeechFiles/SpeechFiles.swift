import Foundation
import MediaPipeline
import OpusCodec

/// Where the speech of a run came from.
public enum SpeechSource: Equatable, Sendable {
    /// From `files` recordings that Debian packages installed.
    case recordings(files: Int)
    /// From the generator, as no recording was found.
    case generator
}

/// A recording that was found but not used.
public struct SkippedRecording: Equatable, Sendable {
    /// Why.
    public enum Reason: Equatable, Sendable {
        /// It could not be read, or is longer than ``SpeechLibrary/fileLimit``.
        case unreadable
        /// It is no WAV file of 16-bit mono sound.
        case format(WAVError)
    }

    /// The file's name, without its folder.
    public var name: String
    /// Why it was not used.
    public var reason: Reason
}

/// Recorded speech of this machine, ready for talkers.
///
/// Sources are Debian's `pocketsphinx-testdata` (sentences, numbers and cards read aloud, 16 kHz)
/// and `alsa-utils` (a voice naming loudspeakers, 48 kHz). Files are taken in the order of their
/// paths, those of one folder count as one voice, so the same packages give the same material everywhere; its hash goes into a run's
/// manifest. Without any the generator's material stands in and says so.
public struct SpeechLibrary: Sendable {
    /// The largest file read, in bytes: 5 min at 48 kHz.
    public static var fileLimit: Int { 32_000_000 }
    /// Files taken at most; more would only cost memory.
    public static var countLimit: Int { 1000 }
    /// Where `pocketsphinx-testdata` puts its recordings.
    public static var pocketsphinxFolder: String { "/usr/share/pocketsphinx/test/data" }
    /// Where `alsa-utils` puts its voice.
    public static var alsaFolder: String { "/usr/share/sounds/alsa" }
    /// The sampling rate of headerless recordings in ``pocketsphinxFolder``, in Hz.
    public static var rawSampleRate: Int { 16_000 }

    /// What talkers say.
    public let material: SpeechMaterial
    /// Where it came from.
    public let source: SpeechSource
    /// What was found and not used.
    public let skipped: [SkippedRecording]

    /// The speech found in `folders`, at the codec's `sampleRate` (see ``OpusBandwidth/sampleRate``);
    /// the generator's if there is none.
    ///
    /// `.wav` files may be anywhere below a folder; `.raw` files are headerless 16-bit
    /// little-endian mono sound at ``rawSampleRate``. `Noise.wav` is no speech and left out.
    public init(
        folders: [String] = [Self.pocketsphinxFolder, Self.alsaFolder],
        sampleRate: OpusSampleRate = .wideband
    ) {
        var clips: [SpeechClip] = []
        var skipped: [SkippedRecording] = []
        for folder in folders {
            for path in Self.recordings(below: folder) where clips.count < Self.countLimit {
                let name = String(path.split(separator: "/").last ?? "")
                switch Self.clip(at: folder + "/" + path, name: name) {
                case .success(var clip):
                    clip.voice = String(
                        (folder + "/" + path).split(separator: "/").dropLast().last ?? "")
                    clips.append(clip)
                case .failure(let failure):
                    skipped.append(SkippedRecording(name: name, reason: failure.reason))
                }
            }
        }
        self.skipped = skipped
        do {
            material = try SpeechMaterial(clips: clips, sampleRate: sampleRate)
            source = .recordings(files: clips.count)
        } catch {
            // Nothing, or nothing usable, was found.
            material = SyntheticSpeech.material(sampleRate: sampleRate)
            source = .generator
        }
    }

    /// Paths of sound files below `folder`, relative to it, in the order of their bytes.
    private static func recordings(below folder: String) -> [String] {
        guard let paths = FileManager.default.enumerator(atPath: folder) else { return [] }
        return paths.compactMap { $0 as? String }
            .filter { ($0.hasSuffix(".wav") || $0.hasSuffix(".raw")) && !$0.hasSuffix("Noise.wav") }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private struct Failure: Error {
        var reason: SkippedRecording.Reason
    }

    private static func clip(at path: String, name: String) -> Result<SpeechClip, Failure> {
        guard
            let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int,
            size <= fileLimit, let data = FileManager.default.contents(atPath: path)
        else { return .failure(Failure(reason: .unreadable)) }
        let bytes = [UInt8](data)
        if name.hasSuffix(".raw") {
            return .success(
                SpeechClip(
                    name: name, sampleRate: rawSampleRate, samples: WAVFile.samples(bytes[...])))
        }
        do {
            let file = try WAVFile(bytes)
            guard [8_000, 16_000, 24_000, 48_000].contains(file.sampleRate) else {
                throw WAVError.unsupportedRate(UInt32(file.sampleRate))
            }
            return .success(
                SpeechClip(name: name, sampleRate: file.sampleRate, samples: file.samples))
        } catch let error as WAVError {
            return .failure(Failure(reason: .format(error)))
        } catch {
            return .failure(Failure(reason: .unreadable))
        }
    }
}
