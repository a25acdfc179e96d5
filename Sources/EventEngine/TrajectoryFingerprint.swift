import Quantities

/// One entry of the log that a fingerprint covers.
public struct TrajectoryRecord: Hashable, Sendable, BitwiseCopyable {
    /// When it happened.
    public var time: SimTime
    /// What happened: a number of the model's own catalogue.
    public var code: UInt32
    /// Whom it concerned.
    public var subject: UInt64
    /// What came of it.
    public var detail: UInt64

    /// The record of `code` at `time`.
    @inlinable
    public init(time: SimTime, code: UInt32, subject: UInt64, detail: UInt64) {
        self.time = time
        self.code = code
        self.subject = subject
        self.detail = detail
    }
}

/// A 128-bit hash over the ordered log of decisions and deliveries.
///
/// Two runs with equal fingerprints took the same trajectory. The hash folds full-width products
/// of the record's words with fixed odd constants; it is meant to catch divergence, not forgery.
/// Every ``checkpointInterval`` records the state is kept, so that two diverging runs can be
/// compared without storing their logs: the first differing checkpoint names the stretch, and a
/// second run captures its records.
public struct TrajectoryFingerprint: Sendable {
    /// Records between two checkpoints.
    public static var checkpointInterval: UInt64 { 1 << 14 }

    @usableFromInline var a: UInt64 = 0x243f_6a88_85a3_08d3
    @usableFromInline var b: UInt64 = 0x1319_8a2e_0370_7344

    /// How many records went in.
    public private(set) var count: UInt64 = 0
    /// The upper half of the state after each full interval.
    public private(set) var checkpoints: [UInt64] = []
    /// The records numbered in this range are kept in ``captured``.
    public var captureRange: Range<UInt64> = 0..<0
    /// The records whose numbers fell in ``captureRange``.
    public private(set) var captured: [TrajectoryRecord] = []

    /// The fingerprint of an empty log.
    public init() {}

    /// Adds `record` to the log.
    public mutating func add(_ record: TrajectoryRecord) {
        let first = UInt64(bitPattern: record.time.nanoseconds) ^ 0xa409_3822_299f_31d1
        let second = record.subject ^ UInt64(record.code) << 40 ^ 0x082e_fa98_ec4e_6c89
        let third = record.detail ^ 0x4528_21e6_38d0_1377
        a = Self.fold(a ^ first, second | 1) &+ b
        b = Self.fold(b ^ third, a ^ 0xbe54_66cf_34e9_0c6c) ^ a
        if captureRange.contains(count) { captured.append(record) }
        count += 1
        if count % Self.checkpointInterval == 0 { checkpoints.append(a) }
    }

    /// Adds the value of another fingerprint, for instance a replication's to its run's.
    public mutating func add(_ other: TrajectoryFingerprint) {
        add(
            TrajectoryRecord(
                time: SimTime(nanoseconds: Int64(truncatingIfNeeded: other.count)), code: 0,
                subject: other.a, detail: other.b))
    }

    @inlinable
    static func fold(_ x: UInt64, _ y: UInt64) -> UInt64 {
        let product = x.multipliedFullWidth(by: y)
        return product.high ^ product.low ^ x << 32 | x >> 32
    }

    /// The value as 32 hexadecimal digits.
    public var hexadecimal: String {
        [a, b].map { half in
            let digits = String(half, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }.joined()
    }
}
