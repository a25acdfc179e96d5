/// What a stream is for. Each domain of use numbers its own purposes; a purpose is never reused
/// for something else, because that would correlate two kinds of draws.
public struct StreamPurpose: Hashable, Sendable, BitwiseCopyable, RawRepresentable {
    /// The registered number.
    public let rawValue: UInt16

    /// The purpose numbered `rawValue`.
    @inlinable
    public init(rawValue: UInt16) {
        self.rawValue = rawValue
    }
}

/// The full name of a stream: equal names give equal draws, different names independent ones.
public struct StreamName: Hashable, Sendable, BitwiseCopyable {
    /// The seed of the run.
    public var seed: UInt64
    /// The replication within the run.
    public var replication: UInt32
    /// What the draws are for.
    public var purpose: StreamPurpose
    /// Whose draws these are, below 2^48.
    public var entity: UInt64

    /// The name (seed, replication, purpose, entity).
    ///
    /// - Precondition: `entity` < 2^48, so that names map one to one onto generator counters.
    @inlinable
    public init(seed: UInt64, replication: UInt32, purpose: StreamPurpose, entity: UInt64) {
        precondition(entity < 1 << 48, "a stream's entity number has at most 48 bits")
        self.seed = seed
        self.replication = replication
        self.purpose = purpose
        self.entity = entity
    }
}

/// A stream of random numbers addressed by name: 2^34 words of 32 bits, then it traps.
///
/// The name is laid out injectively in the key (seed) and the counter (replication, purpose,
/// entity, position) of ``Philox``, so no two names ever share a block.
public struct RandomStream: Sendable {
    @usableFromInline let key: (UInt32, UInt32)
    @usableFromInline let entityLow: UInt32
    @usableFromInline let purposeAndEntityHigh: UInt32
    @usableFromInline let replication: UInt32
    @usableFromInline var position: UInt32 = 0
    @usableFromInline var block: Philox.Block = (0, 0, 0, 0)
    @usableFromInline var used: UInt8 = 4

    /// The stream called `name`, at its first draw.
    @inlinable
    public init(_ name: StreamName) {
        key = (
            UInt32(truncatingIfNeeded: name.seed), UInt32(truncatingIfNeeded: name.seed >> 32)
        )
        entityLow = UInt32(truncatingIfNeeded: name.entity)
        purposeAndEntityHigh =
            UInt32(name.purpose.rawValue) << 16 | UInt32(truncatingIfNeeded: name.entity >> 32)
        replication = name.replication
    }

    /// The next 32 random bits.
    @inlinable
    public mutating func nextUInt32() -> UInt32 {
        if used == 4 { refill() }
        defer { used += 1 }
        switch used {
        case 0: return block.0
        case 1: return block.1
        case 2: return block.2
        default: return block.3
        }
    }

    @inlinable
    mutating func refill() {
        block = Philox.block(
            counter: (position, entityLow, purposeAndEntityHigh, replication), key: key)
        position += 1
        used = 0
    }

    /// The next 64 random bits, the earlier word in the lower half.
    @inlinable
    public mutating func nextUInt64() -> UInt64 {
        // Most streams are read in pairs of words: those take no detour.
        if used == 4 {
            refill()
            used = 2
            return UInt64(block.1) << 32 | UInt64(block.0)
        }
        if used == 2 {
            used = 4
            return UInt64(block.3) << 32 | UInt64(block.2)
        }
        let low = UInt64(nextUInt32())
        return UInt64(nextUInt32()) << 32 | low
    }

    /// A number uniform in [0, 1), a multiple of 2^-53.
    @inlinable
    public mutating func nextUnit() -> Double {
        Double(nextUInt64() >> 11) * 0x1p-53
    }

    /// A number uniform in (0, 1), an odd multiple of 2^-53: safe under a logarithm.
    @inlinable
    public mutating func nextOpenUnit() -> Double {
        Double((nextUInt64() >> 12) << 1 | 1) * 0x1p-53
    }

    /// An integer uniform in 0..<bound, without bias (Lemire 2019, "Fast Random Integer
    /// Generation in an Interval", ACM TOMACS 29(1)).
    ///
    /// - Precondition: `bound` > 0.
    @inlinable
    public mutating func nextInteger(below bound: UInt64) -> UInt64 {
        precondition(bound > 0, "an empty range has no integer to draw")
        var product = nextUInt64().multipliedFullWidth(by: bound)
        if product.low < bound {
            let threshold = (0 &- bound) % bound
            while product.low < threshold {
                product = nextUInt64().multipliedFullWidth(by: bound)
            }
        }
        return product.high
    }

    /// True with probability `p`; always takes one 64-bit draw, whatever `p` is.
    @inlinable
    public mutating func nextBool(probability p: Double) -> Bool {
        nextUnit() < p
    }

    /// Fills `buffer` with random bytes, little-endian words in order.
    @inlinable
    public mutating func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        var offset = 0
        while offset < buffer.count {
            var word = nextUInt32()
            for _ in 0..<min(4, buffer.count - offset) {
                buffer[offset] = UInt8(truncatingIfNeeded: word)
                word >>= 8
                offset += 1
            }
        }
    }

    /// The next `count` random bytes.
    public mutating func nextBytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            fill(UnsafeMutableRawBufferPointer(buffer))
            initialized = count
        }
    }
}
