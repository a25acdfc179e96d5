import EventEngine
import Quantities
import RandomStreams
import Statistics

/// The M/M/8 queue at load 0.9 on the whole engine: clock, events, statistics, fingerprint.
struct QueueWorkload: EventWorld {
    enum Event: BitwiseCopyable {
        case arrival
        case departure
    }

    private static let servers = 8
    private static let meanService = 1e9
    private static let meanGap = 1e9 / 7.2

    private var customers: Int
    private var arrived = 0
    private var busy = 0
    /// When the waiting ones came, from ``firstWaiting`` on.
    private var waiting: [SimTime] = []
    private var firstWaiting = 0
    private var gaps: RandomStream
    private var services: RandomStream
    private var waits = DistributionRecorder()
    private var queueLength = TimeWeightedLevel()

    private init(customers: Int) {
        self.customers = customers
        func stream(_ entity: UInt64) -> RandomStream {
            RandomStream(
                StreamName(
                    seed: 1, replication: 0, purpose: StreamPurpose(rawValue: 1), entity: entity))
        }
        gaps = stream(0)
        services = stream(1)
    }

    mutating func handle(_ event: Event, engine: inout Engine<Event>) {
        switch event {
        case .arrival:
            arrived += 1
            if arrived < customers { scheduleArrival(&engine) }
            if busy < Self.servers {
                busy += 1
                serve(waited: SimDuration(nanoseconds: 0), &engine)
            } else {
                waiting.append(engine.now)
                queueLength.add(1, at: engine.now)
            }
        case .departure:
            guard firstWaiting < waiting.count else {
                busy -= 1
                return
            }
            let since = waiting[firstWaiting]
            firstWaiting += 1
            if firstWaiting == waiting.count {
                waiting.removeAll(keepingCapacity: true)
                firstWaiting = 0
            }
            queueLength.add(-1, at: engine.now)
            serve(waited: engine.now - since, &engine)
        }
    }

    private mutating func scheduleArrival(_ engine: inout Engine<Event>) {
        let gap = gaps.nextExponential(mean: Self.meanGap)
        engine.post(.arrival, after: SimDuration(nanoseconds: Int64(gap)))
    }

    private mutating func serve(waited: SimDuration, _ engine: inout Engine<Event>) {
        waits.record(waited.nanoseconds)
        engine.log(1, subject: UInt64(arrived), detail: UInt64(waited.nanoseconds))
        let service = services.nextExponential(mean: Self.meanService)
        engine.post(.departure, after: SimDuration(nanoseconds: Int64(service)))
    }

    static func run(customers: Int) -> (Double, UInt64) {
        var world = QueueWorkload(customers: customers)
        var engine = Engine<Event>()
        let start = ThreadClock.nanoseconds
        world.scheduleArrival(&engine)
        engine.run(until: .distantFuture, in: &world)
        let elapsed = ThreadClock.nanoseconds - start
        let sum = UInt64(truncatingIfNeeded: world.waits.sum)
        return (elapsed / Double(customers), sum)
    }
}
