import Quantities
import RandomStreams

/// A jitter distribution prepared for drawing once per packet and side.
///
/// The usual kinds, constants and sums of up to four exponentials (gamma of whole shape), are
/// drawn from 32-bit words without touching the heap; all others as ``Distribution`` draws them.
enum JitterSampler: Sendable {
    case none
    case constant(SimDuration)
    /// The sum of `count` exponentials of mean `scale` ns each.
    case erlang(count: Int, scale: Double)
    case general(Distribution)

    /// Most exponentials that one product of 32-bit numbers stands for: 2^-132 is still exact.
    private static let mostExponentials = 4.0

    init(_ distribution: Distribution) {
        switch distribution {
        case .constant(let seconds):
            self = seconds > 0 ? .constant(SimDuration(seconds: seconds)) : .none
        case .exponential(let mean):
            self = .erlang(count: 1, scale: mean * 1e9)
        case .gamma(let mean, let shape)
        where shape >= 1 && shape <= Self.mostExponentials && shape == shape.rounded(.down):
            self = .erlang(count: Int(shape), scale: mean / shape * 1e9)
        default:
            self = .general(distribution)
        }
    }

    /// The delay of one packet; never negative.
    ///
    /// Uniform numbers here are odd multiples of 2^-33, which cuts the exponential's tail where
    /// one packet in 2^32 would be beyond.
    func draw(using stream: inout RandomStream) -> SimDuration {
        switch self {
        case .none: return .zero
        case .constant(let delay): return delay
        case .erlang(let count, let scale):
            var product = 1.0
            for _ in 0..<count {
                product *= (Double(stream.nextUInt32()) + 0.5) * 0x1p-32
            }
            return SimDuration(nanoseconds: Int64(0.5 - scale * Elementary.log(product)))
        case .general(let distribution): return distribution.sampleDuration(using: &stream)
        }
    }
}
