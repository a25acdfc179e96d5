import Quantities
import RTP

/// A received packet that waits for its playout in its slot.
public struct BufferedPacket: Sendable, BitwiseCopyable {
    /// The extended sequence number.
    public var sequence: Int64
    /// The extended timestamp.
    public var timestamp: Int64
    /// When the packet arrived.
    public var arrived: SimTime
    /// When the talker's frame was complete; nil if the packet did not say.
    public var captured: SimTime?
    /// Whether it says that the talker falls silent rather than carrying speech.
    public var announcesSilence: Bool
    /// Whether it holds a coarse copy of the frame before it.
    public var hasRedundancy: Bool
    /// Where the decrypted packet is.
    public var slot: PacketSlot
    /// Where the Opus payload begins in the slot.
    public var payloadOffset: UInt16
    /// Bytes of the payload.
    public var payloadCount: UInt16

    /// A packet with these properties.
    public init(
        slot: PacketSlot, payloadOffset: UInt16, payloadCount: UInt16, sequence: Int64,
        timestamp: Int64, captured: SimTime?, arrived: SimTime, announcesSilence: Bool,
        hasRedundancy: Bool
    ) {
        self.slot = slot
        self.payloadOffset = payloadOffset
        self.payloadCount = payloadCount
        self.sequence = sequence
        self.timestamp = timestamp
        self.captured = captured
        self.arrived = arrived
        self.announcesSilence = announcesSilence
        self.hasRedundancy = hasRedundancy
    }
}

/// What a listener plays for one frame.
public enum PlayoutDecision: Sendable {
    /// Nothing has ever arrived: nothing is decoded.
    case idle
    /// The frame is here; its slot is the listener's now.
    case play(BufferedPacket)
    /// The frame is lost, the one after it is here and stays: decode its redundant copy.
    case recover(from: BufferedPacket)
    /// The frame is missing: conceal.
    case conceal
    /// The talker is silent, or between talk spurts nothing is known: comfort noise.
    case silence
}

/// What became of a packet given to the buffer.
public enum InsertOutcome: Hashable, Sendable, BitwiseCopyable {
    /// It waits for its playout; its slot is the buffer's now.
    case stored
    /// Its frame has been concealed already, or given up; its slot stays with the caller.
    case late
    /// It waits already; the slot of the second stays with the caller.
    case duplicate
    /// It is so far ahead that the buffer was emptied and starts anew with it, keeping its slot.
    case restarted
}

/// What the listener's frames were made of; sums over calls by ``merge(_:)``.
public struct PlayoutCounters: Hashable, Sendable {
    /// Frames decoded from their own packets.
    public var played: Int64 = 0
    /// Frames decoded from the redundancy in the packet after them.
    public var recovered: Int64 = 0
    /// Frames of speech, lost or late, that were concealed.
    public var concealed: Int64 = 0
    /// Runs of concealed frames.
    public var concealedRuns: Int64 = 0
    /// Frames inserted to let the delay grow.
    public var stretched: Int64 = 0
    /// Frames left out to let the delay shrink.
    public var trimmed: Int64 = 0
    /// Frames of comfort noise while the talker was silent.
    public var silent: Int64 = 0
    /// Packets that came after their playout.
    public var late: Int64 = 0
    /// Packets that were there already.
    public var duplicates: Int64 = 0
    /// Times the buffer was emptied because the stream jumped.
    public var restarts: Int64 = 0

    /// Nothing was played.
    public init() {}

    /// Adds the counts of another listener.
    public mutating func merge(_ other: PlayoutCounters) {
        played += other.played
        recovered += other.recovered
        concealed += other.concealed
        concealedRuns += other.concealedRuns
        stretched += other.stretched
        trimmed += other.trimmed
        silent += other.silent
        late += other.late
        duplicates += other.duplicates
        restarts += other.restarts
    }
}

