import Quantities
import RandomStreams
import Testing

@testable import NetworkModel

@Suite struct JitterSamplerTests {
    /// Mean and variance over 200,000 draws, each within 5 standard errors: a false alarm has
    /// probability under 1e-6 per figure.
    @Test(arguments: [
        Distribution.exponential(mean: 0.004), .gamma(mean: 0.001, shape: 2),
        .gamma(mean: 0.003, shape: 3), .gamma(mean: 0.001, shape: 4),
        .gamma(mean: 0.001, shape: 2.5),
    ])
    func `delays have the moments of their distribution`(_ distribution: Distribution) {
        let (mean, shape) =
            switch distribution {
            case .gamma(let mean, let shape): (mean, shape)
            default: (distribution.mean, 1.0)
            }
        let sampler = JitterSampler(distribution)
        var stream = World.stream(1)
        let n = 200_000
        var (sum, squares) = (0.0, 0.0)
        for _ in 0..<n {
            let x = sampler.draw(using: &stream).seconds / mean
            sum += x
            squares += x * x
        }
        let measured = sum / Double(n)
        let variance = squares / Double(n) - measured * measured
        #expect(abs(measured - 1) < 5 * (1 / shape / Double(n)).squareRoot())
        // The fourth central moment of a gamma of mean 1 is 3/k² + 6/k³.
        let error = ((2 / (shape * shape) + 6 / (shape * shape * shape)) / Double(n)).squareRoot()
        #expect(abs(variance - 1 / shape) < 5 * error)
    }

    @Test func `constants draw nothing`() {
        var stream = World.stream(1)
        var untouched = stream
        #expect(JitterSampler(.constant(0)).draw(using: &stream) == .zero)
        #expect(JitterSampler(.constant(0.002)).draw(using: &stream) == .milliseconds(2))
        #expect(stream.nextUInt64() == untouched.nextUInt64())
    }
}
