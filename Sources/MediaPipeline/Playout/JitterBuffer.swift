import CMemoryHints
import Quantities
import RTP

/// Orders received packets and decides frame by frame what is played.
///
/// Call ``insert(_:at:)`` for every packet and ``pull(at:)`` once a frame, both with the listener's
/// own clock. A talk spurt starts when its first packet has waited until the
/// ``JitterBufferSettings/arrivalQuantile`` of packets would have come; within a spurt frames follow
/// each other, a missing one is recovered or concealed, and the delay changes by whole frames when
/// it is too short or has long been too long. A sender whose clock is fast or slow is followed the
/// same way.
///
/// When the buffer runs empty within a spurt, nobody can tell a late packet from a lost one and from
/// silence. Frames are then made *in the dark*, without passing over any of the talker's; the next
/// packet tells what they were: the delay has grown if the frame due is there after all, frames are
/// lost as far as numbers are missing, and the rest was silence.
///
/// It holds the slots of packets, not their bytes. Those of packets that it drops by itself, which
/// any call may do, are returned by ``pollDiscarded()``; ``finish()`` drops all that are left.
public struct JitterBuffer: ~Copyable, @unchecked Sendable {
    enum Phase {
        /// No packet has come yet, or none since a reset.
        case idle
        /// Between talk spurts; the next starts when its first packet is due.
        case pausing
        /// Within a talk spurt.
        case playing
    }

    /// Bytes of a place as a power of two.
    private static var placeShift: Int { 6 }

    let frameTicks: Int64
    private let awaitsRedundancy: Bool
    private let minimumTicks: Int64
    private let maximumTicks: Int64
    private let initialTicks: Int64
    /// What has been played so far.
    public internal(set) var counters = PlayoutCounters()
    var phase = Phase.idle
    /// Places for packets by sequence number modulo the capacity, a cache line each; a place without
    /// one names no slot.
    private let places: UnsafeMutableRawPointer
    private let capacity: Int
    private var discarded: [PacketSlot] = []
    /// Whether there are any, known without a look at where they are.
    private var hasDiscarded = false
    /// Packets in ``places``.
    private(set) var storedCount = 0
    /// The sequence number that is played next.
    var nextSequence: Int64 = 0
    /// The timestamp that is played next.
    var nextTimestamp: Int64 = 0
    private var highestStored: Int64 = 0
    private var delays: DelayWindow
    /// The clock at the first packet less its timestamp, in ticks, once there is one.
    private var reference: Int64 = 0
    private var hasReference = false
    /// How long after its (relative) timestamp a frame should be played, in ticks: the quantile of
    /// arrival delays within the bounds.
    private(set) var target: Int64 = 0
    /// Frames made in the dark since the last packet was played.
    var dark: Int64 = 0
    /// Frames of comfort noise since silence was announced.
    var pause: Int64 = 0
    /// Whether the last frame was concealed.
    var isConcealing = false
    /// Frames in a row with too long a delay, or, negative, with too short a one.
    var imbalance = 0
    /// Which of the 64 sequence numbers before ``nextSequence``, the last in the lowest bit, were
    /// passed over without their packets.
    private var missing = UInt64.max

    /// An empty buffer.
    ///
    /// - Precondition: `settings` has a positive frame and least delays not above the longest,
    ///   which is within ``JitterBufferSettings/delayLimit``.
    public init(settings: JitterBufferSettings = JitterBufferSettings()) {
        precondition(settings.frameTicks > 0, "a frame has samples")
        precondition(
            settings.minimumDelay <= settings.maximumDelay
                && settings.initialDelay <= settings.maximumDelay
                && settings.maximumDelay <= JitterBufferSettings.delayLimit,
            "the least delay is not above the longest, and that not above 1 s")
        frameTicks = Int64(settings.frameTicks)
        awaitsRedundancy = settings.awaitsRedundancy
        minimumTicks = JitterBufferSettings.ticks(settings.minimumDelay)
        maximumTicks = JitterBufferSettings.ticks(settings.maximumDelay)
        initialTicks = JitterBufferSettings.ticks(settings.initialDelay)
        capacity = settings.capacity
        places = .allocate(
            byteCount: capacity << Self.placeShift, alignment: 1 << Self.placeShift)
        for index in 0..<capacity {
            (places + index << Self.placeShift).initializeMemory(
                as: BufferedPacket.self, to: .none)
        }
        delays = DelayWindow(capacity: settings.window, permille: settings.arrivalQuantile)
    }

