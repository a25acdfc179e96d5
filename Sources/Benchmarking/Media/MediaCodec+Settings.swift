import OpusCodec
import Quantities

extension MediaCodec {
    /// As the codec takes them: every frame is sent, once, at the rate the signal asks for.
    var settings: OpusSettings {
        var settings = OpusSettings()
        settings.bitrate = Bitrate(bitsPerSecond: Int64(bitrate))
        settings.complexity = complexity
        settings.bandwidth =
            switch bandwidth {
            case .wideband: .wideband
            case .superwideband: .superwideband
            case .fullband: .fullband
            }
        settings.isDiscontinuous = false
        settings.hasForwardErrorCorrection = false
        settings.expectedLossPercentage = 0
        return settings
    }
}
