import Quantities

/// What a sequence number said about its stream (RFC 3550 A.1).
public enum SequenceUpdate: Hashable, Sendable, BitwiseCopyable {
    /// The packet is in sequence, or late within the misorder window; its number extended.
    case valid(extended: Int64)
    /// The source is still on probation and the packet must not be used.
    case probation
    /// The number is out of range; one more in sequence with it restarts the source.
    case outOfRange
    /// Two packets in sequence after a jump: the source has restarted; counts begin anew.
    case restarted(extended: Int64)
}

/// Statistics of one received source: extended sequence numbers and validity (RFC 3550 A.1),
/// loss (A.3) and interarrival jitter (A.8).
public struct ReceptionStatistics: Sendable, BitwiseCopyable {
    /// Steps ahead that are taken as loss rather than as a jump (RFC 3550 A.1 `MAX_DROPOUT`).
    public static var dropoutLimit: UInt16 { 3000 }
    /// Steps back that are taken as reordering (RFC 3550 A.1 `MAX_MISORDER`).
    public static var misorderLimit: UInt16 { 100 }

    private let clock: MediaClock
    private var hasBegun = false
    private var highest: UInt16 = 0
    private var cycles: Int64 = 0
    private var base: Int64 = 0
    private var expectedAfterJump: UInt32
    private var probation: Int
    private let probationCount: Int
    private var transit: Int64?
    private var scaledJitter: Int64 = 0
    private var expectedAtReport: Int64 = 0
    private var receivedAtReport: Int64 = 0
    /// Packets received since the source was validated, duplicates and late ones included.
    public private(set) var received: Int64 = 0

    /// Statistics of a source nothing was received from.
    ///
    /// - Parameter probation: packets in sequence before the source is valid, as RFC 3550 A.1
    ///   `MIN_SEQUENTIAL` = 2 for open sources; 0 where packets are authenticated.
    public init(clock: MediaClock = .opus, probation: Int = 0) {
        self.clock = clock
        self.probation = probation
        probationCount = probation
        expectedAfterJump = 1 << 16 + 1
    }

    /// The highest sequence number with its count of cycles in the upper bits; nil before the
    /// first valid packet.
    public var extendedHighest: Int64? { received > 0 ? cycles + Int64(highest) : nil }

    /// Packets that should have come since the first one.
    public var expected: Int64 { extendedHighest.map { $0 - base + 1 } ?? 0 }

    /// Packets expected and not received; negative if duplicates outnumber losses (A.3).
    public var cumulativeLost: Int64 { expected - received }

    /// Interarrival jitter in clock ticks (A.8), rounded down.
    public var jitterTicks: UInt32 { UInt32(clamping: scaledJitter >> 4) }

    /// Interarrival jitter as a span (A.8).
    public var jitter: SimDuration { clock.duration(ofTicks: scaledJitter) / 16 }

    /// Takes a packet of the source that arrived at `now`.
    public mutating func receive(
        sequenceNumber: UInt16, timestamp: UInt32, at now: SimTime
    ) -> SequenceUpdate {
        let update = advance(to: sequenceNumber)
        switch update {
        case .valid, .restarted: updateJitter(timestamp: timestamp, at: now)
        case .probation, .outOfRange: break
        }
        return update
    }

    private mutating func begin(at number: UInt16) {
        hasBegun = true
        highest = number
        cycles = 0
        base = Int64(number)
        expectedAfterJump = 1 << 16 + 1
        received = 0
        expectedAtReport = 0
        receivedAtReport = 0
        transit = nil
    }

    private mutating func advance(to number: UInt16) -> SequenceUpdate {
        if !hasBegun {
            begin(at: number)
            highest = number &- 1
        }
        let step = number &- highest
        if probation > 0 {
            probation = (step == 1 ? probation : probationCount) - 1
            highest = number
            guard probation == 0 else { return .probation }
            begin(at: number)
            received = 1
            return .valid(extended: Int64(number))
        }
        if received == 0 {
            begin(at: number)
        } else if step < Self.dropoutLimit {
            if number < highest { cycles += 1 << 16 }
            highest = number
        } else if step <= 0 &- Self.misorderLimit {
            guard UInt32(number) == expectedAfterJump else {
                expectedAfterJump = UInt32(number &+ 1)
                return .outOfRange
            }
            begin(at: number)
            received = 1
            return .restarted(extended: Int64(number))
        }
        received += 1
        let behind = Int64(highest &- number)
        return .valid(extended: cycles + Int64(highest) - behind)
    }

    private mutating func updateJitter(timestamp: UInt32, at now: SimTime) {
        let arrival = UInt32(truncatingIfNeeded: clock.ticks(at: now))
        let relative = Int64(arrival &- timestamp)
        if let transit {
            let difference = Int64(Int32(truncatingIfNeeded: relative &- transit)).magnitude
            scaledJitter += Int64(difference) - (scaledJitter + 8) >> 4
        }
        transit = relative
    }

    /// The loss since the last call, as the 8-bit fixed-point fraction of a report block (A.3).
    public mutating func takeFractionLost() -> UInt8 {
        let expectedInterval = expected - expectedAtReport
        let lostInterval = expectedInterval - (received - receivedAtReport)
        expectedAtReport = expected
        receivedAtReport = received
        guard expectedInterval > 0, lostInterval > 0 else { return 0 }
        return UInt8(clamping: lostInterval << 8 / expectedInterval)
    }
}
