import MediaPipeline
import NetworkModel
import Quantities

/// The media of one call, from the first keys to the hang-up: a closed simulation of its own.
///
/// What happens in it depends on the rest of the world only through its inputs and the load of the
/// relays on its way, and nothing in it feeds back but a report and the news that a side has shown
/// its keys. So talks are performed in stretches of simulated time, in any order and on any thread:
///
/// 1. ``tell(_:at:)`` whenever something happens to the call, while it may be being performed;
/// 2. ``handOver()`` once a stretch is complete and nobody performs it, which lets it see those;
/// 3. ``advance(to:under:)`` on whichever thread;
/// 4. then look at ``hasAuthenticated(_:)`` and ``report``.
///
/// A class, because a call's record and whoever performs it refer to the same talk. What is told is
/// kept apart from what is performed, so that 1 and 3 do not meet; all else is for one thread at a
/// time. Dropping the last reference destroys the keys as well.
public final class Talk: @unchecked Sendable {
    /// Which of the two sides.
    public enum Side: Sendable {
        /// The one that made the offer.
        case offerer
        /// The one that answered.
        case answerer
    }

    /// The number of its call.
    public let serial: UInt32
    /// Who looks on at relays and on the Internet, in an audit.
    public let witness: MediaWitness?
    /// Whether it has been told to end.
    public private(set) var isEnding = false
    private var told: [(time: SimTime, input: TalkInput)] = []
    private var state: TalkState

    /// The talk of call number `serial` between `offerer` and `answerer`.
    ///
    /// - Parameters:
    ///   - largestPayload: bytes of the longest Opus frame that either sends.
    ///   - witness: who looks on at relays and on the Internet, in an audit; the sides write their frames down in its log.
    public init(
        serial: UInt32, _ offerer: consuming TalkParty, _ answerer: consuming TalkParty,
        largestPayload: Int, witness: MediaWitness? = nil
    ) {
        self.serial = serial
        self.witness = witness
        // On streams up to three bytes of padding come behind a frame (RFC 8656 §12.5).
        let slot = MediaSide.slotByteCount(payload: largestPayload) + 3
        state = TalkState(offerer, answerer, slotByteCount: slot, witness: witness)
    }

    /// Something happens to the call at `time`, which is not before anything told earlier.
    ///
    /// - Precondition: it has not been told to end.
    public func tell(_ input: TalkInput, at time: SimTime) {
        precondition(!isEnding, "nothing happens in a call that is over")
        if case .end = input { isEnding = true }
        told.append((time, input))
    }

    /// Lets the next ``advance(to:under:)`` see what was told.
    public func handOver() {
        guard !told.isEmpty else { return }
        state.inputs.append(contentsOf: told)
        told.removeAll()
    }

    /// Lets everything before `time` happen; how many packets the two sides sent.
    ///
    /// - Parameter loads: what the relays do to packets, by their numbers, from the talk's last
    ///   stretch to `time`.
    @discardableResult
    public func advance(to time: SimTime, under loads: [EffectHistory]) -> Int64 {
        let before = state.packets
        state.advance(to: time, under: loads)
        return state.packets - before
    }

    /// Whether a packet from the other side has authenticated at `side`.
    public func hasAuthenticated(_ side: Side) -> Bool {
        switch side {
        case .offerer: state.offerer.pointee.side.hasAuthenticatedRemote
        case .answerer: state.answerer.pointee.side.hasAuthenticatedRemote
        }
    }

    /// What came of it, once it is over.
    public var report: TalkReport? { state.report }

    /// Ends it at `time`, up to which it has been performed, if it goes on still; what came of it.
    public func conclude(at time: SimTime) -> TalkReport {
        state.conclude(at: time)
        return state.report!
    }

    /// Memory of packets in bytes.
    public var packetByteCount: Int { state.packetByteCount }

    /// Memory of packets, sides and jitter buffers in bytes; the libraries' sessions and codecs come
    /// on top of it.
    public var byteCount: Int { state.byteCount }
}

/// The media work of a stretch of simulated time: talks that go on during it, each to be performed
/// once, by any thread.
public struct TalkBatch: Sendable {
    /// The talks, in the order in which they began.
    public let talks: [Talk]
    /// The end of the stretch.
    public let end: SimTime
    private let loads: [EffectHistory]

    /// The stretch until `end` of `talks`, during which the relays do what `loads` say.
    public init(_ talks: [Talk], until end: SimTime, under loads: [EffectHistory]) {
        self.talks = talks
        self.end = end
        self.loads = loads
    }

    /// Performs the talks at these places, which nobody else does; how many packets were sent.
    @discardableResult
    public func perform(_ places: Range<Int>) -> Int64 {
        var packets: Int64 = 0
        for place in places { packets += talks[place].advance(to: end, under: loads) }
        return packets
    }
}
