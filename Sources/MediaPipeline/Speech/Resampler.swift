import RandomStreams

/// Changes the sampling rate of speech by a whole factor, up or down, with a windowed sinc.
///
/// The filter is a sinc with its half-power point at 0.45 of the lower rate, under a Kaiser window
/// of β = 8 (about −80 dB beyond the transition) that spans ±24 samples of the lower rate. It is
/// symmetric, so the delay is compensated exactly. Coefficients come from elementary functions
/// that are the same on every processor, and sums are taken in order, so equal input gives equal
/// output everywhere. Source: Kaiser and Schafer, IEEE Trans. ASSP 28(1), 1980, for the window.
public struct Resampler: Sendable {
    /// Samples of the lower rate on each side of the filter's centre.
    public static var halfWidth: Int { 24 }

    private let factor: Int
    private let goesUp: Bool
    /// Half of the symmetric filter at the higher rate: index 0 is its centre.
    private let coefficients: [Double]

    /// A resampler from `inputRate` to `outputRate`, in Hz; nil unless one is a whole multiple of
    /// the other, at most sixfold.
    public init?(from inputRate: Int, to outputRate: Int) {
        guard inputRate > 0, outputRate > 0 else { return nil }
        let (low, high) = (min(inputRate, outputRate), max(inputRate, outputRate))
        guard high % low == 0, high / low <= 6 else { return nil }
        factor = high / low
        goesUp = outputRate > inputRate
        coefficients = Self.filter(factor: high / low, gain: outputRate > inputRate)
    }

    private static func filter(factor: Int, gain: Bool) -> [Double] {
        let reach = halfWidth * factor
        let cutoff = 0.45 / Double(factor)
        var half = (0...reach).map { index in
            let x = Double(index)
            let sinc =
                index == 0
                ? 2 * cutoff : Elementary.sin2pi(cutoff * x) / (Double.pi * x)
            let edge = x / Double(reach)
            return sinc * besselI0(8 * max(0, 1 - edge * edge).squareRoot()) / besselI0(8)
        }
        let sum = half[0] + 2 * half.dropFirst().reduce(0, +)
        let scale = (gain ? Double(factor) : 1) / sum
        for index in half.indices { half[index] *= scale }
        return half
    }

    /// The modified Bessel function of order zero by its power series, for |x| ≤ 8.
    private static func besselI0(_ x: Double) -> Double {
        var (term, sum, k) = (1.0, 1.0, 1.0)
        while term > 1e-17 * sum {
            term *= (x / (2 * k)) * (x / (2 * k))
            sum += term
            k += 1
        }
        return sum
    }

    /// `samples` at the new rate, rounded and clamped to 16 bits; a k-fold rate has k-fold length.
    ///
    /// - Complexity: O(output · width).
    public func resample(_ samples: [Int16]) -> [Int16] {
        guard factor > 1, !samples.isEmpty else { return samples }
        let count = goesUp ? samples.count * factor : (samples.count + factor - 1) / factor
        return [Int16](unsafeUninitializedCapacity: count) { output, initialized in
            samples.withUnsafeBufferPointer { input in
                coefficients.withUnsafeBufferPointer { filter in
                    for index in 0..<count {
                        let value = value(at: index, input, filter)
                        output.initializeElement(
                            at: index,
                            to: Int16(min(max(value.rounded(), -32_768), 32_767)))
                    }
                }
            }
            initialized = count
        }
    }

    /// The sum over the samples that the filter reaches, in their order. Pointers and a plain loop,
    /// as there are fifty million steps to half a minute of speech.
    private func value(
        at index: Int, _ input: UnsafeBufferPointer<Int16>, _ filter: UnsafeBufferPointer<Double>
    ) -> Double {
        // Distances are in samples of the higher rate.
        let stride = goesUp ? factor : 1
        let place = goesUp ? index : index * factor
        let reach = (filter.count - 1) / stride
        let centre = place / stride
        let (samples, weights) = (input.baseAddress!, filter.baseAddress!)
        var source = max(0, centre - reach)
        let end = min(input.count, centre + reach + 2)
        var distance = place - source * stride
        var sum = 0.0
        while source < end {
            let magnitude = distance < 0 ? -distance : distance
            if magnitude < filter.count { sum += Double(samples[source]) * weights[magnitude] }
            source += 1
            distance -= stride
        }
        return sum
    }
}