    deinit {
        places.deallocate()
    }

    /// Memory in bytes, without the packets'.
    var byteCount: Int { capacity << Self.placeShift + delays.byteCount }

    /// The slot of a packet that was dropped, to be given back; nil when there is none.
    public mutating func pollDiscarded() -> PacketSlot? {
        guard hasDiscarded else { return nil }
        let slot = discarded.removeLast()
        hasDiscarded = !discarded.isEmpty
        return slot
    }

    /// Asks for the memory of the packet that is played next.
    @inline(__always)
    mutating func prefetchNext() {
        memory_hint_fetch_for_writing(place(of: nextSequence))
    }

    /// Asks for the place of the packet that comes next if none is missing, and for the delays.
    @inline(__always)
    mutating func prefetchArrival() {
        memory_hint_fetch_for_writing(place(of: nextSequence &+ Int64(storedCount)))
        delays.prefetch()
    }

    /// Asks for the slot of the packet that is played next, if it is here.
    @inline(__always)
    mutating func prefetchPacket(in arena: inout PacketArena) {
        let place = place(of: nextSequence)
        if place.pointee.isHere { arena.prefetch(place.pointee.slot) }
    }

    mutating func discard(_ packet: BufferedPacket) {
        discarded.append(packet.slot)
        hasDiscarded = true
    }

    private mutating func settleTarget() {
        let least = delays.minimum
        let isSettled = delays.count >= JitterBufferSettings.settledCount
        var beyond = max(delays.quantile - least, isSettled ? minimumTicks : initialTicks)
        if awaitsRedundancy, isSettled { beyond += frameTicks }
        target = least + min(beyond, maximumTicks)
    }

    /// The longest (relative) delay that a frame may have.
    var ceiling: Int64 { delays.minimum + maximumTicks + frameTicks }

    /// The delay beyond the fastest packet that is aimed at.
    public var targetDelay: SimDuration {
        MediaClock.opus.duration(
            ofTicks: delays.count == 0 ? initialTicks : target - delays.minimum)
    }

    /// The delay beyond the fastest packet that a frame has which is played at `now` right after
    /// the last one; nil before the first packet.
    public func currentDelay(at now: SimTime) -> SimDuration? {
        guard hasReference else { return nil }
        let delay = relative(now) - (nextTimestamp - frameTicks)
        return MediaClock.opus.duration(ofTicks: delay - delays.minimum)
    }

    /// The clock at `now` in ticks, relative to the first packet's delay.
    func relative(_ now: SimTime) -> Int64 { Self.ticks(now) - reference }

    /// `MediaClock.opus.ticks(at:)` for times of either sign within 45 years, in one step.
    private static func ticks(_ now: SimTime) -> Int64 { now.nanoseconds * 3 / 62_500 }

    /// Takes in a packet that arrived at `now`.
    ///
    /// - Precondition: it names a slot.
    public mutating func insert(_ packet: BufferedPacket, at now: SimTime) -> InsertOutcome {
        precondition(packet.isHere, "a packet that waits has a slot")
        if !hasReference {
            reference = Self.ticks(now) - packet.timestamp
            hasReference = true
        }
        delays.insert(relative(now) - packet.timestamp)
        settleTarget()
        if phase == .idle {
            phase = .pausing
            nextSequence = packet.sequence
            nextTimestamp = packet.timestamp
        } else if packet.timestamp < nextTimestamp || packet.sequence < nextSequence {
            return takeLate(packet)
        }
        guard packet.sequence - nextSequence < capacity else {
            restart(with: packet)
            return .restarted
        }
        return store(packet) ? .stored : .duplicate
    }

    private mutating func store(_ packet: BufferedPacket) -> Bool {
        let place = place(of: packet.sequence)
        guard !place.pointee.isHere else {
            counters.duplicates += 1
            return false
        }
        place.pointee = packet
        storedCount += 1
        highestStored =
            storedCount == 1 ? packet.sequence : max(highestStored, packet.sequence)
        return true
    }

