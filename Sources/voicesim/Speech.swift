import Digests
import OpusCodec
import Results
import ScenarioModel
import SpeechFiles

extension SpeechLibrary {
    /// The speech for calls with the given codec: sampled as finely as its bandwidth can use.
    init(for codec: Codec) {
        switch codec.bandwidth {
        case .narrowband, .mediumband, .wideband: self.init(sampleRate: .wideband)
        case .superwideband, .fullband: self.init(sampleRate: .fullband)
        }
    }

    /// What `run.json` says of it.
    var manifest: RunDocument.Speech {
        let text =
            switch source {
            case .recordings(let files): "\(files) recordings"
            case .generator: "generator"
            }
        return RunDocument.Speech(source: text, hash: material.contentHash.hexadecimal)
    }

    /// What the reader of a summary should know of it.
    var notes: [String] {
        var notes: [String] = []
        if source == .generator {
            notes.append(
                "no recorded speech was found (Debian: pocketsphinx-testdata, alsa-utils); "
                    + "calls at full fidelity speak synthetic sound with the spectrum of speech")
        }
        if !skipped.isEmpty {
            let names = skipped.map(\.name).joined(separator: ", ")
            notes.append("recordings that could not be used: \(names)")
        }
        return notes
    }
}