/// Orders received packets and decides frame by frame what is played.
///
/// Call ``insert(_:at:)`` for every packet and ``pull(at:)`` once a frame. A talk spurt starts when
/// its first packet has waited until the ``JitterBufferSettings/arrivalQuantile`` of packets would
/// have come; within a spurt frames follow each other, a missing one is recovered or concealed, and
/// the delay changes by whole frames when it is too short or has long been too long.
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

    let settings: JitterBufferSettings
    /// What has been played so far.
    public internal(set) var counters = PlayoutCounters()
    var phase = Phase.idle
    /// Packets by sequence number modulo the capacity.
    private let slots: UnsafeMutablePointer<BufferedPacket?>
    private var discarded: [PacketSlot] = []
    /// Packets in ``slots``.
    private(set) var storedCount = 0
    /// The sequence number that is played next.
    var nextSequence: Int64 = 0
    /// The timestamp that is played next.
    var nextTimestamp: Int64 = 0
    private var highestStored: Int64 = 0
    var delays: DelayWindow
    private var reference: Int64?
    /// Frames made without knowing whether the talker spoke.
    var unresolved = 0
    /// Whether the last frame was concealed.
    var isConcealing = false
    /// Frames in a row with too long a delay, or, negative, with too short a one.
    var imbalance = 0

    /// An empty buffer.
    ///
    /// - Precondition: `settings` has a positive frame and least delays not above the longest.
    public init(settings: JitterBufferSettings = JitterBufferSettings()) {
        precondition(settings.frameTicks > 0, "a frame has samples")
        precondition(
            settings.minimumDelay <= settings.maximumDelay
                && settings.initialDelay <= settings.maximumDelay,
            "the least delay is not above the longest")
        self.settings = settings
        slots = .allocate(capacity: JitterBufferSettings.capacity)
        slots.initialize(repeating: nil, count: JitterBufferSettings.capacity)
        delays = DelayWindow(capacity: settings.window, permille: settings.arrivalQuantile)
    }

    deinit {
        slots.deallocate()
    }

    /// The slot of a packet that was dropped, to be given back; nil when there is none.
    public mutating func pollDiscarded() -> PacketSlot? {
        discarded.popLast()
    }

    mutating func discard(_ packet: BufferedPacket) {
        discarded.append(packet.slot)
    }

    /// Drops all packets: what was not played by the end never is.
    mutating func discardAll() {
        for index in 0..<JitterBufferSettings.capacity {
            if let packet = slots[index].take() { discard(packet) }
        }
        storedCount = 0
    }

    /// How long after its (relative) timestamp a frame should be played, in ticks: the quantile of
    /// arrival delays within the bounds.
    var target: Int64 {
        let least = delays.minimum
        let isSettled = delays.count >= JitterBufferSettings.settledCount
        var beyond = max(
            delays.quantile - least,
            Self.ticks(isSettled ? settings.minimumDelay : settings.initialDelay))
        if settings.awaitsRedundancy, isSettled { beyond += Int64(settings.frameTicks) }
        return least + min(beyond, Self.ticks(settings.maximumDelay))
    }

    /// The delay beyond the fastest packet that is aimed at.
    public var targetDelay: SimDuration {
        delays.count == 0
            ? settings.initialDelay : MediaClock.opus.duration(ofTicks: target - delays.minimum)
    }

    private static func ticks(_ duration: SimDuration) -> Int64 {
        MediaClock.opus.ticks(at: SimTime.zero + duration)
    }

    /// Ticks now relative to the timestamp `timestamp` and the first packet's delay.
    func delay(of timestamp: Int64, at now: SimTime) -> Int64 {
        MediaClock.opus.ticks(at: now) - timestamp - (reference ?? 0)
    }

    /// Takes in a packet that arrived at `now`.
    public mutating func insert(_ packet: BufferedPacket, at now: SimTime)
        -> InsertOutcome
    {
        if reference == nil {
            reference = MediaClock.opus.ticks(at: now) - packet.timestamp
        }
        delays.insert(delay(of: packet.timestamp, at: now))
        switch phase {
        case .idle:
            phase = .pausing
            nextSequence = packet.sequence
            nextTimestamp = packet.timestamp
        case .pausing, .playing:
            if packet.timestamp < nextTimestamp || packet.sequence < nextSequence {
                return takeLate(packet)
            }
        }
        let sequence = packet.sequence
        guard sequence - nextSequence < JitterBufferSettings.capacity else {
            restart(with: packet)
            return .restarted
        }
        let slot = Int(sequence & Int64(JitterBufferSettings.capacity - 1))
        guard slots[slot] == nil else {
            counters.duplicates += 1
            return .duplicate
        }
        slots[slot] = packet
        storedCount += 1
        highestStored = storedCount == 1 ? sequence : max(highestStored, sequence)
        return .stored
    }

    private mutating func takeLate(_ packet: BufferedPacket) -> InsertOutcome {
        // Before anything was played, an older packet is simply the first.
        if phase == .pausing, counters.played == 0, packet.sequence < nextSequence,
            highestStored - packet.sequence < JitterBufferSettings.capacity
        {
            nextSequence = packet.sequence
            nextTimestamp = packet.timestamp
            let slot = Int(packet.sequence & Int64(JitterBufferSettings.capacity - 1))
            slots[slot] = packet
            storedCount += 1
            return .stored
        }
        counters.late += 1
        if packet.sequence >= nextSequence {
            resolve(missing: packet.sequence - nextSequence + 1)
            dropStored(through: packet.sequence)
        }
        return .late
    }

    /// Forgets the stream, whose source has restarted with other numbers; counts are kept.
    public mutating func reset() {
        counters.restarts += 1
        if storedCount > 0 { dropStored(through: highestStored) }
        resolve(missing: 0)
        phase = .idle
        reference = nil
        imbalance = 0
        delays = DelayWindow(capacity: settings.window, permille: settings.arrivalQuantile)
    }

    private mutating func restart(with packet: BufferedPacket) {
        counters.restarts += 1
        dropStored(through: highestStored)
        phase = .pausing
        nextSequence = packet.sequence
        nextTimestamp = packet.timestamp
        highestStored = packet.sequence
        slots[Int(packet.sequence & Int64(JitterBufferSettings.capacity - 1))] = packet
        storedCount = 1
        unresolved = 0
    }

    /// Empties the slots up to `sequence` and goes on after it.
    private mutating func dropStored(through sequence: Int64) {
        while nextSequence <= sequence {
            if storedCount > 0, let packet = take(nextSequence) { discard(packet) }
            nextSequence += 1
        }
    }

    /// The packet numbered `sequence`, which leaves the buffer.
    mutating func take(_ sequence: Int64) -> BufferedPacket? {
        let slot = Int(sequence & Int64(JitterBufferSettings.capacity - 1))
        guard let packet = slots[slot].take() else { return nil }
        storedCount -= 1
        return packet
    }

    /// The packet numbered `sequence`, which stays in the buffer.
    func stored(_ sequence: Int64) -> BufferedPacket? {
        slots[Int(sequence & Int64(JitterBufferSettings.capacity - 1))]
    }

    /// The sequence number of the first packet in the buffer.
    var firstStored: Int64? {
        guard storedCount > 0 else { return nil }
        var sequence = nextSequence
        while sequence <= highestStored {
            if slots[Int(sequence & Int64(JitterBufferSettings.capacity - 1))] != nil {
                return sequence
            }
            sequence += 1
        }
        return nil
    }

    /// Decides about frames made in the dark: up to `missing` of them were speech and lost.
    mutating func resolve(missing: Int64) {
        let lost = min(Int64(unresolved), missing)
        if lost > 0 {
            counters.concealed += lost
            counters.concealedRuns += 1
        }
        counters.silent += Int64(unresolved) - lost
        unresolved = 0
    }
}
