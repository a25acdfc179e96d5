import Quantities

/// A link or relay whose load is known as rates: what the packets of one call feel of it.
///
/// Everything beyond the tighter of the two ceilings is lost, evenly from all. Below them
/// packets queue as in M/D/1, up to the buffer.
public struct FluidLink: Hashable, Sendable, BitwiseCopyable {
    /// What packets feel.
    public struct Effect: Hashable, Sendable, BitwiseCopyable {
        /// Share of packets lost, 0…1.
        public var loss: Double
        /// Mean wait in the queue.
        public var delay: SimDuration

        /// The given effect.
        public init(loss: Double, delay: SimDuration) {
            self.loss = loss
            self.delay = delay
        }

        /// An idle link's.
        public static let none = Effect(loss: 0, delay: .zero)
        /// That of a relay that is not there: no load makes a live one lose everything.
        public static let down = Effect(loss: 1, delay: .zero)

        /// Whether nothing comes through, streams included.
        public var isDown: Bool { loss >= 1 }
    }

    /// The longest a packet waits before the buffer is full, unless configured.
    public static let defaultBuffer = SimDuration.milliseconds(50)

    /// Bits per second it carries; above 0.
    public let capacity: Bitrate
    /// Packets per second it carries; above 0.
    public let packetCapacity: Int64
    /// The longest a packet waits in its buffer.
    public let buffer: SimDuration

    /// A link of the given ceilings.
    public init(
        capacity: Bitrate, packetCapacity: Int64, buffer: SimDuration = FluidLink.defaultBuffer
    ) {
        precondition(capacity.bitsPerSecond > 0 && packetCapacity > 0, "a link carries something")
        precondition(buffer >= .zero, "no buffer holds negative time")
        self.capacity = capacity
        self.packetCapacity = packetCapacity
        self.buffer = buffer
    }

    /// The effect of `offered` bits in `packets` packets per second; neither negative.
    ///
    /// Loss is max(0, 1 − capacity/offered) for the tighter ceiling. The wait is that of M/D/1,
    /// ρ/(2(1 − ρ)) packet times (Pollaczek–Khinchine), at most the buffer.
    public func effect(offered: Bitrate, packets: Int64) -> Effect {
        precondition(offered.bitsPerSecond >= 0 && packets >= 0, "no rate is negative")
        let byBits = Double(offered.bitsPerSecond) / Double(capacity.bitsPerSecond)
        let byPackets = Double(packets) / Double(packetCapacity)
        let utilisation = max(byBits, byPackets)
        guard utilisation < 1 else {
            return Effect(loss: 1 - 1 / utilisation, delay: buffer)
        }
        guard packets > 0 else { return Effect(loss: 0, delay: .zero) }
        let packetTime = utilisation / Double(packets)
        let wait = utilisation / (2 * (1 - utilisation)) * packetTime
        return Effect(loss: 0, delay: min(buffer, SimDuration(seconds: min(wait, 1e6))))
    }
}
