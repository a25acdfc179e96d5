import RandomStreams

/// The level of a frame as header extensions carry it (RFC 6464 §3).
enum AudioLevel {
    /// Mean squares at 0, −1, … −126 dBov, where 0 dBov is the square of full scale.
    private static let thresholds: [Double] = (0..<127).map {
        32_768 * 32_768 * Elementary.pow(10, -Double($0) / 10)
    }

    /// The root mean square of `frame` in dB below full scale, rounded down to whole dB, 0…127.
    static func decibelsBelowFullScale(_ frame: UnsafeBufferPointer<Int16>) -> UInt8 {
        guard let samples = frame.baseAddress else { return 127 }
        // A plain loop, which builds without optimisation do several times faster.
        var energy: Int64 = 0
        var index = 0
        while index < frame.count {
            let sample = Int64(samples[index])
            energy &+= sample &* sample
            index &+= 1
        }
        guard energy > 0 else { return 127 }
        let mean = Double(energy) / Double(frame.count)
        var (low, high) = (0, thresholds.count)
        while low < high {
            let middle = (low + high) / 2
            if thresholds[middle] > mean { low = middle + 1 } else { high = middle }
        }
        return UInt8(low)
    }
}
