import EventEngine
import Quantities

/// A timer per entity: each step lets the earliest fire and start again, and re-arms another.
///
/// Whose timer a step re-arms is known some steps ahead, as a world knows it that prepares for its
/// events; so its name and then its place are asked for in time.
struct TimerChurn: ~Copyable {
    /// An event as plain data: what and whom.
    private struct Event: BitwiseCopyable {
        var kind: UInt32 = 0
        var entity: UInt32
    }

    /// How many steps ahead it is known who is re-armed, a power of two.
    private static let lookAhead = 8

    private let delays: UnsafeBufferPointer<Int64>
    private let entities: Int
    private var random = HoldWorkload.Xorshift()
    private var list = FutureEventList<Event>()
    /// By entity.
    private let timers: UnsafeMutablePointer<EventID>
    /// Who is re-armed in the steps to come, in a ring.
    private let others: UnsafeMutablePointer<UInt32>
    private var step = 0
    private(set) var sum: UInt64 = 0

    init(entities: Int, delays: UnsafeBufferPointer<Int64>) {
        self.entities = entities
        self.delays = delays
        timers = .allocate(capacity: entities)
        others = .allocate(capacity: Self.lookAhead)
        for entity in 0..<entities {
            let time = SimTime(nanoseconds: delays[Int(random.next() & 65535)])
            timers[entity] = list.schedule(Event(entity: UInt32(entity)), at: time)
        }
        for place in 0..<Self.lookAhead { others[place] = someone() }
    }

    deinit {
        timers.deallocate()
        others.deallocate()
    }

    private mutating func someone() -> UInt32 {
        UInt32(truncatingIfNeeded: (random.next() >> 32) * UInt64(entities) >> 32)
    }

    private mutating func delay() -> SimDuration {
        SimDuration(nanoseconds: delays[Int(random.next() & 65535)])
    }

    mutating func run(_ steps: Int) {
        for _ in 0..<steps {
            guard let (now, event) = list.popEarliest(before: .distantFuture) else { return }
            while let next = list.announce(within: Self.lookAhead) {
                CacheLine.fetchForWriting(timers + Int(next.entity))
            }
            sum = sum &* 31 &+ UInt64(event.entity)
            timers[Int(event.entity)] = list.schedule(event, at: now + delay())
            let other = Int(nextOther())
            list.reschedule(timers[other], at: now + delay())
        }
    }

    /// Who is re-armed in this step; asks for what the steps to come will touch.
    private mutating func nextOther() -> UInt32 {
        let place = step & (Self.lookAhead - 1)
        let other = others[place]
        others[place] = someone()
        CacheLine.fetch(timers + Int(others[place]))
        step += 1
        list.fetch(timers[Int(others[(place + Self.lookAhead / 2) & (Self.lookAhead - 1)])])
        return other
    }
}
