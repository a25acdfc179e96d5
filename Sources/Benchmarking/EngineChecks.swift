import EventEngine
import Foundation
import Quantities

/// What must hold of the event list besides its speed.
enum EngineChecks {
    static let tiesName = "ties in order"
    static let growthName = "no growth with moved timers"

    private struct Event: BitwiseCopyable {
        var kind: UInt32 = 0
        var entity: UInt32
    }

    /// Events of the same time are served in the order they were scheduled, round after round.
    static func ties(pending: Int, rounds: Int) -> BenchmarkReport.Check {
        var list = FutureEventList<Event>()
        let delay = SimDuration(nanoseconds: 1_000_000_000)
        for entity in 0..<pending {
            _ = list.schedule(
                Event(entity: UInt32(entity)), at: .zero + delay, priority: .normal)
        }
        var misplaced = 0
        for number in 0..<pending * rounds {
            guard let (now, event) = list.popEarliest(before: .distantFuture) else { break }
            if Int(event.entity) != number % pending { misplaced += 1 }
            _ = list.schedule(event, at: now + delay, priority: .normal)
        }
        return .init(
            name: tiesName, holds: misplaced == 0,
            detail: "\(misplaced) of \(pending * rounds) events out of order")
    }

    /// The memory that the list holds stays what it is when timers are moved again and again: in
    /// each step the earliest of `entities` timers starts again, and `moves` others are moved.
    static func growth(entities: Int, moves: Int, steps: Int) -> BenchmarkReport.Check {
        let before = residentBytes()
        var list = FutureEventList<Event>()
        var timers: [EventID] = []
        timers.reserveCapacity(entities)
        var state: UInt64 = 88_172_645_463_325_252
        func draw() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        func delay() -> SimDuration { SimDuration(nanoseconds: Int64(draw() >> 33)) }
        for entity in 0..<entities {
            timers.append(
                list.schedule(
                    Event(entity: UInt32(entity)), at: .zero + delay(), priority: .normal))
        }
        func go(_ count: Int) {
            for _ in 0..<count {
                guard let (now, event) = list.popEarliest(before: .distantFuture) else { return }
                timers[Int(event.entity)] = list.schedule(
                    event, at: now + delay(), priority: .normal)
                for _ in 0..<moves {
                    let other = Int((draw() >> 32) * UInt64(entities) >> 32)
                    list.reschedule(timers[other], at: now + delay())
                }
            }
        }
        // After three moves per timer on average the list has the room that it needs.
        go(3 * entities / moves)
        let settled = max(residentBytes() - before, entities)
        go(steps)
        let grown = residentBytes() - before
        return .init(
            name: growthName, holds: Double(grown) <= 1.25 * Double(settled),
            detail: """
                \(settled / entities) B per timer after 3 moves of each, \(grown / entities) B \
                after \(moves * steps / entities) more
                """)
    }

    /// Bytes of memory that the process holds (proc(5), the second number of `statm`).
    private static func residentBytes() -> Int {
        let text = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
        let pages = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return (pages ?? 0) * Int(getpagesize())
    }
}
