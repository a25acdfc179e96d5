import Digests
import Quantities
import RandomStreams

/// The keys that identifiers are derived under: one per epoch, of which the current and the one
/// before it live; older ones are overwritten.
///
/// Keys are drawn from a stream in order of epochs, so that the key of an epoch does not depend on when
/// anybody asked for it.
struct KeyRing: Sendable {
    static let keyByteCount = 32

    let epochLength: SimDuration
    private(set) var epoch: UInt32 = 0
    private(set) var current: HMACSHA256Key
    private(set) var previous: HMACSHA256Key?
    private var randomness: RandomStream

    /// The identifier of a device under the current key.
    func name(_ signals: FingerprintSignals) -> DeviceIdentifier {
        Self.name(signals, under: current, epoch: epoch)
    }

    /// The identifier that the device had under the key before, if there was one.
    func formerName(_ signals: FingerprintSignals) -> DeviceIdentifier? {
        previous.map { Self.name(signals, under: $0, epoch: epoch - 1) }
    }

    static func name(
        _ signals: FingerprintSignals, under key: HMACSHA256Key, epoch: UInt32
    ) -> DeviceIdentifier {
        let (high, low) = signals.withCanonicalBytes { key.words(of: $0) }
        return DeviceIdentifier(high: high, low: low, epoch: epoch)
    }

    init(epochLength: SimDuration, randomness: RandomStream) {
        var randomness = randomness
        self.epochLength = epochLength
        current = HMACSHA256Key(randomness.nextBytes(Self.keyByteCount))
        self.randomness = randomness
    }

    /// The epoch that `time` lies in; epochs begin at whole multiples of their length.
    @inline(__always)
    func epoch(at time: SimTime) -> UInt32 {
        UInt32(max(0, time.nanoseconds) / epochLength.nanoseconds)
    }

    /// When the next epoch begins.
    @inline(__always)
    var nextRotation: SimTime {
        SimTime(nanoseconds: (Int64(epoch) + 1) * epochLength.nanoseconds)
    }

    /// Moves to the next epoch.
    mutating func rotate() {
        previous = current
        current = HMACSHA256Key(randomness.nextBytes(Self.keyByteCount))
        epoch += 1
    }
}
