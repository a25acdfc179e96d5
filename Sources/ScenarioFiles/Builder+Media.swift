import Quantities
import ScenarioModel
import VoiceQuality

extension Builder {
    /// The section with the codec's impairment where the file leaves it open.
    func withQuality(_ media: Checked) -> Checked {
        var (media, quality) = (media, media["quality"])
        let codec = media["codec"]
        let bandwidth: AudioBandwidth = codec["bandwidth"].choice()
        let usual = CodecImpairment.opus(
            bitrate: Bitrate(bitsPerSecond: Int64(codec["bitrate"].number)),
            isWiderThanWideband: bandwidth == .superwideband || bandwidth == .fullband,
            scale: quality["scale"].choice())
        for (key, value) in [("ie", usual.ie), ("bpl", usual.bpl)]
        where quality.find(key) == nil {
            quality.set(key, to: Checked(.number(value), at: .builtIn))
        }
        quality.reorder(like: Format.quality.map(\.name))
        media.set("quality", to: quality)
        return media
    }
}
