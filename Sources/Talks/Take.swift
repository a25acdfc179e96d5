import MediaPipeline
import NetworkModel
import Quantities
import RandomStreams

/// One rehearsal of one direction of a talk: the real jitter buffer and the real path, the times and
/// numbers of packets without their bytes.
struct Take: ~Copyable {
    /// What is drawn for a take before it begins.
    struct Cast {
        /// By how much the talker's and the listener's clock are fast, in ppm.
        let drift: (talker: Double, listener: Double)
        /// The frame of the rhythm that the talker begins with.
        let frame: Int
        /// How much later than the listener's the talker's frames begin; less than a frame.
        let phase: SimDuration
        /// What becomes of packets: which are lost, and when the others arrive.
        var losses: MediaPath
        let delays: MediaPath
    }

    /// A packet that was sent, by its number.
    private struct Sent: BitwiseCopyable {
        let timestamp: Int64
        let captured: SimTime
        let beat: SpeechRhythm.Beat
        let isLost: Bool
    }

    private let rhythm: SpeechRhythm
    private let route: MediaRoute
    private let frameTicks: Int64
    private var losses: MediaPath
    private var delays: MediaPath
    private var buffer: JitterBuffer
    private var talker: DeviceClock
    private var listener: DeviceClock
    private var inFlight = PacketsInFlight()
    private var sent: [Sent] = []
    private var frame = 0
    private var nextCapture: SimTime
    private var nextPlayout: SimTime
    private var first: Int64?
    private var highest: Int64 = 0
    /// Packets lost for good up to ``highest``.
    private var lost: Int64 = 0
    private var delay: Int64 = 0

    /// A take of `cast` over `route`, for talkers with `rhythm` and listeners with `buffer`.
    init(
        _ cast: Cast, along route: MediaRoute, rhythm: SpeechRhythm,
        buffer settings: JitterBufferSettings
    ) {
        self.rhythm = rhythm
        self.route = route
        losses = cast.losses
        delays = cast.delays
        frameTicks = Int64(settings.frameTicks)
        buffer = JitterBuffer(settings: settings)
        frame = cast.frame
        let begin = Self.begin
        talker = DeviceClock(frame: rhythm.frame, drift: cast.drift.talker, origin: begin)
        listener = DeviceClock(frame: rhythm.frame, drift: cast.drift.listener, origin: begin)
        nextPlayout = listener.next(after: begin)
        nextCapture = talker.next(after: begin + cast.phase - rhythm.frame)
    }

    /// How many packets the talker of `cast` has sent, and how many of them were lost, at the end of
    /// each of `steps` of length `step`, ascending; without performing the take.
    static func losses(
        of cast: Cast, rhythm: SpeechRhythm, at steps: [Int], of step: SimDuration
    ) -> [(sent: Int, lost: Int)] {
        var (path, frame) = (cast.losses, cast.frame)
        var (sent, lost) = (0, 0)
        return steps.map { number in
            let end =
                cast.frame + Int((step * Int64(number)).nanoseconds / rhythm.frame.nanoseconds)
            while frame < end {
                if rhythm.beats[frame % rhythm.beats.count] != .withheld {
                    sent += 1
                    if isLost(in: &path, at: begin) { lost += 1 }
                }
                frame += 1
            }
            return (sent, lost)
        }
    }

    private static func isLost(in path: inout MediaPath, at now: SimTime) -> Bool {
        path.depart(from: 0, of: .direct(.zero), at: now) == nil
    }

    /// When a take begins.
    private static var begin: SimTime { .zero + .seconds(1) }

    /// Lets `count` stretches of length `step` pass; the figures at the end of each.
    mutating func perform(_ count: Int, of step: SimDuration) -> [TakeFigures] {
        var figures: [TakeFigures] = []
        figures.reserveCapacity(count)
        for number in 1...count {
            advance(to: Self.begin + step * Int64(number))
            figures.append(figuresSoFar)
        }
        return figures
    }

    private mutating func advance(to end: SimTime) {
        while true {
            let own = min(nextCapture, nextPlayout)
            if inFlight.earliest <= own {
                guard inFlight.earliest < end else { return }
                arrive(inFlight.removeFirst())
            } else {
                guard own < end else { return }
                if nextPlayout == own { play(at: own) }
                if nextCapture == own { capture(at: own) }
            }
        }
    }

    private mutating func capture(at now: SimTime) {
        nextCapture = talker.next(after: now)
        let beat = rhythm.beats[frame % rhythm.beats.count]
        let timestamp = Int64(frame) * frameTicks
        frame += 1
        guard beat != .withheld else { return }
        let number = sent.count
        let isLost = Self.isLost(in: &losses, at: now)
        sent.append(Sent(timestamp: timestamp, captured: now, beat: beat, isLost: isLost))
        guard !isLost else { return }
        depart(
            Flight(
                arrival: now,
                packet: WirePacket(
                    slot: PacketSlot(index: Int32(number)), offset: 0, count: 0, isControl: false),
                stop: 0, route: 0))
    }

    /// A packet leaves the stop that it is at.
    private mutating func depart(_ flight: Flight) {
        var flight = flight
        guard
            let arrival = delays.depart(from: Int(flight.stop), of: route, at: flight.arrival)
        else { return }
        flight.arrival = arrival
        inFlight.insert(flight)
    }

    private mutating func arrive(_ flight: Flight) {
        guard Int(flight.stop) == route.relayCount else {
            var flight = flight
            flight.stop += 1
            return depart(flight)
        }
        let number = Int64(flight.packet.slot.index)
        if first == nil { (first, highest) = (number, number) }
        while highest < number {
            highest += 1
            if sent[Int(highest)].isLost { lost += 1 }
        }
        let packet = sent[Int(number)]
        _ = buffer.insert(
            BufferedPacket(
                slot: flight.packet.slot, payloadOffset: 0, payloadCount: 0, sequence: number,
                timestamp: packet.timestamp, captured: packet.captured, arrived: flight.arrival,
                announcesSilence: packet.beat == .silence,
                hasRedundancy: packet.beat == .redundant),
            at: listener.reading(at: flight.arrival))
        dropDiscarded()
    }

    private mutating func play(at now: SimTime) {
        nextPlayout = listener.next(after: now)
        if case .play(let packet) = buffer.pull(at: listener.reading(at: now)) {
            delay += (now - sent[Int(packet.slot.index)].captured - route.delay).nanoseconds
        }
        dropDiscarded()
    }

    private mutating func dropDiscarded() {
        while buffer.pollDiscarded() != nil {}
    }

    private var figuresSoFar: TakeFigures {
        let counters = buffer.counters
        var figures = TakeFigures()
        figures.sent = Int64(sent.count)
        if let first { figures.expected = highest - first + 1 }
        figures.lost = lost
        figures.late = counters.late
        figures.played = counters.played
        figures.recovered = counters.recovered
        figures.concealed = counters.concealed
        figures.concealedRuns = counters.concealedRuns
        figures.delay = delay
        return figures
    }
}
