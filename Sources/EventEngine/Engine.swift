import Quantities

/// What the events happen to: dispatches each event, usually by one `switch`.
public protocol EventWorld: ~Copyable {
    /// The plain-data events of this world.
    associatedtype Event: BitwiseCopyable

    /// Lets `event` happen at `engine.now`; may post, schedule, cancel and move others.
    mutating func handle(_ event: Event, engine: inout Engine<Event>)

    /// Whether ``prepare(for:)`` is to be called; false unless the world says otherwise.
    static var preparesEvents: Bool { get }

    /// Asks for the memory that `event` will touch (``CacheLine``), some events ahead; called for
    /// most events, also for some that are cancelled or moved afterwards. Nothing may depend on it.
    func prepare(for event: Event)
}

extension EventWorld where Self: ~Copyable {
    /// A world takes events as they come.
    @inlinable public static var preparesEvents: Bool { false }

    /// Does nothing.
    @inlinable
    public func prepare(for event: Event) {}
}

/// The clock, the future event list and the fingerprint of one replication.
///
/// Time only moves forward, to the next event in the order (time, priority, sequence). Scheduling
/// in the past traps: it is a bug of the model.
public struct Engine<Event: BitwiseCopyable>: ~Copyable {
    @usableFromInline var list = FutureEventList<Event>()
    @usableFromInline var clock = SimTime.zero
    @usableFromInline var handled: UInt64 = 0
    @usableFromInline var mostPending = 0
    /// The hash of what has been logged.
    public var fingerprint = TrajectoryFingerprint()

    /// An engine at time zero with nothing to do.
    @inlinable
    public init() {}

    /// The time of the event being handled, or of the last boundary reached.
    @inlinable public var now: SimTime { clock }

    /// How many events have been handled.
    @inlinable public var handledCount: UInt64 { handled }

    /// The most events that were pending at once.
    @inlinable public var peakPending: Int { mostPending }

    /// How many events are pending.
    @inlinable public var pendingCount: Int { list.count }

    /// Posts `event` at `time`, for good: it has no name and can be neither cancelled nor moved,
    /// which costs less than ``schedule(_:at:priority:)``.
    ///
    /// - Precondition: `time` is not before ``now``.
    @inlinable
    public mutating func post(
        _ event: Event, at time: SimTime, priority: EventPriority = .normal
    ) {
        precondition(time >= clock, "an event was posted before the present")
        list.post(event, at: time, priority: priority)
        if list.count > mostPending { mostPending = list.count }
    }

    /// Posts `event` after `delay` ≥ 0, for good.
    @inlinable
    public mutating func post(
        _ event: Event, after delay: SimDuration, priority: EventPriority = .normal
    ) {
        post(event, at: clock + delay, priority: priority)
    }

    /// Schedules `event` at `time`, under a name by which it can be cancelled and moved.
    ///
    /// - Precondition: `time` is not before ``now``.
    @discardableResult
    @inlinable
    public mutating func schedule(
        _ event: Event, at time: SimTime, priority: EventPriority = .normal
    ) -> EventID {
        precondition(time >= clock, "an event was scheduled before the present")
        let id = list.schedule(event, at: time, priority: priority)
        if list.count > mostPending { mostPending = list.count }
        return id
    }

    /// Schedules `event` after `delay` ≥ 0.
    @discardableResult
    @inlinable
    public mutating func schedule(
        _ event: Event, after delay: SimDuration, priority: EventPriority = .normal
    ) -> EventID {
        schedule(event, at: clock + delay, priority: priority)
    }

    /// Takes the event called `id` back; false if it has happened or been cancelled already.
    @discardableResult
    @inlinable
    public mutating func cancel(_ id: EventID) -> Bool {
        list.cancel(id)
    }

    /// Moves the event called `id` to `time` ≥ ``now``; false if it is no longer pending.
    @discardableResult
    @inlinable
    public mutating func reschedule(_ id: EventID, at time: SimTime) -> Bool {
        precondition(time >= clock, "an event was moved before the present")
        return list.reschedule(id, at: time)
    }

    /// Asks for the memory that cancelling or moving the event called `id` will touch.
    @inlinable
    public func fetch(_ id: EventID) {
        list.fetch(id)
    }

    /// Whether the event called `id` is still to come.
    @inlinable
    public func isPending(_ id: EventID) -> Bool {
        list.isPending(id)
    }

    /// Adds a decision or delivery to the fingerprint's log.
    @inlinable
    public mutating func log(_ code: UInt32, subject: UInt64, detail: UInt64) {
        fingerprint.add(
            TrajectoryRecord(time: clock, code: code, subject: subject, detail: detail))
    }

    /// Handles all events before `limit`, then stands at `limit`.
    ///
    /// Events at `limit` itself belong to the next stretch, so a run cut into stretches takes the
    /// same trajectory as one in a piece.
    @inlinable
    public mutating func run<World: EventWorld & ~Copyable>(
        until limit: SimTime, in world: inout World
    ) where World.Event == Event {
        precondition(limit >= clock, "a run goes forward")
        while let (time, event) = list.popEarliest(before: limit) {
            clock = time
            handled += 1
            if World.preparesEvents {
                while let event = list.announce() { world.prepare(for: event) }
            }
            world.handle(event, engine: &self)
        }
        clock = limit
    }
}