    private mutating func takeLate(_ packet: BufferedPacket) -> InsertOutcome {
        // Before anything was played, an older packet is simply the first.
        if phase == .pausing, counters.played == 0, packet.sequence < nextSequence,
            packet.timestamp < nextTimestamp, storedCount > 0,
            highestStored - packet.sequence < capacity
        {
            nextSequence = packet.sequence
            nextTimestamp = packet.timestamp
            return store(packet) ? .stored : .duplicate
        }
        let age = nextSequence - 1 - packet.sequence
        if age < 0 {
            // Its number is still to come, its time is past: the sender contradicts itself.
            counters.late += 1
            dropStored(through: packet.sequence)
            return .late
        }
        if age < 64 {
            guard missing >> UInt64(age) & 1 == 1 else {
                counters.duplicates += 1
                return .duplicate
            }
            missing &= ~(1 << UInt64(age))
        }
        counters.late += 1
        return .late
    }

    /// Goes on after the next `count` sequence numbers, whose packets never were played.
    mutating func passOver(_ count: Int64) {
        nextSequence += count
        missing = count < 64 ? missing << UInt64(count) | (1 << UInt64(count) - 1) : .max
    }

    /// Goes on after the next sequence number, whose packet was used.
    mutating func passPlayed() {
        nextSequence += 1
        missing <<= 1
    }

    /// Forgets the stream, whose source has restarted with other numbers; counts are kept.
    public mutating func reset() {
        counters.restarts += 1
        discardAll()
        settleSilence()
        phase = .idle
        hasReference = false
        imbalance = 0
        missing = .max
        delays.removeAll()
    }

    private mutating func restart(with packet: BufferedPacket) {
        counters.restarts += 1
        // What waited has waited for longer than any frame may.
        counters.late += Int64(storedCount)
        settleDark(
            missing: packet.sequence - nextSequence,
            gap: max(0, packet.timestamp - nextTimestamp) / frameTicks)
        discardAll()
        phase = .pausing
        nextSequence = packet.sequence
        nextTimestamp = packet.timestamp
        missing = .max
        _ = store(packet)
    }

    /// Drops all packets: what was not played by the end never is.
    mutating func discardAll() {
        guard storedCount > 0 else { return }
        for index in 0..<capacity {
            let place = place(of: Int64(index))
            guard place.pointee.isHere else { continue }
            discard(place.pointee)
            place.pointee = .none
        }
        storedCount = 0
    }

    /// Empties the slots up to `sequence` and goes on after it.
    private mutating func dropStored(through sequence: Int64) {
        while nextSequence <= sequence, storedCount > 0 {
            let place = place(of: nextSequence)
            if place.pointee.isHere { discard(take(place)) }
            passOver(1)
        }
        if nextSequence <= sequence { passOver(sequence + 1 - nextSequence) }
    }

    /// Where the packet numbered `sequence` waits if it is here.
    ///
    /// - Precondition: `sequence` is within the capacity from ``nextSequence`` on.
    @inline(__always)
    func place(of sequence: Int64) -> UnsafeMutablePointer<BufferedPacket> {
        // No product overflows, as the place is one of the buffer's.
        (places + (Int(truncatingIfNeeded: sequence) & (capacity - 1)) &<< Self.placeShift)
            .assumingMemoryBound(to: BufferedPacket.self)
    }

    /// The packet in `place`, which leaves the buffer.
    @inline(__always)
    mutating func take(_ place: UnsafeMutablePointer<BufferedPacket>) -> BufferedPacket {
        let packet = place.pointee
        place.pointee.slot = PacketSlot(index: -1)
        storedCount -= 1
        return packet
    }

    /// Where the first packet in the buffer waits.
    var first: UnsafeMutablePointer<BufferedPacket>? {
        guard storedCount > 0 else { return nil }
        var sequence = nextSequence
        while sequence <= highestStored {
            let place = place(of: sequence)
            if place.pointee.isHere { return place }
            sequence += 1
        }
        return nil
    }
}

extension BufferedPacket {
    /// No packet.
    static let none = BufferedPacket(
        slot: PacketSlot(index: -1), payloadOffset: 0, payloadCount: 0, sequence: 0, timestamp: 0,
        captured: nil, arrived: .zero, announcesSilence: false, hasRedundancy: false)

    /// Whether there is one.
    @inline(__always) var isHere: Bool { slot.index >= 0 }
}
